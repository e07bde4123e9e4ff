"""A box over the window with a line to type in and a list to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from ui.theme.appearance import Appearance
from ui.widgets.plain_label import PlainLabel
from ui.widgets.popup.rows import Row, RowPainter, Rows
from ui.widgets.popup.shadow import Shadow

OTHER = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}


class ChoicePopup(QFrame):
    """Derive from it and answer `rows_for`; the popup deletes itself when it closes.

    Enter or a click chooses, Ctrl+Enter or Alt+Enter chooses in the other way, Esc or a click elsewhere gives up.
    """

    chosen = Signal(str, bool)
    """The id of the row, and whether Ctrl or Alt was held."""
    given_up = Signal()
    current_changed = Signal(str)

    def __init__(self, parent: QWidget, look: Appearance, name: str, hint: str) -> None:
        super().__init__(parent)
        self.look = look
        self.setObjectName("Popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(name)
        self._done = False
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(name)
        self.line.installEventFilter(self)
        self.line.textChanged.connect(self._refresh)
        self.rows = Rows(self)
        self.list = self._make_list(name)
        self.none = PlainLabel(self.tr("Nothing found"), self.list)
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.none.setProperty("role", "quiet")
        self.foot = PlainLabel(self)
        self.foot.setProperty("role", "small")
        self.foot.setContentsMargins(12, 4, 12, 6)
        self.body = QHBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.body.addWidget(self.list, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 1, 1, 1)
        box.setSpacing(0)
        box.addWidget(self.line)
        box.addLayout(self.body, 1)
        box.addWidget(self.foot)
        if look.theme.shadow > 0:
            Shadow(self, look.theme.shadow)
        QApplication.instance().installEventFilter(self)  # type: ignore[union-attr]  # there is one: we are a widget

    def _make_list(self, name: str) -> QListView:
        view = QListView(self)
        view.setModel(self.rows)
        view.setItemDelegate(RowPainter(self.look, view))
        view.setMouseTracking(True)
        view.setUniformItemSizes(True)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setAccessibleName(name)
        view.clicked.connect(lambda index: self._choose(index.row(), False))
        view.selectionModel().currentChanged.connect(lambda now, _old: self._announce(now.row()))
        return view

    def rows_for(self, query: str) -> Sequence[Row]:
        """What the list shows for a query, best first."""
        raise NotImplementedError

    def current(self) -> Row | None:
        """The row that Enter would choose."""
        return self.rows.row(self.list.currentIndex().row())

    def open_at(self, place: QPoint | None, size: QSize) -> None:
        """Show the popup with its top left corner at `place` in the parent, or centred near the top."""
        room = self.window().rect()
        size = size.boundedTo(room.size() - QSize(32, 32))
        if place is None:
            place = QPoint((room.width() - size.width()) // 2, max(16, room.height() // 7))
        box = QRect(place, size)
        box.moveRight(min(box.right(), room.right() - 16))
        box.moveBottom(min(box.bottom(), room.bottom() - 16))
        box.moveTopLeft(QPoint(max(16, box.left()), max(16, box.top())))
        self.setGeometry(box)
        self._refresh(self.line.text())
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the keyboard."""
        super().showEvent(event)
        self.line.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the list while the line has the focus; a press elsewhere gives up."""
        if watched is self.line and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and self._is_ours(event):
                event.accept()
                return True
            return event.type() == QEvent.Type.KeyPress and self._pressed(event)
        pressed = event.type() == QEvent.Type.MouseButtonPress and not self._done
        if (
            pressed
            and isinstance(watched, QWidget)
            and watched is not self
            and not self.isAncestorOf(watched)
        ):
            self.give_up()
        return False

    def give_up(self) -> None:
        """Close without a choice."""
        if not self._done:
            self._done = True
            self.close()
            self.given_up.emit()

    def _is_ours(self, event: QKeyEvent) -> bool:
        return event.key() in (*MOVES, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab)

    def _pressed(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in MOVES:
            self._step(MOVES[key])
        elif key == Qt.Key.Key_Escape:
            self.give_up()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            other = bool(event.modifiers() & OTHER)
            self._choose(self.list.currentIndex().row(), other)
        else:
            return key == Qt.Key.Key_Tab
        return True

    def _step(self, by: int) -> None:
        """Go on by one, round and round, or by a page, to the ends."""
        count, now = self.rows.rowCount(), self.list.currentIndex().row()
        side = 1 if by > 0 else -1
        if abs(by) == 1:
            at = self.rows.able(now + by, by)
            wanted = at if at >= 0 else self.rows.able(0 if by > 0 else count - 1, by)
        else:
            edge = min(max(0, now + by), count - 1)
            at = self.rows.able(edge, side)
            wanted = at if at >= 0 else self.rows.able(edge, -side)
        if wanted >= 0:
            self.list.setCurrentIndex(self.rows.index(wanted))

    def _choose(self, number: int, other: bool) -> None:
        row = self.rows.row(number)
        if row is None or not row.enabled or self._done:
            return
        self._done = True
        self.close()
        self.chosen.emit(row.id, other)

    def _refresh(self, query: str) -> None:
        self.rows.set(self.rows_for(query))
        empty = bool(query) and not self.rows.rowCount()
        self.none.setVisible(empty)
        if empty:
            self.none.setGeometry(self.list.rect())
        first = self.rows.able(0, 1)
        if first >= 0:
            self.list.setCurrentIndex(self.rows.index(first))
        else:
            self._announce(-1)

    def _announce(self, number: int) -> None:
        row = self.rows.row(number)
        self.current_changed.emit(row.id if row else "")
        if row is not None and QAccessible.isActive():
            told = QAccessibleAnnouncementEvent(self.list, ", ".join(filter(None, (row.title, row.hint))))
            QAccessible.updateAccessibility(told)
