"""Somebody without a plan at the real window: any keys, presses, wheels, drops and actions, from a seed.

Nothing that it does may raise, crash, or leave a graph that is none.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QInputMethodEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QPushButton, QTextEdit, QWidget
from shiboken6 import isValid

from nodegraph.fileformat import dumps, loads
from tests.nodegraph.valid import assert_valid
from ui.actions.table import ACTIONS
from ui.application import Application
from ui.canvas.canvas import Canvas
from ui.window import MainWindow

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
HELD = (NONE, NONE, NONE, SHIFT, CTRL, ALT, CTRL | SHIFT, CTRL | ALT, ALT | SHIFT)
KEYS = (
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Tab),
    *(Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Space, Qt.Key.Key_Home),
    *(Qt.Key.Key_F1, Qt.Key.Key_F2, Qt.Key.Key_F8, Qt.Key.Key_F11, Qt.Key.Key_Period),
    *(Qt.Key(code) for code in range(Qt.Key.Key_A, Qt.Key.Key_Z + 1)),
    *(Qt.Key(code) for code in range(Qt.Key.Key_0, Qt.Key.Key_9 + 1)),
)
WORDS = (
    "a lake",
    "1024*2",
    "=w/2",
    "ksampler",
    "type:KSampler steps>2",
    "🦊",
    "-1",
    "é",
    "{a|b}",
    "\t",
    "1e9",
)
LEAVING = ("file.quit", "run.stop_all")
"""Actions that it is not let near."""
MOST_NODES, MOST_TABS = 200, 8


class Monkey:
    """Does one thing at a time, also where a menu or dialog is open; `did` is what it did last."""

    def __init__(self, app: Application, seed: int, files: list[Path]) -> None:
        self.app = app
        self.rng = random.Random(seed)
        self.files = files
        self.did: deque[str] = deque(maxlen=60)
        self.steps = 0
        self._end = 0
        self._down: tuple[QWidget, Qt.MouseButton, Qt.KeyboardModifier] | None = None
        self._ways: tuple[tuple[int, Callable[[], None]], ...] = (
            (30, self._press_or_release),
            (30, self._move),
            (8, self._double_click),
            (8, self._wheel),
            (20, self._key),
            (10, self._shortcut),
            (4, self._write),
            (3, self._undo),
            (1, self._drop),
            (1, self._tab),
            (1, self._size),
        )

    def run(self, steps: int) -> None:
        """So many things, each from the event loop, also from that of a dialog; then all is let go of."""
        self._end = self.steps + steps
        QTimer.singleShot(0, self._step)
        while self.steps < self._end:
            QApplication.processEvents()
        self._let_go()

    def _step(self) -> None:
        """One thing. The next is asked for first: this one may open a dialog and last until that closes."""
        self.steps += 1
        dialog = QApplication.activeModalWidget()
        over = self.steps >= self._end
        if not over or dialog is not None:
            QTimer.singleShot(0, self._step)
        if isinstance(dialog, QFileDialog) or (over and isinstance(dialog, QDialog)):
            self._note("reject", dialog)
            dialog.reject()
        elif isinstance(dialog, QDialog) and self.rng.random() < 0.2:
            self._answer(dialog)
        elif over:
            while popup := QApplication.activePopupWidget():
                popup.close()
        elif not self.app.windows:
            self._note("start")
            self.app.start(self.files[:1])
        elif self.steps % 50 == 0:
            self._tidy()
        else:
            self.rng.choices([way for _, way in self._ways], [weight for weight, _ in self._ways])[0]()

    def check(self) -> None:
        """Every graph is one."""
        for window in self.app.windows:
            for view in window.tabs.views():
                graph = view.editor.graph
                assert dumps(loads(dumps(graph))) == dumps(graph)
                assert_valid(graph)

    def _note(self, *what: object) -> None:
        self.did.append(" ".join(str(part) for part in what))

    def _window(self) -> QWidget:
        """What is in front: a popup, a dialog, or one of the windows."""
        front = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        return front or self.rng.choice(self.app.windows)

    def _anywhere(self) -> tuple[QWidget, QPoint]:
        """A widget with a place in it; the canvas more often than the rest."""
        window = self._window()
        view = window.view if isinstance(window, MainWindow) else None
        if view is not None and self.rng.random() < 0.7:
            widget: QWidget = view.widget
            canvas = view.widget
            assert isinstance(canvas, Canvas)
            boxes = list(canvas.scene.nodes.values())
            if boxes and self.rng.random() < 0.7:
                box = self.rng.choice(boxes)
                ports = box.layout.ports
                at = QPointF(box.x + self.rng.uniform(0, box.width), box.y + self.rng.uniform(0, box.height))
                if ports and self.rng.random() < 0.5:
                    port = self.rng.choice(ports)
                    at = QPointF(box.x + port.x, box.y + port.y)
                place = canvas.camera.to_view(at).toPoint()
                if widget.rect().contains(place):
                    return widget, place
            return widget, self._place(widget)
        place = self._place(window)
        child = window.childAt(place)
        # The wrapper that is found may be that of a widget that is gone, where another lies in its place by now.
        if child is None or not isValid(child):
            child = window
        return child, child.mapFrom(window, place)

    def _place(self, widget: QWidget) -> QPoint:
        return QPoint(self.rng.randrange(max(1, widget.width())), self.rng.randrange(max(1, widget.height())))

    def _press_or_release(self) -> None:
        if self._down is not None:
            self._let_go()
            return
        widget, place = self._anywhere()
        button = self.rng.choice((LEFT, LEFT, LEFT, RIGHT, MIDDLE))
        held = self.rng.choice(HELD)
        self._note("press", type(widget).__name__, widget.objectName(), place, button, held)
        self._down = widget, button, held
        widget.destroyed.connect(self._gone)
        QTest.mousePress(widget, button, held, place)

    def _gone(self) -> None:
        self._down = None

    def _let_go(self) -> None:
        if self._down is None:
            return
        (widget, button, held), self._down = self._down, None
        widget.destroyed.disconnect(self._gone)
        dialog = QApplication.activeModalWidget()
        # What a dialog blocks hears nothing of the mouse.
        if widget.isVisible() and (dialog is None or dialog.isAncestorOf(widget)):
            place = self._place(widget)
            self._note("release", type(widget).__name__, place)
            QTest.mouseRelease(widget, button, held, place)

    def _move(self) -> None:
        if self._down is None:
            (widget, place), buttons, held = self._anywhere(), Qt.MouseButton.NoButton, NONE
        else:
            widget, buttons, held = self._down
            place = self._anywhere()[1] if self.rng.random() < 0.5 else self._place(widget)
        self._note("move", type(widget).__name__, place)
        at, none = QPointF(place), Qt.MouseButton.NoButton
        event = QMouseEvent(QEvent.Type.MouseMove, at, widget.mapToGlobal(at), none, buttons, held)
        QApplication.sendEvent(widget, event)

    def _double_click(self) -> None:
        widget, place = self._anywhere()
        self._note("double-click", type(widget).__name__, widget.objectName(), place)
        QTest.mouseDClick(widget, LEFT, self.rng.choice(HELD), place)

    def _wheel(self) -> None:
        widget, place = self._anywhere()
        self._note("wheel", type(widget).__name__)
        at, turn = QPointF(place), QPoint(0, self.rng.choice((-240, -120, 120, 240)))
        phase, none = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton
        held = self.rng.choice(HELD)
        event = QWheelEvent(at, widget.mapToGlobal(at), QPoint(), turn, none, held, phase, False)
        QApplication.sendEvent(widget, event)

    def _focus(self) -> QWidget:
        return QApplication.activePopupWidget() or QApplication.focusWidget() or self._window()

    def _key(self) -> None:
        key, held, focus = self.rng.choice(KEYS), self.rng.choice(HELD), self._focus()
        if (key, held) == (Qt.Key.Key_Q, CTRL):
            return
        self._note("key", key, held, type(focus).__name__)
        QTest.keyClick(focus, key, held)

    def _shortcut(self) -> None:
        """An action by its menu entry, where that can be called."""
        action = self.rng.choice(ACTIONS)
        front = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if action.id in LEAVING or front is not None:
            return
        entry = self.rng.choice(self.app.windows).menus.actions[action.id]
        self._note("action", action.id, entry.isEnabled())
        if entry.isEnabled():
            entry.trigger()

    def _write(self) -> None:
        focus = self._focus()
        text = self.rng.choice(WORDS)
        if isinstance(focus, QLineEdit | QTextEdit) or self.rng.random() < 0.3:
            self._note("write", text, type(focus).__name__)
            if text.isascii():
                QTest.keyClicks(focus, text)
            else:
                spoken = QInputMethodEvent()
                spoken.setCommitString(text)
                QApplication.sendEvent(focus, spoken)

    def _undo(self) -> None:
        view = self.rng.choice(self.app.windows).view
        if view is not None:
            index = self.rng.randint(0, view.editor.stack.count())
            self._note("history", index)
            view.editor.stack.setIndex(index)

    def _drop(self) -> None:
        if QApplication.activeModalWidget() or QApplication.activePopupWidget():
            return
        window, data = self.rng.choice(self.app.windows), QMimeData()
        files = self.rng.sample(self.files, self.rng.randint(1, 2))
        place = self._place(window)
        self._note("drop", [file.name for file in files], place)
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
        copy = Qt.DropAction.CopyAction
        QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, LEFT, NONE))
        QApplication.sendEvent(window, QDragMoveEvent(place, copy, data, LEFT, NONE))
        QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, LEFT, NONE))

    def _tab(self) -> None:
        window = self.rng.choice(self.app.windows)
        self._note("tab")
        window.tabs.step(self.rng.choice((-1, 1)))

    def _size(self) -> None:
        window = self.rng.choice(self.app.windows)
        size = self.rng.choice(((1440, 900), (1000, 640), (700, 500)))
        self._note("resize", size)
        window.resize(*size)

    def _answer(self, dialog: QDialog) -> None:
        buttons = [b for b in dialog.findChildren(QPushButton) if b.isVisible() and b.isEnabled()]
        restarts = [b for b in buttons if "Restart" in b.text()]
        buttons = [b for b in buttons if b not in restarts]
        if buttons and self.rng.random() < 0.7:
            button = self.rng.choice(buttons)
            self._note("answer", button.text())
            QTest.mouseClick(button, LEFT)
        else:
            self._note("reject", type(dialog).__name__)
            dialog.reject()

    def _tidy(self) -> None:
        """What copies of copies would make larger and larger is made small again."""
        if QApplication.activeModalWidget() is not None:
            return
        for window in self.app.windows[1:]:
            for view in window.tabs.views():
                window.documents.drop(view, keep=False)
            window.close()
        window = self.app.windows[0]
        for view in window.tabs.views()[: max(0, window.tabs.count() - MOST_TABS)]:
            window.documents.drop(view, keep=False)
        for view in window.tabs.views():
            if len(view.editor.graph.nodes) + len(view.editor.graph.subgraphs) > MOST_NODES:
                self._note("back to the beginning")
                view.editor.stack.setIndex(0)
        if not window.tabs.count():
            self._note("open")
            window.documents.open(self.files[0])
