"""Nodes from elsewhere: a copied part of a graph under free ids, ready to be added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from nodegraph.edits.nodes import AddNodes, only_members
from nodegraph.model.expression_refs import follow
from nodegraph.model.graph import Frame, Graph, Node, Note, Point, Source, Subgraph, frozen
from nodegraph.subgraphs.expand import PREFIX, is_instance


def copied(graph: Graph, ids: Iterable[str]) -> Graph:
    """The nodes, frames and notes with these ids, and the subgraphs they use, links from outside included.

    Its text (`fileformat.dumps`) is what the clipboard holds once `without_loose_links` has been at it.
    """
    wanted = set(ids)
    nodes = {name: node for name, node in graph.nodes.items() if name in wanted}
    frames = {
        name: only_members(frame, [m for m in frame.members if m in nodes], nodes)
        for name, frame in graph.frames.items()
        if name in wanted
    }
    notes = {
        name: replace(note, on=note.on if note.on in nodes else "")
        for name, note in graph.notes.items()
        if name in wanted
    }
    return Graph(frozen(nodes), frozen(frames), frozen(notes), frozen(_used(graph, nodes.values())))


def without_loose_links(graph: Graph) -> Graph:
    """`graph` without the links that start at a node it does not have."""
    return graph.with_nodes(_linked_within(node, graph.nodes) for node in graph.nodes.values())


def pasted(graph: Graph, part: Graph, offset: Point = (0.0, 0.0), *, keep_links: bool = False) -> AddNodes:
    """The edit that adds `part` to `graph` under free ids, moved by `offset`.

    Links within the part stay; those from outside stay with `keep_links`, where the graph has their node.
    """
    ids = [*part.nodes, *part.frames, *part.notes]
    names = dict(zip(ids, graph.fresh_ids(ids), strict=True))
    return placed(part, names, offset, _subgraph_names(graph, part), graph.nodes if keep_links else {})


def placed(
    part: Graph,
    names: Mapping[str, str],
    offset: Point,
    types: Mapping[str, str] = frozen(),  # read-only
    known: Mapping[str, Node] = frozen(),
) -> AddNodes:
    """The edit that adds `part` under the ids that `names` gives each node, frame and note.

    `types` gives subgraphs other names; links from outside stay where they start at a node of `known`.
    """
    renamed = {name: new for name, new in names.items() if name != new}
    nodes = tuple(_node(node, part, known, names, renamed, types, offset) for node in part.nodes.values())
    return AddNodes(
        nodes,
        tuple(_frame(frame, names, offset) for frame in part.frames.values()),
        tuple(_note(note, names, offset) for note in part.notes.values()),
        tuple(_definition(found, types) for found in part.subgraphs.values()),
    )


def _used(graph: Graph, nodes: Iterable[Node]) -> dict[str, Subgraph]:
    found: dict[str, Subgraph] = {}
    waiting = [node.type for node in nodes]
    while waiting:
        kind = waiting.pop()
        name = kind.removeprefix(PREFIX)
        if is_instance(kind) and name in graph.subgraphs and name not in found:
            found[name] = graph.subgraphs[name]
            waiting += (node.type for node in found[name].nodes.values())
    return found


def _linked_within(node: Node, known: Mapping[str, Node]) -> Node:
    inputs = {
        name: kept
        for name, sources in node.inputs.items()
        if (kept := tuple(source for source in sources if source.node in known))
    }
    return node if inputs == node.inputs else replace(node, inputs=inputs)


def _subgraph_names(graph: Graph, part: Graph) -> dict[str, str]:
    """A free name for each definition; one that the graph has already keeps its own."""
    other = {n for n, found in part.subgraphs.items() if graph.subgraphs.get(n, found) != found}
    while users := {
        name
        for name, found in part.subgraphs.items()
        if name not in other and any(n.type.removeprefix(PREFIX) in other for n in found.nodes.values())
    }:
        other |= users
    names = {name: name for name in part.subgraphs if name not in other}
    for name in part.subgraphs:
        number = 2
        while name not in names:
            candidate = f"{name} {number}"
            if candidate not in graph.subgraphs and candidate not in part.subgraphs:
                names[name] = candidate
            number += 1
    return names


def _definition(found: Subgraph, types: Mapping[str, str]) -> Subgraph:
    if all(old == new for old, new in types.items()):
        return found
    nodes = {name: replace(node, type=_type(node.type, types)) for name, node in found.nodes.items()}
    return replace(found, name=types[found.name], nodes=nodes)


def _type(kind: str, types: Mapping[str, str]) -> str:
    name = kind.removeprefix(PREFIX)
    return PREFIX + types[name] if is_instance(kind) and name in types else kind


def _node(
    node: Node,
    part: Graph,
    known: Mapping[str, Node],
    names: Mapping[str, str],
    renamed: Mapping[str, str],
    types: Mapping[str, str],
    offset: Point,
) -> Node:
    inputs = {}
    for name, sources in node.inputs.items():
        kept = (_source(source, part, known, names, offset) for source in sources)
        found = tuple(source for source in kept if source is not None)
        if found:
            inputs[name] = found
    node = follow(node, renamed)
    return replace(
        node, id=names[node.id], type=_type(node.type, types), inputs=inputs, pos=_moved(node.pos, offset)
    )


def _source(
    source: Source, part: Graph, known: Mapping[str, Node], names: Mapping[str, str], offset: Point
) -> Source | None:
    if source.node in part.nodes:
        via = tuple(_moved(point, offset) for point in source.via)
        return replace(source, node=names[source.node], via=via)
    return source if source.node in known else None


def _frame(frame: Frame, names: Mapping[str, str], offset: Point) -> Frame:
    x, y = _moved((frame.rect[0], frame.rect[1]), offset)
    members = tuple(names[member] for member in frame.members)
    own = frozen({names[member]: mode for member, mode in frame.own.items() if member in names})
    return replace(frame, id=names[frame.id], members=members, rect=(x, y, *frame.rect[2:]), own=own)


def _note(note: Note, names: Mapping[str, str], offset: Point) -> Note:
    return replace(note, id=names[note.id], pos=_moved(note.pos, offset), on=names.get(note.on, ""))


def _moved(point: Point, offset: Point) -> Point:
    return point[0] + offset[0], point[1] + offset[1]
