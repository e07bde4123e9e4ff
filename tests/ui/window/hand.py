from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from nodegraph.edits import SetParam
from nodegraph.engine.local import Options
from nodegraph.model.spec import NodeSpec
from tests.ui.catalogue import SPECS
from ui.canvas.canvas import Canvas
from ui.config import paths, session
from ui.runs.engine_client import EngineBridge
from ui.runs.run_service import RunService
from ui.shell.application import Application
from ui.shell.document_view import DocumentView
from ui.shell.main_window import MainWindow

Start = Callable[[], Application]
LIBRARY = "tests.ui.running.painting_nodes:library"


def crash(app: Application) -> None:
    """Let go of everything as a killed process would, once its journal is written."""
    windows = list(app.windows)
    gone: list[QObject] = [*windows]
    for window in windows:
        for view in window.tabs.views():
            gone.append(view)
            if view.recorder.journal is not None:
                view.recorder.journal.close()
                view.recorder.journal = None
            window.documents.drop(view, keep=True)
        app.windows.remove(window)
        window.deleteLater()
    app.end()
    app.setParent(None)
    app.deleteLater()
    # Their wrappers must outlive them: found by the collector first, they would be asked for overrides as they die.
    QTest.qWait(1)
    gone.clear()


def opened(window: MainWindow, path: Path) -> DocumentView:
    view = window.documents.open(path)
    assert view is not None
    return view


def answer(text: str) -> None:
    """Click this button in the question that opens next."""

    def click() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox), box
        button = next(b for b in box.findChildren(QPushButton) if b.text().replace("&", "") == text)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(50, click)


def edit(view: DocumentView, steps: int) -> None:
    assert view.editor.apply(SetParam("sampler", "steps", steps))


def steps(view: DocumentView) -> object:
    return view.editor.graph.nodes["sampler"].params["steps"]


def furnish(qapp: QApplication, folder: Path, specs: Mapping[str, NodeSpec] = SPECS) -> Application:
    """The editor as it really is: its canvas, its panels of runs, an engine in a process of its own.

    It is not its first launch, so that nothing runs by itself.
    """
    session.save([], paths.session_file())
    app = Application(qapp, specs, Canvas)
    app.run_service = RunService(app, EngineBridge(Options(output=folder / "out"), library=LIBRARY))
    app.start()
    return app
