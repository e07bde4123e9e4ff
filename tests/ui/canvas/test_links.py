from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from nodegraph.model.graph import Node, Source
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import ALT, CTRL, MIDDLE, NONE, RIGHT, SHIFT, Hand
from tests.ui.canvas.worlds import default_workflow, graph_of, link
from ui.canvas.interaction.dragged_links import DraggedLinks
from ui.canvas.interaction.gestures.link import LinkDrag
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.geometry import PortRef

EMPTY = (620.0, 640.0)


def source(hand: Hand, node: str, name: str) -> tuple[str, str] | None:
    found = hand.graph.nodes[node].inputs.get(name, ())
    return (found[0].node, found[0].output) if found else None


def test_an_output_dragged_to_an_input_links_them(hand: Hand) -> None:
    hand.drag(hand.port("latent", "latent", True), hand.port("decode", "latent"))
    assert source(hand, "decode", "latent") == ("latent", "latent")
    hand.canvas.editor.stack.undo()
    assert source(hand, "decode", "latent") == ("sampler", "latent")


def test_an_unlinked_input_dragged_to_an_output_links_them(make_hand: MakeHand) -> None:
    hand = make_hand(graph_of([Node("a", "EmptyLatent"), Node("b", "VAEDecode", pos=(400, 0))]))
    hand.drag(hand.port("b", "latent"), hand.port("a", "latent", True))
    assert source(hand, "b", "latent") == ("a", "latent")


def test_the_loose_end_snaps_within_24_pixels(hand: Hand) -> None:
    near = hand.port("decode", "latent") + QPointF(-17, 12)
    hand.drag(hand.port("latent", "latent", True), near)
    assert source(hand, "decode", "latent") == ("latent", "latent")


def test_the_whole_row_is_a_target_and_the_body_takes_the_best_port(hand: Hand) -> None:
    box = hand.canvas.scene.nodes["sampler"]
    row = hand.port("sampler", "negative") + QPointF(80, 0)
    hand.drag(hand.port("prompt", "conditioning", True), row)
    assert source(hand, "sampler", "negative") == ("prompt", "conditioning")
    hand.drag(hand.port("avoid", "conditioning", True), (box.x + 60, box.y + box.layout.title / 2))
    assert "avoid" in {(source(hand, "sampler", n) or ("", ""))[0] for n in ("positive", "negative")}


def test_a_refusal_says_why_and_keeps_the_old_link(hand: Hand) -> None:
    before = hand.graph
    hand.drag(hand.port("sampler", "latent"), hand.port("decode", "vae") + QPointF(60, 0))
    assert hand.graph is before
    assert hand.said == ["A Latent does not fit a Vae input."]


def test_a_circle_is_refused_in_words(hand: Hand) -> None:
    before = hand.graph
    hand.drag(hand.port("sampler", "latent", True), hand.port("sampler", "latent") + QPointF(60, 0))
    assert hand.graph is before
    assert hand.said == ["KSampler cannot feed itself."]


def test_dropping_on_empty_ground_asks_for_a_node_and_deletes_nothing(hand: Hand) -> None:
    before = hand.graph
    hand.drag(hand.port("sampler", "positive"), EMPTY)
    assert hand.graph is before
    (point, loose), *rest = hand.searches
    assert not rest and loose == DraggedLinks(
        (PortRef("prompt", "conditioning", True),), (LinkKey("sampler", "positive"),)
    )
    assert (point - QPointF(*EMPTY)).manhattanLength() < 2


def test_escape_puts_the_link_back(hand: Hand) -> None:
    before = hand.graph
    hand.press(hand.port("decode", "latent"))
    hand.move((900, 500))
    assert hand.canvas.stage.look.hidden
    hand.key(Qt.Key.Key_Escape)
    hand.release((900, 500))
    assert hand.graph is before and not hand.canvas.stage.look.hidden and not hand.searches


def test_a_linked_input_gives_its_link_to_another_input(hand: Hand) -> None:
    hand.drag(hand.port("sampler", "positive"), hand.port("sampler", "negative"))
    assert source(hand, "sampler", "positive") is None
    assert source(hand, "sampler", "negative") == ("prompt", "conditioning")
    hand.canvas.editor.stack.undo()
    assert source(hand, "sampler", "positive") == ("prompt", "conditioning")
    assert source(hand, "sampler", "negative") == ("avoid", "conditioning")


def test_each_half_of_a_link_can_be_rewired(hand: Hand) -> None:
    hand.drag(hand.along("sampler", "latent", 0.12), hand.port("decode", "latent", False) + QPointF(300, 300))
    loose = hand.searches[-1][1]
    assert loose is not None and loose.fixed == (PortRef("sampler", "latent", False),)
    hand.drag(hand.along("decode", "latent", 0.85), hand.port("sampler", "latent"))
    assert hand.said[-1] == "KSampler cannot feed itself."


def test_ctrl_on_an_output_takes_all_its_links(make_hand: MakeHand) -> None:
    nodes = [
        Node("one", "EmptyLatent"),
        Node("two", "EmptyLatent", pos=(0, 240)),
        Node("a", "VAEDecode", inputs={"latent": link("one.latent")}, pos=(400, 0)),
        Node("b", "VAEDecode", inputs={"latent": link("one.latent")}, pos=(400, 200)),
    ]
    hand = make_hand(graph_of(nodes))
    hand.drag(hand.port("one", "latent", True), hand.port("two", "latent", True), modifiers=CTRL)
    assert source(hand, "a", "latent") == source(hand, "b", "latent") == ("two", "latent")
    assert hand.canvas.editor.stack.count() == 1


def test_two_clicks_wire_as_well_as_a_drag(hand: Hand) -> None:
    hand.click(hand.port("latent", "latent", True))
    assert isinstance(hand.canvas.gesture, LinkDrag)
    hand.click(hand.port("decode", "latent"))
    assert hand.canvas.gesture is None
    assert source(hand, "decode", "latent") == ("latent", "latent")


def test_the_wheel_zooms_while_a_link_is_held(hand: Hand) -> None:
    hand.click(hand.port("latent", "latent", True))
    hand.canvas.zoom_by(0.5)
    hand.click(hand.port("decode", "latent"))
    assert source(hand, "decode", "latent") == ("latent", "latent")


def test_a_conversion_is_offered_and_one_key_inserts_it(make_hand: MakeHand) -> None:
    nodes = [*default_workflow(), Node("picture", "LoadImage", pos=(300, 600))]
    hand = make_hand(graph_of(nodes))
    target = hand.port("sampler", "latent") + QPointF(40, 0)
    hand.press(hand.port("picture", "image", True))
    hand.move(target)
    hand.key(Qt.Key.Key_Return)
    hand.release(target)
    made = source(hand, "sampler", "latent")
    assert made == ("vaeencode", "latent") or made == ("vae_encode", "latent")
    assert source(hand, made[0], "image") == ("picture", "image")
    assert hand.canvas.gesture is None and hand.canvas.editor.stack.count() == 1


def test_a_variadic_input_takes_one_link_after_another(make_hand: MakeHand) -> None:
    nodes = [
        Node("a", "LoadImage"),
        Node("b", "LoadImage", pos=(0, 240)),
        Node("batch", "ImageBatch", pos=(400, 0)),
    ]
    hand = make_hand(graph_of(nodes))
    hand.drag(hand.port("a", "image", True), hand.port("batch", "images"))
    hand.drag(hand.port("b", "image", True), hand.port("batch", "images", False, 1))
    assert hand.graph.nodes["batch"].inputs["images"] == (Source("a", "image"), Source("b", "image"))


def test_a_parameter_takes_a_link_over_its_row(make_hand: MakeHand) -> None:
    hand = make_hand(graph_of([Node("n", "Number"), Node("s", "KSampler", pos=(400, 0))]))
    hand.drag(hand.port("n", "value", True), hand.port("s", "cfg") + QPointF(50, 0))
    assert source(hand, "s", "cfg") == ("n", "value")


def test_ctrl_right_drag_cuts_in_one_step(hand: Hand) -> None:
    x = hand.port("sampler", "model").x() - 24
    hand.drag((x, 60.0), (x, 420.0), RIGHT, CTRL, steps=12)
    assert not hand.graph.nodes["sampler"].inputs
    hand.canvas.editor.stack.undo()
    assert len(hand.graph.nodes["sampler"].inputs) == 4


def test_y_held_cuts_with_the_left_button(hand: Hand, qtbot: object) -> None:
    from PySide6.QtTest import QTest

    x = hand.port("decode", "latent").x() - 12
    QTest.keyPress(hand.canvas, Qt.Key.Key_Y)
    hand.drag((x, 40.0), (x, 240.0), steps=10)
    QTest.keyRelease(hand.canvas, Qt.Key.Key_Y)
    assert not hand.graph.nodes["decode"].inputs and hand.canvas.gesture is None


def test_ctrl_alt_right_drag_mutes_and_again_unmutes(hand: Hand) -> None:
    x = hand.port("decode", "latent").x() - 12
    for muted in (True, False):
        hand.drag((x, 40.0), (x, 240.0), RIGHT, CTRL | ALT, steps=10)
        assert [s.muted for found in hand.graph.nodes["decode"].inputs.values() for s in found] == [muted] * 2


def test_shift_right_drag_puts_a_point_on_every_link(hand: Hand) -> None:
    x = hand.port("decode", "latent").x() - 12
    hand.drag((x, 40.0), (x, 240.0), RIGHT, SHIFT, steps=10)
    assert [len(s.via) for found in hand.graph.nodes["decode"].inputs.values() for s in found] == [1, 1]
    assert hand.canvas.editor.stack.count() == 1


def test_a_reroute_point_is_made_moved_and_removed(hand: Hand) -> None:
    at = hand.along("sampler", "latent", 0.7)
    hand.double_click(at)
    (point,) = hand.graph.nodes["sampler"].inputs["latent"][0].via
    hand.drag(point, (point[0] + 40, point[1] + 64))
    assert hand.graph.nodes["sampler"].inputs["latent"][0].via == ((point[0] + 40, point[1] + 64),)
    hand.click((point[0] + 40, point[1] + 64), modifiers=ALT)
    assert not hand.graph.nodes["sampler"].inputs["latent"][0].via


def test_a_click_selects_a_link_and_delete_removes_it(hand: Hand) -> None:
    hand.click(hand.along("save", "image", 0.5))
    assert hand.canvas.editor.selection.links == {("save", "image", 0)}
    hand.canvas.delete()
    assert not hand.graph.nodes["save"].inputs


def test_the_view_pans_and_zooms_while_a_link_is_in_the_hand(hand: Hand) -> None:
    canvas = hand.canvas
    at = hand.port("latent", "latent", True) + QPointF(60, 30)
    hand.press(hand.port("latent", "latent", True))
    hand.move(at)
    before, place = canvas.camera.origin, hand.view(at)
    QTest.mousePress(canvas, MIDDLE, NONE, place)
    QTest.mouseMove(canvas, place + QPoint(-80, 40))
    QTest.mouseRelease(canvas, MIDDLE, NONE, place + QPoint(-80, 40))
    assert canvas.camera.origin == before + QPointF(80, -40)
    assert isinstance(canvas.gesture, LinkDrag)
    canvas.zoom_by(0.5)
    hand.move(hand.port("decode", "latent"))
    hand.release(hand.port("decode", "latent"))
    assert canvas.gesture is None
    assert source(hand, "decode", "latent") == ("latent", "latent")
