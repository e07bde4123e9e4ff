"""Runs of several documents by one engine: their reasons and results do not mix, and are bounded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.engine.local import LocalEngine
from nodegraph.execution.run_history import MAX_DOCUMENTS, History
from nodegraph.model.digest import Parts
from nodegraph.model.graph import Graph, Node
from tests.nodegraph.counting import registry

parts = st.builds(
    Parts,
    st.text(max_size=3),
    st.integers(1, 9),
    st.dictionaries(st.text(max_size=3), st.integers(0, 3), max_size=2),
    st.just({}),
    st.just({}),
    st.text(max_size=3),
)


def value(number: int) -> Graph:
    return Graph.of(Node("a", "test/Value", params={"number": number}))


def reasons(engine: LocalEngine, graph: Graph, document: str) -> list[str]:
    return [str(step.reason) for step in engine.plan(graph, ["a"], document=document).steps]


def test_a_document_is_compared_with_its_own_last_run() -> None:
    with LocalEngine(library=registry()) as engine:
        assert engine.run(value(1), ["a"], document="one").ok
        assert reasons(engine, value(2), "two") == ["not run before"]
        assert engine.run(value(5), ["a"], document="two").ok
        assert reasons(engine, value(2), "one") == ["number changed from 1 to 2"]
        assert reasons(engine, value(2), "two") == ["number changed from 5 to 2"]
        first, second = (dict(engine.keys_of(["a"], name)) for name in ("one", "two"))
        assert first != second and engine.keys_of(["a"], "three") == ()


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    history = History()
    for number in range(3 * MAX_DOCUMENTS):
        history.of(str(number)).record("a", Parts("T", 1, {}, {}, {}, ""))
    assert len(history._documents) == MAX_DOCUMENTS
    monkeypatch.setattr("nodegraph.execution.run_history.MAX_NODES", 10)
    for number in range(8):
        history.of("large").record(f"n{number}", Parts("T", 1, {}, {}, {}, ""))
    history.of("large")
    assert sum(map(len, history._documents.values())) <= 10 and "large" in history._documents
    with LocalEngine(library=registry()) as engine:
        for number in range(2 * MAX_DOCUMENTS):
            assert engine.run(value(number % 3), ["a"], document=str(number)).ok
        assert len(engine._last) == MAX_DOCUMENTS


def test_nodes_that_are_gone_are_forgotten() -> None:
    with LocalEngine(library=registry()) as engine:
        both = Graph.of(*value(1).nodes.values(), Node("b", "test/Value"))
        assert engine.run(both, ["a", "b"], document="one").ok
        assert engine.run(value(1), ["a"], document="one").ok
        assert engine.keys_of(["b"], "one") == ()


@given(
    st.dictionaries(st.text(max_size=4), st.dictionaries(st.text(max_size=3), parts, max_size=3), max_size=4)
)
def test_it_outlives_the_process(
    tmp_path_factory: pytest.TempPathFactory, documents: dict[str, dict[str, Parts]]
) -> None:
    path = tmp_path_factory.mktemp("history") / "history.json"
    history = History(path)
    for document, nodes in documents.items():
        for node, found in nodes.items():
            history.of(document).record(node, found)
    history.save()
    again = History(path)
    assert {name: nodes for name, nodes in again._documents.items() if nodes} == {
        name: nodes for name, nodes in documents.items() if nodes
    }


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"documents": 3}', '{"documents": {"a": {"b": 1}}}', '{"old": {}}']
)
def test_a_damaged_history_is_no_harm(tmp_path: Path, text: str) -> None:
    path = tmp_path / "history.json"
    path.write_text(text)
    history = History(path)
    history.of("a").record("n", Parts("T", 1, {}, {}, {}, ""))
    history.save()
    assert json.loads(path.read_text())["documents"]["a"]["n"]["type"] == "T"
