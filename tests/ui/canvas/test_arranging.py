"""Laying out and moving by key, word for word: what is pinned or locked stays, frames keep their nodes, one step."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtTest import QTest

from nodegraph.model.graph import Frame, Graph, Node
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import Hand
from tests.ui.canvas.worlds import default_workflow, graph_of, link
from ui.canvas.interaction.glide import INSERT, LAYOUT

FRAME = Frame("f", "Text", ("prompt", "avoid"), (-40, -64, 900, 800))


def tangled(pinned: str = "") -> list[Node]:
    return [
        replace(node, pos=((i * 731) % 500, (i * 377) % 300), pinned=node.id == pinned)
        for i, node in enumerate(default_workflow())
    ]


def places(graph: Graph) -> dict[str, tuple[float, float]]:
    return {name: node.pos for name, node in graph.nodes.items()}


def test_a_frame_with_a_pinned_node_stays_with_all_that_is_in_it(make_hand: MakeHand) -> None:
    hand = make_hand(graph_of(tangled("prompt"), (FRAME,)))
    before = places(hand.graph)
    hand.canvas.arrange(False)
    after = places(hand.graph)
    assert hand.graph.frames["f"] == FRAME
    assert {name for name in before if before[name] == after[name]} >= {"prompt", "avoid"}
    assert before["sampler"] != after["sampler"]


def test_what_is_in_a_locked_frame_stays(make_hand: MakeHand) -> None:
    locked = replace(FRAME, locked=True)
    hand = make_hand(graph_of(tangled(), (locked,)))
    before = places(hand.graph)
    hand.canvas.arrange(False)
    assert hand.graph.frames["f"] == locked and places(hand.graph)["avoid"] == before["avoid"]


def test_a_frame_grows_with_those_of_its_nodes_that_are_laid_out(make_hand: MakeHand) -> None:
    nodes = [Node(n, "VAEDecode", pos=(20.0, 40.0 + i)) for i, n in enumerate("abcd")]
    hand = make_hand(graph_of(nodes, (Frame("f", "All", tuple("abcd"), (0, 0, 260, 180)),)))
    hand.canvas.editor.selection.set("abc")
    hand.canvas.arrange()
    frame = hand.canvas.scene.frames()[0][1]
    assert all(frame.contains(hand.canvas.scene.nodes[name].rect) for name in "abcd")
    assert hand.canvas.editor.stack.count() == 1


def test_a_pinned_node_is_not_distributed(make_hand: MakeHand) -> None:
    tops = {"a": 0.0, "b": 30.0, "c": 300.0, "d": 900.0}
    nodes = [Node(n, "VAEDecode", pos=(0.0, y), pinned=n == "b") for n, y in tops.items()]
    hand = make_hand(graph_of(nodes))
    hand.canvas.select_all()
    hand.canvas.distribute(False)
    assert hand.graph.nodes["b"].pos == (0.0, 30) and hand.graph.nodes["c"].pos == (0.0, 450)


def test_a_nudge_takes_a_frame_with_its_nodes(make_hand: MakeHand) -> None:
    hand = make_hand(
        graph_of(default_workflow(), (Frame("f", "Text", ("prompt", "avoid"), (328, -48, 320, 432)),))
    )
    hand.canvas.editor.selection.set((), (), ["f"])
    hand.canvas.nudge(8, 0)
    hand.canvas.nudge(8, 0)
    assert hand.graph.frames["f"].rect[:2] == (344, -48) and hand.graph.nodes["prompt"].pos == (368, 0)
    assert hand.canvas.editor.stack.count() == 1


def moving_for(hand: Hand, name: str) -> float:
    """Milliseconds for which a node is shown on its way."""
    waited = 0
    while hand.canvas.scene.nodes[name].node.pos != hand.graph.nodes[name].pos:
        QTest.qWait(10)
        waited += 10
    return waited


def test_a_layout_is_shown_as_motion_and_is_one_step(make_hand: MakeHand) -> None:
    hand = make_hand(graph_of(tangled()))
    before = places(hand.graph)
    hand.canvas.set_motion(True)
    hand.canvas.arrange(False)
    assert moving_for(hand, "sampler") >= 0.4 * LAYOUT and hand.canvas.editor.stack.count() == 1
    hand.canvas.editor.stack.undo()
    assert places(hand.graph) == before


def test_neighbours_slide_to_make_room_and_go_back_by_one_undo(make_hand: MakeHand) -> None:
    nodes = [
        Node("a", "LoadImage"),
        Node("b", "SaveImage", inputs={"image": link("a.image")}, pos=(300, 0)),
        Node("c", "SaveImage", pos=(300, 300), pinned=True),
        Node("scale", "ImageScale", pos=(240, 500)),
    ]
    frame = Frame("f", "End", ("b",), (280, -48, 240, 200))
    hand = make_hand(graph_of(nodes, (frame,)))
    hand.canvas.set_motion(True)
    start = hand.title("scale")
    end = hand.along("b", "image", 0.5) + start - hand.canvas.scene.nodes["scale"].rect.center()
    hand.press(start)
    hand.move(start + (end - start) * 0.5)
    hand.move(end)
    QTest.qWait(160)
    assert hand.canvas.stage.look.glowing == ("b", "image", 0)
    hand.release(end)
    assert hand.graph.nodes["b"].inputs["image"] == link("scale.image")
    right = hand.graph.nodes["scale"].pos[0] + hand.canvas.scene.nodes["scale"].width
    assert hand.graph.nodes["b"].pos[0] > right and hand.graph.nodes["c"].pos == (300, 300)
    assert hand.graph.frames["f"].rect[0] - frame.rect[0] == hand.graph.nodes["b"].pos[0] - 300
    assert moving_for(hand, "b") >= 0.3 * INSERT and hand.canvas.editor.stack.count() == 1
    hand.canvas.editor.stack.undo()
    assert hand.graph.nodes["b"].pos == (300, 0) and hand.graph.nodes["b"].inputs["image"] == link("a.image")
    assert hand.graph.frames["f"] == frame
