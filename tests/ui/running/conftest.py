from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QTest

from nodegraph.edits.document import Document
from nodegraph.engine.local import Options
from nodegraph.formats import native
from nodegraph.jobs.queue import JobQueue
from tests.ui.running.graphs import painting
from tests.ui.running.painting_nodes import SPECS
from tests.ui.running.started import Start
from ui.canvas.canvas import Canvas
from ui.config import templates
from ui.document.editor import Editor
from ui.runs.document_run import DocumentRun
from ui.runs.engine_client import EngineBridge
from ui.runs.result_store import Results
from ui.runs.run_service import RunService
from ui.runs.runner import Runner
from ui.shell.application import Application

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
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
def sheet(runner: Runner) -> DocumentRun:
    """An open document: words -> paint -> show."""
    return runner.open(Editor(SPECS, Document(painting())), "doc")


@pytest.fixture
def start(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """Starts the editor over the test nodes, as often as asked; the one before is ended without asking."""
    folder = tmp_path / "templates"
    folder.mkdir()
    native.save(painting(seconds=0.8, steps=16), folder / "text_to_image.json")
    monkeypatch.setattr(templates, "folders", lambda: (folder,))
    running: list[Application] = []

    def end() -> None:
        for app in running:
            for window in list(app.windows):
                for view in window.tabs.views():
                    window.documents.drop(view, keep=True)
                app.windows.remove(window)
                window.deleteLater()
            app.end()
            app.setParent(None)
            app.deleteLater()
            QTest.qWait(1)
        running.clear()

    def again() -> Application:
        end()
        app = Application(qapp, SPECS, Canvas)
        options = Options(output=tmp_path / "out", cache_dir=tmp_path / "cache")
        app.run_service = RunService(app, EngineBridge(options, library=LIBRARY, grace=1.0))
        running.append(app)
        app.change(theme="dark")
        app.start()
        return app

    yield again
    end()
