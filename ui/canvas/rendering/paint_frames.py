"""Frames behind the nodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from nodegraph.model.graph import Frame
from ui.canvas.rendering.icons import paint_icon
from ui.canvas.rendering.paint_ports import paint_port
from ui.canvas.rendering.text import LEFT, RIGHT, TextPainter
from ui.canvas.scene.folding import HEADER, Fold
from ui.canvas.scene.geometry import Port, PortRef
from ui.i18n.labels import label_of
from ui.theme.palette import Theme
from ui.theme.typeface import text_font
from ui.theme.types import type_color

if TYPE_CHECKING:
    from ui.canvas.scene.scene import Scene

RADIUS = 8.0
BUTTON = 22.0
"""Width of a button in a frame's header."""
CLEAR = 0.5
"""The zoom from which on the buttons are drawn and hit."""
BUTTONS = ("run", "mute", "bypass", "lock", "collapse")
ICONS = {"run": "play", "mute": "mute", "bypass": "bypass", "lock": "lock", "collapse": "chevron-down"}


class FramePainter:
    """Draws frames in one theme, in view coordinates, so that names stay readable far off."""

    def __init__(self, theme: Theme, text: TextPainter) -> None:
        self._theme = theme
        self._text = text

    def frame(
        self,
        painter: QPainter,
        frame: Frame,
        rect: QRectF,
        zoom: float,
        selected: bool,
        fold: Fold | None = None,
    ) -> None:
        """One frame; `rect` is where it lies in the view. `fold` is what stands for a collapsed one."""
        color = QColor(frame.color) if frame.color else self._theme.color("frame")
        fill = QColor(color)
        fill.setAlphaF(0.09 if self._theme.dark else 0.11)
        edge = self._theme.color("accent") if selected else QColor(color)
        if not selected:
            edge.setAlphaF(0.38)
        pen = QPen(edge, 2 if selected else 1)
        if frame.mode != "run":
            pen.setDashPattern([4, 3])
        body = rect.adjusted(0.5, 0.5, -0.5, -0.5)
        radius = RADIUS * min(1.0, zoom)
        painter.setPen(Qt.PenStyle.NoPen)
        if fold is not None:
            painter.setBrush(self._theme.color("node"))
            painter.drawRoundedRect(body, radius, radius)
        painter.setPen(pen)
        painter.setBrush(fill)
        painter.drawRoundedRect(body, radius, radius)
        self._heading(painter, frame, rect, zoom, fold)

    def _heading(self, painter: QPainter, frame: Frame, rect: QRectF, zoom: float, fold: Fold | None) -> None:
        size = max(15.0 * zoom, min(13.0, rect.width() / 9))
        title, count = frame.title, "" if fold is None else f"({fold.count})"
        if title and size >= 6:
            painter.setFont(text_font(size, bold=True))
            painter.setPen(self._theme.color("text", 0.92 if frame.mode == "run" else 0.55))
            inset = 12 * min(1.0, max(zoom, 0.4))
            height = max(HEADER * zoom, size * 1.6)
            # Far off the header is lower than readable text, which then stands above the frame.
            top = rect.y() if size <= 15.0 * zoom else rect.y() - height
            inset = inset if top == rect.y() else 2.0
            icons = len(shown_buttons(frame, False)) * BUTTON * zoom if zoom >= CLEAR else 0
            room = QRectF(rect.x() + inset, top, rect.width() - 2 * inset - icons, height)
            metrics, middle = painter.fontMetrics(), Qt.AlignmentFlag.AlignVCenter
            behind = metrics.horizontalAdvance(f" {count}") if count else 0
            space = int(room.width()) - behind
            shown = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, space)
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, shown)
            if count:
                after = room.adjusted(metrics.horizontalAdvance(f"{shown} "), 0, 0, 0)
                painter.drawText(after, middle | Qt.AlignmentFlag.AlignLeft, count)
        if zoom >= CLEAR:
            self.buttons(painter, frame, rect, zoom, shown_buttons(frame, False))

    def buttons(
        self, painter: QPainter, frame: Frame, rect: QRectF, zoom: float, names: Iterable[str], over: str = ""
    ) -> None:
        """The header's buttons; `over` is the one under the pointer."""
        for name in names:
            at = button_middle(rect, zoom, name)
            on = name in shown_buttons(frame, False)
            if name == over:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._theme.color("text", 0.12))
                side = (BUTTON - 2) * zoom
                box = QRectF(at.x() - side / 2, at.y() - side / 2, side, side)
                painter.drawRoundedRect(box, 4 * zoom, 4 * zoom)
            color = self._theme.color("text") if on or name == over else self._theme.color("muted")
            icon = "chevron-right" if name == "collapse" and frame.collapsed else ICONS[name]
            paint_icon(painter, icon, at.x(), at.y(), color, 14 * zoom)

    def fold(self, painter: QPainter, scene: Scene, fold: Fold) -> None:
        """The ports of a collapsed frame, in scene coordinates."""
        for spots, leaves in ((fold.entering, False), (fold.leaving, True)):
            for (node, name), y in spots.items():
                x = fold.rect.right() if leaves else fold.rect.left()
                kind = scene.port_type(PortRef(node, name, True)) or "Any"
                port = Port(name, kind, x, fold.rect.top() + y, leaves)
                paint_port(painter, port, type_color(self._theme, kind), self._theme.color("node"), True)
                painter.setPen(self._theme.color("muted"))
                middle = fold.rect.center().x()
                left, right = (middle, x - 12) if leaves else (x + 12, middle)
                room = QRectF(left, fold.rect.top() + y - 10, right - left, 20)
                self._text.draw(painter, room, label_of(name), RIGHT if leaves else LEFT)


def shown_buttons(frame: Frame, hovered: bool) -> tuple[str, ...]:
    """The buttons in a frame's header: all of them under the pointer, otherwise those that are on."""
    on = {"mute": frame.mode == "mute", "bypass": frame.mode == "bypass"}
    on |= {"lock": frame.locked, "collapse": frame.collapsed}
    return BUTTONS if hovered else tuple(name for name in BUTTONS if on.get(name))


def button_middle(rect: QRectF, zoom: float, name: str) -> QPointF:
    """Where a button stands, for a frame that lies at `rect` of a view at that zoom."""
    back = len(BUTTONS) - BUTTONS.index(name) - 0.5
    return QPointF(rect.right() - (6 + back * BUTTON) * zoom, rect.top() + HEADER / 2 * zoom)


def button_at(rect: QRectF, at: QPointF) -> str:
    """The button of a frame at `rect` of the scene that lies under a point of the scene; empty where none is."""
    half = BUTTON / 2
    for name in BUTTONS:
        away = at - button_middle(rect, 1.0, name)
        if abs(away.x()) <= half and abs(away.y()) <= half:
            return name
    return ""
