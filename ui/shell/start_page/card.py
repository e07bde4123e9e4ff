"""A workflow as a card: what it makes or the shape of its graph, its name, and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QWidget

from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec
from ui.i18n.translate import plain
from ui.theme import category_color, type_color
from ui.theme.appearance import Appearance

WIDE, HIGH = 224, 168
"""A card's width, and the height of its picture."""
CUT = 0.3
"""A picture fills its place if no more than this part of it is lost; else all of it is shown."""
NODE = (200.0, 56.0)
ROW = 22.0


class WorkflowCard(QAbstractButton):
    """Opens a workflow when it is clicked."""

    def __init__(self, path: Path, title: str, detail: str, look: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.path = path
        self._title = title
        self._detail = detail
        self._look = look
        self._graph: Graph | None = None
        self._specs: Mapping[str, NodeSpec] = {}
        self._picture = QPixmap()
        self._ready = True
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(detail)
        self.setToolTip(plain(str(path)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """A picture over two lines of text."""
        return QSize(WIDE, HIGH + 2 * self._look.metrics.row + 12)

    def set_detail(self, detail: str, ready: bool = True) -> None:
        """Say something else under the name, and whether the workflow could run now."""
        self._detail, self._ready = detail, ready
        self.setAccessibleDescription(detail)
        self.update()

    def show_graph(self, graph: Graph, specs: Mapping[str, NodeSpec]) -> None:
        """Draw the shape of this graph."""
        self._graph, self._specs = graph, specs
        self.update()

    @property
    def pictured(self) -> bool:
        """Whether it shows a picture, not the shape of the graph."""
        return not self._picture.isNull()

    def show_picture(self, picture: QPixmap) -> None:
        """Show what the workflow made."""
        self._picture = picture
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, metrics = self._look.theme, self._look.metrics
        lit = self.underMouse() or self.hasFocus()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(box, 8, 8)
        painter.fillPath(outline, theme.color("node"))
        painter.save()
        painter.setClipPath(outline)
        top = QRectF(0, 0, self.width(), self.height() - 2 * metrics.row - 12)
        painter.fillRect(top, theme.color("field"))
        if self.pictured:
            self._put(painter, top)
        elif self._graph is not None and self._graph.nodes:
            self._draw(painter, self._graph, top.adjusted(20, 16, -20, -16))
        painter.restore()
        painter.setPen(QPen(theme.color("accent" if lit else "hairline"), 2 if self.hasFocus() else 1))
        painter.drawPath(outline)
        self._write(painter, top.bottom())

    def _write(self, painter: QPainter, top: float) -> None:
        theme, row = self._look.theme, self._look.metrics.row
        detail = "muted" if self._ready else "warning"
        lines = ((self._title, "text", True, top + 6), (self._detail, detail, False, top + 4 + row))
        for text, color, bold, y in lines:
            painter.setFont(self._look.font("body" if bold else "small", bold))
            painter.setPen(theme.color(color))
            room = self.width() - 28.0
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(room))
            painter.drawText(QRectF(14, y, room, row), Qt.AlignmentFlag.AlignVCenter, shown)

    def _put(self, painter: QPainter, top: QRectF) -> None:
        """The picture, filling its place, or whole where too much of it would be lost."""
        size, painted = QSizeF(self._picture.size()), QRectF(self._picture.rect())
        filling = size.scaled(top.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        lost = 1 - top.width() * top.height() / (filling.width() * filling.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if lost > CUT:
            box = QRectF(
                QPointF(), size.scaled(top.size() - QSizeF(16, 16), Qt.AspectRatioMode.KeepAspectRatio)
            )
            box.moveCenter(top.center())
            painter.drawPixmap(box, self._picture, painted)
            return
        seen = QRectF(QPointF(), top.size() * (size.width() / filling.width()))
        seen.moveCenter(painted.center())
        painter.drawPixmap(top, self._picture, seen)

    def _draw(self, painter: QPainter, graph: Graph, area: QRectF) -> None:
        boxes = {name: self._box(node) for name, node in graph.nodes.items()}
        bounds = QRectF()
        for box in boxes.values():
            bounds = bounds.united(box)
        scale = min(area.width() / bounds.width(), area.height() / bounds.height(), 0.5)
        painter.save()
        painter.translate(area.center())
        painter.scale(scale, scale)
        painter.translate(-bounds.center())
        for link in graph.links():
            if link.source.node in boxes:
                spec = self._specs.get(graph.nodes[link.source.node].type)
                output = spec.output(link.source.output) if spec else None
                color = type_color(self._look.theme, output.type if output else "")
                self._wire(painter, boxes[link.source.node], boxes[link.target], color, scale)
        for name, box in boxes.items():
            spec = self._specs.get(graph.nodes[name].type)
            color = (
                category_color(self._look.theme, spec.category) if spec else self._look.theme.color("muted")
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.theme.color("raised"))
            painter.drawRoundedRect(box, 12, 12)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(box.left(), box.top(), box.width(), 12), 6, 6)
        painter.restore()

    def _box(self, node: Node) -> QRectF:
        spec = self._specs.get(node.type)
        rows = len(spec.sockets) + len(spec.params) if spec else 2
        width, height = node.size or (NODE[0], NODE[1] + ROW * min(rows, 8))
        return QRectF(node.pos[0], node.pos[1], width, height)

    def _wire(self, painter: QPainter, start: QRectF, end: QRectF, color: QColor, scale: float) -> None:
        a, b = QPointF(start.right(), start.top() + 40), QPointF(end.left(), end.top() + 40)
        path = QPainterPath(a)
        reach = max(40.0, abs(b.x() - a.x()) / 2)
        path.cubicTo(a + QPointF(reach, 0), b - QPointF(reach, 0), b)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1.5 / scale))
        painter.drawPath(path)
