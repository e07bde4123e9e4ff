"""Where a walk by keyboard begins."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from nodegraph.edits import SetParam
from tests.ui.window.person import Person
from tests.ui.window.walk import stops
from ui.panels.problems.validation import validation_of


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def begin(root: QWidget) -> None:
    """Go to the upper left."""
    first = min(
        stops(root),
        key=lambda widget: (widget.mapTo(root, QPoint()).y() // 24, widget.mapTo(root, QPoint()).x()),
    )
    first.setFocus()


def ready(person: Person) -> None:
    """Steps to undo, a problem, something selected: every panel has something in it."""
    person.window.resize(1600, 1000)
    person.window.docks.toggle("outline")
    for steps in (4, 5):
        person.editor.apply(SetParam("sampler", "steps", steps))
    person.select("sampler")
    validation_of(person.editor).check()


def shown_over(
    person: Person, open_it: Callable[[], object], look: Callable[[QDialog], list[str]]
) -> list[str]:
    """Open a dialog that waits for its answer, look at it, and leave it by Esc."""
    found: list[str] = ["it never opened"]

    def inside() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        try:
            person.bot.waitUntil(lambda: dialog.isAncestorOf(focus()))
            found[:] = look(dialog)
        finally:
            QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Escape)
            if dialog.isVisible():
                found.append("Esc does not close it")
                dialog.reject()

    QTimer.singleShot(150, inside)
    open_it()
    person.window.activateWindow()
    person.bot.waitUntil(lambda: QApplication.focusWidget() is not None)
    return found
