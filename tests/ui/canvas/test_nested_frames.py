"""Frames around frames, bends that go along, and subgraphs with frames and notes, by mouse and key."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF

from nodegraph.model.graph import Frame, Graph, Note
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import Hand
from tests.ui.canvas.worlds import default_workflow, graph_of

TEXT = Frame("text", "Text", ("prompt", "avoid"), (320, -64, 336, 480))
BEND = (660.0, 300.0)


def bent(graph: Graph) -> Graph:
    """The link from `latent` to `sampler` led through a point."""
    sampler = graph.nodes["sampler"]
    source = replace(sampler.inputs["latent"][0], via=(BEND,))
    return graph.with_nodes([replace(sampler, inputs={**sampler.inputs, "latent": (source,)})])


@pytest.fixture
def framed(make_hand: MakeHand) -> Hand:
    notes = (Note("n", "in it", (330, 380), (100, 30)),)
    return make_hand(bent(graph_of(default_workflow(), (TEXT,), notes)))


def via(hand: Hand) -> tuple[float, float]:
    return hand.graph.nodes["sampler"].inputs["latent"][0].via[0]


def test_a_bend_goes_along_with_both_of_its_nodes_and_stays_for_one(framed: Hand) -> None:
    framed.canvas.stage.selection.set(["latent", "sampler"])
    start = framed.title("sampler")
    framed.drag(start, start + QPointF(80, 160))
    assert framed.graph.nodes["sampler"].pos == (784, 208)
    assert via(framed) == (BEND[0] + 80, BEND[1] + 160)
    framed.canvas.editor.stack.undo()
    assert via(framed) == BEND
    framed.canvas.stage.selection.clear()
    framed.drag(start, start + QPointF(80, 160))
    assert via(framed) == BEND


def test_everything_nudged_takes_its_bends_along(framed: Hand) -> None:
    framed.canvas.select_all()
    framed.canvas.nudge(8.0, 16.0)
    assert via(framed) == (BEND[0] + 8, BEND[1] + 16)


def test_a_frame_dragged_takes_its_bends_along(framed: Hand) -> None:
    framed.canvas.stage.selection.set(["latent", "sampler"])
    framed.canvas.add_frame()
    framed.canvas.setFocus()
    outer = next(frame for frame in framed.graph.frames.values() if frame.id != "text")
    at = QPointF(framed.graph.nodes["sampler"].pos[0] + 20, outer.rect[1] + 10)
    framed.drag(at, at + QPointF(0, -80))
    assert via(framed) == (BEND[0], BEND[1] - 80)


def test_a_frame_around_a_frame_nests_and_moves_mutes_and_copies_all_of_it(framed: Hand) -> None:
    framed.canvas.stage.selection.set(["latent"], (), ["text"])
    framed.canvas.add_frame()
    framed.canvas.setFocus()
    graph = framed.graph
    outer = next(frame for frame in graph.frames.values() if frame.id != "text")
    assert graph.frames["text"].members == ("prompt", "avoid")
    assert outer.members == ("latent",)
    at = QPointF(outer.rect[0] + 60, outer.rect[1] + 10)
    framed.drag(at, at + QPointF(-80, 80))
    after = framed.graph
    for name in ("prompt", "avoid", "latent"):
        x, y = graph.nodes[name].pos
        assert after.nodes[name].pos == (x - 80, y + 80)
    assert after.frames["text"].rect[:2] == (240, 16)
    assert after.notes["n"].pos == (250, 460)
    framed.canvas.stage.selection.set((), (), [outer.id])
    framed.canvas.toggle_mode("mute")
    assert {n.id for n in framed.graph.nodes.values() if n.mode == "mute"} == {"prompt", "avoid", "latent"}
    framed.canvas.toggle_mode("mute")
    framed.canvas.duplicate()
    assert len(framed.graph.frames) == 4
    assert len(framed.graph.notes) == 2
    assert len(framed.graph.nodes) == 10


def test_a_frame_around_the_nodes_of_a_frame_nests_too(framed: Hand) -> None:
    framed.canvas.stage.selection.set(["prompt", "avoid", "latent"])
    framed.canvas.add_frame()
    outer = next(frame for frame in framed.graph.frames.values() if frame.id != "text")
    assert framed.graph.frames["text"].members == ("prompt", "avoid")
    assert outer.members == ("latent",)
    x, y, width, height = outer.rect
    assert x <= 320
    assert y <= -64
    assert x + width >= 656
    assert y + height >= 416


def test_a_subgraph_of_a_frame_and_a_note_shows_them_and_gives_them_back(framed: Hand) -> None:
    framed.canvas.stage.selection.set((), (), ["text"])
    framed.canvas.make_subgraph()
    framed.canvas.setFocus()
    inside = next(iter(framed.graph.subgraphs.values()))
    assert set(inside.frames) == {"text"}
    assert set(inside.notes) == {"n"}
    assert not framed.graph.frames
    framed.canvas.unpack()
    assert framed.graph.frames["text"].members == ("prompt", "avoid")
    assert framed.graph.notes["n"].text == "in it"
    assert framed.canvas.stage.selection.now.frames == {"text"}
