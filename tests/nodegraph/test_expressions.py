from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.analysis.explain import explain
from nodegraph.cli.opening import parsed, with_value
from nodegraph.edits import AddNodes, RemoveNodes, RenameNode, SetExpression, SetParam
from nodegraph.edits.paste import copied, pasted
from nodegraph.expressions.evaluate import evaluate_expressions, with_expressions_evaluated
from nodegraph.formats.native import dumps, loads
from nodegraph.model.expression_refs import expressions_of, reference, renamed
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import Param
from nodegraph.support.errors import EditError, GraphError
from nodegraph.validation import Checker, problems
from tests.nodegraph.computing import computed, pair
from tests.nodegraph.specs import SPECS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("base.width / 2", 256),
        ("base.height", 128),
        ("height * 2", 256),
        ("'base'.width + 1", 513),
        ("max(base.width, 600)", 600),
        ("base.width / 3", 171),
        ("64", 64),
    ],
)
def test_a_parameter_is_computed_from_others(text: str, value: int) -> None:
    after = evaluate_expressions(pair(text), SPECS)
    assert not after.faults
    assert after.graph.nodes["small"].params["width"] == value
    assert type(after.graph.nodes["small"].params["width"]) is int
    assert with_expressions_evaluated(after.graph, SPECS) is after.graph


def test_they_are_worked_out_in_the_order_in_which_they_depend() -> None:
    chain = [computed(f"n{i}", width=f"n{i + 1}.width + 1") for i in range(300)]
    graph = Graph.of(*chain, Node("n300", "EmptyLatent", params={"width": 100}))
    assert with_expressions_evaluated(graph, SPECS).nodes["n0"].params["width"] == 400


def test_numbers_become_what_the_parameter_holds_and_texts_are_taken_over() -> None:
    graph = Graph.of(
        Node("a", "KSampler", 2, {"steps": 7, "sampler": "heun"}),
        computed("b", "KSampler", {}, cfg="a.steps", flag="a.steps - 7", sampler="a.sampler"),
    )
    found = with_expressions_evaluated(graph, SPECS).nodes["b"].params
    assert found == {"cfg": 7.0, "flag": False, "sampler": "heun"}
    assert type(found["cfg"]) is float


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bse.width", "there is no node called bse; did you mean base?"),
        ("base.wdth", "base has no parameter called wdth; did you mean width?"),
        ("wdth", "small has no parameter called wdth"),
        ("width + 1", "computed from itself"),
        ("1 / 0", "divides by zero"),
        ("10 ** 25", "beyond 64 bits"),
        ("9 ** 9 ** 9", "no value"),
        ("1e400", "no value"),
        ("__import__('os')", "no function called __import__"),
        ("base.width.real", "Only numbers"),
        ("word.text", "is a text"),
        ("fed.width", "comes over a link"),
        ("(((", "no number and no sum"),
        ("x" * 400, "may have 300 characters"),
    ],
)
def test_what_has_no_value_is_said_on_the_parameter_with_a_fix(text: str, said: str) -> None:
    more = (
        Node("word", "TextEncode", params={"text": "x"}),
        Node("fed", "EmptyLatent", inputs={"width": (Source("base", "latent"),)}),
    )
    graph = pair(text).with_nodes([computed("small", "EmptyLatent", {"width": 77}, width=text), *more])
    after = evaluate_expressions(graph, SPECS)
    assert after.graph.nodes["small"].params["width"] == 77
    (found,) = [p for p in problems(graph, SPECS) if p.node == "small"]
    assert found.field == "width" and said in found.sentence
    assert found.sentence.startswith("Node small (Empty latent): ") and found.sentence.endswith((".", "?"))
    assert found.fix is not None
    mended = with_expressions_evaluated(found.fix.apply(graph), SPECS)
    assert not [p for p in problems(mended, SPECS) if p.node == "small"]
    assert loads(dumps(graph)) == graph


def test_the_fix_of_a_wrong_name_is_the_right_name() -> None:
    (found,) = problems(pair("bse.width * 2"), SPECS)
    assert found.fix == SetExpression("small", "width", "base.width * 2")


def test_a_circle_is_said_where_it_is_and_what_hangs_on_it_too() -> None:
    graph = Graph.of(
        computed("a", width="b.width"),
        computed("b", width="a.width"),
        computed("c", width="b.width"),
        computed("d", height="5"),
    )
    after = evaluate_expressions(graph, SPECS)
    assert {(f.node, "from values that have none" in f.reason) for f in after.faults} == {
        ("a", False),
        ("b", False),
        ("c", True),
    }
    assert after.graph.nodes["d"].params["height"] == 5
    fixed = SetExpression("a", "width", None).apply(graph)
    assert not evaluate_expressions(fixed, SPECS).faults


def test_setting_a_value_ends_the_expression_and_keeping_it_too() -> None:
    graph = with_expressions_evaluated(pair(), SPECS)
    kept = SetExpression("small", "width", None).apply(graph)
    assert kept.nodes["small"].params["width"] == 256 and not kept.nodes["small"].extra
    for value in (300, None):
        assert not expressions_of(SetParam("small", "width", value).apply(graph).nodes["small"])
    again = SetExpression("small", "width", "= base.width").apply(graph)
    assert expressions_of(again.nodes["small"]) == {"width": "base.width"}
    with pytest.raises(EditError):
        SetExpression("small", "width", "1" * 301).apply(graph)


def test_the_walk_tells_value_and_expression() -> None:
    assert "width 256 (computed as base.width / 2)" in explain(pair(), SPECS)


def test_names_follow_renaming_and_pasting() -> None:
    graph = with_expressions_evaluated(pair("base.width/2 + 'base'.height"), SPECS)
    moved = RenameNode("base", "2-first").apply(graph)
    assert expressions_of(moved.nodes["small"])["width"] == "'2-first'.width/2 + '2-first'.height"
    assert not evaluate_expressions(moved, SPECS).faults
    both = pasted(graph, copied(graph, ["base", "small"])).apply(graph)
    assert expressions_of(both.nodes["small_2"])["width"] == "base_2.width/2 + base_2.height"
    gone = RemoveNodes(("base",)).apply(graph)
    assert [p.field for p in problems(gone, SPECS)] == ["width"]
    assert AddNodes((Node("new", "EmptyLatent"),)).apply(gone).nodes["small"].params["width"] == 384


def test_only_whole_names_of_nodes_are_renamed() -> None:
    assert renamed("base.a + rebase.a + base_2.a + base", {"base": "x"}) == "x.a + rebase.a + base_2.a + base"
    assert reference("3", "width") == "'3'.width"


def test_the_file_stays_readable_and_holds_the_last_value() -> None:
    text = dumps(with_expressions_evaluated(pair(), SPECS))
    line = json.loads(text)["nodes"][1]
    assert line["params"] == {"width": 256} and line["expressions"] == {"width": "base.width / 2"}
    assert dumps(loads(text)) == text


def test_damaged_expressions_are_said_or_left_alone() -> None:
    odd = Graph.of(Node("a", "EmptyLatent", extra={"expressions": [1]}))
    assert with_expressions_evaluated(odd, SPECS) is odd and not problems(odd, SPECS)
    list_in = Graph.of(Node("a", "EmptyLatent", extra={"expressions": {"width": [1], "nothing": "5"}}))
    assert {p.field for p in problems(list_in, SPECS)} == {"width", "nothing"}


def test_the_command_line_sets_values_and_expressions() -> None:
    graph = with_expressions_evaluated(with_value(pair(), SPECS, "base.width=1000"), SPECS)
    assert graph.nodes["small"].params["width"] == 500
    graph = with_expressions_evaluated(with_value(graph, SPECS, "small.height==width * 2"), SPECS)
    assert graph.nodes["small"].params["height"] == 1000
    assert not expressions_of(with_value(pair(), SPECS, "small.width=5").nodes["small"])


def test_a_checker_sees_expressions_come_and_go() -> None:
    checker = Checker(SPECS)
    assert not checker.problems(pair())
    assert len(checker.problems(pair("nothing.width"))) == 1
    assert not checker.problems(pair("base.height"))
    far = pair("base.width * 100")
    (found,) = checker.problems(with_expressions_evaluated(far, SPECS))
    assert "above 4096" in found.sentence and found.fix is not None
    assert with_expressions_evaluated(found.fix.apply(far), SPECS).nodes["small"].params["width"] == 4096


NAMES = st.sampled_from(["a", "b", "c", "d"])
TEXTS = st.builds(
    lambda n, p, k: f"{n}.{p} + {k}", NAMES, st.sampled_from(["width", "height"]), st.integers(0, 9)
)


@settings(deadline=None)
@given(st.dictionaries(st.tuples(NAMES, st.sampled_from(["width", "height"])), TEXTS, max_size=6))
def test_whatever_depends_on_what_settling_ends_and_is_settled(texts: dict[tuple[str, str], str]) -> None:
    nodes = {n: {p: t for (node, p), t in texts.items() if node == n} for n in "abcd"}
    once = evaluate_expressions(
        Graph.of(*(Node(n, "EmptyLatent", extra={"expressions": found}) for n, found in nodes.items())), SPECS
    )
    twice = evaluate_expressions(once.graph, SPECS)
    assert twice.graph is once.graph and twice.faults == once.faults


def test_a_run_uses_them_and_refuses_broken_ones(tmp_path: Path) -> None:
    from nodegraph.execution.prepare import prepare
    from nodegraph.node_api.fingerprint import Fingerprints
    from nodegraph.support.errors import GraphError
    from nodegraph.support.input_access import InputAccess
    from tests.nodegraph.specs import Folder

    def prepared(graph: Graph) -> object:
        return (
            prepare(graph, SPECS, Folder(), Fingerprints(), "", ["small"], InputAccess(tmp_path))
            .wiring.nodes["small"]
            .params
        )

    assert prepared(pair()) == {"width": 256, "height": 128}
    with pytest.raises(GraphError, match="no node called bse"):
        prepared(pair("bse.width"))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("Float", "0,8", 0.8),
        ("Float", "1\u202f024,5", 1024.5),
        ("Float", "1.024,5", 1024.5),
        ("Float", "007.5", 7.5),
        ("Int", "1,024", 1024),
        ("Int", "1\u2009024", 1024),
        ("Int", "007", 7),
        ("Int", "-3", -3),
        ("Int", "18446744073709551615", 2**64 - 1),
        ("Int", "512*2", 1024),
    ],
)
def test_a_number_on_the_command_line_is_read_as_in_a_field(kind: str, text: str, value: float) -> None:
    found = parsed(Param("x", kind, 0), text, "--set a.x")
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize("text", ["0,8", "1.5", "abc", "1,2,3", "", "nan", "1e999", "9**9**9"])
def test_what_is_no_whole_number_is_said(text: str) -> None:
    with pytest.raises(GraphError, match="x takes a whole number, not"):
        parsed(Param("x", "Int", 0), text, "--set a.x")
