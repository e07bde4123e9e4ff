from __future__ import annotations

import time

from PySide6.QtCore import QPointF, Qt

from nodegraph.model.graph import Frame, Node
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import ALT, CTRL, MIDDLE, SHIFT, Hand
from tests.ui.canvas.worlds import default_workflow, graph_of, link
from ui.canvas.interaction.gestures.move_nodes import MoveNodes


def by(point: QPointF, dx: float, dy: float) -> QPointF:
    return QPointF(point.x() + dx, point.y() + dy)


def test_a_press_selects_and_a_drag_moves_on_the_grid_in_one_step(hand: Hand) -> None:
    start = hand.title("latent")
    hand.drag(start, by(start, 403, 101), modifiers=Qt.KeyboardModifier.NoModifier)
    assert hand.canvas.editor.selection.nodes == {"latent"}
    x, y = hand.graph.nodes["latent"].pos
    assert abs(x - 755) <= 8 and abs(y - 517) <= 8 and hand.canvas.editor.stack.count() == 1
    hand.canvas.editor.stack.undo()
    assert hand.graph.nodes["latent"].pos == (352, 416)


def test_a_press_that_hardly_moves_is_a_click(hand: Hand) -> None:
    start = hand.title("latent")
    hand.drag(start, by(start, 2, 1))
    assert hand.graph.nodes["latent"].pos == (352, 416) and hand.canvas.editor.stack.count() == 0


def test_shift_adds_and_takes_away(hand: Hand) -> None:
    hand.click(hand.title("latent"))
    hand.click(hand.title("decode"), modifiers=SHIFT)
    assert hand.canvas.editor.selection.nodes == {"latent", "decode"}
    hand.click(hand.title("decode"), modifiers=SHIFT)
    assert hand.canvas.editor.selection.nodes == {"latent"}


def test_all_selected_nodes_move_and_a_pinned_one_stays(make_hand: MakeHand) -> None:
    hand = make_hand(
        graph_of(
            [
                Node("a", "VAEDecode"),
                Node("b", "VAEDecode", pos=(0, 200)),
                Node("c", "VAEDecode", pos=(0, 400), pinned=True),
            ]
        )
    )
    hand.canvas.select_all()
    start = hand.title("a")
    hand.drag(start, by(start, 80, 40), modifiers=CTRL)
    assert hand.graph.nodes["a"].pos == (80, 40) and hand.graph.nodes["b"].pos == (80, 240)
    assert hand.graph.nodes["c"].pos == (0, 400)


def test_escape_leaves_everything_in_place(hand: Hand) -> None:
    start = hand.title("latent")
    hand.press(start)
    hand.move(by(start, 90, 90))
    hand.key(Qt.Key.Key_Escape)
    hand.release(by(start, 90, 90))
    assert hand.graph.nodes["latent"].pos == (352, 416) and hand.canvas.editor.stack.count() == 0


def test_a_guide_lines_a_node_up_with_its_neighbour(hand: Hand) -> None:
    start = hand.title("save")
    target = hand.graph.nodes["decode"].pos[0]
    hand.drag(start, by(start, 4, 303))
    assert hand.graph.nodes["save"].pos[0] == target


def test_a_box_selects_what_it_touches(hand: Hand) -> None:
    hand.drag((690.0, 30.0), (1030.0, 120.0))
    assert hand.canvas.editor.selection.nodes == {"sampler", "decode"}
    hand.drag((340.0, 600.0), (380.0, 440.0), modifiers=SHIFT)
    assert hand.canvas.editor.selection.nodes == {"sampler", "decode", "latent"}
    hand.drag((690.0, 30.0), (730.0, 120.0), modifiers=CTRL)
    assert hand.canvas.editor.selection.nodes == {"decode", "latent"}


def test_a_lasso_selects_what_it_surrounds(hand: Hand) -> None:
    hand.press((330.0, 410.0), modifiers=CTRL | ALT)
    for point in ((560.0, 410.0), (560.0, 620.0), (330.0, 620.0)):
        hand.move(point, modifiers=CTRL | ALT)
    hand.release((330.0, 620.0), modifiers=CTRL | ALT)
    assert hand.canvas.editor.selection.nodes == {"latent"}


def test_a_click_on_empty_ground_selects_nothing(hand: Hand) -> None:
    hand.canvas.select_all()
    hand.click((620.0, 640.0))
    assert not hand.canvas.editor.selection.now


def test_the_middle_button_pans_and_the_space_bar_too(hand: Hand) -> None:
    from PySide6.QtTest import QTest

    before = hand.canvas.camera.origin
    hand.press((100.0, 100.0), MIDDLE)
    view = hand.view((100.0, 100.0))
    QTest.mouseMove(hand.canvas, view)
    hand.move((160.0, 130.0), MIDDLE)
    hand.release((160.0, 130.0), MIDDLE)
    moved = hand.canvas.camera.origin
    assert (moved - before).manhattanLength() > 40
    QTest.keyPress(hand.canvas, Qt.Key.Key_Space)
    hand.drag((300.0, 300.0), (340.0, 300.0), steps=1)
    QTest.keyRelease(hand.canvas, Qt.Key.Key_Space)
    assert hand.canvas.camera.origin != moved and hand.canvas.gesture is None
    assert hand.canvas.editor.stack.count() == 0


def lora_world(make_hand: MakeHand) -> Hand:
    return make_hand(graph_of([*default_workflow(), Node("lora", "LoraLoader", pos=(352, 640))]))


def test_a_node_held_over_a_link_goes_in_between(make_hand: MakeHand) -> None:
    nodes = [
        Node("a", "LoadImage"),
        Node("b", "SaveImage", inputs={"image": link("a.image")}, pos=(520, 0)),
        Node("scale", "ImageScale", pos=(240, 400)),
    ]
    hand = make_hand(graph_of(nodes))
    start = hand.title("scale")
    middle = hand.along("b", "image", 0.5)
    hand.press(start)
    end = by(middle, 0, -40)
    hand.move(by(start, 10, 10), modifiers=CTRL)
    hand.move(end, modifiers=CTRL)
    time.sleep(0.13)
    hand.move(end, modifiers=CTRL)
    assert hand.canvas.stage.look.glowing == ("b", "image", 0)
    hand.release(end, modifiers=CTRL)
    assert hand.graph.nodes["scale"].inputs["image"] == link("a.image")
    assert hand.graph.nodes["b"].inputs["image"] == link("scale.image")
    scale, after = hand.canvas.scene.nodes["scale"], hand.canvas.scene.nodes["b"]
    assert after.x >= scale.x + scale.width, "what follows makes room"
    assert hand.canvas.editor.stack.count() == 1
    hand.canvas.editor.stack.undo()
    assert hand.graph.nodes["b"].inputs["image"] == link("a.image") and not hand.graph.nodes["scale"].inputs


def test_alt_while_dropping_goes_over_a_link(make_hand: MakeHand) -> None:
    nodes = [
        Node("a", "LoadImage"),
        Node("b", "SaveImage", inputs={"image": link("a.image")}, pos=(520, 0)),
        Node("scale", "ImageScale", pos=(240, 400)),
    ]
    hand = make_hand(graph_of(nodes))
    start, end = hand.title("scale"), by(hand.along("b", "image", 0.5), 0, -40)
    hand.press(start)
    hand.move(by(start, 10, 10))
    hand.move(end, modifiers=ALT)
    time.sleep(0.13)
    hand.move(end, modifiers=ALT)
    hand.release(end, modifiers=ALT)
    assert hand.graph.nodes["b"].inputs["image"] == link("a.image")


def test_alt_drag_pulls_a_node_out_and_heals(make_hand: MakeHand) -> None:
    nodes = [
        Node("a", "LoadImage"),
        Node("scale", "ImageScale", inputs={"image": link("a.image")}, pos=(280, 0)),
        Node("b", "SaveImage", inputs={"image": link("scale.image")}, pos=(600, 0)),
    ]
    hand = make_hand(graph_of(nodes))
    start = hand.title("scale")
    hand.drag(start, by(start, 0, 300), modifiers=ALT)
    assert hand.graph.nodes["b"].inputs["image"] == link("a.image")
    assert not hand.graph.nodes["scale"].inputs and hand.graph.nodes["scale"].pos[1] > 200
    assert hand.canvas.editor.stack.count() == 1


def test_a_frame_moves_its_nodes_and_f_changes_the_owner(make_hand: MakeHand) -> None:
    nodes = [Node("in", "VAEDecode", pos=(40, 60)), Node("out", "VAEDecode", pos=(600, 60))]
    hand = make_hand(graph_of(nodes, (Frame("f", "Box", ("in",), (0, 0, 400, 300)),)))
    hand.drag((200.0, 12.0), (264.0, 44.0), modifiers=CTRL)
    assert hand.graph.frames["f"].rect[:2] == (64, 32) and hand.graph.nodes["in"].pos == (104, 92)
    assert hand.graph.nodes["out"].pos == (600, 60) and hand.canvas.editor.stack.count() == 1
    start = hand.title("out")
    hand.press(start)
    hand.move(by(start, -100, 60))
    hand.move((300.0, 250.0))
    hand.key(Qt.Key.Key_F)
    hand.release((300.0, 250.0))
    assert hand.graph.frames["f"].members == ("in", "out")


def test_a_corner_resizes_a_node(hand: Hand) -> None:
    box = hand.canvas.scene.nodes["prompt"]
    corner = QPointF(box.x + box.width - 3, box.y + box.height - 3)
    height = box.height
    hand.drag(corner, by(corner, 48, 80))
    after = hand.canvas.scene.nodes["prompt"]
    assert after.width == box.width + 48 or after.width > 300
    assert after.height > height + 60 and hand.graph.nodes["prompt"].size is not None


def test_a_frame_takes_the_frames_inside_it_along(make_hand: MakeHand) -> None:
    nodes = [Node("in", "VAEDecode", pos=(80, 120))]
    inner = Frame("inner", "Inner", ("in",), (60, 60, 300, 200))
    outer = Frame("outer", "Outer", (), (0, 0, 500, 400))
    hand = make_hand(graph_of(nodes, (outer, inner)))
    hand.drag((250.0, 12.0), (314.0, 44.0), modifiers=CTRL)
    assert hand.graph.frames["inner"].rect[:2] == (124, 92) and hand.graph.nodes["in"].pos == (144, 152)


def test_it_is_said_which_frame_a_node_would_enter_or_has_left(make_hand: MakeHand) -> None:
    nodes = [Node("in", "VAEDecode", pos=(40, 60)), Node("out", "VAEDecode", pos=(600, 60))]
    hand = make_hand(graph_of(nodes, (Frame("f", "Box", ("in",), (0, 0, 400, 300)),)))

    def said() -> str:
        gesture = hand.canvas.gesture
        assert isinstance(gesture, MoveNodes)
        hand.canvas.grab()
        return gesture._frame_said()[1]

    hand.press(hand.title("out"))
    hand.move(by(hand.title("out"), 60, 40))
    assert said() == ""
    hand.move((200.0, 200.0))
    assert said() == "F: into Box"
    hand.key(Qt.Key.Key_F)
    assert said() == "Into Box"
    hand.key(Qt.Key.Key_Escape)
    start = hand.title("in")
    hand.press(start)
    hand.move(by(start, 20, 20))
    assert said() == ""
    hand.move(by(start, 0, 400))
    assert said() == "Still in Box · F: out of it"
    hand.key(Qt.Key.Key_F)
    assert said() == "Out of the frame"
    hand.release(by(start, 0, 400))
    assert not hand.graph.frames["f"].members
