"""Pictures of the panels in the real window: `python -m tests.ui.params.panel_shots FOLDER [THEME] [SCALE]`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"


def main(folder: Path, theme: str, scale: str) -> None:
    """Save a picture of the window with inspector, problems and help open."""
    os.environ["QT_SCALE_FACTOR"] = scale
    os.environ["NODEGRAPH_HOME"] = tempfile.mkdtemp()
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication

    from nodegraph.edits import SetExpression, SetParam
    from nodegraph.edits.app_form import toggled
    from tests.ui.params.catalogue import SPECS
    from tests.ui.params.conftest import Folders, graph
    from ui.canvas.canvas import Canvas
    from ui.config import model_files
    from ui.shell.application import Application

    qt = QApplication.instance() or QApplication([])
    assert isinstance(qt, QApplication)
    model_files.model_files = lambda: Folders()  # type: ignore[assignment]  # stands in for real folders
    app = Application(qt, SPECS, Canvas)
    app.change(theme=theme)
    window = app.start()
    window.resize(1180, 940)
    view = window.documents.new()
    view.editor.push("Begin", graph())
    view.editor.apply(SetParam("all", "steps", 500))
    view.editor.apply(SetParam("all", "sampler", "eulr"))
    view.editor.apply(SetParam("all", "checkpoint", "gone.safetensors"))
    view.editor.apply(SetParam("all", "cfg", 4.5))
    view.editor.apply(SetExpression("all", "width", "steps * 8"))
    view.editor.apply(SetExpression("all", "free", "numbr.value / 2"))
    view.editor.apply(toggled(view.editor.graph, ("all", "free")))
    view.editor.selection.set(["all"])
    view.canvas.frame_all()
    window.docks.toggle("outline")
    for name in ("inspector", "problems", "help"):
        window.docks.toggle(name)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.docks.docks["problems"])
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.docks.docks["help"])
    docks = [window.docks.docks["problems"], window.docks.docks["inspector"]]
    window.resizeDocks(docks, [300, 330], Qt.Orientation.Horizontal)
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        qt.processEvents()
    window.grab().save(str(folder / f"{theme}-{scale}-panels.png"))
    for name in ("problems", "help"):
        window.docks.toggle(name)
    window.docks.toggle("explain")
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.docks.docks["explain"])
    window.resizeDocks([window.docks.docks["explain"]], [420], Qt.Orientation.Horizontal)
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        qt.processEvents()
    window.grab().save(str(folder / f"{theme}-{scale}-explain.png"))
    for shown in window.tabs.views():
        window.documents.drop(shown, keep=False)
    app.end()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(sys.argv[2:] or ["dark", "1"]))
