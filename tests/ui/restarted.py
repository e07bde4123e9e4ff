"""The real editor in a process of its own, which is restarted from its settings and then tells what came back."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton

import ui.app
from nodegraph.edits import Move, SetParam
from ui.shell.application import Application
from ui.shell.dialogs.settings import SettingsDialog
from ui.shell.main_window import MainWindow

ROOT = Path(__file__).parents[2]
HOME = Path(os.environ["NODEGRAPH_HOME"])


def application() -> Application:
    qt = QApplication.instance()
    assert qt is not None
    return next(child for child in qt.children() if isinstance(child, Application))


def choose() -> None:
    """Do some work, choose another scale and press the button."""
    app = application()
    window = app.windows[0]
    first, second = window.tabs.views()
    for number in range(5):
        first.editor.apply(Move({next(iter(first.editor.graph.nodes)): (number, number)}))
    first.editor.stack.setIndex(3)
    first.editor.apply(SetParam("sampler", "steps", 9))
    first.editor.selection.set(["sampler"])
    second.canvas.set_view_state({"x": 100.0, "y": 50.0, "zoom": 0.5})
    window.documents.new()
    window.tabs.setCurrentIndex(1)
    QTimer.singleShot(100, lambda: press(window))
    window.popups.settings()


def press(window: MainWindow) -> None:
    """Choose another scale in the dialog that is open now, and restart from it."""
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    field = dialog.fields["scale"]
    assert isinstance(field, QComboBox)
    field.setCurrentIndex(field.findData(200))
    (HOME / "chosen").touch()
    button = next(b for b in dialog.findChildren(QPushButton) if b.isVisible() and "Restart" in b.text())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def tell() -> None:
    """Write down what came back, and go."""
    app = application()
    window = app.windows[0]
    told = {
        "arguments": sys.argv[1:],
        "ratio": window.devicePixelRatioF(),
        "tabs": [view.editor.name for view in window.tabs.views()],
        "current": window.tabs.currentIndex(),
        "steps": [view.editor.stack.count() for view in window.tabs.views()],
        "branches": [len(view.editor.branches) for view in window.tabs.views()],
        "unsaved": [view.editor.unsaved for view in window.tabs.views()],
        "selected": sorted(window.tabs.views()[0].editor.selection.nodes),
        "zoom": window.tabs.views()[1].canvas.view_state()["zoom"],
    }
    (HOME / "told").write_text(json.dumps(told))
    app.restart()
    app.again = False


if __name__ == "__main__":
    back = (HOME / "chosen").exists()
    QTimer.singleShot(0, lambda: QTimer.singleShot(300, tell if back else choose))
    sys.exit(ui.app.main([] if back else sorted(ROOT.glob("workflows/*text_to_image*.json"))[:1] * 2))
