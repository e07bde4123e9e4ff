"""Frames behind the nodes and notes beside them."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QTextDocument

from nodegraph.graph import Frame, Note
from ui.canvas.icons import paint_icon
from ui.canvas.text import TextPainter
from ui.theme.palette import Theme
from ui.theme.typeface import text_font

HEADER = 32.0
RADIUS = 8.0


class FramePainter:
    """Draws frames and notes in one theme, in view coordinates, so that names stay readable far off."""

    def __init__(self, theme: Theme, text: TextPainter) -> None:
        self._theme = theme
        self._text = text
        self._notes: dict[tuple[str, float, float, float, str], QPixmap] = {}

    def frame(self, painter: QPainter, frame: Frame, rect: QRectF, zoom: float, selected: bool) -> None:
        """One frame; `rect` is where it lies in the view."""
        color = QColor(frame.color) if frame.color else self._theme.color("frame")
        fill = QColor(color)
        fill.setAlphaF(0.09 if self._theme.dark else 0.11)
        edge = self._theme.color("accent") if selected else QColor(color)
        if not selected:
            edge.setAlphaF(0.38)
        painter.setPen(QPen(edge, 2 if selected else 1))
        painter.setBrush(fill)
        radius = RADIUS * min(1.0, zoom)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        size = max(15.0 * zoom, min(13.0, rect.width() / 9))
        if frame.title and size >= 6:
            font = text_font(size, bold=True)
            painter.setFont(font)
            painter.setPen(self._theme.color("text", 0.92))
            inset = 12 * min(1.0, max(zoom, 0.4))
            height = max(HEADER * zoom, size * 1.6)
            # Far off the header is lower than readable text, which then stands above the frame.
            top = rect.y() if size <= 15.0 * zoom else rect.y() - height
            inset = inset if top == rect.y() else 2.0
            room = QRectF(rect.x() + inset, top, rect.width() - 2 * inset, height)
            shown = painter.fontMetrics().elidedText(
                frame.title, Qt.TextElideMode.ElideMiddle, int(room.width())
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        if frame.locked and zoom > 0.4:
            at = QPointF(rect.right() - 18 * zoom, rect.y() + HEADER * zoom / 2)
            paint_icon(painter, "lock", at.x(), at.y(), self._theme.color("muted"), 14 * zoom)

    def note(self, painter: QPainter, note: Note, rect: QRectF, zoom: float, ratio: float, lit: bool) -> None:
        """One note; its text is set as markdown."""
        ground = QColor(note.color) if note.color else self._theme.color("note")
        edge = self._theme.color("accent") if lit else self._theme.color("hairline")
        painter.setPen(QPen(edge, 2 if lit else 1))
        painter.setBrush(ground)
        radius = 6.0 * min(1.0, zoom)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if zoom >= 0.35 and note.text:
            scale = round(zoom * ratio * 8) / 8 or 0.125
            page = self._page(note, scale, ground)
            painter.save()
            painter.setClipRect(rect)
            painter.drawPixmap(QRectF(rect), page, QRectF(page.rect()))
            painter.restore()

    def clear(self) -> None:
        """Forget what was drawn, as when the theme changes."""
        self._notes.clear()

    def _page(self, note: Note, scale: float, ground: QColor) -> QPixmap:
        key = (note.text, note.size[0], note.size[1], scale, ground.name())
        page = self._notes.get(key)
        if page is None:
            if len(self._notes) > 64:
                self._notes.clear()
            page = self._notes[key] = self._set(note, scale, ground)
        return page

    def _set(self, note: Note, scale: float, ground: QColor) -> QPixmap:
        page = QPixmap(QSizeF(note.size[0] * scale, note.size[1] * scale).toSize())
        page.fill(Qt.GlobalColor.transparent)
        ink = QColor("#1c1c1f") if ground.lightnessF() > 0.55 else QColor("#ececef")
        document = QTextDocument()
        document.setDefaultFont(self._text.body)
        document.setDocumentMargin(10)
        document.setTextWidth(note.size[0])
        document.setMarkdown(note.text, QTextDocument.MarkdownFeature.MarkdownNoHTML)
        painter = QPainter(page)
        painter.scale(scale, scale)
        painter.setClipRect(QRectF(4, 4, note.size[0] - 8, note.size[1] - 8))
        context = document.documentLayout().PaintContext()
        palette = context.palette
        palette.setColor(palette.ColorRole.Text, ink)
        context.palette = palette
        document.documentLayout().draw(painter, context)
        painter.end()
        return page


def frame_rects(frames: Iterable[Frame]) -> list[tuple[Frame, QRectF]]:
    """Frames with their rectangles, larger ones first so that nested ones lie on top."""
    found = [(frame, QRectF(*frame.rect)) for frame in frames]
    return sorted(found, key=lambda item: -item[1].width() * item[1].height())
