"""Fingers on a touch screen: one is the hand, held still it asks for the menu, two pan and zoom."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QTouchEvent

from ui.canvas.interaction.gesture_context import Pointer

if TYPE_CHECKING:
    from ui.canvas.handled import Handled

HOLD_MS = 500
"""So long a finger rests until the menu is shown."""
STILL = 10.0
"""Pixels that a resting finger may move."""
NONE, LEFT, RIGHT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


class Touch(QObject):
    """Turns the touches of a canvas into what a mouse would do; Qt then sends no mouse events for them."""

    def __init__(self, canvas: Handled) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._start = QPointF()
        self._down = False
        self._pressed = False
        self._pair: tuple[QPointF, float] | None = None
        self._tapped = (0.0, QPointF())
        self._hold = QTimer(self)
        self._hold.setSingleShot(True)
        self._hold.setInterval(HOLD_MS)
        self._hold.timeout.connect(self._menu)
        canvas.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take touches; everything else goes on."""
        if not isinstance(event, QTouchEvent):
            return False
        kind, points = event.type(), [point.position() for point in event.points()]
        if kind == QEvent.Type.TouchCancel:
            self._stop()
            self._canvas.begin(None)
        elif kind == QEvent.Type.TouchEnd:
            self._lift(points[0] if points else self._start)
        elif len(points) >= 2:
            self._two(points[0], points[1])
        elif points and self._pair is None:
            self._one(kind == QEvent.Type.TouchBegin, points[0])
        event.accept()
        return True

    def _one(self, begins: bool, at: QPointF) -> None:
        self._canvas.coarse = True
        if begins:
            self._start, self._down, self._pressed = at, True, False
            self._hold.start()
        elif self._down and (self._pressed or (at - self._start).manhattanLength() > STILL):
            self._hold.stop()
            if not self._pressed:
                self._pressed = True
                self._canvas.press(self._pointer(self._start, LEFT, LEFT))
            self._canvas.drag(self._pointer(at, NONE, LEFT))

    def _lift(self, at: QPointF) -> None:
        down, pressed = self._down, self._pressed
        self._stop()
        if pressed:
            self._canvas.release(self._pointer(at, LEFT, NONE))
        elif down:
            self._tap(at)

    def _tap(self, at: QPointF) -> None:
        when, where = self._tapped
        now = monotonic()
        soon = (now - when) * 1000 < QGuiApplication.styleHints().mouseDoubleClickInterval()
        twice = soon and (at - where).manhattanLength() < 3 * STILL
        self._tapped = (0.0 if twice else now, at)
        pointer = self._pointer(at, LEFT, LEFT)
        if twice:
            self._canvas.press_twice(pointer)
        else:
            self._canvas.press(pointer)
        self._canvas.release(self._pointer(at, LEFT, NONE))

    def _two(self, one: QPointF, other: QPointF) -> None:
        """Pan by their middle, zoom by their distance."""
        self._hold.stop()
        if self._pair is None:
            self._down = self._pressed = False
            self._canvas.begin(None)
        middle, apart = (one + other) / 2, max(1.0, _length(one - other))
        if self._pair is not None:
            before, was = self._pair
            self._canvas.camera.pan(middle - before)
            self._canvas.zoom_by(apart / was, middle)
            self._canvas.camera_went()
        self._pair = (middle, apart)

    def _menu(self) -> None:
        if self._down and not self._pressed:
            self._down = False
            self._canvas.press(self._pointer(self._start, RIGHT, RIGHT))
            self._canvas.release(self._pointer(self._start, RIGHT, NONE))

    def _stop(self) -> None:
        self._hold.stop()
        self._down = self._pressed = False
        self._pair = None

    def _pointer(self, view: QPointF, button: Qt.MouseButton, buttons: Qt.MouseButton) -> Pointer:
        modifiers = QGuiApplication.queryKeyboardModifiers()
        return Pointer(view, self._canvas.camera.to_scene(view), button, buttons, modifiers)


def _length(by: QPointF) -> float:
    return float((by.x() ** 2 + by.y() ** 2) ** 0.5)
