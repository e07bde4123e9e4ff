from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.model.graph import Frame, Node
from tests.ui.canvas.conftest import MakeHand
from tests.ui.canvas.hand import Hand
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.interaction.layout import layered
from ui.canvas.scene.boxes import LinkKey


@st.composite
def acyclic(draw: st.DrawFn) -> tuple[dict[str, tuple[float, float]], list[tuple[str, str]]]:
    number = draw(st.integers(1, 14))
    sizes = {
        f"n{i}": (draw(st.integers(40, 300)) * 1.0, draw(st.integers(24, 400)) * 1.0) for i in range(number)
    }
    pairs = [(a, b) for a in range(number) for b in range(a + 1, number)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=24)) if pairs else []
    return sizes, [(f"n{a}", f"n{b}") for a, b in chosen]


@settings(max_examples=80, deadline=None)
@given(acyclic())
def test_links_lead_right_and_nothing_overlaps(
    world: tuple[dict[str, tuple[float, float]], list[tuple[str, str]]],
) -> None:
    sizes, edges = world
    places = layered(sizes, edges, {})
    assert places.keys() == sizes.keys()
    for source, target in edges:
        assert places[source][0] + sizes[source][0] < places[target][0]
    for a, b in itertools.combinations(sizes, 2):
        (ax, ay), (bx, by) = places[a], places[b]
        beside = ax + sizes[a][0] <= bx or bx + sizes[b][0] <= ax
        assert beside or ay + sizes[a][1] <= by or by + sizes[b][1] <= ay, (a, b)


def test_columns_keep_the_order_they_had() -> None:
    sizes = dict.fromkeys("abc", (100.0, 60.0))
    places = layered(sizes, [], {"a": 300.0, "b": 0.0, "c": 100.0})
    assert places["b"][1] < places["c"][1] < places["a"][1]


def test_lay_out_moves_what_is_chosen_in_one_step_and_no_pinned_node(make_hand: MakeHand) -> None:
    nodes = default_workflow()
    tangled = [
        Node(n.id, n.type, 1, n.params, n.inputs, ((i * 731) % 500, (i * 377) % 300), pinned=n.id == "save")
        for i, n in enumerate(nodes)
    ]
    hand = make_hand(graph_of(tangled))
    pinned = hand.graph.nodes["save"].pos
    hand.canvas.arrange(False)
    assert hand.canvas.editor.stack.count() == 1 and hand.graph.nodes["save"].pos == pinned
    for found in hand.graph.links():
        if found.target != "save":
            assert hand.graph.nodes[found.source.node].pos[0] < hand.graph.nodes[found.target].pos[0]


def test_lay_out_keeps_a_frame_together(make_hand: MakeHand) -> None:
    frame = Frame("f", "Text", ("prompt", "avoid"), (-40, -40, 900, 700))
    hand = make_hand(graph_of(default_workflow(), (frame,)))
    hand.canvas.arrange(False)
    x, y, w, h = hand.graph.frames["f"].rect
    for name, box in hand.canvas.scene.nodes.items():
        inside = x <= box.x and box.x + box.width <= x + w and y <= box.y and box.y + box.height <= y + h
        outside = box.x >= x + w or box.x + box.width <= x or box.y >= y + h or box.y + box.height <= y
        assert inside if name in frame.members else outside, name


def test_straighten_makes_links_level(hand: Hand) -> None:
    hand.canvas.editor.selection.set(["sampler", "decode"])
    hand.canvas.nudge(0, 0)
    hand.canvas.editor.selection.set(["decode"])
    hand.canvas.nudge(0, 40)
    hand.canvas.editor.selection.set(["sampler", "decode"])
    hand.canvas.straighten()
    link = hand.canvas.scene.links[LinkKey("decode", "latent", 0)]
    assert link.points[0][1] == link.points[-1][1]


def test_align_and_distribute(make_hand: MakeHand) -> None:
    nodes = [Node(n, "VAEDecode", pos=(x, y)) for n, x, y in (("a", 0, 0), ("b", 40, 130), ("c", 9, 600))]
    hand = make_hand(graph_of(nodes))
    hand.canvas.select_all()
    hand.canvas.align("left")
    assert {node.pos[0] for node in hand.graph.nodes.values()} == {0}
    hand.canvas.distribute(False)
    ys = [hand.graph.nodes[name].pos[1] for name in "abc"]
    assert ys[1] - ys[0] == ys[2] - ys[1] and ys[2] == 600
