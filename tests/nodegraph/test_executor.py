"""Who runs, after every kind of change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.model.graph import Graph, Port, Source, Subgraph
from nodegraph.support.errors import GraphError
from tests.nodegraph.counting import chain, engine, make


def test_only_what_changed_reruns(tmp_path: Path) -> None:
    with engine(tmp_path) as run:
        first = run.run(chain())
        assert sorted(first.ran) == ["a", "b", "c", "d", "value"] and first.cached == []
        assert first.value("c.number") == 1 and first.value("d") == 6
        again = run.run(chain())
        assert again.ran == [] and sorted(again.cached) == ["a", "b", "c", "d", "value"]
        assert run.run(chain(plus=3)).ran == ["b", "c"]
        toggled = run.run(chain(plus=0))
        assert toggled.ran == [] and toggled.value("c.number") == 1
        assert sorted(run.run(chain(number=2)).ran) == ["a", "b", "c", "d", "value"]


def test_ids_titles_and_positions_are_not_in_the_key(tmp_path: Path) -> None:
    other = Graph.of(
        replace(make("x", "Value", number=1), title="Hello", pos=(9.0, 9.0)),
        make("y", "Add", links={"first": "x.number"}),
    )
    with engine(tmp_path) as run:
        run.run(chain())
        assert run.run(other).ran == []


def test_a_linked_parameter_overrides_its_value(tmp_path: Path) -> None:
    graph = Graph.of(
        make("n", "Value", number=4),
        make("a", "Add", links={"first": "n.number", "plus": "n.number"}, plus=50),
    )
    with engine(tmp_path) as run:
        with pytest.raises(GraphError, match=r"n\.number is a Number and does not fit input plus"):
            run.run(graph)
        flagged = Graph.of(
            make("f", "Flag", on=True),
            make("n", "Value", number=4, links={"number": "f.bool"}),
        )
        assert run.run(flagged).value("n") == 1


def test_muting_and_unmuting_finds_results(tmp_path: Path) -> None:
    graph = chain()
    muted = graph.with_nodes([replace(graph.nodes["a"], mode="mute")])
    with engine(tmp_path) as run:
        run.run(graph)
        result = run.run(muted)
        assert result.ran == [] and set(result.skipped) == {"a", "b", "c"} and result.value("d") == 6
        assert run.run(graph).ran == []


def test_bypass_passes_the_fitting_input_and_shares_its_key(tmp_path: Path) -> None:
    graph = chain(plus=3)
    bypassed = graph.with_nodes([replace(graph.nodes["b"], mode="bypass")])
    with engine(tmp_path) as run:
        run.run(chain(plus=0))
        result = run.run(bypassed)
        assert (result.value("c.number") == 1 and result.ran == ["c"]) or result.ran == []


def test_a_muted_optional_input_is_left_out(tmp_path: Path) -> None:
    graph = Graph.of(
        make("x", "Value", number=1),
        make("y", "Value", number=10, mode="mute"),
        make("a", "Add", links={"first": "x.number", "second": "y.number"}),
    )
    with engine(tmp_path) as run:
        assert run.run(graph).value("a") == 1


def test_several_outputs_and_variadic_order(tmp_path: Path) -> None:
    graph = Graph.of(
        make("n", "Value", number=8),
        make("s", "Split", links={"number": "n.number"}),
        make("t", "Sum", links={"numbers": ["s.low", "s.high", "n.number"]}),
    )
    with engine(tmp_path) as run:
        assert run.run(graph).value("t") == 4 + 16 + 8


def test_lists_map_the_nodes_after_them(tmp_path: Path) -> None:
    graph = Graph.of(
        make("c", "Count", upto=3),
        make("a", "Add", links={"first": "c.number"}, plus=10),
        make("l", "Length", links={"numbers": "a.number"}),
        make("t", "Sum", links={"numbers": ["a.number"]}),
    )
    with engine(tmp_path) as run:
        result = run.run(graph, ["a", "l", "t"])
        assert result.value("a") == [10, 11, 12] and result.value("l") == 3 and result.value("t") == 33
        empty = graph.with_nodes([replace(graph.nodes["c"], params={"upto": 0})])
        assert run.run(empty, ["a", "l"]).value("a") == []


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("linked", [True, False])
def test_a_switch_runs_only_the_branch_it_takes(tmp_path: Path, on: bool, linked: bool) -> None:
    links: dict[str, str | list[str]] = {"when_true": "yes.number", "when_false": "no.number"}
    graph = Graph.of(
        make("flag", "Flag", on=on),
        make("yes", "Value", number=1),
        make("no", "Value", number=2),
        make("s", "Switch", links=links | ({"flag": "flag.bool"} if linked else {}), flag=on),
    )
    with engine(tmp_path) as run:
        result = run.run(graph, ["s"])
        assert result.ran == [*(["flag"] if linked else []), "yes" if on else "no", "s"]
        assert result.value("s") == (1 if on else 2)


def test_an_untaken_branch_does_not_rerun_the_switch(tmp_path: Path) -> None:
    def graph(number: int) -> Graph:
        return Graph.of(
            make("yes", "Value", number=1),
            make("no", "Value", number=number),
            make("s", "Switch", links={"when_true": "yes.number", "when_false": "no.number"}),
        )

    with engine(tmp_path) as run:
        run.run(graph(5))
        assert run.run(graph(6)).ran == []


def test_a_lazy_variadic_input_reads_one_item(tmp_path: Path) -> None:
    values = [make(f"v{i}", "Value", number=i * 100) for i in range(4)]
    graph = Graph.of(*values, make("p", "Pick", links={"items": [f"v{i}.number" for i in range(4)]}, index=2))
    with engine(tmp_path) as run:
        assert run.run(graph).ran == ["v2", "p"]


def test_nested_switches_need_no_recursion(tmp_path: Path) -> None:
    nodes = [make("flag", "Flag"), make("n", "Value", number=3)]
    previous = "n.number"
    for index in range(400):
        links: dict[str, str | list[str]] = {"when_true": previous, "flag": "flag.bool"}
        nodes.append(make(f"s{index}", "Switch", links=links))
        previous = f"s{index}.any"
    with engine(tmp_path) as run:
        assert run.run(Graph.of(*nodes)).value("s399") == 3


def test_never_cached_nodes_rerun_with_all_behind_them(tmp_path: Path) -> None:
    graph = Graph.of(make("t", "Clock"), make("a", "Add", links={"first": "t.number"}), make("v", "Value"))
    with engine(tmp_path, cache_dir=tmp_path / "cache") as run:
        run.run(graph)
        assert run.run(graph).ran == ["t", "a"]
        assert len(list((tmp_path / "cache").glob("??/*"))) == 1


def test_an_overwritten_file_reruns_what_depends_on_it(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("3")
    graph = Graph.of(
        make("r", "Read", file="n.txt"),
        make("a", "Add", links={"first": "r.number"}),
        make("v", "Value", number=9),
    )
    with engine(tmp_path) as run:
        assert run.run(graph, base=tmp_path).value("a") == 3
        assert run.run(graph, base=tmp_path).ran == []
        (tmp_path / "n.txt").write_text("4")
        result = run.run(graph, base=tmp_path)
        assert result.ran == ["r", "a"] and result.value("a") == 4
        (tmp_path / "n.txt").unlink()
        with pytest.raises(GraphError, match=r"Node r .* 'n.txt' cannot be read"):
            run.run(graph, base=tmp_path)


def test_a_restart_finds_results_on_disk(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    with engine(tmp_path, cache_dir=folder) as run:
        run.run(chain())
    with engine(tmp_path, cache_dir=folder) as run:
        assert run.run(chain()).ran == []
        plan = run.plan(chain(plus=3))
        assert [(s.node, s.reason) for s in plan.steps] == [
            ("b", "plus changed from 0 to 3"),
            ("c", "input first changed (b.number)"),
        ]


def test_a_spoiled_disk_entry_is_computed_again(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    with engine(tmp_path, cache_dir=folder) as run:
        run.run(chain())
    for path in folder.glob("??/*"):
        path.write_bytes(b"{")
    with engine(tmp_path, cache_dir=folder) as run:
        result = run.run(chain(plus=3))
        assert result.ok and result.value("c.number") == 4


def test_a_saved_file_is_written_again_only_if_it_is_gone(tmp_path: Path) -> None:
    graph = Graph.of(make("v", "Value", number=5), make("s", "Save", links={"number": "v.number"}))
    with engine(tmp_path) as run:
        assert [Path(o.path).name for o in run.run(graph).outputs] == ["number.txt"]
        again = run.run(graph)
        assert again.ran == [] and len(again.outputs) == 1
        (tmp_path / "number.txt").unlink()
        assert run.run(graph).ran == ["s"] and (tmp_path / "number.txt").exists()


def test_a_subgraph_runs_as_its_inner_nodes(tmp_path: Path) -> None:
    inner = Subgraph(
        "Twice",
        {
            "x": make("x", "Add", links={}),
            "y": make("y", "Add", links={"first": "x.number", "second": "x.number"}),
        },
        inputs=(Port("number", "x", "first"), Port("plus", "x", "plus")),
        outputs=(Port("result", "y", "number"),),
    )
    instance = replace(make("t", "Add", links={"number": "v.number"}, plus=1), type="subgraph/Twice")
    graph = replace(
        Graph.of(make("v", "Value", number=5), instance, make("out", "Add", links={"first": "t.result"})),
        subgraphs={"Twice": inner},
    )
    with engine(tmp_path) as run:
        result = run.run(graph)
        assert result.ran == ["v", "t/x", "t/y", "out"] and result.value("out") == 12
        bypassed = graph.with_nodes([replace(instance, mode="bypass")])
        assert run.run(bypassed).value("out") == 5


def test_portals_and_reroutes_do_not_change_keys(tmp_path: Path) -> None:
    graph = chain()
    node = graph.nodes["b"]
    drawn = replace(node, inputs={"first": (Source("a", "number", via=((1.0, 2.0),), portal="p"),)})
    with engine(tmp_path) as run:
        run.run(graph)
        assert run.run(graph.with_nodes([drawn])).ran == []


def test_ten_thousand_in_a_chain(tmp_path: Path) -> None:
    nodes = [make("n0", "Value")]
    nodes += [make(f"n{i}", "Add", links={"first": f"n{i - 1}.number"}, plus=1) for i in range(1, 10_000)]
    with engine(tmp_path) as run:
        assert run.run(Graph.of(*nodes)).value("n9999") == 10_000
        assert run.run(Graph.of(*nodes)).ran == []


def test_equal_branches_are_computed_once(tmp_path: Path) -> None:
    graph = Graph.of(
        make("v", "Value", number=2),
        make("w", "Value", number=2),
        make("a", "Add", links={"first": "v.number"}, plus=1),
        make("b", "Add", links={"first": "w.number"}, plus=1),
        make("sum", "Sum", links={"numbers": ["a.number", "b.number"]}),
    )
    with engine(tmp_path) as run:
        steps = [step.node for step in run.plan(graph).steps]
        assert len(steps) == 3 and steps[-1] == "sum"
        result = run.run(graph)
        assert result.ran == steps and {*result.ran, *result.cached} == set(graph.nodes)
        assert result.value("sum.number") == 6
        assert run.run(graph, ["b"]).value("b.number") == 3


def test_equal_branches_both_reach_their_targets(tmp_path: Path) -> None:
    graph = Graph.of(make("v", "Value", number=2), make("w", "Value", number=2))
    with engine(tmp_path, cache_bytes=0) as run:
        result = run.run(graph, ["v", "w"])
        assert len(result.ran) == len(result.cached) == 1
        assert (result.value("v.number"), result.value("w.number")) == (2, 2)


def test_nodes_that_save_or_never_repeat_run_for_themselves(tmp_path: Path) -> None:
    graph = Graph.of(
        make("v", "Value"),
        make("s", "Save", links={"number": "v.number"}),
        make("t", "Save", links={"number": "v.number"}),
        make("c", "Clock"),
        make("d", "Clock"),
    )
    with engine(tmp_path) as run:
        assert sorted(run.run(graph, ["s", "t", "c", "d"]).ran) == ["c", "d", "s", "t", "v"]
        assert sorted(run.run(graph, ["c", "d"]).ran) == ["c", "d"]


def test_a_list_decides_for_each_call_which_branch_a_switch_takes(tmp_path: Path) -> None:
    graph = Graph.of(
        make("n", "Flags"),
        make("i", "Indexes"),
        make("a", "Value", number=10),
        make("b", "Value", number=20),
        make("switch", "Switch", links={"flag": "n.bool", "when_true": "a.number", "when_false": "b.number"}),
        make("pick", "Pick", links={"index": "i.int", "items": ["a.number", "b.number"]}),
    )
    with engine(tmp_path) as run:
        result = run.run(graph, ["switch", "pick"])
        assert result.ok, result.error
        assert result.value("switch.any") == [20, 10]
        assert result.value("pick.number") == [10, 20]


def test_lists_on_both_sides_of_a_switch_are_taken_element_by_element(tmp_path: Path) -> None:
    graph = Graph.of(
        make("n", "Flags"),
        make("data", "Count", upto=3),
        make("b", "Value", number=20),
        make(
            "switch",
            "Switch",
            links={"flag": "n.bool", "when_true": "data.number", "when_false": "b.number"},
        ),
        make("fixed", "Switch", links={"when_true": "data.number"}, flag=True),
    )
    with engine(tmp_path) as run:
        result = run.run(graph, ["switch", "fixed"])
        assert result.ok, result.error
        assert result.value("switch.any") == [20, 1, 2]
        assert result.value("fixed.any") == [0, 1, 2]


def test_an_empty_list_decides_for_no_call(tmp_path: Path) -> None:
    graph = Graph.of(
        make("n", "Flags", upto=0),
        make("a", "Value", number=10),
        make("switch", "Switch", links={"flag": "n.bool", "when_true": "a.number"}),
    )
    with engine(tmp_path) as run:
        result = run.run(graph, ["switch"])
        assert result.ok, result.error
        assert result.value("switch.any") == [] and "a" not in result.ran
