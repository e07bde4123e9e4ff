"""Notes, crisp at every zoom."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from nodegraph.model.graph import Note
from ui.canvas.rendering.cache import Picture, PixmapCache
from ui.canvas.rendering.note_page import NotePage
from ui.canvas.rendering.text import TextPainter
from ui.canvas.scene.camera import Camera
from ui.theme.palette import Theme

CLEAR = 0.35
"""The zoom from which on the text is drawn."""
KEPT = 64 * 2**20
"""Bytes of pixels of drawn notes that are kept."""
LARGEST = 8 * 2**20
"""Pixels; a larger note is drawn anew each time rather than kept."""

SHARE = 0.35
"""How much of its own colour a note shows."""


class NotePainter:
    """Draws notes in one theme, in view coordinates."""

    def __init__(self, theme: Theme, text: TextPainter) -> None:
        self._theme = theme
        self._text = text
        self._drawn = PixmapCache(KEPT)

    def _ground(self, note: Note) -> QColor:
        """The note's colour, so far mixed with that of all notes that the text upon it can be read."""
        usual = self._theme.color("note")
        if not note.color:
            return usual
        color = QColor(note.color)
        red, green, blue = (
            round(of_all + (own - of_all) * SHARE)
            for own, of_all in (
                (color.red(), usual.red()),
                (color.green(), usual.green()),
                (color.blue(), usual.blue()),
            )
        )
        return QColor(red, green, blue)

    def note(self, painter: QPainter, note: Note, rect: QRectF, camera: Camera, lit: bool) -> None:
        """One note; its text is set as markdown."""
        zoom = camera.zoom
        ground = self._ground(note)
        edge = self._theme.color("accent") if lit else self._theme.color("hairline")
        painter.setPen(QPen(edge, 2 if lit else 1))
        painter.setBrush(ground)
        radius = 6.0 * min(1.0, zoom)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        if zoom >= CLEAR and note.text:
            painter.save()
            painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            ink = QColor("#1c1c1f") if ground.lightnessF() > 0.55 else QColor("#ececef")
            self._page(painter, note, rect, camera, ink)
            painter.restore()

    def _page(self, painter: QPainter, note: Note, rect: QRectF, camera: Camera, ink: QColor) -> None:
        ratio, exact = camera.ratio, camera.zoom * camera.ratio
        width, height = note.size
        corner = rect.topLeft()
        if camera.steady:
            corner = QPointF(round(corner.x() * ratio), round(corner.y() * ratio)) / ratio
        if width * height * exact**2 > LARGEST:
            painter.translate(corner)
            painter.scale(camera.zoom, camera.zoom)
            self._draw(painter, note, exact, ink)
            return
        content = (note.text, note.size, ink.name(), tuple(note.pictures.items()))
        page = self._drawn_at(content, note, camera, ink)
        place = QRectF(rect)
        if camera.steady:
            # Pixel by pixel: letters that are scaled lose their stems.
            place = QRectF(corner, page.size().toSizeF() / ratio)
        painter.drawPixmap(place, page, QRectF(page.rect()))

    def _drawn_at(self, content: Hashable, note: Note, camera: Camera, ink: QColor) -> QPixmap:
        scale = camera.zoom * camera.ratio
        kept = self._drawn.get(content)
        if not camera.steady:
            if kept is not None and note.pictures:
                # Pictures take long to scale; they are made sharp where the zoom comes to rest.
                return kept.pixmap
            scale = round(scale * 8) / 8 or 0.125
        if kept is not None and kept.scale == scale:
            return kept.pixmap
        size = QSizeF(note.size[0] * scale, note.size[1] * scale).toSize()
        pixmap = QPixmap(max(size.width(), 1), max(size.height(), 1))
        pixmap.fill(Qt.GlobalColor.transparent)
        on = QPainter(pixmap)
        on.scale(scale, scale)
        self._draw(on, note, scale, ink)
        on.end()
        self._drawn.put(
            content, Picture(pixmap, scale, 0, QRectF(pixmap.rect()), 4 * pixmap.width() * pixmap.height())
        )
        return pixmap

    def _draw(self, painter: QPainter, note: Note, scale: float, ink: QColor) -> None:
        """In scene units from the note's corner."""
        page = NotePage(note, self._text.body, scale)
        inside = QRectF(4, 4, note.size[0] - 8, note.size[1] - 8)
        painter.setClipRect(inside, Qt.ClipOperation.IntersectClip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        context = page.documentLayout().PaintContext()
        palette = context.palette
        palette.setColor(palette.ColorRole.Text, ink)
        context.palette = palette
        page.documentLayout().draw(painter, context)
