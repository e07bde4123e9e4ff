"""The real editor in a process of its own: the first gives an action another key and panels another place and quits,
the second presses that key and tells what it did."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

import ui.app
from tests.ui.restarted import application
from ui.shell.dialogs.shortcuts import ShortcutsDialog
from ui.shell.main_window import MainWindow

ROOT = Path(__file__).parents[2]
HOME = Path(os.environ["NODEGRAPH_HOME"])
LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


def layout(window: MainWindow) -> dict[str, object]:
    """What was put elsewhere."""
    history = window.docks.docks["history"]
    return {
        "size": [window.width(), window.height()],
        "history": [window.docks.shown("history"), window.dockWidgetArea(history).name],
        "outline": window.docks.shown("outline"),
    }


def focus() -> QWidget:
    target = QApplication.focusWidget()
    assert target is not None
    return target


def rebind() -> None:
    """By the real keys and buttons: Mute by J, the history at the left, the outline away; then quit."""
    window = application().windows[0]
    window.resize(790, 700)
    window.activateWindow()
    QTest.qWait(50)
    window.docks.toggle("outline")
    window.docks.toggle("history")
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.docks.docks["history"])
    QTimer.singleShot(50, record)
    QTest.keyClick(focus(), Qt.Key.Key_K, CTRL)
    # Offscreen nobody makes the window the active one again.
    window.hide()
    window.show()
    window.activateWindow()
    QTest.qWait(50)
    (HOME / "before").write_text(json.dumps(layout(window)))
    QTest.keyClick(window, Qt.Key.Key_Q, CTRL)


def record() -> None:
    """Choose the action in the dialog that is open now, press its new key, close."""
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ShortcutsDialog)
    QTest.keyClicks(dialog.filter, "Mute")
    index = dialog.model.index(0, 0)
    dialog.tree.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    QTest.mouseClick(dialog.tree.viewport(), LEFT, pos=dialog.tree.visualRect(index).center())
    dialog.recorder.setFocus()
    QTest.keyClick(dialog.recorder, Qt.Key.Key_J)
    # A second key may follow within a second.
    QTest.qWait(1300)
    QTest.mouseClick(dialog.set, LEFT)
    close = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Close")
    QTest.mouseClick(close, LEFT)


def press() -> None:
    """Press the old key and the new one on a node, tell what each did, and quit."""
    window = application().windows[0]
    view = window.view
    assert view is not None
    window.activateWindow()
    view.widget.setFocus()
    QTest.qWait(50)
    node = next(iter(view.editor.graph.nodes))
    view.editor.selection.set([node])
    modes = []
    for key in (Qt.Key.Key_M, Qt.Key.Key_J):
        QTest.keyClick(focus(), key)
        modes.append(view.editor.graph.nodes[node].mode)
    view.editor.stack.undo()
    (HOME / "after").write_text(json.dumps(layout(window)))
    (HOME / "modes").write_text(json.dumps(modes))
    QTest.keyClick(window, Qt.Key.Key_Q, CTRL)


if __name__ == "__main__":
    again = (HOME / "before").exists()
    QTimer.singleShot(0, lambda: QTimer.singleShot(300, press if again else rebind))
    sys.exit(ui.app.main([] if again else sorted(ROOT.glob("workflows/*text_to_image*.json"))[:1]))
