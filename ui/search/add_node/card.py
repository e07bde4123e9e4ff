"""The preview of a node type: its ports, as they will look on the canvas, and one line of help."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from nodegraph.model.spec import NodeSpec
from ui.i18n.labels import label_of
from ui.search.add_node.recipes import Recipe
from ui.theme import Shape, shape_of, type_color
from ui.theme.appearance import Appearance

PAD = 16.0


def draw_port(painter: QPainter, center: QPointF, shape: Shape, color: QColor, radius: float = 4.5) -> None:
    """A port's shape, filled with the hue of its type."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    x, y, r = center.x(), center.y(), radius
    if shape is Shape.CIRCLE:
        painter.drawEllipse(center, r, r)
    elif shape is Shape.SQUARE:
        painter.drawRoundedRect(QRectF(x - r, y - r, 2 * r, 2 * r), 1, 1)
    elif shape is Shape.DIAMOND:
        corners = ((x, y - r * 1.2), (x + r * 1.2, y), (x, y + r * 1.2), (x - r * 1.2, y))
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
    else:
        corners3 = ((x - r, y - r), (x + r, y), (x - r, y + r))
        painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners3]))


class Card(QWidget):
    """Shows one node type or recipe, or nothing."""

    def __init__(self, look: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("Card")
        self._look = look
        self._shown: NodeSpec | Recipe | None = None
        self.help = ""
        """The first line of its help."""
        self.setFixedWidth(280)

    def show_item(self, item: NodeSpec | Recipe | None) -> None:
        """Show this node type or recipe."""
        self._shown = item
        self.help = item.help.split("\n")[0] if item else ""
        self.setAccessibleDescription(self.help)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Title, help, inputs, outputs."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._look.theme
        painter.fillRect(QRectF(0, 0, 1, self.height()), theme.color("hairline"))
        if self._shown is None:
            return
        painter.setPen(theme.color("text"))
        painter.setFont(self._look.font("large", bold=True))
        top = self._wrapped(painter, self._shown.title, PAD - 4)
        painter.setFont(self._look.font())
        painter.setPen(theme.color("muted"))
        top = self._wrapped(painter, self.help, top + 4)
        if isinstance(self._shown, NodeSpec):
            self._ports(painter, self._shown, top + 12)
        else:
            self._steps(painter, self._shown, top + 12)

    def _ports(self, painter: QPainter, spec: NodeSpec, top: float) -> None:
        inputs = [(s.name, s.type, shape_of(s.type, s.variadic or s.many), s.optional) for s in spec.sockets]
        outputs = [(o.name, o.type, shape_of(o.type, o.many), False) for o in spec.outputs]
        top = self._group(painter, self.tr("Inputs"), inputs, top)
        top = self._group(painter, self.tr("Outputs"), outputs, top)
        names = [label_of(param.name) for param in spec.params if not param.advanced]
        if names and top < self.height() - 3 * self._look.metrics.row:
            top = self._heading(painter, self.tr("Parameters"), top)
            painter.setFont(self._look.font())
            painter.setPen(self._look.theme.color("text"))
            self._wrapped(painter, ", ".join(names), top)

    def _steps(self, painter: QPainter, recipe: Recipe, top: float) -> None:
        if not recipe.parts:
            return
        top = self._heading(painter, self.tr("Adds"), top)
        painter.setFont(self._look.font())
        painter.setPen(self._look.theme.color("text"))
        for part in recipe.parts:
            top = self._wrapped(painter, part.type, top)

    def _group(
        self, painter: QPainter, title: str, ports: Iterable[tuple[str, str, Shape, bool]], top: float
    ) -> float:
        listed = list(ports)
        if not listed:
            return top
        top = self._heading(painter, title, top)
        row = self._look.metrics.row
        theme = self._look.theme
        for name, kind, shape, optional in listed:
            if top + row > self.height() - PAD:
                break
            draw_port(painter, QPointF(PAD + 5, top + row / 2), shape, type_color(theme, kind))
            painter.setFont(self._look.font())
            painter.setPen(theme.color("muted" if optional else "text"))
            box = QRectF(PAD + 18, top, self.width() - 2 * PAD - 18, row)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, label_of(name))
            painter.setPen(theme.color("muted"))
            painter.setFont(self._look.font("small"))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, label_of(kind))
            top += row
        return top + 10

    def _heading(self, painter: QPainter, title: str, top: float) -> float:
        painter.setFont(self._look.font("small", bold=True))
        painter.setPen(self._look.theme.color("muted"))
        return self._wrapped(painter, title, top) + 2

    def _wrapped(self, painter: QPainter, text: str, top: float) -> float:
        """Draw a text broken into lines; where the next thing may begin."""
        if not text:
            return top
        box = QRectF(PAD, top, self.width() - 2 * PAD, max(0.0, self.height() - top - 4))
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop
        used = painter.boundingRect(box, flags, text)
        painter.drawText(box, flags, text)
        return used.bottom() + 2
