"""What a run says and keeps when something fails, is stopped, or cannot be run at all."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.model.graph import Graph
from nodegraph.node_api import events
from nodegraph.support.errors import GraphError
from tests.nodegraph.counting import chain, engine, make


def test_a_failure_names_the_node_and_keeps_the_rest(tmp_path: Path) -> None:
    graph = Graph.of(make("v", "Value", number=5), make("f", "Fail", links={"number": "v.number"}))
    with engine(tmp_path) as run:
        result = run.run(graph)
        assert not result.ok and result.ran == ["v"]
        assert result.failed is not None and "ValueError: the number is wrong" in result.failed.details
        assert replace(result.failed, details="") == events.NodeFailed(
            "f", "test/Fail", "ValueError: the number is wrong", ("number = 5",)
        )
        assert run.run(graph, ["v"]).ran == []


def test_cancel_stops_within_a_step_and_leaves_the_cache_valid(tmp_path: Path) -> None:
    graph = Graph.of(make("v", "Value"), make("s", "Slow", links={"number": "v.number"}, steps=1000))
    with engine(tmp_path) as run:
        seen: list[int] = []

        def listen(event: events.Event) -> None:
            if isinstance(event, events.Progress):
                seen.append(event.step)
                if event.step == 3:
                    threading.Thread(target=run.cancel).run()

        result = run.run(graph, on_event=listen)
        assert result.cancelled and not result.ok and seen == [1, 2, 3]
        assert run.run(graph).ran == ["s"]


def test_verify_names_the_node_that_wrote_into_its_input(tmp_path: Path) -> None:
    graph = Graph.of(
        make("b", "Box"),
        make("w", "Scribble", links={"box": "b.any"}),
        make("u", "Unbox", links={"box": "b.any"}),
    )
    with engine(tmp_path, verify=True) as run:
        result = run.run(graph, ["w", "u"])
        assert result.failed is not None and result.failed.node == "w"
        assert "wrote into its input box (b.any)" in result.error


def test_verify_recomputes_hits_and_passes_honest_nodes(tmp_path: Path) -> None:
    with engine(tmp_path, verify=True) as run:
        run.run(chain())
        result = run.run(chain())
        assert result.ok and len(result.ran) == 5
        key = next(iter(run.cache._values))
        run.cache.put(key, 12345)
        spoiled = run.run(chain())
        assert not spoiled.ok and "is not what a fresh run gives" in spoiled.error


def test_a_cycle_is_named(tmp_path: Path) -> None:
    graph = Graph.of(
        make("a", "Add", links={"first": "b.number"}),
        make("b", "Add", links={"first": "a.number"}),
        make("c", "Add", links={"first": "b.number"}),
    )
    with engine(tmp_path) as run, pytest.raises(GraphError, match=r"circle: .*a.*b"):
        run.run(graph)


def test_a_missing_input_and_an_unknown_type_are_named(tmp_path: Path) -> None:
    with engine(tmp_path) as run:
        with pytest.raises(GraphError, match=r"Node a .*input first is not linked"):
            run.run(Graph.of(make("a", "Add")))
        with pytest.raises(GraphError, match=r"Node n: the type test/Nothing is not installed"):
            run.run(Graph.of(make("n", "Nothing")), ["n"])
        with pytest.raises(GraphError, match=r"no node called valu; did you mean value\?"):
            run.run(chain(), ["valu"])


def test_a_node_that_writes_into_its_input_is_named_without_verifying(tmp_path: Path) -> None:
    graph = Graph.of(
        make("b", "Box"),
        make("w", "Scribble", links={"box": "b.any"}),
        make("u", "Unbox", links={"box": "b.any"}),
    )
    with engine(tmp_path) as run:
        result = run.run(graph, ["w", "u"])
        assert result.failed is not None and result.failed.node == "w"
        assert "wrote into its input box (b.any)" in result.error
        assert run.run(graph, ["u"]).value("u.number") == 3, "the spoiled value is computed again"
