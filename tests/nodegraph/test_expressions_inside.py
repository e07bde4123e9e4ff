"""Expressions in subgraphs: what they name around them, within them and through their ports."""

from __future__ import annotations

from dataclasses import replace

from nodegraph.edits.subgraphs import MakeSubgraph
from nodegraph.execution.resolve import resolve_graph
from nodegraph.expressions.evaluate import with_expressions_evaluated
from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Graph, Node, Port, Source, Subgraph
from nodegraph.validation import problems
from tests.nodegraph.computing import computed, pair
from tests.nodegraph.specs import SPECS


def test_inside_a_subgraph_they_name_the_nodes_around_them() -> None:
    inner = Subgraph(
        "Sizes",
        {
            "base": Node("base", "EmptyLatent", params={"width": 100}),
            "half": computed("half", width="base.width/2"),
        },
        inputs=(Port("width", "base", "width"), Port("own", "half", "width")),
    )
    graph = Graph(
        nodes={"one": Node("one", "subgraph/Sizes", params={"width": 640})}, subgraphs={"Sizes": inner}
    )
    assert resolve_graph(graph, SPECS).nodes["one/half"].params["width"] == 320
    outside = graph.with_nodes([Node("one", "subgraph/Sizes", params={"own": 9})])
    assert resolve_graph(outside, SPECS).nodes["one/half"].params["width"] == 9
    broken = Subgraph("Sizes", {**inner.nodes, "half": computed("half", width="no.width")})
    wrong = Graph(nodes=graph.nodes, subgraphs={"Sizes": broken})
    (found,) = problems(wrong, SPECS)[-1:]
    assert found.node == "one/half" and found.fix is not None
    mended = found.fix.apply(wrong)
    assert not expressions_of(mended.subgraphs["Sizes"].nodes["half"])


def sized(**params: int) -> Graph:
    """A subgraph with a width that is computed inside from one that may be set outside, and a node that names it."""
    inner = Subgraph(
        "Sizes",
        {
            "base": Node("base", "EmptyLatent", params={"width": 100}),
            "half": computed("half", width="base.width/2", height="width*3"),
        },
        inputs=(Port("width", "base", "width"), Port("own", "half", "width"), Port("tall", "half", "height")),
    )
    nodes = {
        "one": Node("one", "subgraph/Sizes", params=params),
        "out": computed("out", width="one.own * 2", height="one.tall"),
    }
    return Graph(nodes=nodes, subgraphs={"Sizes": inner})


def out(graph: Graph) -> tuple[object, object]:
    found = resolve_graph(graph, SPECS).nodes["out"].params
    assert with_expressions_evaluated(graph, SPECS).nodes["out"].params == {
        "width": found["width"],
        "height": found["height"],
    }
    return found["width"], found["height"]


def test_a_parameter_of_a_subgraph_is_worked_out_inside_it_first() -> None:
    assert out(sized()) == (100, 150)
    assert out(sized(width=640)) == (640, 960)
    assert out(sized(width=640, own=9)) == (18, 27)
    assert out(sized(tall=7)) == (100, 7)


def test_a_value_goes_out_of_one_subgraph_and_into_another() -> None:
    graph = sized(width=640)
    two = computed("two", width="one.own + 1")
    graph = graph.with_nodes(
        [replace(two, type="subgraph/Sizes"), computed("out", width="two.tall", height="two.own")]
    )
    assert out(graph) == (483, 161)
    around = Subgraph(
        "Around",
        {"inner": Node("inner", "subgraph/Sizes"), "more": computed("more", width="inner.own + 5")},
        inputs=(Port("size", "inner", "width"), Port("more", "more", "width")),
    )
    nodes = {
        "one": Node("one", "subgraph/Around", params={"size": 80}),
        "out": computed("out", width="one.more", height="one.size"),
    }
    assert out(Graph(nodes=nodes, subgraphs={**graph.subgraphs, "Around": around})) == (45, 80)


def test_faults_inside_and_circles_through_a_subgraph_are_said() -> None:
    graph = sized()
    inner = graph.subgraphs["Sizes"]
    wrong = replace(inner, nodes={**inner.nodes, "half": computed("half", width="nothing.width")})
    found = problems(Graph(nodes=graph.nodes, subgraphs={"Sizes": wrong}), SPECS)
    assert "computed from one.own, which has no value" in found[0].sentence
    assert found[-1].node == "one/half"
    circle = graph.with_nodes([replace(computed("one", width="out.width"), type="subgraph/Sizes")])
    sentences = [problem.sentence for problem in problems(circle, SPECS)]
    assert any("is computed from" in text and "and this from it" in text for text in sentences)
    linked = graph.with_nodes([replace(graph.nodes["one"], inputs={"own": (Source("out", "latent"),)})])
    assert any("comes over a link" in problem.sentence for problem in problems(linked, SPECS))
    missing = graph.with_nodes([computed("out", width="one.wn")])
    assert any(
        "one has no parameter called wn; did you mean own?" in p.sentence for p in problems(missing, SPECS)
    )
    itself = replace(inner, nodes={**inner.nodes, "base": Node("base", "subgraph/Sizes")})
    assert problems(Graph(nodes=graph.nodes, subgraphs={"Sizes": itself}), SPECS)


def test_folding_nodes_keeps_the_value_of_what_named_others() -> None:
    graph = with_expressions_evaluated(pair(), SPECS)
    folded = MakeSubgraph(("small",), "Small", "one").apply(graph)
    inside = folded.subgraphs["Small"].nodes["small"]
    assert inside.params["width"] == 256 and not expressions_of(inside)
