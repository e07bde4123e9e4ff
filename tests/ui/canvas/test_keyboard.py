from __future__ import annotations

from PySide6.QtCore import Qt

from nodegraph.edits import AddNodes
from nodegraph.model.graph import Node
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import ALT, CTRL, SHIFT, Hand
from tests.ui.canvas.worlds import graph_of, link
from ui.canvas.interaction.gestures.inside import Inside
from ui.canvas.scene.geometry import PortRef


def active(hand: Hand) -> str:
    return hand.canvas.editor.selection.active


def test_arrows_walk_by_geometry_and_ctrl_along_links(hand: Hand) -> None:
    hand.canvas.setFocus()
    hand.key(Qt.Key.Key_Right)
    assert active(hand) == "checkpoint"
    hand.key(Qt.Key.Key_Right)
    first = active(hand)
    assert first in ("prompt", "avoid")
    hand.key(Qt.Key.Key_Right, CTRL)
    assert active(hand) == "sampler"
    hand.key(Qt.Key.Key_Right, CTRL)
    assert active(hand) == "decode"
    hand.key(Qt.Key.Key_Left, CTRL)
    assert active(hand) == "sampler"
    hand.key(Qt.Key.Key_Right, SHIFT)
    assert hand.canvas.editor.selection.nodes >= {"sampler", active(hand)}
    assert "node 6 of 7" in hand.said[-1] or "node 7 of 7" in hand.said[-1]


def test_alt_and_arrows_move_nodes(hand: Hand) -> None:
    hand.canvas.editor.selection.set(["decode"])
    x, y = hand.graph.nodes["decode"].pos
    hand.key(Qt.Key.Key_Down, ALT)
    hand.key(Qt.Key.Key_Right, ALT)
    assert hand.graph.nodes["decode"].pos == (x + 8, y + 8)


def test_a_link_is_made_and_cut_without_a_mouse(make_hand: MakeHand) -> None:
    nodes = [Node("a", "EmptyLatent"), Node("b", "VAEDecode", pos=(400, 0))]
    hand = make_hand(graph_of(nodes))
    asked: list[PortRef] = []
    hand.canvas.ports_requested.connect(asked.append)
    hand.canvas.editor.selection.set(["b"])
    hand.key(Qt.Key.Key_Return)
    assert isinstance(hand.canvas.gesture, Inside)
    hand.key(Qt.Key.Key_Return)
    assert asked == [PortRef("b", "latent", False)]
    (other,) = hand.canvas.linkable(asked[0])
    assert other == PortRef("a", "latent", True)
    assert hand.canvas.link_ports(asked[0], other)
    assert hand.graph.nodes["b"].inputs == {"latent": link("a.latent")}
    hand.key(Qt.Key.Key_Delete)
    assert not hand.graph.nodes["b"].inputs
    hand.key(Qt.Key.Key_Escape)
    assert hand.canvas.gesture is None


def test_a_link_that_does_not_fit_is_refused_in_words(make_hand: MakeHand) -> None:
    hand = make_hand(graph_of([Node("a", "LoadImage"), Node("b", "VAEDecode", pos=(400, 0))]))
    assert not hand.canvas.link_ports(PortRef("a", "image", True), PortRef("b", "latent", False))
    assert hand.said == ["An Image does not fit a Latent input."]


def test_enter_on_a_parameter_asks_for_its_editor(make_hand: MakeHand) -> None:
    hand = make_hand(graph_of([Node("a", "EmptyLatent")]))
    rows: list[tuple[str, str]] = []
    hand.canvas.row_activated.connect(lambda node, param, rect: rows.append((node, param)))
    hand.canvas.editor.selection.set(["a"])
    hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_Return)
    hand.double_click(hand.port("a", "height") + hand.port("a", "latent", True) * 0.2)
    assert rows[0] == ("a", "width") and rows[-1][0] == "a"


def test_the_minimap_pans_and_zooms(hand: Hand) -> None:
    from PySide6.QtTest import QTest

    hand.canvas.show_minimap(True)
    minimap = hand.canvas.minimap
    hand.canvas.frame_all()
    assert not minimap.isVisible()
    hand.canvas.zoom_by(4.0)
    assert minimap.isVisible() and minimap.geometry().right() < hand.canvas.width()
    before = hand.canvas.camera.visible().center()
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=minimap.rect().topLeft() * 1.0)
    assert hand.canvas.camera.visible().center().x() < before.x()
    QTest.mouseDClick(minimap, Qt.MouseButton.LeftButton)
    assert hand.canvas.camera.visible().contains(hand.canvas.scene.bounds())
    assert not minimap.isVisible() and hand.canvas.editor.stack.count() == 0


def test_the_minimap_comes_with_a_node_out_of_sight(hand: Hand) -> None:
    canvas = hand.canvas
    canvas.show_minimap(True)
    canvas.frame_all()
    assert not canvas.minimap.isVisible()
    far = canvas.camera.visible().right() + 500
    canvas.editor.apply(AddNodes((Node("far", "EmptyLatent", pos=(far, 0.0)),)))
    assert canvas.minimap.isVisible()
    canvas.editor.stack.undo()
    assert not canvas.minimap.isVisible()
