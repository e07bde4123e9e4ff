from __future__ import annotations

import json

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from nodegraph.model.graph import Frame, Note
from tests.nodegraph.comfyui.saving import text_to_image
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import Hand
from tests.ui.canvas.worlds import default_workflow, graph_of, link
from ui.canvas.interaction.glide import LAYOUT


def test_delete_heals_where_types_allow_and_shift_does_not(make_hand: MakeHand) -> None:
    from nodegraph.model.graph import Node

    chain = [
        Node("a", "LoadImage"),
        Node("scale", "ImageScale", inputs={"image": link("a.image")}, pos=(280, 0)),
        Node("b", "SaveImage", inputs={"image": link("scale.image")}, pos=(600, 0)),
    ]
    hand = make_hand(graph_of(chain))
    hand.canvas.editor.selection.set(["scale"])
    hand.canvas.delete(True)
    assert hand.graph.nodes["b"].inputs["image"] == link("a.image")
    hand.canvas.editor.stack.undo()
    hand.canvas.editor.selection.set(["scale"])
    hand.canvas.delete(False)
    assert not hand.graph.nodes["b"].inputs and "scale" not in hand.graph.nodes


def test_copies_paste_as_text_with_their_inner_links(hand: Hand) -> None:
    hand.canvas.editor.selection.set(["sampler", "decode"])
    hand.canvas.copy()
    assert '"KSampler"' in QGuiApplication.clipboard().text()
    hand.canvas.paste()
    assert hand.graph.nodes["decode_2"].inputs == {"latent": link("sampler_2.latent")}
    assert hand.canvas.editor.selection.nodes == {"sampler_2", "decode_2"}
    hand.canvas.paste(keep_inputs=True)
    assert hand.graph.nodes["sampler_3"].inputs["model"] == link("checkpoint.model")
    places = {node.pos for node in hand.graph.nodes.values()}
    assert len(places) == len(hand.graph.nodes), "no copy hides another"


def test_a_workflow_of_comfyuis_is_pasted_as_nodes(hand: Hand) -> None:
    before = hand.graph
    QGuiApplication.clipboard().setText(json.dumps(text_to_image().data()))
    hand.canvas.paste()
    added = [node.type for name, node in hand.graph.nodes.items() if name not in before.nodes]
    assert sorted(added).count("TextEncode") == 2 and "KSampler" in added
    hand.canvas.editor.stack.undo()
    assert hand.graph is before


def test_pasting_nonsense_says_so(hand: Hand) -> None:
    before = hand.graph
    QGuiApplication.clipboard().setText("hello {")
    hand.canvas.paste()
    assert hand.graph is before and len(hand.said) == 1 and "clipboard" in hand.said[0]


def test_duplicate_with_and_without_inputs(hand: Hand) -> None:
    hand.canvas.editor.selection.set(["decode"])
    hand.canvas.duplicate()
    assert not hand.graph.nodes["decode_2"].inputs
    hand.canvas.editor.selection.set(["decode"])
    hand.canvas.duplicate(keep_inputs=True)
    assert hand.graph.nodes["decode_3"].inputs == hand.graph.nodes["decode"].inputs


def test_modes_and_flags_toggle(hand: Hand) -> None:
    hand.canvas.editor.selection.set(["sampler", "decode"])
    hand.canvas.toggle_mode("mute")
    assert {hand.graph.nodes[n].mode for n in ("sampler", "decode")} == {"mute"}
    hand.canvas.toggle_mode("bypass")
    assert {hand.graph.nodes[n].mode for n in ("sampler", "decode")} == {"bypass"}
    hand.canvas.toggle_mode("bypass")
    assert {hand.graph.nodes[n].mode for n in ("sampler", "decode")} == {"run"}
    for toggle, flag in (
        (hand.canvas.collapse, "collapsed"),
        (hand.canvas.hide_unlinked, "hide_unlinked"),
        (hand.canvas.pin, "pinned"),
    ):
        toggle()
        assert getattr(hand.graph.nodes["decode"], flag)
        toggle()
        assert not getattr(hand.graph.nodes["decode"], flag)


def test_a_frame_is_made_around_the_selection_and_named_at_once(hand: Hand) -> None:
    hand.canvas.editor.selection.set(["prompt", "avoid"])
    hand.canvas.add_frame()
    editor = hand.canvas.findChild(QLineEdit)
    assert editor is not None and editor.hasFocus()
    QTest.keyClicks(editor, "Words")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    (frame,) = hand.graph.frames.values()
    assert frame.title == "Words" and set(frame.members) == {"prompt", "avoid"}


def test_a_title_is_renamed_by_double_click_and_escape_drops_it(hand: Hand) -> None:
    hand.double_click(hand.title("sampler"))
    editor = hand.canvas.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "First pass")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert hand.graph.nodes["sampler"].title == "First pass"
    QTest.qWait(1)
    hand.double_click(hand.title("sampler"))
    editor = hand.canvas.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "Nonsense")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert hand.graph.nodes["sampler"].title == "First pass" and hand.canvas.hasFocus()


def test_a_note_is_written_in_place_and_kept_on_leaving(make_hand: MakeHand) -> None:
    hand = make_hand(graph_of(default_workflow(), (), (Note("n", "old", (0, 400)),)))
    hand.double_click((100.0, 440.0))
    editor = hand.canvas.findChild(QPlainTextEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "new")
    hand.click((620.0, 640.0))
    assert hand.graph.notes["n"].text == "new"


def test_nudges_in_a_row_are_one_step(hand: Hand) -> None:
    hand.canvas.editor.selection.set(["decode"])
    for _ in range(5):
        hand.canvas.nudge(8, 0)
    assert hand.graph.nodes["decode"].pos == (1056, 48) and hand.canvas.editor.stack.count() == 1


def test_a_portal_hides_the_line(hand: Hand) -> None:
    hand.canvas.editor.selection.set((), [("decode", "vae", 0)])
    hand.canvas.make_portal("vae")
    assert hand.graph.nodes["decode"].inputs["vae"][0].portal == "vae"
    middle = hand.port("checkpoint", "vae", True) + hand.port("decode", "vae")
    assert hand.canvas.hit(hand.view(middle / 2).toPointF()).kind != "link"


def test_views_come_back(hand: Hand) -> None:
    state = hand.canvas.view_state()
    hand.canvas.editor.selection.set(["save"])
    hand.canvas.frame_selected()
    assert hand.canvas.view_state() != state
    hand.canvas.previous_view()
    assert hand.canvas.view_state() == state
    hand.canvas.zoom_to(2.0)
    hand.canvas.set_view_state(state)
    assert hand.canvas.view_state() == state
    hand.canvas.set_view_state({"x": "far", "zoom": None})
    assert hand.canvas.view_state() == state


def test_delete_takes_frames_and_notes_and_leaves_the_frames_nodes(make_hand: MakeHand) -> None:
    frame = Frame("f", "Text", ("prompt",), (300, -40, 400, 300))
    hand = make_hand(graph_of(default_workflow(), (frame,), (Note("n", "x", (0, 500)),)))
    hand.canvas.editor.selection.set((), (), ["f"], ["n"])
    hand.canvas.delete()
    assert not hand.graph.frames and not hand.graph.notes and "prompt" in hand.graph.nodes


def test_snapping_is_a_setting(hand: Hand) -> None:
    hand.canvas.set_snap(False)
    assert hand.canvas.stage.habits.snap == 0
    hand.canvas.set_snap(True)
    assert hand.canvas.stage.habits.snap == 8


def test_motion_is_shown_and_ends_where_the_graph_is(hand: Hand) -> None:
    canvas = hand.canvas
    canvas.set_motion(True)
    canvas.editor.selection.set(["prompt", "latent", "avoid"])
    before = {name: canvas.scene.nodes[name].x for name in ("prompt", "latent", "avoid")}
    canvas.nudge(8, 0)
    assert canvas.scene.nodes["latent"].x == before["latent"] + 8
    canvas.align("right")
    wanted = hand.graph.nodes["latent"].pos
    assert canvas.scene.nodes["latent"].node.pos != wanted
    QTest.qWait(LAYOUT + 120)
    assert canvas.scene.nodes["latent"].node.pos == wanted and canvas.scene.graph is hand.graph
    canvas.editor.stack.undo()
    assert canvas.scene.graph is hand.graph
    canvas.align("right")
    hand.press(hand.title("sampler"))
    assert canvas.scene.graph is hand.graph
    hand.release(hand.title("sampler"))


def test_without_motion_nothing_takes_time(hand: Hand) -> None:
    hand.canvas.editor.selection.set(["prompt", "latent"])
    hand.canvas.align("right")
    assert hand.canvas.scene.graph is hand.graph
    QTest.qWait(150)
    assert not [timer for timer in hand.canvas.findChildren(QTimer) if timer.isActive()]


def test_a_collapsed_frame_is_laid_out_as_the_box_that_is_seen(make_hand: MakeHand) -> None:
    frame = Frame("f", "Text", ("prompt", "avoid"), (320, -64, 336, 480), collapsed=True)
    hand = make_hand(graph_of(default_workflow(), (frame,)))
    hand.canvas.arrange(False)
    moved = hand.graph.frames["f"]
    assert moved.rect[2:] == frame.rect[2:]
    by = (moved.rect[0] - frame.rect[0], moved.rect[1] - frame.rect[1])
    assert hand.graph.nodes["prompt"].pos == (352 + by[0], by[1])
    rects = [r for _, r in hand.canvas.scene.frames()] + [b.rect for b in hand.canvas.scene.shown()]
    assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[:i])
