"""A ComfyUI workflow of any make means the same here: every value and every link of every node that runs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hypothesis import HealthCheck, given, note, settings

from nodegraph.execution.resolve import ResolvedGraph, ResolvedNode, resolve_graph
from nodegraph.formats.comfyui.usable import specs_of
from nodegraph.formats.native import dumps, loads
from nodegraph.model.graph import Graph
from nodegraph.model.spec import FOREIGN, NodeSpec
from tests.nodegraph.comfyui.random_workflows import KINDS, Got, Path, Workflow, workflows

RELAYS = {
    "PassThrough": "value", "PrimitiveInt": "value", "PrimitiveFloat": "value", "PrimitiveText": "value",
    "PrimitiveBool": "value", "PrimitiveSeed": "seed",
}  # fmt: skip
"""Nodes that only give what they take, as the import makes them, and what they take."""

SHOWN = ("PreviewImage",)
"""Nodes of ours that give what they show."""


class _Found:
    """What the nodes of the imported workflow get, in the words of `Workflow.meaning`."""

    def __init__(self, graph: Graph, specs: Mapping[str, NodeSpec]) -> None:
        self.wiring: ResolvedGraph = resolve_graph(graph, specs)
        self._graph = graph

    def path(self, name: str) -> Path:
        """The titles on the way to a node of the flat graph."""
        found = []
        nodes = self._graph.nodes
        for part in name.split("/"):
            node = nodes[part]
            found.append(node.title)
            subgraph = self._graph.subgraphs.get(node.type.removeprefix("subgraph/"))
            nodes = subgraph.nodes if subgraph is not None else {}
        return tuple(found)

    def get(self, item: ResolvedNode, name: str) -> Got:
        """What an input gets."""
        if name in item.inputs:
            [source] = item.inputs[name]
            behind = self.wiring.nodes[source.node]
            kind = behind.node.type
            if kind in RELAYS:
                return self.get(behind, RELAYS[kind])
            if kind in SHOWN:
                return self.get(behind, "image")
            names = [output.name for output in behind.spec.outputs]
            if kind.startswith(FOREIGN):
                names = [
                    f"{output}_{at}" for at, output in enumerate(KINDS[kind.removeprefix(FOREIGN)].outputs)
                ]
            if source.output.startswith("output_"):
                return ("out", self.path(source.node), int(source.output.removeprefix("output_")) - 1)
            return ("out", self.path(source.node), names.index(source.output))
        return ("value", item.params[name]) if name in item.params else None


def dead(meaning: Mapping[Path, Mapping[str, Got]], specs: Mapping[str, NodeSpec], types: Mapping[Path, str],
         linked: Mapping[Path, set[str]]) -> set[Path]:  # fmt: skip
    """The nodes that cannot run: something they need is linked and nothing comes, or comes from such a node."""
    found: set[Path] = set()
    while True:
        more = {
            path
            for path, got in meaning.items()
            if path not in found
            for name in linked[path]
            if (got[name] is None or (got[name] or ())[1] in found) and _is_needed(types[path], name, specs)
        }
        if not more:
            return found
        found |= more


def _is_needed(kind: str, name: str, specs: Mapping[str, NodeSpec]) -> bool:
    if kind == "Better (pack)":
        return False
    ours = {"EmptyLatentImage": "EmptyLatent", "CheckpointLoaderSimple": "CheckpointLoader",
            "CLIPTextEncode": "TextEncode"}.get(kind, kind)  # fmt: skip
    socket = specs[ours].socket(KINDS[kind].ours.get(name, name))
    return socket is not None and not socket.optional


def types_and_links(workflow: Workflow) -> tuple[dict[Path, str], dict[Path, set[str]]]:
    """The type of each plain node that may run, and which of its sockets are linked."""
    types: dict[Path, str] = {}
    linked: dict[Path, set[str]] = {}

    def look(number: int, path: Path) -> None:
        for node in workflow.levels[number].nodes:
            here = (*path, node.title)
            if isinstance(node.kind, tuple):
                look(node.kind[1], here)
            else:
                types[here] = node.kind
                linked[here] = {name for name, _ in KINDS[node.kind].sockets if name in node.feeds}

    look(len(workflow.levels) - 1, ())
    return types, linked


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(workflows())
def test_every_value_and_every_link_is_as_it_was(workflow: Workflow) -> None:
    data = workflow.data()
    note(json.dumps(data))
    specs = specs_of()
    graph = loads(json.dumps(data))
    assert loads(dumps(graph)) == graph
    found = _Found(graph, specs)
    meaning = workflow.meaning()
    types, linked = types_and_links(workflow)
    stopped = dead(meaning, specs, types, linked)
    seen = set()
    for item in found.wiring.nodes.values():
        if item.node.type in RELAYS and not item.node.title:
            continue
        path = found.path(item.id)
        seen.add(path)
        ours = KINDS[types[path]].ours
        for name, wanted in meaning[path].items():
            got = found.get(item, ours.get(name, name))
            if got is None and wanted is not None and wanted[0] == "out" and wanted[1] in stopped:
                continue
            assert got == wanted, (path, name)
    assert meaning.keys() - seen <= stopped, "a node that could run is left out"
