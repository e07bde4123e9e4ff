"""Random graphs and edits."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from nodegraph.edits import (
    AddFrame,
    AddNodes,
    AddNote,
    Batch,
    ChangeFrame,
    ChangeNote,
    Connect,
    Disconnect,
    Edit,
    Move,
    MuteLink,
    RemoveFrame,
    RemoveNodes,
    RemoveNote,
    RenameNode,
    Replace,
    Resize,
    SetColor,
    SetFlags,
    SetFrameMode,
    SetMode,
    SetParam,
    SetParams,
    SetPortal,
    SetSources,
    SetTitle,
    SetVia,
    SetView,
)
from nodegraph.model.graph import Frame, Graph, Link, Node, Note, Source
from nodegraph.model.note_images import NotePicture

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000020000000108020000007b40e8dd0000000f"
    "49444154789c63344e9bc9c0c0000005a20134563e4a5b0000000049454e44ae426082"
)
NAMES = ("a", "b", "c", "d", "e", "f")
BOXES = ("f1", "f2", "n1", "n2")
names = st.sampled_from(NAMES)
anything = st.sampled_from(NAMES + BOXES)
sockets = st.sampled_from(("x", "y", "z"))
outputs = st.sampled_from(("o", "p"))
numbers = st.integers(-5000, 5000) | st.floats(-1e6, 1e6)
points = st.tuples(numbers, numbers)
texts = st.text(max_size=12)
scalars = (
    st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
sources = st.builds(
    Source, names, outputs, st.booleans(), st.lists(points, max_size=2).map(tuple), st.sampled_from(("", "p"))
)
params = st.dictionaries(st.sampled_from(("s", "t", "x")), scalars, max_size=3)
inputs = st.dictionaries(sockets, st.lists(sources, min_size=1, max_size=3).map(tuple), max_size=3)
plain: st.SearchStrategy[Any] = st.recursive(
    st.none() | scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
nodes = st.builds(
    Node,
    names,
    st.sampled_from(("T", "pack/Thing")),
    st.integers(1, 3),
    params,
    inputs,
    points,
    st.none() | st.tuples(st.floats(1, 500), st.integers(1, 500)),
    texts,
    st.sampled_from(("", "#aabbcc")),
    st.sampled_from(("run", "mute", "bypass")),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.dictionaries(st.sampled_from(("future", "Über")), plain, max_size=2),
)
members = st.lists(names, max_size=4).map(tuple)
frames = st.builds(
    Frame,
    st.sampled_from(("f1", "f2")),
    texts,
    members,
    st.tuples(numbers, numbers, numbers, numbers),
    st.just(""),
    st.booleans(),
    st.booleans(),
)
notes = st.builds(
    Note,
    st.sampled_from(("n1", "n2")),
    texts,
    points,
    points,
    st.just(""),
    st.sampled_from(("", *NAMES)),
    st.just({}),
    st.sampled_from(({}, {"p": NotePicture.of(PNG)}, {"p": NotePicture.of(PNG), "q": NotePicture.of(PNG)})),
)
links = st.builds(Link, sources, names, sockets, st.integers(0, 2))
some_links = st.lists(links, min_size=1, max_size=2).map(tuple)
several = st.lists(names, max_size=3).map(tuple)
_simple: st.SearchStrategy[Edit] = st.one_of(
    st.builds(AddNodes, st.lists(nodes, min_size=1, max_size=3).map(tuple)),
    st.builds(AddNodes, st.lists(nodes, max_size=2).map(tuple), st.lists(frames, max_size=1).map(tuple)),
    st.builds(RemoveNodes, several, st.lists(links, max_size=2).map(tuple)),
    st.builds(RenameNode, names, st.sampled_from((*NAMES, *BOXES, "new", "not an id"))),
    st.builds(Replace, names, st.just("U"), st.just(1), params, inputs, st.dictionaries(outputs, outputs)),
    st.builds(Connect, sources, names, sockets, st.sampled_from((0, 0, 1, None))),
    st.builds(SetSources, names, sockets, st.lists(sources, max_size=3).map(tuple)),
    st.builds(Disconnect, some_links),
    st.builds(MuteLink, some_links, st.booleans()),
    st.builds(SetVia, links, st.lists(points, max_size=2).map(tuple)),
    st.builds(SetPortal, links, st.sampled_from(("", "light"))),
    st.builds(SetParam, names, st.sampled_from(("s", "t")), st.none() | scalars),
    st.builds(SetParams, st.dictionaries(names, st.dictionaries(st.just("s"), scalars), max_size=2)),
    st.builds(SetMode, several, st.sampled_from(("run", "mute", "bypass"))),
    st.builds(Move, st.dictionaries(anything, points, max_size=3)),
    st.builds(Resize, st.dictionaries(anything, st.none() | points, max_size=3)),
    st.builds(SetColor, st.lists(anything, max_size=3).map(tuple), st.just("#ff0000")),
    st.builds(SetTitle, names, texts),
    st.builds(SetFlags, several, st.none() | st.booleans(), st.none() | st.booleans()),
    st.builds(SetView, st.dictionaries(st.just("zoom"), numbers)),
    st.builds(AddFrame, frames),
    st.builds(RemoveFrame, st.sampled_from(("f1", "f2"))),
    st.builds(ChangeFrame, frames),
    st.builds(SetFrameMode, st.sampled_from(("f1", "f2")), st.sampled_from(("run", "mute", "bypass"))),
    st.builds(AddNote, notes),
    st.builds(RemoveNote, st.sampled_from(("n1", "n2"))),
    st.builds(ChangeNote, notes),
)
edits: st.SearchStrategy[Edit] = _simple | st.builds(
    Batch, st.lists(_simple, min_size=1, max_size=3).map(tuple), st.just("Batch")
)


def chain() -> Graph:
    """a -> b -> c -> d, framed and noted, to begin with."""
    made = [Node("a", "T", params={"s": 1})]
    for before, name in zip("abc", "bcd", strict=True):
        made.append(Node(name, "T", inputs={"x": (Source(before, "o"),)}))
    graph = Graph.of(*made)
    return AddNote(Note("n1", "Look.", on="d")).apply(AddFrame(Frame("f1", "Start", ("a", "b"))).apply(graph))
