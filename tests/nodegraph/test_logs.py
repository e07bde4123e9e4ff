"""What a node's exception leaves behind: in the event, on the command line, in the log."""

from __future__ import annotations

import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.engine.local import LocalEngine
from nodegraph.model.graph import Graph, Node
from nodegraph.node_api.declare import node
from nodegraph.node_api.registry import Registry
from nodegraph.support import logs


@node("Broken", category="tests", sink=True)
def broken(*, amount: int = 0) -> int:
    """Divide by zero."""
    return 1 // amount


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("NODEGRAPH_HOME", str(tmp_path))
    monkeypatch.delenv(logs.LEVEL_VARIABLE, raising=False)
    logs.open_log()
    yield tmp_path / "log" / "nodegraph.log"
    monkeypatch.delenv(logs.LEVEL_VARIABLE, raising=False)
    for name in logs.PACKAGES:
        logger = logging.getLogger(name)
        logger.propagate = True
        for handler in list(logger.handlers):
            handler.close()
            logger.removeHandler(handler)


def fail() -> str:
    library = Registry()
    library.add_declared([broken])
    with LocalEngine(library=library) as engine:
        result = engine.run(Graph(nodes={"a": Node("a", "Broken")}))
    assert result.failed is not None
    return result.failed.details


def test_the_event_names_type_message_file_and_line() -> None:
    first, *trace = fail().splitlines()
    assert first.startswith("ZeroDivisionError: ") and "test_logs.py:" in first
    assert any("1 // amount" in line for line in trace)


def test_the_traceback_is_in_the_log_and_only_its_owner_reads_it(log: Path) -> None:
    assert not log.exists()
    fail()
    text = log.read_text("utf-8")
    assert "ERROR nodegraph.engine.local" in text and "ZeroDivisionError" in text
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "ZeroDivisionError" in "\n".join(logs.last_lines(5))


def test_a_level_reaches_child_processes_and_changes_later(log: Path) -> None:
    logs.open_log("debug")
    logging.getLogger("nodes.somewhere").debug("fine detail")
    logs.open_log("error")
    logging.getLogger("nodes.somewhere").warning("not this")
    assert [line.rpartition(" ")[2] for line in log.read_text("utf-8").splitlines()] == ["detail"]


def test_a_refused_disk_costs_the_record(tmp_path: Path, log: Path) -> None:
    (tmp_path / "log").write_text("a file where the folder should be")
    assert fail()


def test_a_long_traceback_keeps_its_end() -> None:
    def deeper(level: int) -> int:
        return deeper(level - 1) if level else 1 // 0

    try:
        deeper(300)
    except ZeroDivisionError as error:
        details = logs.details_of(error)
    assert len(details) < logs.MAX_DETAILS + 1000
    assert details.rstrip().endswith("ZeroDivisionError: integer division or modulo by zero")
