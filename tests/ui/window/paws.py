"""What somebody without a plan does with mouse and keys, wherever that hits."""

from __future__ import annotations

import random
from collections import deque

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QTextEdit, QWidget
from shiboken6 import isValid

from tests.ui.canvas.hand import ALT, CTRL, LEFT, MIDDLE, NONE, RIGHT, SHIFT
from ui.canvas.canvas import Canvas
from ui.shell.application import Application
from ui.shell.main_window import MainWindow

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


class Paws:
    """Mouse and keys at whatever is in front; `did` is what they did last."""

    def __init__(self, app: Application, seed: int) -> None:
        self.app = app
        self.rng = random.Random(seed)
        self.did: deque[str] = deque(maxlen=60)
        self._down: tuple[QWidget, Qt.MouseButton, Qt.KeyboardModifier] | None = None

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
        # Of Qt's own popups PySide sometimes finds the wrapper of a part that is gone.
        own = window.isWindow() and window.windowType() == Qt.WindowType.Popup
        child = None if own else window.childAt(place)
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

    def _write(self) -> None:
        focus = self._focus()
        text = self.rng.choice(WORDS)
        if isinstance(focus, QLineEdit | QTextEdit) or self.rng.random() < 0.3:
            self._note("write", text, type(focus).__name__)
            if text.isascii():
                QTest.keyClicks(focus, text)
            elif focus.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled):
                spoken = QInputMethodEvent()
                spoken.setCommitString(text)
                QApplication.sendEvent(focus, spoken)
