from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.edits import AddFrame, Edit, SetFlags
from nodegraph.layout import HEADER, MARGIN, SIZE, laid_out
from nodegraph.model.graph import Frame, Graph, Node, Source
from nodegraph.support.errors import EditError
from tests.nodegraph.checking import workflow
from tests.nodegraph.growth import operations
from tests.nodegraph.strategies import chain, edits
from tests.nodegraph.valid import assert_valid


def boxes(graph: Graph, names: list[str]) -> dict[str, tuple[float, float, float, float]]:
    return {name: (*graph.nodes[name].pos, *SIZE) for name in names}


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(one[i] < other[i] + other[i + 2] and other[i] < one[i] + one[i + 2] for i in (0, 1))


def assert_apart(graph: Graph) -> None:
    found = list(boxes(graph, list(graph.nodes)).values())
    assert not any(overlap(one, other) for i, one in enumerate(found) for other in found[:i])


def test_links_run_to_the_right_and_nodes_stand_apart() -> None:
    graph = laid_out(workflow(), {}).apply(workflow())
    assert_apart(graph)
    for link in graph.links():
        assert graph.nodes[link.source.node].pos[0] + SIZE[0] < graph.nodes[link.target].pos[0]
    assert min(node.pos[0] for node in graph.nodes.values()) == 0
    assert min(node.pos[1] for node in graph.nodes.values()) == 0
    # A chain with nothing beside it is straight.
    assert graph.nodes["decode"].pos[1] == graph.nodes["save"].pos[1]


def test_laying_out_twice_changes_nothing_more() -> None:
    once = laid_out(workflow(), {}).apply(workflow())
    assert laid_out(once, {}).apply(once) is once


def test_two_parallel_chains_do_not_cross_and_keep_their_order() -> None:
    for upper, lower in (("a", "b"), ("b", "a")):
        nodes = []
        for row, name in ((0.0, upper), (500.0, lower)):
            nodes.append(Node(f"{name}0", "T", pos=(0, row)))
            nodes += [
                Node(f"{name}{i}", "T", inputs={"x": (Source(f"{name}{i - 1}", "o"),)}, pos=(0, row))
                for i in range(1, 5)
            ]
        graph = Graph.of(*nodes)
        graph = laid_out(graph, {}).apply(graph)
        assert_apart(graph)
        for i in range(5):
            assert graph.nodes[f"{upper}{i}"].pos[1] < graph.nodes[f"{lower}{i}"].pos[1]


def test_pinned_nodes_and_nodes_not_chosen_stay() -> None:
    graph = SetFlags(("sampler",), pinned=True).apply(workflow())
    after = laid_out(graph, {}, ["sampler", "decode", "save"]).apply(graph)
    moved = {name for name, node in after.nodes.items() if node.pos != graph.nodes[name].pos}
    assert moved == {"save"}


def test_a_frame_stays_around_its_nodes_and_clear_of_others() -> None:
    graph = AddFrame(Frame("text", "Text", ("good", "bad"), (5, 5, 10, 10))).apply(workflow())
    graph = laid_out(graph, {}).apply(graph)
    assert_apart(graph)
    x, y, wide, high = graph.frames["text"].rect
    inside = boxes(graph, ["good", "bad"])
    for left, top, w, h in inside.values():
        assert x + MARGIN <= left and left + w + MARGIN <= x + wide
        assert y + MARGIN + HEADER <= top and top + h + MARGIN <= y + high
    others = boxes(graph, [name for name in graph.nodes if name not in inside])
    assert not any(overlap((x, y, wide, high), box) for box in others.values())


def test_frames_that_feed_each_other_are_laid_out_too() -> None:
    nodes = [Node("a", "T")]
    nodes += [Node(b, "T", inputs={"x": (Source(a, "o"),)}) for a, b in pairwise("abcd")]
    graph = AddFrame(Frame("even", "", ("a", "c"))).apply(Graph.of(*nodes))
    graph = AddFrame(Frame("odd", "", ("b", "d"))).apply(graph)
    assert_apart(laid_out(graph, {}).apply(graph))


@settings(max_examples=60, deadline=None)
@given(st.lists(edits, max_size=15))
def test_any_graph_is_laid_out_without_overlaps(sequence: list[Edit]) -> None:
    graph = chain()
    for edit in sequence:
        try:
            graph = edit.apply(graph)
        except EditError:
            continue
    graph = SetFlags(tuple(graph.nodes), pinned=False).apply(graph)
    sizes = dict.fromkeys(graph.nodes, SIZE)
    after = laid_out(graph, sizes).apply(graph)
    assert_valid(after)
    assert_apart(after)


def test_the_work_of_a_layout_grows_with_the_graph_and_not_with_its_square() -> None:
    def work(count: int) -> int:
        back = (("x", 7), ("y", 13), ("z", 40))
        nodes = (
            Node(f"n{i}", "T", inputs={k: (Source(f"n{i - far}", "o"),) for k, far in back if i >= far})
            for i in range(count)
        )
        graph = Graph.of(*nodes)
        return operations(lambda: laid_out(graph, {}).apply(graph))

    assert work(800) < 3 * work(400)
