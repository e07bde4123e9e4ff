"""Frames nest by place, go into subgraphs with their notes and come out again; bends of links move with both ends."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.edits import AddNodes, AddNote, Connect, Move, RemoveNodes, RenameNode, SetFrameMode, SetVia
from nodegraph.edits.nested import Inside
from nodegraph.edits.paste import copied, pasted
from nodegraph.edits.subgraphs import MakeSubgraph, Unpack, UnpackAll
from nodegraph.formats.native import dumps, loads
from nodegraph.journal import codec
from nodegraph.model.frames import FrameIndex, contains, contents, nested
from nodegraph.model.graph import Frame, Graph, Link, Node, Note, Source
from nodegraph.model.note_images import NotePicture
from nodegraph.model.notes import without_pictures
from nodegraph.support.errors import EditError, LoadError
from tests.nodegraph.strategies import PNG

INNER = Frame("inner", "Inner", ("a", "b"), (0, 0, 400, 200))
OUTER = Frame("outer", "Outer", ("c",), (-40, -40, 900, 400))


def chain(length: int = 4) -> Graph:
    """a -> b -> c ... 200 units apart."""
    names = "abcdefghij"[:length]
    nodes = [Node("a", "T", pos=(0.0, 0.0))]
    for number, (before, name) in enumerate(pairwise(names), 1):
        nodes.append(Node(name, "T", inputs={"x": (Source(before, "o"),)}, pos=(200.0 * number, 0.0)))
    return Graph.of(*nodes)


def framed() -> Graph:
    notes = {"n": Note("n", "words", (20, 20), (80, 40)), "p": Note("p", "pinned", (5000, 0), on="b")}
    return replace(chain(), frames={"inner": INNER, "outer": OUTER}, notes=notes)


rects = st.tuples(*[st.integers(-2000, 2000)] * 2, *[st.integers(0, 3000)] * 2)


@given(st.lists(rects, max_size=20), rects)
def test_the_index_finds_the_frames_that_comparing_all_finds(
    frames: list[tuple[int, ...]], rect: tuple[int, ...]
) -> None:
    made = [Frame(f"f{n}", rect=(x, y, w, h)) for n, (x, y, w, h) in enumerate(frames)]
    wanted = (rect[0], rect[1], rect[2], rect[3])
    found = {frame.id for frame in FrameIndex(made).around(wanted)}
    assert found == {frame.id for frame in made if contains(frame.rect, wanted)}


def test_a_frame_holds_what_lies_in_it() -> None:
    held = contents(framed(), ["outer"])
    assert held.nodes == {"a", "b", "c"}
    assert held.frames == {"inner", "outer"}
    assert held.notes == {"n", "p"}
    assert nested(framed(), ["inner", "outer"]) == {"inner": {"inner"}, "outer": {"inner", "outer"}}


def test_muting_a_frame_mutes_the_frames_in_it_and_gives_each_node_its_mode_back() -> None:
    before = framed()
    before = before.with_nodes([replace(before.nodes["a"], mode="bypass")])
    muted = SetFrameMode("outer", "mute").apply(before)
    assert [muted.nodes[n].mode for n in "abcd"] == ["mute", "mute", "mute", "run"]
    kept = loads(dumps(RenameNode("a", "first").apply(muted)))
    again = SetFrameMode("outer", "run").apply(kept)
    assert [again.nodes[n].mode for n in ("first", "b", "c", "d")] == ["bypass", "run", "run", "run"]
    without = RemoveNodes(("a",)).apply(muted)
    assert loads(dumps(without)) == without
    part = copied(muted, ["inner", "a"])
    assert loads(dumps(part)) == part


@given(st.integers(0, 3), st.integers(0, 3), st.tuples(st.integers(-99, 99), st.integers(-99, 99)))
def test_bends_go_along_when_both_ends_of_their_link_move(
    first: int, second: int, by: tuple[int, int]
) -> None:
    graph = chain()
    for name in "bcd":
        link = Link(graph.nodes[name].inputs["x"][0], name, "x")
        graph = SetVia(link, ((10.0, 20.0), (30.0, 40.0))).apply(graph)
    names = "abcd"[min(first, second) : max(first, second) + 1]
    places = {name: (graph.nodes[name].pos[0] + by[0], graph.nodes[name].pos[1] + by[1]) for name in names}
    moved = Move(places).apply(graph)
    for before, name in zip("abc", "bcd", strict=True):
        along = by if before in names and name in names else (0, 0)
        expected = ((10.0 + along[0], 20.0 + along[1]), (30.0 + along[0], 40.0 + along[1]))
        assert moved.nodes[name].inputs["x"][0].via == expected


def test_a_subgraph_keeps_frames_and_notes_inside_in_files_and_when_unpacked() -> None:
    before = framed()
    made = MakeSubgraph(("a", "b"), "Light", "light", ("inner",), ()).apply(before)
    inside = made.subgraphs["Light"]
    assert inside.frames == {"inner": INNER}
    assert set(inside.notes) == {"n", "p"}
    assert made.frames.keys() == {"outer"}
    assert not made.notes
    assert loads(dumps(made)) == made
    assert codec.decode(codec.encode(made)) == made
    again = Unpack("light").apply(made)
    assert {f.title: set(f.members) for f in again.frames.values()} == {"Inner": {"a", "b"}, "Outer": {"c"}}
    assert {note.text: note.on for note in again.notes.values()} == {"words": "", "pinned": "b"}
    x, y = again.nodes["a"].pos
    frame = next(f for f in again.frames.values() if f.title == "Inner")
    assert (frame.rect[0] - x, frame.rect[1] - y) == (0.0, 0.0)


def test_a_frame_goes_inside_with_all_of_its_nodes_among_others_and_stays_around_them_alone() -> None:
    graph = replace(framed(), frames={"inner": INNER})
    among = MakeSubgraph(("a", "b", "c"), "Some", "some").apply(graph)
    assert among.subgraphs["Some"].frames == {"inner": INNER}
    alone = MakeSubgraph(("a", "b"), "Two", "two").apply(graph)
    assert alone.frames["inner"].members == ("two",)
    by_frame = MakeSubgraph((), "All", "all", ("inner",)).apply(graph)
    assert set(by_frame.subgraphs["All"].nodes) == {"a", "b"}
    with pytest.raises(EditError, match="nothing called"):
        MakeSubgraph(("a",), "No", "no", ("lost",)).apply(graph)


def test_frames_and_notes_are_edited_inside_and_counted_with_the_rest() -> None:
    made = MakeSubgraph(("a", "b"), "Light", "light").apply(chain())
    noted = Inside("Light", AddNote(Note("n", "![x](p)", pictures={"p": NotePicture.of(PNG)}))).apply(made)
    assert noted.subgraphs["Light"].notes["n"].pictures
    assert not without_pictures(noted).subgraphs["Light"].notes["n"].pictures
    moved = Inside("Light", Move({"n": (9.0, 9.0)})).apply(noted)
    change = codec.delta(noted, moved)
    assert "pictures" not in change["subgraphs"]["set"]["Light"]["notes"]["n"]
    assert codec.apply(noted, change) == moved
    text = dumps(moved).replace('"on"', '"off"').replace('"id": "n"', '"id": "a"')
    with pytest.raises(LoadError, match="two things"):
        loads(text)


def test_subgraphs_that_feed_each_other_are_unpacked_together() -> None:
    graph = chain(6)
    one = MakeSubgraph(("a", "b"), "One", "one").apply(graph)
    two = MakeSubgraph(("c", "d"), "Two", "two").apply(one)
    again = UnpackAll(("one", "two")).apply(two)
    assert not again.subgraphs
    assert {name: node.inputs for name, node in again.nodes.items()} == {
        name: node.inputs for name, node in graph.nodes.items()
    }
    shared = AddNodes((replace(two.nodes["one"], id="other", pos=(0.0, 900.0)),)).apply(two)
    half = UnpackAll(("one",)).apply(shared)
    assert "One" in half.subgraphs
    assert UnpackAll(("other", "one")).apply(shared).subgraphs.keys() == {"Two"}


def test_pasting_many_times_finds_free_ids() -> None:
    graph = chain(3)
    for _ in range(3):
        graph = pasted(graph, chain(3)).apply(graph)
    assert len(graph.nodes) == 12
    assert graph.fresh_ids(["a", "a", "new", "new"], ["a_5"]) == ["a_6", "a_7", "new", "new_2"]
    with pytest.raises(EditError):
        Connect(Source("a_2", "o"), "a_2", "x").apply(graph)
    assert math.isclose(graph.nodes["b_4"].pos[0], 200.0)
