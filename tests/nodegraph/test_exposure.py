"""Sections and limits of exposed parameters: how they look outside, what they refuse, and what keeps them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.analysis.starred import stars
from nodegraph.edits import SetExpression, SetParam
from nodegraph.edits.exposure import RenameSection, SetLimits, SetSection
from nodegraph.edits.nested import Inside
from nodegraph.edits.paste import copied, pasted, without_loose_links
from nodegraph.edits.ports import AddPort, MakeUnique, OrderPorts, RenamePort
from nodegraph.edits.subgraphs import MakeSubgraph, Unpack
from nodegraph.expressions.evaluate import with_expressions_evaluated
from nodegraph.formats.native import dumps, loads
from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Graph, Node, Port, Source, Subgraph
from nodegraph.model.spec import Param
from nodegraph.subgraphs.expand import subgraph_spec
from nodegraph.subgraphs.exposure import narrowed
from nodegraph.support.errors import EditError, GraphError
from nodegraph.validation import problems
from tests.nodegraph.checking import FILES, workflow
from tests.nodegraph.counting import engine, make
from tests.nodegraph.specs import SPECS


def exposed(**limits: float | None) -> Graph:
    """The sampler folded as node `group`, with its steps and cfg exposed."""
    graph = MakeSubgraph(("sampler",), "Group", "group").apply(workflow())
    for name in ("seed", "steps", "cfg"):
        graph = AddPort("Group", Port(name, "sampler", name)).apply(graph)
    return SetLimits("Group", "steps", limits.get("low"), limits.get("high")).apply(graph)


def around(graph: Graph) -> Graph:
    """`group` in a subgraph of its own, Outer, that exposes its steps as `count`."""
    outer = MakeSubgraph(("group",), "Outer", "outer").apply(graph)
    return AddPort("Outer", Port("count", "group", "steps")).apply(outer)


def shown(graph: Graph, kind: str, name: str) -> Param:
    spec = subgraph_spec(graph, f"subgraph/{kind}", SPECS)
    assert spec is not None
    param = spec.param(name)
    assert param is not None
    return param


def bounds(param: Param) -> tuple[float | None, float | None]:
    return param.minimum, param.maximum


def sentences(graph: Graph) -> list[str]:
    return [problem.sentence for problem in problems(graph, SPECS, FILES)]


def test_limits_narrow_and_never_widen_at_any_depth() -> None:
    assert bounds(shown(exposed(low=4, high=40), "Group", "steps")) == (4, 40)
    assert bounds(shown(exposed(low=-5, high=5000), "Group", "steps")) == (1, 1000)
    assert bounds(shown(exposed(low=2.5, high=9.5), "Group", "steps")) == (3, 9)
    deep = SetLimits("Outer", "count", 2, 30).apply(around(exposed(low=4, high=40)))
    assert bounds(shown(deep, "Outer", "count")) == (4, 30)
    assert bounds(shown(SetLimits("Outer", "count", None, None).apply(deep), "Outer", "count")) == (4, 40)


@given(*[st.none() | st.floats(-100, 100) | st.integers(-100, 100)] * 4, st.sampled_from(["Int", "Float"]))
def test_what_the_narrowed_range_holds_the_inner_one_holds(
    low: float | None, high: float | None, least: float | None, most: float | None, kind: str
) -> None:
    inner, outer = sorted_pair(low, high), sorted_pair(least, most)
    param = Param("n", kind, 0, minimum=inner[0], maximum=inner[1])
    found = narrowed(param, Port("n", "node", "n", "", *outer))
    for mine, bound in ((found.minimum, inner[0]), (found.maximum, inner[1])):
        assert bound is None or mine is not None
    assert inner[0] is None or (found.minimum is not None and found.minimum >= inner[0])
    assert inner[1] is None or (found.maximum is not None and found.maximum <= inner[1])
    assert found.minimum is None or found.maximum is None or found.minimum <= found.maximum


def sorted_pair(low: float | None, high: float | None) -> tuple[float | None, float | None]:
    return (low, high) if low is None or high is None or low <= high else (high, low)


def test_a_value_outside_beyond_the_limits_is_refused_and_mended() -> None:
    graph = SetParam("group", "steps", 60).apply(exposed(low=4, high=40))
    (problem,) = problems(graph, SPECS, FILES)
    assert problem.sentence == "Node group (Group): steps is 60, above 40; use 4 to 40."
    assert problem.fix == SetParam("group", "steps", 40)
    assert sentences(problem.fix.apply(graph)) == []


def test_an_expression_beyond_the_limits_is_refused() -> None:
    graph = SetExpression("group", "steps", "empty.width").apply(exposed(low=4, high=40))
    assert sentences(graph) == ["Node group (Group): steps is 64, above 40; use 4 to 40."]
    assert with_expressions_evaluated(graph, SPECS).nodes["group"].params["steps"] == 64


def test_a_value_inside_beyond_the_limits_is_a_problem_with_a_fix_inside() -> None:
    graph = exposed(low=10, high=40)
    (problem,) = problems(graph, SPECS, FILES)
    assert (problem.node, problem.field) == ("group", "steps")
    assert problem.sentence == (
        "Node group (Group): steps is 8 inside (sampler.steps), below 10; use 10 to 40 there, or change the limits."
    )
    assert problem.fix == Inside("Group", SetParam("sampler", "steps", 10))
    assert sentences(problem.fix.apply(graph)) == []
    assert sentences(SetParam("group", "steps", 12).apply(graph)) == []
    computed = Inside("Group", SetExpression("sampler", "steps", "cfg * 20")).apply(graph)
    assert "steps is 100 inside (sampler.steps), above 40" in sentences(computed)[0]


def test_a_value_two_levels_down_is_said_where_it_counts_and_mended_where_it_stands() -> None:
    graph = around(exposed(low=10, high=40))
    (problem,) = problems(graph, SPECS, FILES)
    assert (problem.node, problem.field) == ("outer", "count")
    assert problem.fix == Inside("Group", SetParam("sampler", "steps", 10))
    assert sentences(problem.fix.apply(graph)) == []
    assert sentences(SetParam("outer", "count", 12).apply(graph)) == []
    between = Inside("Outer", SetParam("group", "steps", 50)).apply(graph)
    (problem,) = problems(between, SPECS, FILES)
    assert problem.sentence.startswith("Node outer/group (Group): steps is 50, above 40")
    assert problem.fix == Inside("Outer", SetParam("group", "steps", 40))
    assert sentences(problem.fix.apply(between)) == []


def test_limits_that_cannot_hold_are_a_problem_and_can_be_lifted() -> None:
    graph = exposed(low=2000, high=3000)
    (problem,) = problems(graph, SPECS, FILES)
    assert problem.sentence == (
        "Node group (Group): steps is limited to 2000 to 3000, and inside it takes 1 to 1000; "
        "lift the limits or choose others."
    )
    assert problem.fix is not None and sentences(problem.fix.apply(graph)) == []
    text = AddPort("Group", Port("how", "sampler", "sampler")).apply(exposed())
    worded = SetLimits("Group", "how", 1, 2).apply(text)
    assert "how has limits and is no number; lift the limits" in sentences(worded)[0]
    assert bounds(shown(worded, "Group", "how")) == (None, None)
    assert "positive has limits" in sentences(SetLimits("Group", "positive", 1, 2).apply(exposed()))[0]


def limited_sum() -> Graph:
    """A node that adds, twice folded, with `plus` exposed at both levels and limited outside to 0 to 5."""
    ports = (Port("number", "x", "first"), Port("plus", "x", "plus", "", -50, 5))
    twice = Subgraph("Sum", {"x": make("x", "Add", links={})}, ports, (Port("result", "x", "number"),))
    ports = (Port("number", "s", "number"), Port("more", "s", "plus", "", 0, 80))
    inner = {"s": Node("s", "subgraph/Sum")}
    outer = Subgraph("Outer", inner, ports, (Port("result", "s", "result"),))
    one = replace(make("t", "Add", links={"number": "v.number"}, more=1), type="subgraph/Outer")
    graph = Graph.of(make("v", "Value", number=5), one, make("out", "Add", links={"first": "t.result"}))
    return replace(graph, subgraphs={"Sum": twice, "Outer": outer})


def test_a_run_respects_limits_for_values_that_come_over_a_link(tmp_path: Path) -> None:
    graph = limited_sum()
    linked = graph.with_nodes(
        [
            make("f", "Flag", on=True),
            replace(graph.nodes["t"], inputs={**graph.nodes["t"].inputs, "more": (Source("f", "bool"),)}),
        ]
    )
    with engine(tmp_path) as run:
        assert run.run(graph).value("out") == 6
        with pytest.raises(GraphError, match=r"Node t \(Outer\): more is 7, above 5; use 0 to 5"):
            run.run(SetParam("t", "more", 7).apply(graph))
        assert run.run(linked).value("out") == 6
        more = SetLimits("Outer", "more", 2, 80).apply(linked)
        result = run.run(more)
        assert not result.ok
        assert "Input plus of test/Add (t/s/x) got 1; give it 2 to 5." in str(result.error)


def test_limits_and_sections_change_nothing_that_is_computed(tmp_path: Path) -> None:
    graph = limited_sum()
    free = SetLimits("Sum", "plus", None, None).apply(SetSection("Outer", "more", "Fine").apply(graph))
    with engine(tmp_path) as run:
        assert run.run(graph).ran
        assert run.run(free).ran == []


def test_sections_group_what_they_hold_and_take_it_out_of_the_advanced_ones() -> None:
    graph = SetSection("Group", "seed", "Quality").apply(exposed())
    graph = SetSection("Group", "cfg", "Quality").apply(graph)
    spec = subgraph_spec(graph, "subgraph/Group", SPECS)
    assert spec is not None
    assert [(p.name, p.section) for p in spec.params] == [
        ("steps", ""),
        ("seed", "Quality"),
        ("cfg", "Quality"),
    ]
    shy = {**SPECS, "KSampler": replace(SPECS["KSampler"], params=(Param("seed", "Int", 0, advanced=True),))}
    found = subgraph_spec(graph, "subgraph/Group", shy)
    assert found is not None and not found.params[0].advanced
    renamed = RenameSection("Group", "Quality", "Look").apply(graph)
    assert {port.section for port in renamed.subgraphs["Group"].inputs} == {"", "Look"}
    assert RenameSection("Group", "Look", "").apply(renamed).subgraphs["Group"].inputs[-1].section == ""
    with pytest.raises(EditError, match="no section called 'Light'"):
        RenameSection("Group", "Light", "Dark").apply(graph)
    with pytest.raises(EditError, match="at most 200"):
        SetSection("Group", "seed", "x" * 201).apply(graph)
    assert SetSection("Group", "seed", "Quality").apply(graph) is graph


def test_an_outer_section_is_its_own() -> None:
    graph = around(SetSection("Group", "steps", "Quality").apply(exposed()))
    assert shown(graph, "Outer", "count").section == ""
    assert shown(SetSection("Outer", "count", "Time").apply(graph), "Outer", "count").section == "Time"


def test_limits_are_numbers_the_right_way_round() -> None:
    graph = exposed()
    with pytest.raises(EditError, match="steps are 9 to 4; the smaller number comes first"):
        SetLimits("Group", "steps", 9, 4).apply(graph)
    for bad in (float("nan"), float("inf"), True, 2**70):
        with pytest.raises(EditError, match="must be numbers"):
            SetLimits("Group", "steps", bad, None).apply(graph)
    with pytest.raises(EditError, match="no input called 'stps'"):
        SetLimits("Group", "stps", 1, 2).apply(graph)
    assert SetLimits("Group", "steps", None, None).apply(graph) is graph


def test_what_is_shown_outside_follows_every_edit_of_the_subgraph() -> None:
    graph = SetSection("Group", "steps", "Quality").apply(exposed(low=4, high=40))
    kept = ("Quality", 4, 40)

    def found(after: Graph, group: str = "Group", name: str = "steps") -> tuple[object, ...]:
        port = next(p for p in after.subgraphs[group].inputs if p.name == name)
        return port.section, port.minimum, port.maximum

    assert found(RenamePort("Group", "steps", "Count").apply(graph), name="Count") == kept
    both = pasted(graph, copied(graph, ["group"]), keep_links=True).apply(graph)
    assert found(MakeUnique("group_2", "Other").apply(both), "Other") == kept
    names = tuple(port.name for port in graph.subgraphs["Group"].inputs)
    assert found(OrderPorts("Group", names[::-1]).apply(graph)) == kept
    assert found(Unpack("outer").apply(around(graph))) == kept
    part = loads(dumps(without_loose_links(copied(graph, ["group"]))))
    elsewhere = pasted(exposed(), part).apply(exposed())
    assert found(elsewhere, "Group 2") == kept and found(elsewhere)[0] == ""
    moved = OrderPorts("Group", names[::-1], sections=("Fine",) * len(names)).apply(graph)
    assert found(moved) == ("Fine", 4, 40) and {p.section for p in moved.subgraphs["Group"].inputs} == {
        "Fine"
    }


def test_expressions_stars_and_seed_modes_follow_a_renamed_parameter() -> None:
    graph = SetExpression("group", "steps", "cfg*2 + max(steps, 1)").apply(exposed())
    graph = SetExpression("empty", "width", "group.steps + group.cfg/empty.height").apply(graph)
    graph = replace(graph, view={"app": {"params": ["group.steps", "empty.width"]}})
    node = graph.nodes["group"]
    graph = graph.with_nodes([replace(node, extra={**node.extra, "seed_mode": {"seed": "new"}})])
    renamed = RenamePort("Group", "steps", "count").apply(graph)
    assert expressions_of(renamed.nodes["group"]) == {"count": "cfg*2 + max(count, 1)"}
    assert expressions_of(renamed.nodes["empty"])["width"] == "group.count + group.cfg/empty.height"
    assert stars(renamed) == (("group", "count"), ("empty", "width"))
    assert RenamePort("Group", "count", "steps").apply(renamed) == graph
    again = RenamePort("Group", "seed", "My seed").apply(renamed)
    assert again.nodes["group"].extra["seed_mode"] == {"My seed": "new"}
    spaced = RenamePort("Group", "count", "How many").apply(renamed)
    assert any("group has no parameter called count" in text for text in sentences(spaced))
