from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nodegraph.formats import migrate
from nodegraph.formats.migrate import NodeStep, add_step, migrated, upgraded
from nodegraph.model.graph import Graph, Node, Port, Source, Subgraph
from nodegraph.support.errors import DefinitionError


def test_format_steps_run_in_order() -> None:
    ran: list[int] = []

    def step(number: int) -> Any:
        def change(data: dict[str, Any]) -> dict[str, Any]:
            ran.append(number)
            assert data["version"] == number
            return {**data, "nodes": [*data["nodes"], number]}

        return change

    steps = {1: step(1), 2: step(2), 3: step(3)}
    assert migrated({"version": 2, "nodes": []}, "w", steps, newest=4) == {"version": 4, "nodes": [2, 3]}
    assert ran == [2, 3]


def steps() -> dict[tuple[str, int], NodeStep]:
    first = NodeStep("Blur", 1, {"radius": "size"}, {"out": "picture"})
    second = NodeStep(
        "Blur",
        2,
        {"size": "sigma"},
        {"picture": "image"},
        lambda node: replace(node, params={**node.params, "sigma": node.params["sigma"] * 0.5}),  # type: ignore[operator]  # a number in this test
    )
    return {(step.type, step.version): step for step in (first, second)}


def blurred() -> dict[str, Node]:
    return {
        "a": Node("a", "Blur", 1, params={"radius": 4}),
        "b": Node("b", "Blur", 2, params={"size": 6}, inputs={"image": (Source("a", "out"),)}),
        "c": Node("c", "Save", 1, inputs={"x": (Source("a", "out"), Source("b", "picture"))}),
        "d": Node("d", "Blur", 9),
    }


def test_nodes_become_new_step_by_step_and_their_links_follow() -> None:
    graph = upgraded(Graph(blurred()), steps())
    assert graph.nodes["a"] == Node("a", "Blur", 3, params={"sigma": 2.0})
    assert graph.nodes["b"].params == {"sigma": 3.0}
    assert graph.nodes["b"].inputs == {"image": (Source("a", "image"),)}
    assert graph.nodes["c"].inputs["x"] == (Source("a", "image"), Source("b", "image"))
    assert list(graph.nodes) == ["a", "b", "c", "d"]


def test_a_node_newer_than_every_step_is_kept() -> None:
    graph = Graph(blurred())
    assert upgraded(graph, steps()).nodes["d"] is graph.nodes["d"]
    assert upgraded(graph, {}) is graph
    untouched = Graph.of(graph.nodes["d"])
    assert upgraded(untouched, steps()) is untouched


def test_subgraphs_and_their_ports_follow() -> None:
    inside = Subgraph("S", blurred(), (Port("r", "a", "radius"),), (Port("o", "b", "picture"),))
    graph = upgraded(Graph(subgraphs={"S": inside}), steps())
    assert graph.subgraphs["S"].inputs == (Port("r", "a", "sigma"),)
    assert graph.subgraphs["S"].outputs == (Port("o", "b", "image"),)


def test_two_steps_from_one_version_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "NODE_STEPS", {})
    add_step(NodeStep("Blur", 1))
    with pytest.raises(DefinitionError, match="Blur has two steps from version 1"):
        add_step(NodeStep("Blur", 1))
