from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nodegraph.document import Document
from nodegraph.engine.local import Options
from tests.ui.running.graphs import painting
from tests.ui.running.painting_nodes import SPECS
from ui.editor import Editor
from ui.running.bridge import EngineBridge
from ui.running.queue import JobQueue
from ui.running.results import Results
from ui.running.runner import Runner
from ui.running.sheet import Sheet

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LIBRARY = "tests.ui.running.painting_nodes:library"


@pytest.fixture
def bridge(qtbot: QtBot, tmp_path: Path) -> Iterator[EngineBridge]:
    """A real child process with the test nodes, its results kept on disk."""
    options = Options(output=tmp_path / "out", cache_dir=tmp_path / "cache")
    found = EngineBridge(options, library=LIBRARY, grace=1.0)
    found.start()
    yield found
    found.close()


@pytest.fixture
def runner(bridge: EngineBridge, tmp_path: Path) -> Iterator[Runner]:
    results = Results(tmp_path / "results")
    yield Runner(bridge, JobQueue(tmp_path / "queue.jsonl"), results, SPECS)
    results.close()


@pytest.fixture
def sheet(runner: Runner) -> Sheet:
    """An open document: words -> paint -> show."""
    return runner.open(Editor(SPECS, Document(painting())), "doc")
