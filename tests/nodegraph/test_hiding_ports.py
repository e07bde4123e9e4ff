"""Hiding a port of a subgraph changes no result: the value that it had outside goes inside."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.edits.ports import RemovePort
from nodegraph.model.graph import Graph, Node, Port, Source, Subgraph
from nodegraph.model.spec import Scalar
from nodegraph.support.errors import EditError

values: st.SearchStrategy[Scalar | None] = st.one_of(
    st.none(), st.integers(1, 3), st.sampled_from([1.0, "1", True])
)


def nested(inner: Scalar | None, outside: Sequence[Scalar | None]) -> Graph:
    """Nodes that stand for one subgraph, each with a value of its own or none, around a node with `inner`."""
    params = {} if inner is None else {"steps": inner}
    subgraph = Subgraph("Group", {"k": Node("k", "KSampler", params=params)}, (Port("steps", "k", "steps"),))
    nodes = [
        Node(f"g{n}", "subgraph/Group", params={} if value is None else {"steps": value})
        for n, value in enumerate(outside)
    ]
    return Graph({node.id: node for node in nodes}, subgraphs={"Group": subgraph})


def used(graph: Graph, instance: str) -> object:
    """The value that the inner node has for one of the nodes outside; None for its default."""
    own = graph.nodes[instance].params.get("steps")
    return graph.subgraphs["Group"].nodes["k"].params.get("steps") if own is None else own


@given(values, st.lists(values, min_size=1, max_size=3))
def test_every_result_stays_or_the_edit_is_refused(
    inner: Scalar | None, outside: list[Scalar | None]
) -> None:
    before = nested(inner, outside)
    results = [used(before, name) for name in before.nodes]
    try:
        after = RemovePort("Group", "steps").apply(before)
    except EditError as error:
        assert len({(type(value), value) for value in results}) > 1
        assert "make them unique" in str(error)
        return
    assert [used(after, name) for name in after.nodes] == results
    assert list(map(type, results)) == [type(used(after, name)) for name in after.nodes]
    assert not any(node.params for node in after.nodes.values())
    assert after.subgraphs["Group"].inputs == ()


def test_a_port_inside_another_subgraph_counts_too() -> None:
    graph = nested(None, [7])
    outer = Subgraph("Outer", graph.nodes)
    within = Graph({"o": Node("o", "subgraph/Outer")}, subgraphs={**graph.subgraphs, "Outer": outer})
    after = RemovePort("Group", "steps").apply(within)
    assert after.subgraphs["Group"].nodes["k"].params == {"steps": 7}
    assert not after.subgraphs["Outer"].nodes["g0"].params


@pytest.mark.parametrize("linked", [True, False])
def test_a_linked_port_has_no_value_to_keep(linked: bool) -> None:
    graph = nested(5, [None])
    feeding = Node("n", "Number")
    inputs = {"steps": (Source("n", "value"),)} if linked else {}
    nodes = {"n": feeding, "g0": Node("g0", "subgraph/Group", inputs=inputs)}
    after = RemovePort("Group", "steps").apply(Graph(nodes, subgraphs=graph.subgraphs))
    assert after.subgraphs["Group"].nodes["k"].params == {"steps": 5}
    assert not after.nodes["g0"].inputs
