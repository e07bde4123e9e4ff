from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.edits import AddNodes, Edit, Move, RemoveNodes, SetMode, SetParam, SetTitle, SetView
from nodegraph.edits.document import Document
from nodegraph.model.diff import diff
from nodegraph.model.graph import Graph, Node
from nodegraph.support.errors import EditError
from tests.nodegraph.strategies import chain, edits


@settings(max_examples=100, deadline=None)
@given(st.lists(edits, max_size=15))
def test_undo_by_kept_references_is_the_same_graph(sequence: list[Edit]) -> None:
    document = Document(chain())
    kept = [document.graph]
    for edit in sequence:
        try:
            assert document.apply(edit) is kept[-1]
        except EditError:
            assert document.graph is kept[-1]
            continue
        kept.append(document.graph)
    for graph in reversed(kept):
        document.replace(graph)
        assert document.graph is graph
    assert document.graph is document.saved
    assert not document.changed


def test_listeners_hear_each_change_once() -> None:
    document = Document(chain())
    heard: list[tuple[Graph, Graph]] = []
    stop = document.subscribe(lambda old, new: heard.append((old, new)))
    before = document.apply(SetParam("a", "s", 2))
    document.apply(SetParam("a", "s", 2))
    assert heard == [(before, document.graph)]
    with pytest.raises(EditError):
        document.apply(SetParam("zzz", "s", 2))
    stop()
    stop()
    document.replace(before)
    assert len(heard) == 1


def test_one_listener_subscribed_twice_is_two_subscriptions() -> None:
    document = Document(chain())
    heard: list[Graph] = []

    def listener(old: Graph, new: Graph) -> None:
        heard.append(new)

    stop = document.subscribe(listener)
    document.subscribe(listener)
    stop()
    stop()
    document.apply(SetParam("a", "s", 2))
    assert len(heard) == 1


def test_a_listener_may_leave_while_it_is_called() -> None:
    document = Document(chain())
    heard: list[str] = []

    def once(old: Graph, new: Graph) -> None:
        heard.append("once")
        stop()

    stop = document.subscribe(once)
    document.subscribe(lambda old, new: heard.append("other"))
    document.apply(SetParam("a", "s", 2))
    document.apply(SetParam("a", "s", 3))
    assert heard == ["once", "other", "other"]


def test_changed_means_that_the_file_would_differ() -> None:
    document = Document(chain())
    document.apply(SetView({"zoom": 2}))
    assert not document.changed
    document.apply(SetParam("a", "s", 2))
    assert document.changed
    document.apply(SetParam("a", "s", 1))
    assert not document.changed
    document.apply(SetParam("a", "s", 1.0))
    assert document.changed
    document.mark_saved(Path("here.json"))
    assert not document.changed
    assert document.path == Path("here.json")


def test_diff_says_what_and_in_what_respect() -> None:
    graph = chain()
    after = SetTitle("b", "B").apply(Move({"b": (1, 1), "f1": (2, 2)}).apply(graph))
    after = RemoveNodes(("d",)).apply(AddNodes((Node("e", "T"),)).apply(after))
    found = diff(graph, after)
    assert found.added == ("e",)
    assert found.removed == ("d",)
    assert found.changed == {"b": {"pos", "look"}}
    assert found.frames == {"f1"}
    assert found.notes == {"n1"}
    assert found.computes
    assert not diff(graph, Move({"b": (1, 1)}).apply(graph)).computes
    assert diff(graph, SetMode(("b",), "mute").apply(graph)).computes
    assert not diff(graph, Graph(graph.nodes, graph.frames, graph.notes))
