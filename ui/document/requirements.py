"""What a workflow needs from this machine before it can run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nodegraph.model.graph import Graph
from nodegraph.model.spec import NodeSpec
from nodegraph.node_api.model_files import Files
from ui.i18n.translate import tr

PRACTICE = "practice"
"""The name of the model that comes with the program."""
PRACTICE_SIDE = 128
"""The side of its pictures, in pixels."""


@dataclass(frozen=True)
class Needs:
    """Model files that are not there, as kind and name, and node types that are not installed."""

    files: tuple[tuple[str, str], ...] = ()
    types: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it can run now."""
        return not self.files and not self.types

    @property
    def line(self) -> str:
        """`Ready`, `Needs sdxl.safetensors`, `Needs 2 files`."""
        if self.ready:
            return tr("Needs", "Ready")
        parts = [*self._missing_files(), *self._missing_types()]
        return tr("Needs", "Needs {what}").format(what=tr("Needs", " and ").join(parts))

    def _missing_files(self) -> Iterator[str]:
        if len(self.files) == 1:
            kind, name = self.files[0]
            yield name or tr("Needs", "a {kind} file").format(kind=kind)
        elif self.files:
            yield tr("Needs", "{count} files").format(count=len(self.files))

    def _missing_types(self) -> Iterator[str]:
        if len(self.types) == 1:
            yield tr("Needs", "1 node type")
        elif self.types:
            yield tr("Needs", "{count} node types").format(count=len(self.types))


def needs_of(graph: Graph, specs: Mapping[str, NodeSpec], files: Files) -> Needs:
    """What is missing for every node that would run."""
    missing: dict[tuple[str, str], None] = {}
    types: dict[str, None] = {}
    for node in graph.nodes.values():
        spec = specs.get(node.type)
        if node.mode == "mute" or node.type.startswith("subgraph/"):
            continue
        if spec is None:
            types[node.type] = None
            continue
        for param in spec.params:
            kind = param.file.removeprefix("model:")
            if kind == param.file or node.inputs.get(param.name):
                continue
            value = str(node.params.get(param.name, param.default))
            if files.find(kind, value) is None:
                missing[(kind, value)] = None
    return Needs(tuple(missing), tuple(types))


def practises(graph: Graph, specs: Mapping[str, NodeSpec]) -> bool:
    """Whether the practice model is used."""
    for node in graph.nodes.values():
        for param in specs[node.type].params if node.type in specs else ():
            if param.file == "model:checkpoints" and node.params.get(param.name, param.default) == PRACTICE:
                return True
    return False
