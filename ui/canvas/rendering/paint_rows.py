"""Parameter rows: a well with the label on the left and the value on the right."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.spec import Param, Scalar
from ui.canvas.rendering.icons import paint_icon
from ui.canvas.rendering.text import LEFT, RIGHT, TextPainter
from ui.canvas.scene.boxes import NodeBox
from ui.canvas.scene.geometry import MARGIN, Row
from ui.i18n.labels import format_value, fraction
from ui.theme.palette import Theme

FIELD_RADIUS = 4.0
INSET = 8.0
SWATCH = QSizeF(18.0, 11.0)
ICONS = {"choice": "chevron-down", "seed": "dice", "file": "folder"}


def field_rect(box: NodeBox, row: Row) -> QRectF:
    """The well of a parameter row, relative to the node."""
    return QRectF(MARGIN, row.y + 1.0, box.width - 2 * MARGIN, row.height - 2.0)


def icon_of(param: Param) -> str:
    """The icon at the right end of a row, or an empty text."""
    if param.choices or param.choices_from:
        return "chevron-down"
    return ICONS.get(param.widget, "")


class RowPainter:
    """Draws rows in one theme."""

    def __init__(self, theme: Theme, text: TextPainter) -> None:
        self._text = text
        self._field = theme.color("field")
        self._fill = (
            theme.color("field_hover") if theme.name == "High contrast" else theme.color("accent", 0.22)
        )
        self._ink = theme.color("text")
        self._muted = theme.color("muted")
        self._accent = theme.color("accent")
        self._on_accent = theme.color("on_accent")
        self._hairline = theme.color("hairline")
        self._edge = theme.color("hairline") if theme.name == "High contrast" else None

    def param(self, painter: QPainter, box: NodeBox, row: Row, linked: bool) -> None:
        """One parameter; a linked one shows its name only, for its value comes over the link."""
        param = row.param
        if param is None:
            return
        rect = field_rect(box, row)
        if linked:
            self._label(painter, rect, row.label, self._ink)
            return
        value = box.node.params.get(param.name, param.default)
        if param.widget == "multiline":
            self._multiline(painter, rect, row.label, str(value))
        elif param.widget == "toggle" or isinstance(value, bool):
            self._label(painter, rect, row.label, self._muted)
            self._toggle(painter, rect, bool(value))
        else:
            computed = param.name in expressions_of(box.node)
            self._field_row(painter, rect, row, param, value, computed)

    def fold(self, painter: QPainter, box: NodeBox, row: Row) -> None:
        """The line that shows and hides a section, or the advanced parameters."""
        icon = "chevron-down" if row.open else "chevron-right"
        middle = row.y + row.height / 2
        paint_icon(painter, icon, MARGIN + INSET + 3, middle, self._muted, 14)
        painter.setPen(self._muted)
        rect = QRectF(MARGIN + INSET + 14, row.y, box.width - 2 * MARGIN - 24, row.height)
        self._text.draw(painter, rect, row.label)

    def _field_row(
        self, painter: QPainter, rect: QRectF, row: Row, param: Param, value: Scalar, computed: bool
    ) -> None:
        self._well(painter, rect)
        filled = fraction(param, value)
        if filled:
            self._slider(painter, rect, filled)
        shown = f"= {format_value(param, value)}" if computed else format_value(param, value)
        icon = icon_of(param)
        swatch = QColor.fromString(str(value)) if param.widget == "color" else QColor()
        beside = SWATCH.width() + 6.0 if swatch.isValid() else 18.0 if icon else 0.0
        right = rect.right() - INSET - beside
        room = right - rect.left() - INSET
        label_width = min(self._text.measure(row.label), room * 0.6)
        painter.setPen(self._muted)
        self._text.draw(
            painter, QRectF(rect.left() + INSET, rect.top(), label_width + 1, rect.height()), row.label
        )
        painter.setPen(self._accent if computed else self._ink)
        left = rect.left() + INSET + label_width + 10
        self._text.draw(painter, QRectF(left, rect.top(), right - left, rect.height()), shown, RIGHT)
        if swatch.isValid():
            self._swatch(painter, rect, swatch)
        elif icon:
            paint_icon(painter, icon, rect.right() - INSET - 5, rect.center().y(), self._muted, 14)

    def _swatch(self, painter: QPainter, rect: QRectF, color: QColor) -> None:
        corner = QPointF(rect.right() - INSET - SWATCH.width() + 2, rect.center().y() - SWATCH.height() / 2)
        painter.setPen(self._hairline)
        painter.setBrush(color)
        painter.drawRoundedRect(QRectF(corner, SWATCH), 2.5, 2.5)

    def _multiline(self, painter: QPainter, rect: QRectF, label: str, text: str) -> None:
        self._well(painter, rect)
        inner = rect.adjusted(INSET, 5, -INSET, -5)
        painter.setPen(self._ink if text else self._muted)
        painter.setFont(self._text.body)
        line = painter.fontMetrics().lineSpacing()
        lines = max(1, int(inner.height() // line))
        inner.setHeight(lines * line + 1)
        painter.save()
        painter.setClipRect(inner, Qt.ClipOperation.IntersectClip)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(inner, int(flags), text[:4000] or label)
        painter.restore()

    def _toggle(self, painter: QPainter, rect: QRectF, on: bool) -> None:
        width, height = 24.0, 14.0
        x, y = rect.right() - INSET - width + 2, rect.center().y() - height / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._accent if on else self._hairline)
        painter.drawRoundedRect(QRectF(x, y, width, height), height / 2, height / 2)
        painter.setBrush(self._on_accent if on else self._muted)
        knob = x + width - height / 2 if on else x + height / 2
        painter.drawEllipse(QPointF(knob, y + height / 2), height / 2 - 3, height / 2 - 3)

    def _slider(self, painter: QPainter, rect: QRectF, filled: float) -> None:
        clip = QPainterPath()
        clip.addRoundedRect(rect, FIELD_RADIUS, FIELD_RADIUS)
        part = QPainterPath()
        part.addRect(QRectF(rect.left(), rect.top(), rect.width() * filled, rect.height()))
        painter.fillPath(clip.intersected(part), self._fill)

    def _well(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(self._edge if self._edge else QColor(0, 0, 0, 0))
        painter.setBrush(self._field)
        painter.drawRoundedRect(rect, FIELD_RADIUS, FIELD_RADIUS)

    def _label(self, painter: QPainter, rect: QRectF, label: str, color: QColor) -> None:
        painter.setPen(color)
        self._text.draw(painter, rect.adjusted(INSET, 0, -INSET - 28, 0), label, LEFT)
