"""What choosing a node in the search does to the graph: new nodes, wired where they fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from nodegraph.edits import AddNodes, Batch, Connect, Disconnect, Edit
from nodegraph.model.graph import Graph, Link, Node, Point, Source, readable_id
from nodegraph.model.sockets import convert, fits
from nodegraph.model.spec import NodeSpec, Scalar
from nodegraph.subgraphs.lookup import spec_of
from ui.search.add_node.place import free_place
from ui.search.add_node.recipes import BESIDE, Recipe

WIDTH = 240.0
GAP = 80.0
ROW = 200.0
PASSED = ("Model", "Clip")
"""The types that a node put beside a loader passes on to all that follows."""
KINDS: Mapping[str, type[Scalar]] = {"Int": int, "Float": float, "Bool": bool, "Text": str}


class Port(Protocol):
    """A port of the graph: an input or output `name` of `node`."""

    @property
    def node(self) -> str:
        """The node's id."""

    @property
    def name(self) -> str:
        """The input's or output's name."""

    @property
    def output(self) -> bool:
        """Whether it is an output."""


@dataclass(frozen=True)
class Insertion:
    """The edit, and the ids of the nodes it brings, the one to look at first."""

    edit: Edit
    nodes: tuple[str, ...]


def port_type(graph: Graph, specs: Mapping[str, NodeSpec], port: Port) -> str | None:
    """The type of a port; None where the node type is not known."""
    node = graph.nodes.get(port.node)
    spec = spec_of(graph, node.type, specs) if node else None
    if spec is None:
        return None
    if not port.output:
        return spec.input_type(port.name)
    output = spec.output(port.name)
    return output.type if output else None


def input_for(spec: NodeSpec, type_id: str) -> str | None:
    """The input that best takes `type_id`: of the same type before one that only fits, sockets first."""
    named = [(socket.name, socket.type) for socket in spec.sockets]
    named += [(param.name, param.type) for param in spec.params]
    return next((name for name, kind in named if kind == type_id), None) or next(
        (name for name, kind in named if fits(type_id, kind)), None
    )


def output_for(spec: NodeSpec, type_id: str) -> str | None:
    """The output that best feeds an input of `type_id`."""
    return next((out.name for out in spec.outputs if out.type == type_id), None) or next(
        (out.name for out in spec.outputs if fits(out.type, type_id)), None
    )


def insert_node(
    spec: NodeSpec,
    graph: Graph,
    specs: Mapping[str, NodeSpec],
    pos: Point,
    port: Port | None = None,
    taken: Sequence[Link] = (),
) -> Insertion:
    """A node of that type at `pos`, linked with `port` where it fits.

    `taken` are links in hand whose other end `port` is, all of which then lead to the new node or come from it.
    """
    node = _new(spec, graph, pos)
    kind = port_type(graph, specs, port) if port else None
    if port is None or kind is None:
        return Insertion(AddNodes((node,)), (node.id,))
    if port.output:
        name = input_for(spec, kind)
        linked = {name: (Source(port.node, port.name),)} if name else {}
        add = AddNodes((replace(node, inputs=linked),))
        away = (Disconnect(tuple(taken)),) if linked and taken else ()
        return Insertion(Batch((add, *away), add.title), (node.id,))
    output = output_for(spec, kind)
    if output is None:
        return Insertion(AddNodes((node,)), (node.id,))
    place = free_place(graph, specs, spec, left_of(graph, port.node, pos))
    add = AddNodes((replace(node, pos=place, params=_held(spec, graph, specs, port)),))
    source = Source(node.id, output)
    links: Iterable[Connect] = (_feeding(source, graph, specs, port),)
    if taken:
        links = [
            Connect(replace(k.source, node=node.id, output=output), k.target, k.input, k.index) for k in taken
        ]
    return Insertion(Batch((add, *links), add.title), (node.id,))


def left_of(graph: Graph, node: str, pos: Point) -> Point:
    """Where a node stands that feeds `node` from a drop at `pos`: it ends there, or before the node at the latest."""
    right = min(pos[0], graph.nodes[node].pos[0] - GAP / 2)
    return (right - WIDTH, pos[1])


def _feeding(source: Source, graph: Graph, specs: Mapping[str, NodeSpec], port: Port) -> Connect:
    """The link from a source to an input; one more where that takes several."""
    known = spec_of(graph, graph.nodes[port.node].type, specs)
    socket = known.socket(port.name) if known is not None else None
    return Connect(source, port.node, port.name, None if socket is not None and socket.variadic else 0)


def _held(spec: NodeSpec, graph: Graph, specs: Mapping[str, NodeSpec], port: Port) -> dict[str, Scalar]:
    """The value of a parameter, for a node that does nothing but hold one: linked, all stays as it was."""
    target = graph.nodes[port.node]
    known = spec_of(graph, target.type, specs)
    param = known.param(port.name) if known is not None else None
    if param is None or spec.sockets or len(spec.params) != 1 or not spec.category.startswith("values"):
        return {}
    wanted = spec.params[0]
    value = convert(target.params.get(param.name, param.default), wanted.type)
    kind = KINDS.get(wanted.type)
    return {wanted.name: value} if kind is not None and isinstance(value, kind) else {}


def insert_beside(spec: NodeSpec, graph: Graph, specs: Mapping[str, NodeSpec], selected: str) -> Insertion:
    """A node of that type beside the selected node, wired to it where their types are the same.

    It goes to the right and takes what the selected node gives; where nothing fits it goes to the left
    and feeds the selected node's free inputs; where nothing fits there either, to the right, unwired.
    What it passes on of models and text encoders goes into the links that leave the selected node, so that a LoRA
    works on all that follows. It covers no other node.
    """
    beside = graph.nodes[selected]
    known = spec_of(graph, beside.type, specs)
    width = beside.size[0] if beside.size else WIDTH
    right = (beside.pos[0] + width + GAP, beside.pos[1])
    node = _new(spec, graph, free_place(graph, specs, spec, right))
    taken = _taken(spec, known, selected) if known else {}
    if taken or known is None:
        add = AddNodes((replace(node, inputs=taken),))
        passed = [
            edit
            for name, (source,) in taken.items()
            if (kind := spec.input_type(name)) in PASSED and (output := _given(spec, kind)) is not None
            for edit in _passed_on(graph, source, Source(node.id, output))
        ]
        return Insertion(Batch((add, *passed), add.title) if passed else add, (node.id,))
    for socket in known.sockets:
        output = next((out.name for out in spec.outputs if out.type == socket.type), None)
        if output and socket.name not in beside.inputs:
            left = (beside.pos[0] - WIDTH - GAP, beside.pos[1])
            add = AddNodes((replace(node, pos=free_place(graph, specs, spec, left)),))
            connect = Connect(Source(node.id, output), selected, socket.name)
            return Insertion(Batch((add, connect), add.title), (node.id,))
    return Insertion(AddNodes((node,)), (node.id,))


def insert_recipe(
    recipe: Recipe,
    graph: Graph,
    specs: Mapping[str, NodeSpec],
    pos: Point,
    port: Port,
    taken: Sequence[Link] = (),
) -> Insertion:
    """The nodes of a recipe from `pos` to the right, the link from `port` spread to all that take it.

    Dragged links, `taken` from where they led, lead nowhere else any more, unless the recipe passes them on.

    Nodes that depend on no other part stand below each other, those that do stand a column further.
    """
    ids: dict[str, str] = {}
    columns: dict[str, int] = {}
    rows: dict[int, int] = {}
    nodes: list[Node] = []
    for part in recipe.parts:
        ids[part.name] = graph.fresh_id(readable_id(part.type), ids.values())
        found = {name: _source(source, ids, port, graph, specs) for name, source in part.inputs.items()}
        inputs = {name: (source,) for name, source in found.items() if source is not None}
        before = [
            columns[source.split(".")[0]] + 1
            for source in part.inputs.values()
            if source != "in" and not source.startswith(BESIDE)
        ]
        column = columns[part.name] = max(before, default=0)
        place = (pos[0] + column * (WIDTH + GAP), pos[1] + rows.get(column, 0) * ROW)
        rows[column] = rows.get(column, 0) + 1
        nodes.append(Node(ids[part.name], part.type, specs[part.type].version, inputs=inputs, pos=place))
    edits: list[Edit] = [AddNodes(tuple(nodes))]
    for passing in recipe.passes_on:
        name, output = passing.split(".")
        made = next(node for node in nodes if node.id == ids[name])
        for source in made.inputs.get(output, ()):
            edits += _passed_on(graph, source, Source(made.id, output))
    if taken and not recipe.passes_on:
        edits.append(Disconnect(tuple(taken)))
    return Insertion(Batch(tuple(edits), recipe.title), tuple(ids.values()))


def _new(spec: NodeSpec, graph: Graph, pos: Point) -> Node:
    return Node(graph.fresh_id(readable_id(spec.type)), spec.type, spec.version, pos=pos)


def _taken(spec: NodeSpec, giver: NodeSpec, node: str) -> dict[str, tuple[Source, ...]]:
    """The inputs of `spec` that take outputs of `giver`: each output feeds the first input of its type."""
    taken: dict[str, tuple[Source, ...]] = {}
    for output in giver.outputs:
        for socket in spec.sockets:
            if socket.type == output.type and socket.name not in taken:
                taken[socket.name] = (Source(node, output.name),)
                break
    return taken


def _passed_on(graph: Graph, source: Source, now: Source) -> list[Edit]:
    """The edits that let every link from `source` start at `now` instead."""
    return [
        Connect(replace(k.source, node=now.node, output=now.output), k.target, k.input, k.index)
        for k in graph.consumers.get(source.node, ())
        if k.source.output == source.output
    ]


def _given(spec: NodeSpec, kind: str | None) -> str | None:
    return next((out.name for out in spec.outputs if out.type == kind), None)


def _beside(graph: Graph, specs: Mapping[str, NodeSpec], port: Port, kind: str) -> Source | None:
    """The output of type `kind` that goes with a port: of its node, or of the nearest before it."""
    wanted = port_type(graph, specs, port)
    waiting = [port.node]
    for name in waiting:
        node = graph.nodes[name]
        spec = spec_of(graph, node.type, specs)
        output = _given(spec, kind) if spec is not None else None
        if output is not None:
            return Source(name, output)
        for key, sources in node.inputs.items():
            if spec is not None and spec.input_type(key) == wanted:
                waiting += [s.node for s in sources if s.node in graph.nodes and s.node not in waiting]
    return None


def _source(
    source: str, ids: Mapping[str, str], port: Port, graph: Graph, specs: Mapping[str, NodeSpec]
) -> Source | None:
    if source == "in":
        return Source(port.node, port.name)
    if source.startswith(BESIDE):
        return _beside(graph, specs, port, source.removeprefix(BESIDE))
    part, output = source.split(".")
    return Source(ids[part], output)
