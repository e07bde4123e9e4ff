"""The keyboard shortcuts dialog: presets, own bindings, and what collides."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShowEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from ui.search.rank import Entry, rank
from ui.shell.actions.action import PRESETS
from ui.shell.actions.keymap import bindings, conflicts, native
from ui.shell.actions.table import ACTIONS, BY_ID
from ui.theme.icons import icon
from ui.theme.style.buttons import keep_whole

if TYPE_CHECKING:
    from ui.shell.command_context import AppCommands

PORTABLE = QKeySequence.SequenceFormat.PortableText


class ShortcutsDialog(QDialog):
    """Choose an action, press the keys. Changes take effect at once."""

    def __init__(self, app: AppCommands, parent: QWidget) -> None:
        super().__init__(parent)
        self._app = app
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.resize(720, 560)
        self.filter = QLineEdit(self)
        self.filter.setPlaceholderText(self.tr("Filter actions or keys"))
        self.filter.setAccessibleName(self.tr("Filter actions or keys"))
        self.preset = QComboBox(self)
        self.preset.addItems(PRESETS)
        self.preset.setCurrentText(app.settings.keymap)
        self.preset.setAccessibleName(self.tr("Preset"))
        self.model = QStandardItemModel(self)
        self.tree = self._make_tree()
        self.recorder = QKeySequenceEdit(self)
        self.recorder.setMaximumSequenceLength(2)
        for field in (self.recorder, self.recorder.findChild(QLineEdit)):
            if field is not None:
                field.setAccessibleName(self.tr("New keys"))
        self.set = QPushButton(self.tr("Set"), self)
        self.add = QPushButton(self.tr("Add"), self)
        self.clear = QPushButton(self.tr("Remove keys"), self)
        self.reset = QPushButton(self.tr("Reset"), self)
        self.warning = QLabel(self)
        self.warning.setWordWrap(True)
        self.warning.setProperty("role", "error")
        self._lay_out()
        self._connect()
        self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        """Show the whole words of the buttons."""
        super().showEvent(event)
        keep_whole(self)

    def _make_tree(self) -> QTreeView:
        tree = QTreeView(self)
        tree.setModel(self.model)
        tree.setRootIsDecorated(False)
        tree.setEditTriggers(QTreeView.EditTrigger.NoEditTriggers)
        tree.setAccessibleName(self.tr("Actions"))
        return tree

    def _lay_out(self) -> None:
        top, bottom, close = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row in (top, bottom, close):
            row.setSpacing(8)
        top.addWidget(self.filter, 1)
        top.addWidget(self.preset)
        for widget in (self.recorder, self.set, self.add, self.clear, self.reset):
            bottom.addWidget(widget, 1 if widget is self.recorder else 0)
        for button in (self.set, self.add, self.clear, self.reset):
            button.setAutoDefault(False)
        done = QPushButton(self.tr("Close"), self)
        done.setDefault(True)
        done.clicked.connect(self.accept)
        close.addWidget(self.warning, 1)
        close.addWidget(done)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 24, 24, 16)
        box.setSpacing(12)
        box.addLayout(top)
        box.addWidget(self.tree, 1)
        box.addLayout(bottom)
        box.addLayout(close)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._fill)
        self.preset.currentTextChanged.connect(self._take_preset)
        self.tree.selectionModel().selectionChanged.connect(self._selected)
        self.recorder.keySequenceChanged.connect(self._warn)
        self.set.clicked.connect(lambda: self._bind((self._typed(),)))
        self.add.clicked.connect(lambda: self._bind((*self._bound(), self._typed())))
        self.clear.clicked.connect(lambda: self._bind(()))
        self.reset.clicked.connect(self._reset)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes from the filter to what it found; elsewhere it closes."""
        if self.filter.hasFocus() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.tree.setFocus()
            if not self.action:
                self.tree.setCurrentIndex(self.model.index(0, 0))
            return
        super().keyPressEvent(event)

    @property
    def action(self) -> str:
        """The action chosen; empty where none is."""
        index = self.tree.currentIndex().siblingAtColumn(0)
        return index.data(Qt.ItemDataRole.UserRole) or ""

    def choose(self, action: str) -> None:
        """Select an action in the list."""
        for row in range(self.model.rowCount()):
            index = self.model.index(row, 0)
            if index.data(Qt.ItemDataRole.UserRole) == action:
                self.tree.setCurrentIndex(index)

    def _fill(self) -> None:
        chosen, settings = self.action, self._app.settings
        bound = bindings(ACTIONS, settings)
        clashing = {id for clash in conflicts(ACTIONS, bound) for id in (clash.one, clash.other)}
        entries = [Entry(a.id, a.plain, bound[a.id], (a.words,), a.menu) for a in ACTIONS]
        shown = [match.entry.id for match in rank(self.filter.text(), entries, limit=500)]
        self.model.clear()
        self.model.setHorizontalHeaderLabels([self.tr("Action"), self.tr("Keys"), self.tr("Menu")])
        for id in shown:
            action = BY_ID[id]
            keys = "    ".join(native(key) for key in bound[id])
            cells = [QStandardItem(text) for text in (action.plain, keys, action.menu.replace("/", " › "))]
            cells[0].setData(id, Qt.ItemDataRole.UserRole)
            if id in clashing:
                cells[1].setIcon(icon("warning", self._app.look.theme.warning))
                cells[1].setToolTip(self.tr("These keys call another action too"))
            if id in settings.keys:
                font = self._app.look.font(bold=True)
                cells[1].setFont(font)
            self.model.appendRow(cells)
        header = self.tree.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(1, 200)
        header.resizeSection(2, 140)
        self.choose(chosen)
        self._selected()

    def _selected(self, _new: QItemSelection | None = None, _old: QItemSelection | None = None) -> None:
        there = bool(self.action)
        for button in (self.recorder, self.set, self.add, self.clear, self.reset):
            button.setEnabled(there)
        self.reset.setEnabled(there and self.action in self._app.settings.keys)
        self._warn()

    def _typed(self) -> str:
        return self.recorder.keySequence().toString(PORTABLE)

    def _bound(self) -> tuple[str, ...]:
        return bindings(ACTIONS, self._app.settings)[self.action]

    def _warn(self) -> None:
        """Say which actions the typed keys (or the bound ones) call already."""
        action, typed = self.action, self._typed()
        keys = dict(bindings(ACTIONS, self._app.settings))
        if action and typed:
            keys[action] = (typed,)
        others = [
            (clash.keys, clash.other if clash.one == action else clash.one)
            for clash in conflicts(ACTIONS, keys)
            if action in (clash.one, clash.other)
        ]
        self.set.setEnabled(bool(action and typed))
        self.add.setEnabled(bool(action and typed))
        self.warning.setText(
            " ".join(
                self.tr("{keys} also calls “{action}”.").format(keys=native(key), action=BY_ID[other].plain)
                for key, other in others
            )
        )

    def _bind(self, keys: tuple[str, ...]) -> None:
        kept = dict.fromkeys(key for key in keys if key)
        changed = {**self._app.settings.keys, self.action: tuple(kept)}
        self._app.change(keys=MappingProxyType(changed))
        self.recorder.clear()
        self._fill()

    def _reset(self) -> None:
        kept = {id: keys for id, keys in self._app.settings.keys.items() if id != self.action}
        self._app.change(keys=MappingProxyType(kept))
        self._fill()

    def _take_preset(self, name: str) -> None:
        self._app.change(keymap=name)
        self._fill()
