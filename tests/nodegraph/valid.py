"""What every document holds true, as assertions."""

from __future__ import annotations

import networkx

from nodegraph.model.graph import ID_PATTERN, Graph


def assert_valid(graph: Graph) -> None:
    """No loose link, no circle, no lost member, no id twice, no malformed id."""
    flow: networkx.DiGraph = networkx.DiGraph()
    for name, node in graph.nodes.items():
        assert node.id == name
        assert ID_PATTERN.fullmatch(name)
        flow.add_node(name)
        assert all(sources for sources in node.inputs.values())
        for link in node.links():
            assert link.source.node in graph.nodes
            flow.add_edge(link.source.node, name)
    assert networkx.is_directed_acyclic_graph(flow)
    members = [member for frame in graph.frames.values() for member in frame.members]
    assert len(set(members)) == len(members)
    assert set(members) <= graph.nodes.keys()
    assert all(note.on in graph.nodes for note in graph.notes.values() if note.on)
    assert all(name == frame.id for name, frame in graph.frames.items())
    assert all(name == note.id for name, note in graph.notes.items())
    names = [*graph.nodes, *graph.frames, *graph.notes]
    assert len(set(names)) == len(names)
