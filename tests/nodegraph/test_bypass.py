"""What goes through bypassed nodes, and that a run says beforehand where nothing can."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.edits import SetMode
from nodegraph.edits.subgraphs import MakeSubgraph
from nodegraph.execution.resolve import resolve_graph
from nodegraph.model.graph import Graph, Mode, Node, Port, Source, Subgraph
from nodegraph.support.errors import GraphError
from nodegraph.validation import Problem, problems
from tests.nodegraph.checking import FILES, folded, node, workflow
from tests.nodegraph.counting import engine, make, registry
from tests.nodegraph.specs import SPECS


def said(graph: Graph) -> list[Problem]:
    return problems(graph, SPECS, FILES)


def counted(mode: Mode = "bypass") -> Graph:
    """A number that is saved; bypassed, its node has no input to hand on."""
    number = replace(make("v", "Value", number=5), mode=mode)
    return Graph.of(number, make("s", "Save", links={"number": "v.number"}))


def test_a_run_is_refused_where_a_bypass_lets_nothing_through(tmp_path: Path) -> None:
    with engine(tmp_path) as run:
        assert run.run(counted("run")).ran == ["v", "s"]
        with pytest.raises(GraphError, match=r"Node v .*it is bypassed, but nothing can pass to its output"):
            run.run(counted())
        apart = counted().with_nodes([make("w", "Value"), make("t", "Save", links={"number": "w.number"})])
        with pytest.raises(GraphError, match="it is bypassed"):
            run.run(apart)
        assert run.run(apart, targets=["t"]).ran == ["w", "t"]
        assert run.run(counted("mute")).ran == []


def test_a_bypass_on_the_way_that_a_switch_does_not_take_keeps_nothing_back() -> None:
    links: dict[str, str | list[str]] = {"when_true": "w.number", "when_false": "v.number"}
    graph = counted().with_nodes([make("w", "Value"), make("x", "Switch", links=links, flag=True)])
    read = resolve_graph(graph, registry()).nodes["x"]
    assert not read.blocked and list(read.inputs) == ["when_true"]
    other = graph.with_nodes([make("x", "Switch", links=links, flag=False)])
    assert resolve_graph(other, registry()).nodes["x"].blocked == {"v"}


def inner(output_mode: Mode = "bypass", first: Mode = "run") -> Graph:
    """`fix` in the workflow: two Inverts, or a Decode at the end, with the modes as given."""
    graph = folded()
    nodes = {
        "first": replace(Node("first", "Invert"), mode=first),
        "second": node("second", "Invert", {"image": "first.image"}),
        "last": replace(node("last", "Solid"), mode=output_mode),
    }
    ports = (Port("image", "second", "image"), Port("plain", "last", "image"))
    fix = Subgraph("Fix", nodes, (Port("image", "first", "image"),), ports)
    return replace(graph, subgraphs={"Fix": fix})


def test_a_bypassed_node_fed_through_a_port_of_its_subgraph_is_no_problem() -> None:
    graph = inner(first="bypass")
    assert said(graph) == []
    assert resolve_graph(graph, SPECS).nodes["fix/second"].inputs["image"] == (Source("decode", "image"),)


def test_a_bypass_behind_an_output_of_a_subgraph_is_said_where_the_output_is_used() -> None:
    graph = inner()
    assert said(graph) == []
    used = graph.with_nodes([node("save", "Save", {"image": "fix.plain"})])
    (problem,) = said(used)
    assert problem.node == "fix/last" and "nothing can pass to its output image" in problem.sentence
    assert problem.fix is not None and said(problem.fix.apply(used)) == []
    assert resolve_graph(used, SPECS).nodes["save"].blocked == {"fix/last"}
    around = Subgraph("Around", {"fix": used.nodes["fix"]}, (), (Port("out", "fix", "plain"),))
    around = replace(
        around, nodes={"fix": replace(used.nodes["fix"], inputs={})}, inputs=(Port("image", "fix", "image"),)
    )
    deep = replace(used, subgraphs={**used.subgraphs, "Around": around}).with_nodes(
        [
            node("fix", "subgraph/Around", {"image": "decode.image"}),
            node("save", "Save", {"image": "fix.out"}),
        ]
    )
    (problem,) = said(deep)
    assert problem.node == "fix/fix/last"
    assert problem.fix is not None and said(problem.fix.apply(deep)) == []


def test_a_bypassed_node_of_a_type_that_is_not_installed_says_so() -> None:
    graph = SetMode(("decode",), "bypass").apply(workflow())
    graph = graph.with_nodes([replace(graph.nodes["decode"], type="pack/Decode")])
    (problem,) = said(graph)
    assert problem.sentence == (
        "Node decode: it is bypassed, but the type pack/Decode is not installed, so that nobody knows what would pass; "
        "install the package that brings it, or mute the node."
    )
    assert said(SetMode(("decode",), "mute").apply(graph)) == []


def test_a_run_to_a_subgraph_runs_what_is_in_it_and_what_it_needs(tmp_path: Path) -> None:
    graph = Graph.of(
        make("v", "Value", number=5),
        make("s", "Save", links={"number": "v.number"}),
        make("w", "Value", number=6),
        make("t", "Save", links={"number": "w.number"}),
    )
    for part, ran in ((("v",), {"g/v"}), (("s",), {"v", "g/s"}), (("v", "s"), {"g/v", "g/s"})):
        with engine(tmp_path) as run:
            once = run.run(MakeSubgraph(part, "Part", "g").apply(graph), targets=["g"])
            assert set(once.ran) == ran
        with engine(tmp_path) as run:
            outer = MakeSubgraph(("g",), "Around", "h").apply(MakeSubgraph(part, "Part", "g").apply(graph))
            within = {name.replace("g/", "h/g/") for name in ran}
            assert set(run.run(outer, targets=["h"]).ran) == within
        with engine(tmp_path) as run:
            inner_only = run.run(outer, targets=["h/g"])
            assert set(inner_only.ran) == within


def test_a_run_to_a_muted_or_unknown_subgraph(tmp_path: Path) -> None:
    graph = MakeSubgraph(("v",), "Part", "g").apply(counted("run"))
    with engine(tmp_path) as run:
        assert run.run(SetMode(("g",), "mute").apply(graph), targets=["g"]).ran == []
        with pytest.raises(GraphError, match="There is no node called h"):
            run.run(graph, targets=["h"])
