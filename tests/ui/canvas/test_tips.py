from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from nodegraph.model.graph import Node
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import Hand
from tests.ui.canvas.worlds import graph_of
from ui.canvas.interaction.tips import tip
from ui.canvas.scene.state import NodeState


def said(hand: Hand, at: QPointF) -> str:
    return tip(hand.canvas.scene, hand.canvas.state, hand.canvas.hit(QPointF(hand.view(at))))


def test_ports_parameters_and_nodes_say_what_they_are(hand: Hand) -> None:
    assert said(hand, hand.port("sampler", "model")) == "Model: Model"
    assert said(hand, hand.port("sampler", "steps") + QPointF(60, 0)) == "Steps: Int, 1 to 1000, usually 20"
    assert said(hand, hand.title("sampler")) == "KSampler\nDenoise a latent with a diffusion model."
    assert said(hand, QPointF(620, 640)) == ""


def test_what_is_wrong_is_said_where_it_is(hand: Hand) -> None:
    hand.canvas.state.set("save", NodeState("failed", message="The folder is full."))
    hand.canvas.state.set_problems({"sampler": {"steps": "Steps must be above 0."}})
    assert said(hand, hand.title("save")).endswith("The folder is full.")
    assert said(hand, hand.port("sampler", "steps") + QPointF(60, 0)).endswith("Steps must be above 0.")


def test_resting_shows_the_tip(make_hand: MakeHand) -> None:
    hand = make_hand(graph_of([Node("a", "pack/Odd")]))
    point = hand.view(hand.title("a"))
    QApplication.sendEvent(
        hand.canvas, QHelpEvent(QEvent.Type.ToolTip, point, hand.canvas.mapToGlobal(point))
    )
    assert "not installed" in QToolTip.text()
    QToolTip.hideText()
    QApplication.processEvents()
