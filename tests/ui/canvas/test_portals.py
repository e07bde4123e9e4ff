from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from tests.ui.canvas.hand import ALT, SHIFT, Hand
from ui.canvas.rendering.paint_links import portal_rects
from ui.canvas.scene.boxes import LinkKey

KEY = LinkKey("decode", "vae")


def sign(hand: Hand, end: int) -> QPointF:
    scene = hand.canvas.scene
    return portal_rects(scene.links[KEY], scene.metrics.measure)[end].center()


def as_portal(hand: Hand) -> None:
    hand.click(hand.along("decode", "vae", 0.2))
    hand.canvas.toggle_portals()


def test_a_link_becomes_a_pair_of_signs_and_a_line_again(hand: Hand) -> None:
    as_portal(hand)
    assert hand.canvas.scene.links[KEY].source.portal == "VAE"
    assert hand.canvas.hit(QPointF(hand.view((540, 240)))).kind != "link"
    hand.canvas.editor.selection.clear()
    hand.click(sign(hand, 0))
    assert hand.canvas.editor.selection.links == {KEY}
    hand.canvas.grab()
    hand.canvas.toggle_portals()
    assert not hand.canvas.scene.links[KEY].source.portal


def test_a_sign_is_renamed_by_a_double_click(hand: Hand) -> None:
    as_portal(hand)
    hand.double_click(sign(hand, 1))
    line = hand.canvas.focusWidget()
    assert line is not None
    QTest.keyClicks(line, "The decoder")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert hand.canvas.scene.links[KEY].source.portal == "The decoder"


def test_a_sign_is_dragged_to_another_port(hand: Hand) -> None:
    as_portal(hand)
    hand.drag(sign(hand, 1), (620.0, 700.0))
    assert hand.searches and hand.graph.nodes["decode"].inputs["vae"]


def test_alt_over_a_portal_shows_its_way_and_nothing_else_does(hand: Hand) -> None:
    as_portal(hand)
    hand.canvas.setFocus()

    def way(at: QPointF, *modifiers: Qt.KeyboardModifier) -> bool:
        """Whether a line shows between the signs once the pointer rests there."""
        QTest.mouseMove(hand.canvas, hand.view(at))
        hand.move(at, Qt.MouseButton.NoButton, *modifiers)
        return line()

    def line() -> bool:
        shown = hand.canvas.grab().toImage()
        box = hand.canvas.scene.nodes["decode"].rect
        at = hand.view(QPointF(680, box.y()))
        return any(
            shown.pixelColor(at.x() + x, at.y() + y) != plain.pixelColor(at.x() + x, at.y() + y)
            for x in range(-15, 15)
            for y in range(-20, 300)
        )

    plain = hand.canvas.grab().toImage()
    assert not line(), "not while it is selected"
    hand.canvas.editor.selection.clear()
    assert not way(sign(hand, 0)), "not while the pointer rests on it"
    assert way(sign(hand, 0), ALT)
    assert not way(sign(hand, 0))
    QTest.keyPress(hand.canvas, Qt.Key.Key_Alt, ALT)
    assert line()
    QTest.keyRelease(hand.canvas, Qt.Key.Key_Alt)
    assert not line()


def test_alt_and_shift_drag_a_copy_away(hand: Hand) -> None:
    at = hand.title("latent")
    hand.drag(at, at + QPointF(-160, 96), modifiers=ALT | SHIFT)
    assert hand.graph.nodes["latent"].pos == (352, 416)
    assert hand.graph.nodes["latent_2"].pos == (192, 512)
    assert hand.canvas.editor.selection.nodes == {"latent_2"}
    hand.canvas.editor.stack.undo()
    assert "latent_2" not in hand.graph.nodes and not hand.canvas.editor.stack.canUndo()
