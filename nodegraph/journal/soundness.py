"""Whether a graph is one that edits and files can make: what a damaged journal may break."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nodegraph.formats.native.nesting import check_nesting
from nodegraph.model.graph import Graph, Node
from nodegraph.model.limits import scalar_fault, text_fault
from nodegraph.model.notes import together_fault
from nodegraph.model.traversal import cycle
from nodegraph.support.errors import LoadError

PLACE = "the journal"
FEW = 32
"""Up to so many changed nodes circles are looked for from each of them, else in the whole graph."""


def graph_fault(before: Graph, after: Graph) -> bool:
    """Whether what differs from `before`, which is sound, makes `after` unsound."""
    try:
        return (
            _nodes_fault(before.nodes, after.nodes)
            or _boxes_fault(before, after)
            or _subgraphs_fault(before, after)
        )
    except LoadError:
        return True


def _nodes_fault(before: Mapping[str, Node], after: Mapping[str, Node]) -> bool:
    if before is after:
        return False
    changed = [name for name, node in after.items() if before.get(name) is not node]
    gone = any(name not in after for name in before)
    if any(after[name].id != name or _values_fault(after[name]) for name in changed):
        return True
    linked = after.values() if gone else (after[name] for name in changed)
    if any(source.node not in after for node in linked for ss in node.inputs.values() for source in ss):
        return True
    rewired = [name for name in changed if after[name].inputs and not _same_inputs(before, after, name)]
    if len(rewired) > FEW:
        return bool(cycle(after))
    return any(_feeds_itself(after, name) for name in rewired)


def _same_inputs(before: Mapping[str, Node], after: Mapping[str, Node], name: str) -> bool:
    return name in before and before[name].inputs == after[name].inputs


def _values_fault(node: Node) -> bool:
    return any(map(scalar_fault, node.params.values())) or _texts_fault((node.type, node.title, node.color))


def _texts_fault(texts: Iterable[str]) -> bool:
    return any(map(text_fault, texts))


def _feeds_itself(nodes: Mapping[str, Node], start: str) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for sources in nodes[waiting.pop()].inputs.values():
            for source in sources:
                if source.node == start:
                    return True
                if source.node not in seen:
                    seen.add(source.node)
                    waiting.append(source.node)
    return False


def _boxes_fault(before: Graph, after: Graph) -> bool:
    same_nodes = before.nodes is after.nodes
    if same_nodes and before.frames is after.frames and before.notes is after.notes:
        return False
    nodes, frames, notes = after.nodes, after.frames, after.notes
    if any(name in nodes or name in notes for name in frames) or any(name in nodes for name in notes):
        return True
    if any(frame.id != name for name, frame in frames.items()):
        return True
    members = [member for frame in frames.values() for member in frame.members]
    if len(set(members)) != len(members) or any(member not in nodes for member in members):
        return True
    if any(note.id != name or (note.on and note.on not in nodes) for name, note in notes.items()):
        return True
    if before.notes is after.notes:
        return False
    fresh = (note for name, note in notes.items() if before.notes.get(name) is not note)
    return _texts_fault(note.text for note in fresh) or together_fault(notes.values()) is not None


def _subgraphs_fault(before: Graph, after: Graph) -> bool:
    if before.subgraphs is after.subgraphs:
        return False
    for name, subgraph in after.subgraphs.items():
        old = before.subgraphs.get(name)
        if old is subgraph:
            continue
        if subgraph.name != name or _nodes_fault({}, subgraph.nodes):
            return True
        if any(port.node not in subgraph.nodes for port in (*subgraph.inputs, *subgraph.outputs)):
            return True
    check_nesting(after.subgraphs, PLACE)
    return False
