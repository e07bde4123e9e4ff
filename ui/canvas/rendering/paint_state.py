"""What changes by the event and lies over the cached pictures: progress, previews, errors, selection."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from ui.canvas.rendering.figures import fitting
from ui.canvas.rendering.icons import paint_icon
from ui.canvas.rendering.paint_nodes import RADIUS
from ui.canvas.rendering.paint_rows import field_rect
from ui.canvas.rendering.text import LEFT, RIGHT, TextPainter
from ui.canvas.scene.boxes import NodeBox
from ui.canvas.scene.geometry import Row
from ui.canvas.scene.state import CanvasState, NodeState
from ui.theme.palette import Theme

MESSAGE = 400.0
"""The widest that the sentence under a failed node gets."""
LINES = 4
"""So many lines of it are shown; all of it is in the node's tooltip."""
LINE = 17.0


def message_room() -> QRectF:
    """The most that a sentence needs under a node, from the node's lower left corner, in scene units."""
    return QRectF(0, 0, MESSAGE, 6 + LINES * LINE + 9)


class StatePainter:
    """Draws run states in scene coordinates with the node's corner at the origin."""

    def __init__(self, theme: Theme, text: TextPainter, state: CanvasState) -> None:
        self._theme = theme
        self._text = text
        self._state = state

    def paint(self, painter: QPainter, box: NodeBox, zoom: float, ratio: float) -> None:
        """Everything that the node's state shows."""
        state = self._state.of(box.id)
        preview = self._state.preview(box.id)
        if preview is not None and box.layout.preview is not None:
            self._preview(painter, box, zoom, ratio)
        if state.heat > 0:
            self._title(painter, box, 1.0, self._theme.color("warning", 0.45 * state.heat))
        if state.status == "running":
            self._progress(painter, box, state)
        elif state.status == "failed":
            self._failed(painter, box, state, zoom)
        if zoom > 0.4:
            self._glyph(painter, box, state)
            self._problems(painter, box)

    def _preview(self, painter: QPainter, box: NodeBox, zoom: float, ratio: float) -> None:
        preview, area = self._state.preview(box.id), box.layout.preview
        if preview is None or area is None:
            return
        # Where the node below leaves less room than the picture is high, it is shown smaller, in the middle.
        whole = QRectF(*area)
        wide = min(whole.width(), whole.height() / preview.aspect)
        rect = QRectF(whole.center().x() - wide / 2, whole.y(), wide, whole.height())
        pixmap = preview.at(rect.width() * zoom * ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        clip = QPainterPath()
        clip.addRoundedRect(rect, 4, 4)
        painter.save()
        if zoom > 0.5:
            painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
        painter.drawPixmap(rect, pixmap, QRectF(pixmap.rect()))
        painter.restore()

    def _progress(self, painter: QPainter, box: NodeBox, state: NodeState) -> None:
        bar = box.layout.title
        width = box.width * max(0.0, min(1.0, state.progress))
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(0, 0, box.width, box.height), RADIUS, RADIUS)
        painter.save()
        painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
        painter.fillRect(QRectF(0, 0, width, bar), self._theme.color("accent", 0.22))
        painter.fillRect(QRectF(0, bar - 2, box.width, 2), self._theme.color("hairline"))
        painter.fillRect(QRectF(0, bar - 2, width, 2), self._theme.color("accent"))
        painter.restore()

    def _title(self, painter: QPainter, box: NodeBox, share: float, color: QColor) -> None:
        """Tint the title bar from the left."""
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(0, 0, box.width, box.height), RADIUS, RADIUS)
        painter.save()
        painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
        painter.fillRect(QRectF(0, 0, box.width * share, box.layout.title), color)
        painter.restore()

    def _failed(self, painter: QPainter, box: NodeBox, state: NodeState, zoom: float) -> None:
        self._outline(painter, box, "error", max(1.6, 1.6 / zoom))
        if not state.message or zoom < 0.5:
            return
        width = max(box.width, min(MESSAGE, self._text.measure(state.message) + 42))
        lines = self._text.wrap(state.message, width - 34, LINES)
        strip = QRectF(0, box.height + 6, width, len(lines) * LINE + 9)
        painter.setPen(QPen(self._theme.color("error", 0.7), 1))
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(strip, 5, 5)
        paint_icon(painter, "alert", 14, strip.top() + 13, self._theme.color("error"), 13)
        painter.setPen(self._theme.color("text"))
        for number, line in enumerate(lines):
            place = QRectF(26, strip.top() + 4.5 + number * LINE, width - 34, LINE)
            self._text.draw(painter, place, line, LEFT)

    def _outline(self, painter: QPainter, box: NodeBox, color: str, width: float) -> None:
        painter.setPen(QPen(self._theme.color(color), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(0, 0, box.width, box.height), RADIUS, RADIUS)

    def _glyph(self, painter: QPainter, box: NodeBox, state: NodeState) -> None:
        middle = (box.layout.title - 2) / 2
        x = box.width - 14
        muted = self._theme.color("muted")
        if state.status == "running":
            self._figures(painter, box, state.text or "…", 10)
        elif state.status in ("cached", "done"):
            paint_icon(painter, "check", x, middle, self._theme.color("done"), 13)
            if state.text:
                self._figures(painter, box, state.text, 26)
        elif state.status == "failed":
            paint_icon(painter, "alert", x, middle, self._theme.color("error"), 14)
        elif state.status in ("queued", "stale"):
            pen = QPen(muted if state.status == "queued" else self._theme.color("warning"), 1.4)
            if state.status == "stale":
                pen.setDashPattern([1.2, 1.6])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, middle), 4.2, 4.2)

    def _figures(self, painter: QPainter, box: NodeBox, line: str, right: float) -> None:
        """What the title leaves room for, at least a third of the bar; there the title's end gives way."""
        title = box.node.title or box.spec.title
        free = box.width - right - 24 - self._text.measure_bold(title)
        room = max(box.width / 3, free)
        shown = fitting(line, room, self._text.measure_small)
        if not shown:
            return
        width = self._text.measure_small(shown)
        rect = QRectF(box.width - right - width, 0, width + 1, box.layout.title - 2)
        if width > free:
            painter.fillRect(rect.adjusted(-8, 1, 0, -3), self._theme.color("node"))
        painter.setPen(self._theme.color("text"))
        painter.setFont(self._text.small)
        painter.drawText(rect, RIGHT, shown)

    def _problems(self, painter: QPainter, box: NodeBox) -> None:
        error = self._theme.color("error")
        for name in self._state.problems(box.id):
            row = next((r for r in box.layout.rows if r.param and r.param.name == name), None)
            row = row or _fold_of(box, name)
            if row is not None:
                painter.setPen(QPen(error, 1.4))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(field_rect(box, row), 4, 4)
                continue
            port = box.layout.port(name, False) or box.layout.port(name, True)
            if port is not None:
                painter.setPen(QPen(error, 1.8))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(QPointF(port.x, port.y), 8, 8)
            else:
                paint_icon(painter, "alert", box.width - 14, (box.layout.title - 2) / 2, error, 14)


def _fold_of(box: NodeBox, name: str) -> Row | None:
    """The line under which a parameter is folded away."""
    param = box.spec.param(name) if not box.node.collapsed else None
    if param is None:
        return None
    return next((r for r in box.layout.rows if r.kind == "fold" and r.section == param.section), None)
