"""The list of a rail: ports under their headings, which are dragged, renamed and moved by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nodegraph.model.graph import Port
from nodegraph.subgraphs.exposure import sections
from ui.document.exposed_parameter import short_range
from ui.i18n.translate import plain

ROW = 20
"""The least height of a row."""
GAP = 8
PORT = Qt.ItemDataRole.UserRole
"""The port's name; empty on a heading."""
SECTION = Qt.ItemDataRole.UserRole + 1
"""The heading's text; empty on a port."""
RANGE = Qt.ItemDataRole.UserRole + 2
"""The port's limits in short."""
ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
OWN_KEYS = (
    Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_F2,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_Menu,
    Qt.Key.Key_F10,
    Qt.Key.Key_Escape,
)


class PortList(QListWidget):
    """Tells what was done with a row; who listens fills it anew."""

    renamed = Signal(str, str)
    section_renamed = Signal(str, str)
    arranged = Signal(list)
    """The ports are to stand so: (port, section) from the top."""
    hidden = Signal(str)
    menu_asked = Signal(QPoint)
    left = Signal()
    """Esc: back to the canvas."""

    def __init__(self, parent: QWidget, muted: Callable[[], QColor]) -> None:
        super().__init__(parent)
        self._filling = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(RangePainter(muted, self))
        self.installEventFilter(self)
        self.itemChanged.connect(self._typed)
        # The list is filled anew then, which it must not be in the middle of a drop.
        self._moved = QTimer(self)
        self._moved.setSingleShot(True)
        self._moved.timeout.connect(lambda: self.arranged.emit(self.places()))
        self.model().rowsMoved.connect(lambda: None if self._filling else self._moved.start(0))

    def fill(self, ports: Iterable[Port], tip: Callable[[Port], str]) -> None:
        """List these ports; what was chosen stays chosen."""
        chosen, section, row = self.chosen, self.section, self.currentRow()
        self._filling = True
        self.clear()
        for title, group in sections(ports):
            if title:
                self._heading(title)
            for port in group:
                self._port(port, tip(port))
        self._filling = False
        self.setFixedHeight(max(1, self.count()) * max(ROW, self.sizeHintForRow(0)) + 4)
        rows = range(self.count())
        same = (r for r in rows if (self._data(r, PORT), self._data(r, SECTION)) == (chosen, section))
        if row >= 0 and self.count():
            self.setCurrentRow(next(same, min(row, self.count() - 1)))

    @property
    def chosen(self) -> str:
        """The port of the current row; empty on a heading."""
        return self._data(self.currentRow(), PORT)

    @property
    def section(self) -> str:
        """The heading in the current row; empty on a port."""
        return self._data(self.currentRow(), SECTION)

    def has(self, port: str) -> bool:
        """Whether a port is listed."""
        return self._row_of(port) >= 0

    def place_of(self, port: str) -> QRect:
        """Where a port's row lies in the list."""
        return self.visualItemRect(self.item(self._row_of(port)))

    def choose(self, port: str) -> None:
        """Make a port the current row."""
        self.setCurrentRow(self._row_of(port))

    def places(self) -> list[tuple[str, str]]:
        """The ports from the top, each with the heading above it."""
        found, section = [], ""
        for row in range(self.count()):
            section = self._data(row, SECTION) or section
            if port := self._data(row, PORT):
                found.append((port, section))
        return found

    def take_focus(self) -> None:
        """Be where keys go, with a row chosen."""
        self.setFocus()
        if self.count():
            self.setCurrentRow(max(0, self.currentRow()))

    def rename(self) -> None:
        """Type another name for the current row."""
        if self.currentItem() is not None:
            self.editItem(self.currentItem())

    def step(self, by: int) -> None:
        """Move the current port by one row; over a heading it changes its section."""
        at, to = self.currentRow(), self.currentRow() + by
        if self.chosen and 0 <= to < self.count():
            item = self.takeItem(at)
            self.insertItem(to, item)
            self.setCurrentRow(to)
            self.arranged.emit(self.places())

    def _heading(self, title: str) -> None:
        item = QListWidgetItem(title)
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
        item.setFlags(flags)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        item.setFont(font)
        item.setData(SECTION, title)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, self.tr("Section {name}").format(name=title))
        self.addItem(item)

    def _port(self, port: Port, tip: str) -> None:
        item = QListWidgetItem(port.name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        item.setData(PORT, port.name)
        item.setData(RANGE, short_range(port))
        item.setToolTip(plain(tip))
        if port.limited:
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{port.name}, {short_range(port)}")
        self.addItem(item)

    def _data(self, row: int, role: int) -> str:
        item = self.item(row)
        return item.data(role) or "" if item is not None else ""

    def _row_of(self, port: str) -> int:
        return next((row for row in range(self.count()) if self._data(row, PORT) == port), -1)

    def _typed(self, item: QListWidgetItem) -> None:
        if self._filling:
            return
        old, new = item.data(PORT) or item.data(SECTION), item.text().strip()
        if new != old:
            (self.renamed if item.data(PORT) else self.section_renamed).emit(old, new)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the list come before the canvas's actions."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() in OWN_KEYS:
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del hides a port or removes a heading, Alt and arrows move a port, the menu key asks, Esc leaves."""
        key, modifiers = event.key(), event.modifiers()
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if self.chosen:
                self.hidden.emit(self.chosen)
            elif self.section:
                self.section_renamed.emit(self.section, "")
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and modifiers & ALT:
            self.step(-1 if key == Qt.Key.Key_Up else 1)
        elif key == Qt.Key.Key_F2:
            self.rename()
        elif key == Qt.Key.Key_Menu or (key == Qt.Key.Key_F10 and modifiers & SHIFT):
            self._ask(self.visualItemRect(self.currentItem()).center() if self.currentItem() else QPoint())
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu of the row under the pointer."""
        self._ask(event.pos())

    def _ask(self, at: QPoint) -> None:
        if self.currentItem() is not None:
            self.menu_asked.emit(self.viewport().mapToGlobal(at))


class RangePainter(QStyledItemDelegate):
    """Headings are quiet; a port's limits stand at the right end of its row."""

    def __init__(self, muted: Callable[[], QColor], parent: QListWidget) -> None:
        super().__init__(parent)
        self._muted = muted

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The name has the room that the limits leave."""
        super().initStyleOption(option, index)
        if index.data(SECTION):
            option.palette.setColor(QPalette.ColorRole.Text, self._muted())
        shown = index.data(RANGE)
        metrics = QFontMetrics(option.font)
        room = option.rect.width() - 2 * GAP
        if shown:
            room -= metrics.horizontalAdvance(shown) + GAP
        option.text = metrics.elidedText(index.data(), Qt.TextElideMode.ElideMiddle, room)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The row, then the limits."""
        super().paint(painter, option, index)
        shown = index.data(RANGE)
        if shown:
            painter.save()
            painter.setPen(self._muted())
            painter.setFont(option.font)
            rect = option.rect.adjusted(GAP, 0, -GAP, 0)
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)
            painter.restore()
