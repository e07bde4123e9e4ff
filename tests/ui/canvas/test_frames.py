from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt

from nodegraph.formats.native import dumps, loads
from nodegraph.model.graph import Frame, Note
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import LEFT, NONE, RIGHT, Hand
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.rendering.paint_frames import button_middle
from ui.canvas.scene.boxes import LinkKey

TEXT = Frame("text", "Text", ("prompt", "avoid"), (320, -64, 336, 480))
ENDS = Frame("ends", "End", ("decode", "save"), (984, -16, 280, 400))


@pytest.fixture
def framed(make_hand: MakeHand) -> Hand:
    return make_hand(graph_of(default_workflow(), (TEXT, ENDS), (Note("n", "in it", (330, 380), (100, 30)),)))


def button(hand: Hand, frame: str, name: str) -> QPointF:
    rect = next(rect for found, rect in hand.canvas.scene.frames() if found.id == frame)
    return button_middle(rect, 1.0, name)


def modes(hand: Hand) -> dict[str, str]:
    return {name: node.mode for name, node in hand.graph.nodes.items() if node.mode != "run"}


def test_the_header_mutes_bypasses_and_gives_back(framed: Hand) -> None:
    framed.click(framed.title("avoid"))
    framed.canvas.toggle_mode("bypass")
    framed.click(button(framed, "text", "mute"))
    assert modes(framed) == {"prompt": "mute", "avoid": "mute"}
    framed.click(button(framed, "text", "bypass"))
    assert modes(framed) == {"prompt": "bypass", "avoid": "bypass"}
    framed.click(button(framed, "text", "bypass"))
    assert modes(framed) == {"avoid": "bypass"}
    framed.canvas.editor.stack.undo()
    assert modes(framed) == {"prompt": "bypass", "avoid": "bypass"}


def test_the_header_locks_and_asks_for_a_run(framed: Hand) -> None:
    asked: list[object] = []
    framed.canvas.frames_run_requested.connect(asked.append)
    framed.click(button(framed, "ends", "run"))
    assert asked == [("ends",)]
    framed.click(button(framed, "text", "lock"))
    assert framed.graph.frames["text"].locked
    framed.drag((360, -50), (400, 20))
    assert framed.graph.frames["text"].rect == TEXT.rect


def test_a_collapsed_frame_is_a_box_that_keeps_its_links(framed: Hand) -> None:
    scene = framed.canvas.scene
    before = dumps(framed.graph)
    framed.click(button(framed, "text", "collapse"))
    assert framed.graph.frames["text"].collapsed
    fold = scene.folds.boxes["text"]
    assert set(scene.folds.of) == {"prompt", "avoid"} and scene.folds.notes == {"n"}
    assert {box.id for box in scene.shown()} == set(framed.graph.nodes) - {"prompt", "avoid"}
    entering = scene.links[LinkKey("prompt", "clip")]
    leaving = scene.links[LinkKey("sampler", "positive")]
    assert entering.points[-1] == fold.place(("checkpoint", "clip"), False)
    assert leaving.points[0] == fold.place(("prompt", "conditioning"), True)
    assert framed.canvas.hit(QPointF(framed.view((352 + 60, 208 + 60)))).node == ""
    assert dumps(loads(dumps(framed.graph))) == dumps(framed.graph)
    framed.click(button(framed, "text", "collapse"))
    assert dumps(framed.graph) == before and not scene.folds.of
    assert scene.links[LinkKey("prompt", "clip")].points[-1] == scene.nodes["prompt"].port_at("clip", False)


def test_links_within_a_collapsed_frame_are_hidden(framed: Hand) -> None:
    framed.click(button(framed, "ends", "collapse"))
    scene = framed.canvas.scene
    assert scene.conceals(LinkKey("save", "image"))
    assert LinkKey("save", "image") not in {link.key for link in scene.shown_links()}
    framed.canvas.grab()
    framed.canvas.frame_all()
    framed.canvas.grab()


def test_a_collapsed_frame_takes_its_nodes_along(framed: Hand) -> None:
    framed.click(button(framed, "text", "collapse"))
    rect = framed.canvas.scene.folds.boxes["text"].rect
    framed.drag(rect.topLeft() + QPointF(20, 12), rect.topLeft() + QPointF(20 - 80, 12 + 160))
    assert framed.graph.frames["text"].rect[:2] == (240, 96)
    assert framed.graph.nodes["prompt"].pos == (352 - 80, 160)
    assert framed.graph.notes["n"].pos == (250, 540)
    framed.canvas.editor.stack.undo()
    assert framed.graph.nodes["prompt"].pos == (352, 0)


def test_keys_collapse_and_mute_a_selected_frame(framed: Hand) -> None:
    framed.canvas.editor.selection.set((), (), ["text"])
    framed.canvas.collapse()
    assert framed.graph.frames["text"].collapsed and not framed.graph.nodes["prompt"].collapsed
    framed.canvas.toggle_mode("mute")
    assert modes(framed) == {"prompt": "mute", "avoid": "mute"}
    framed.canvas.editor.selection.set(["sampler"])
    framed.key(Qt.Key.Key_Left)
    assert framed.canvas.editor.selection.active == "checkpoint"


def test_the_box_of_a_collapsed_frame_is_chosen_by_a_box(framed: Hand) -> None:
    framed.click(button(framed, "text", "collapse"))
    framed.drag((300, 400), (700, -120), LEFT, NONE)
    assert framed.canvas.editor.selection.frames == {"text"}
    assert framed.canvas.editor.selection.nodes == frozenset()


def test_a_link_says_its_type_and_ends(framed: Hand) -> None:
    from ui.canvas.interaction.tips import tip

    canvas = framed.canvas
    found = canvas.hit(QPointF(framed.view(framed.along("decode", "latent", 0.5))))
    assert tip(canvas.scene, canvas.state, found) == "Latent\nKSampler: Latent → Decode: Latent"
    framed.click(framed.along("decode", "latent", 0.5), RIGHT)
