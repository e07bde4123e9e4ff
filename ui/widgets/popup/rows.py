"""The rows of a popup's list, and how they are painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.theme.appearance import Appearance
from ui.theme.icons import paint

Index = QModelIndex | QPersistentModelIndex
PAD = 12.0


@dataclass(frozen=True)
class Row:
    """One choice: an icon in a colour, a title, a quiet `detail` beside it and a `hint` at the right edge."""

    id: str
    title: str
    detail: str = ""
    hint: str = ""
    icon: str = "node"
    color: str = ""
    enabled: bool = True
    quiet: bool = False


class Rows(QAbstractListModel):
    """A list of rows, replaced whole."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Row] = ()

    def set(self, rows: Sequence[Row]) -> None:
        """Show these rows."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, number: int) -> Row | None:
        """The row at a place; None where there is none."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def able(self, start: int, by: int) -> int:
        """The first place from `start` on, upwards or downwards, of a row that can be chosen; -1 for none."""
        while 0 <= start < len(self._rows):
            if self._rows[start].enabled:
                return start
            start += by
        return -1

    def rowCount(self, parent: Index | None = None) -> int:
        """How many rows there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The title, and a full sentence for screen readers."""
        row = self.row(index.row())
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (row.title, row.detail, row.hint) if part)
        return row if role == Qt.ItemDataRole.UserRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be chosen unless they are switched off."""
        row = self.row(index.row())
        chosen = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return chosen if row is not None and row.enabled else Qt.ItemFlag.NoItemFlags


class RowPainter(QStyledItemDelegate):
    """Paints rows in the look given."""

    def __init__(self, look: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A row's height with some air."""
        return QSize(120, self._look.metrics.row + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Icon, title, detail, hint."""
        row = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(row, Row):
            return
        theme, state = self._look.theme, option.state
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            strong = bool(state & QStyle.StateFlag.State_Selected)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent", 0.22) if strong else theme.color("field_hover"))
            painter.drawRoundedRect(box.adjusted(4, 1, -4, -1), 6, 6)
        side = self.icon_room(row)
        icon_box = QRectF(box.left() + PAD, box.center().y() - side / 2, side, side)
        muted = QColor(theme.muted)
        self.paint_icon(painter, icon_box, row)
        left, right = icon_box.right() + 10, box.right() - PAD
        painter.setFont(self._look.font("small"))
        painter.setPen(muted)
        right -= self._text(painter, row.hint, left, right, box, Qt.AlignmentFlag.AlignRight, 0.55)
        painter.setFont(self._look.font())
        painter.setPen(QColor(theme.text) if row.enabled and not row.quiet else muted)
        left += self._text(painter, row.title, left, right, box, Qt.AlignmentFlag.AlignLeft, 1.0)
        painter.setPen(muted)
        self._text(painter, row.detail, left, right, box, Qt.AlignmentFlag.AlignLeft, 1.0)
        painter.restore()

    def icon_room(self, row: Row) -> float:
        """The side of the icon."""
        return 16.0

    def paint_icon(self, painter: QPainter, box: QRectF, row: Row) -> None:
        """What stands before the title."""
        theme = self._look.theme
        paint(painter, box, row.icon, (row.color or theme.muted) if row.enabled else theme.muted)

    def _text(
        self,
        painter: QPainter,
        text: str,
        left: float,
        right: float,
        box: QRectF,
        side: Qt.AlignmentFlag,
        share: float,
    ) -> float:
        """Draw a text between two edges, elided in the middle; how much room it took."""
        room = (right - left) * share
        if not text or room < 24:
            return 0.0
        measure = QFontMetricsF(painter.font())
        shown = measure.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(
            QRectF(left, box.top(), right - left, box.height()), side | Qt.AlignmentFlag.AlignVCenter, shown
        )
        return measure.horizontalAdvance(shown) + 12
