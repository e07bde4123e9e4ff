"""Files outside its own folder that a workflow from a file names: nothing opens them before the artist agreed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from nodegraph.journal.lock import exclusive
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Scalar
from nodegraph.subgraphs.expand import flatten
from nodegraph.support import json_store
from nodegraph.support.errors import GraphError
from nodegraph.support.regular_files import is_remote
from ui.config import paths

MODELS = "model:"
"""Begins the kind of a file that is looked for in the model folders alone."""
MAX_ALLOWED = 2000
"""So many files that the artist agreed to are remembered, the newest last."""


def named_files(graph: Graph, specs: Mapping[str, NodeSpec]) -> Iterator[str]:
    """The files that nodes name, as they are written, nested ones too, and those that are named over a link by a node
    that always says the same; model files lie in their folders."""
    try:
        nodes = (flatten(graph) if graph.subgraphs else graph).nodes
    except GraphError:
        nodes = graph.nodes
    for node in nodes.values():
        spec = specs.get(node.type)
        for param in spec.params if spec is not None else ():
            if not param.file or param.file.startswith(MODELS):
                continue
            sources = node.inputs.get(param.name, ())
            values: list[object] = [_constant(nodes.get(link.node), specs) for link in sources]
            values += [] if sources else [node.params.get(param.name, param.default)]
            yield from (value for value in values if isinstance(value, str) and value)


def _constant(node: Node | None, specs: Mapping[str, NodeSpec]) -> Scalar | None:
    """What a node always says, known before it runs; None for others."""
    spec = None if node is None else specs.get(node.type)
    param = None if spec is None or not spec.constant else spec.param(spec.constant)
    return None if node is None or param is None else node.params.get(param.name, param.default)


def outside_files(graph: Graph, specs: Mapping[str, NodeSpec], path: Path | None) -> frozenset[str]:
    """Of the files that a workflow names those that lie neither in its folder nor in one of the editor's own, that are
    there, and that the artist has not agreed to. Their contents are not looked at.

    Whether a file on another machine is there is not even asked.
    """
    found = {name for name in named_files(graph, specs) if _is_outside(name, path)}
    if not found:
        return frozenset()
    allowed = _allowed()
    return frozenset(name for name in found if full_name(name, path) not in allowed)


def full_name(name: str, path: Path | None) -> str:
    """Where a file lies that a workflow at `path` names."""
    if is_remote(name):
        return name
    return os.path.normpath(os.path.join(path.parent if path is not None else os.getcwd(), name))


def allow(names: Iterable[str]) -> None:
    """The artist agreed that these files are opened, by their whole names: they are not asked about again."""
    file = paths.allowed_file()
    with exclusive(file):
        kept = dict.fromkeys([*_allowed(), *names])
        json_store.write(file, {"files": list(kept)[-MAX_ALLOWED:]})


def _allowed() -> list[str]:
    found = json_store.read(paths.allowed_file()).get("files")
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _is_outside(name: str, path: Path | None) -> bool:
    if is_remote(name):
        return True
    if "\0" in name:
        return False
    whole = full_name(name, path)
    if not os.path.lexists(whole):
        return False
    # A link that lies in the folder may lead out of it.
    real = os.path.realpath(whole)
    own = [paths.pasted_folder(), *([path.parent] if path is not None else [])]
    return not any(_is_in(real, os.path.realpath(folder)) for folder in own)


def _is_in(name: str, folder: str) -> bool:
    return name == folder or name.startswith(folder.rstrip(os.sep) + os.sep)
