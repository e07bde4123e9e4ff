"""The size of latents made from nothing, beside the size of the pictures that the model they go to was trained on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from nodegraph.edits import SetParams
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Scalar
from nodegraph.node_api import runtime
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.errors import LoadError
from ui.config.model_files import kind_of, model_files
from ui.document.requirements import PRACTICE, PRACTICE_SIDE

LEAST, MOST = 0.5, 4.5
"""Pixels of a latent that fits its model, as parts of the pixels of the pictures that this was trained on."""


def is_blank(spec: NodeSpec | None) -> bool:
    """Whether nodes of this type make a latent from nothing but a width and a height."""
    if spec is None or spec.sockets or not any(out.type == "Latent" for out in spec.outputs):
        return False
    return spec.param("width") is not None and spec.param("height") is not None


def size_of(node: Node, spec: NodeSpec) -> tuple[int, int] | None:
    """Width and height in pixels; None where one of them is linked."""
    found = []
    for name in ("width", "height"):
        param = spec.param(name)
        value = node.params.get(name, param.default if param is not None else 0)
        if name in node.inputs or not isinstance(value, int):
            return None
        found.append(value)
    return found[0], found[1]


def side_wanted(graph: Graph, specs: Mapping[str, NodeSpec], latent: str) -> int:
    """The side of the pictures of the model that a latent goes to, in pixels; 0 where that is not known."""
    for target in _fed(graph, specs, latent):
        for name in _model_of(graph, specs, target):
            return side_of(name)
    return 0


def fits(size: tuple[int, int], side: int) -> bool:
    """Whether a model trained on pictures of that side makes good ones of this size; any size fits side 0."""
    return not side or LEAST * side * side <= size[0] * size[1] <= MOST * side * side


def fitted(graph: Graph, specs: Mapping[str, NodeSpec], names: Iterable[str]) -> SetParams | None:
    """The edit that gives the latents among `names` the size of the models they go to; None where all fit."""
    values: dict[str, dict[str, Scalar]] = {}
    for latent, _size, side in unfitting(graph, specs, names):
        values[latent] = {"width": side, "height": side}
    return SetParams(values) if values else None


def unfitting(
    graph: Graph, specs: Mapping[str, NodeSpec], names: Iterable[str]
) -> Iterator[tuple[str, tuple[int, int], int]]:
    """The latents among `names` that do not fit their model: id, size, and the side that the model was trained on."""
    for name in names:
        node = graph.nodes[name]
        spec = specs.get(node.type)
        size = size_of(node, spec) if spec is not None and is_blank(spec) else None
        if size is not None:
            side = side_wanted(graph, specs, name)
            if not fits(size, side):
                yield name, size, side


def side_of(checkpoint: str) -> int:
    """The side of the pictures that a checkpoint was trained on, in pixels; 0 where that is not known."""
    if checkpoint == PRACTICE:
        return PRACTICE_SIDE
    path = model_files().find("checkpoints", checkpoint)
    return _read_side(path, path.stat().st_mtime_ns) if path is not None and path.exists() else 0


@lru_cache(maxsize=256)
def _read_side(path: Path, _changed: int) -> int:
    try:
        return runtime.installed().adopt(model_files(), path).side
    except LoadError:
        return 0


def _fed(graph: Graph, specs: Mapping[str, NodeSpec], latent: str) -> Iterator[str]:
    """The nodes that a latent comes to, over nodes that pass latents on."""
    waiting = [latent]
    for name in waiting:
        for link in graph.consumers.get(name, ()):
            spec = spec_of(graph, graph.nodes[link.target].type, specs)
            if spec is not None and spec.input_type(link.input) == "Latent" and link.target not in waiting:
                waiting.append(link.target)
                yield link.target


def _model_of(graph: Graph, specs: Mapping[str, NodeSpec], node: str) -> Iterator[str]:
    """The checkpoints from which a node takes its model, over nodes that change it and over guiders."""
    waiting = [node]
    for name in waiting:
        found = graph.nodes[name]
        spec = spec_of(graph, found.type, specs)
        for param in spec.params if spec is not None and name != node else ():
            value = found.params.get(param.name, param.default)
            if kind_of(param) == "checkpoints" and isinstance(value, str):
                yield value
        for key, sources in found.inputs.items():
            if spec is not None and spec.input_type(key) in ("Model", "Guider"):
                waiting += [s.node for s in sources if s.node in graph.nodes and s.node not in waiting]
