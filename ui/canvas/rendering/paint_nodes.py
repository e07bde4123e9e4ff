"""A node's picture: plate, title, category line, rows, ports. What changes by the frame is painted elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPixmap

from nodegraph.model.sockets import bypass_order
from nodegraph.subgraphs.expand import is_instance
from ui.canvas.rendering.cache import Picture
from ui.canvas.rendering.icons import paint_icon
from ui.canvas.rendering.paint_ports import paint_port
from ui.canvas.rendering.paint_rows import RowPainter, field_rect
from ui.canvas.rendering.text import LEFT, RIGHT, TextPainter
from ui.canvas.scene.boxes import NodeBox
from ui.canvas.scene.geometry import MARGIN, Port
from ui.canvas.scene.metrics import Metrics
from ui.theme.palette import Theme
from ui.theme.types import category_color, type_color

RADIUS = 6.0
PAD = 10.0
FULL_TEXT, PLATE_TEXT = 8.0, 4.0
"""Pixels of a title's text from which on a node is drawn in full, and as a plate with its title."""


class NodePainter:
    """Draws nodes in one theme at one density."""

    def __init__(self, theme: Theme, metrics: Metrics, text: TextPainter) -> None:
        self.theme = theme
        self._metrics = metrics
        self._text = text
        self._rows = RowPainter(theme, text)
        self._ground = theme.color("node")
        self._ink = theme.color("text")
        self._muted = theme.color("muted")
        self._outline = theme.color("outline")

    def picture(self, box: NodeBox, scale: float, ratio: float = 1.0) -> Picture:
        """The node at `scale` device pixels a scene unit, `ratio` device pixels a pixel."""
        if not self.in_full(scale, ratio):
            return self.face(box, scale, ratio)
        return self._drawn(box, scale, ratio, lambda on: self._body(on, box))

    def in_full(self, scale: float, ratio: float) -> bool:
        """Whether nodes show their values at `scale` device pixels a scene unit."""
        return self._text.body.pixelSize() * scale / ratio >= FULL_TEXT

    def face(self, box: NodeBox, scale: float, ratio: float) -> Picture:
        """The node without its values, as all look that are equally `plain`."""
        return self._drawn(box, scale, ratio, lambda on: self._wells(on, box))

    def _drawn(self, box: NodeBox, scale: float, ratio: float, inside: Callable[[QPainter], None]) -> Picture:
        pad = math.ceil(PAD * scale)
        width, height = round(box.width * scale) + 2 * pad, round(box.height * scale) + 2 * pad
        pixmap = QPixmap(width, height)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(pad, pad)
        if box.node.mode == "mute":
            painter.setOpacity(0.4)
        self._plate(painter, box, scale)
        painter.scale(scale, scale)
        self._title(painter, box)
        if box.node.mode == "bypass":
            self._through(painter, box)
        inside(painter)
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return Picture(pixmap, scale, pad, QRectF(0, 0, width, height), width * height * 4)

    def _plate(self, painter: QPainter, box: NodeBox, scale: float) -> None:
        """In device pixels, so that the hairline is one pixel at every scale."""
        body = QRectF(0.5, 0.5, round(box.width * scale) - 1, round(box.height * scale) - 1)
        radius = RADIUS * scale
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._ground)
        painter.drawRoundedRect(body, radius, radius)
        bar = round(box.layout.title * scale)
        line = max(1, round(2 * scale))
        clip = QPainterPath()
        clip.addRoundedRect(body, radius, radius)
        painter.save()
        painter.setClipPath(clip)
        if box.node.mode == "bypass":
            painter.fillRect(body, self.theme.color("bypass", 0.16))
        if box.node.color:
            tint = QColor(box.node.color)
            tint.setAlphaF(0.32)
            painter.fillRect(QRectF(0, 0, body.width() + 1, bar), tint)
        painter.fillRect(QRectF(0, bar - line, body.width() + 1, line), self.line_color(box))
        painter.restore()
        dashed = box.node.mode == "mute" or not box.known
        pen = QPen(self._muted if dashed else self._outline, 1)
        if dashed:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(body, radius, radius)

    def line_color(self, box: NodeBox) -> QColor:
        """The colour of the line under the title."""
        if not box.known:
            return self.theme.color("warning")
        return category_color(self.theme, box.spec.category)

    def _title(self, painter: QPainter, box: NodeBox) -> None:
        bar = box.layout.title - 2
        right = box.width - MARGIN - 18
        for name, shown in (
            ("subgraph", is_instance(box.node.type)),
            ("pin", box.node.pinned),
            ("mute", box.node.mode == "mute"),
            ("bypass", box.node.mode == "bypass"),
            ("alert", not box.known),
        ):
            if shown:
                color = self.theme.color("warning") if name == "alert" else self._muted
                paint_icon(painter, name, right - 2, bar / 2, color, 13)
                right -= 18
        if box.uses > 1:
            text = f"{box.uses}×"
            width = self._text.measure_small(text)
            painter.setPen(self._muted)
            painter.setFont(self._text.small)
            painter.drawText(QRectF(right + 4 - width, 0, width + 2, bar), LEFT, text)
            right -= width + 4
        painter.setPen(self._ink)
        title = box.node.title or box.spec.title
        self._text.draw(painter, QRectF(12, 0, right - 10, bar), title, LEFT, self._text.bold)

    def _body(self, painter: QPainter, box: NodeBox) -> None:
        linked = {name for name, _ in box.linked_in}
        for row in box.layout.rows:
            if row.param is not None:
                self._rows.param(painter, box, row, row.param.name in linked)
            elif row.kind == "fold":
                self._rows.fold(painter, box, row)
        self._ports(painter, box)

    def _ports(self, painter: QPainter, box: NodeBox) -> None:
        radius = 4.0 + (self._metrics.row - 20) / 16
        height = self._metrics.row
        middle = box.width / 2
        widths = self._split(box)
        for port in box.layout.ports:
            linked = self._linked(box, port)
            if port.param and not linked:
                continue
            paint_port(painter, port, type_color(self.theme, port.type), self._ground, linked, radius)
            if not port.label or not box.layout.rows:
                continue
            painter.setPen(self._ink if linked or not port.optional else self._muted)
            room = widths.get(port.y, middle)
            if port.output:
                rect = QRectF(box.width - 14 - room, port.y - height / 2, room, height)
                self._text.draw(painter, rect, port.label, RIGHT)
            else:
                self._text.draw(painter, QRectF(14, port.y - height / 2, room, height), port.label)

    def _split(self, box: NodeBox) -> dict[float, float]:
        """The room of each label: the whole row where it has it alone, half of it otherwise."""
        rows: dict[float, int] = {}
        for port in box.layout.ports:
            rows[port.y] = rows.get(port.y, 0) + 1
        whole = box.width - 28
        return {y: whole if number == 1 else whole / 2 for y, number in rows.items()}

    def _linked(self, box: NodeBox, port: Port) -> bool:
        if port.output:
            return port.name in box.linked_out
        return (port.name, port.index) in box.linked_in

    def _wells(self, painter: QPainter, box: NodeBox) -> None:
        """The face of a small node: its wells without text, its ports as dots."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("field"))
        for row in box.layout.rows:
            if row.param is not None and row.param.widget != "toggle":
                painter.drawRoundedRect(field_rect(box, row), 3, 3)
        for port in box.layout.ports:
            if not port.param or self._linked(box, port):
                painter.setBrush(QBrush(type_color(self.theme, port.type)))
                painter.drawEllipse(QPointF(port.x, port.y), 4.5, 4.5)

    def _through(self, painter: QPainter, box: NodeBox) -> None:
        """The wires of a bypassed node, from the input that each output takes its value from; none where none fits."""
        painter.setPen(QPen(self.theme.color("bypass", 0.6), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for end in (port for port in box.layout.ports if port.output):
            start = passing(box, end.name)
            if start is not None:
                path = QPainterPath(QPointF(start.x + 6, start.y))
                path.cubicTo(box.width / 2, start.y, box.width / 2, end.y, end.x - 6, end.y)
                painter.drawPath(path)


def passing(box: NodeBox, name: str) -> Port | None:
    """The input whose value a bypassed node hands to an output: a linked one, or the one that would be."""
    output = box.spec.output(name)
    order = bypass_order(box.spec, output) if output is not None else []
    linked = [socket.name for socket in order if (socket.name, 0) in box.linked_in]
    names = linked or [socket.name for socket in order]
    return box.layout.port(names[0], False) if names else None
