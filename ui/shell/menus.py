"""Actions of the table as Qt's: menus, keys, and whether they can be called now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ui.i18n.translate import QT_TRANSLATE_NOOP
from ui.shell.actions.action import Action
from ui.shell.actions.keymap import bindings
from ui.shell.actions.table import ACTIONS

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext

MENUS = (
    ("File", QT_TRANSLATE_NOOP("Menus", "&File")),
    ("File/Recent", QT_TRANSLATE_NOOP("Menus", "Open &recent")),
    ("File/Export", QT_TRANSLATE_NOOP("Menus", "&Export")),
    ("Edit", QT_TRANSLATE_NOOP("Menus", "&Edit")),
    ("Edit/Select", QT_TRANSLATE_NOOP("Menus", "&Select")),
    ("Node", QT_TRANSLATE_NOOP("Menus", "&Node")),
    ("Node/Align", QT_TRANSLATE_NOOP("Menus", "&Align")),
    ("Run", QT_TRANSLATE_NOOP("Menus", "&Run")),
    ("View", QT_TRANSLATE_NOOP("Menus", "&View")),
    ("View/Theme", QT_TRANSLATE_NOOP("Menus", "&Theme")),
    ("View/Bookmarks", QT_TRANSLATE_NOOP("Menus", "&Bookmarks")),
    ("Window", QT_TRANSLATE_NOOP("Menus", "&Window")),
    ("Help", QT_TRANSLATE_NOOP("Menus", "Hel&p")),
)
"""Path and title of every menu, in order."""


class Menus(QObject):
    """The menu bar of one window, and the keys of every action."""

    def __init__(self, window: CommandContext) -> None:
        super().__init__(window)
        self._window = window
        self.actions: dict[str, QAction] = {}
        self.menus: dict[str, QMenu] = {}
        for path, title in MENUS:
            self._menu(path, QCoreApplication.translate("Menus", title))
        groups: dict[str, int] = {}
        for action in ACTIONS:
            self._add(action, groups)
        recent, entries = self.menus["File/Recent"], self.menus["File"].actions()
        after = entries[entries.index(self.actions["file.open"]) + 1]
        self.menus["File"].insertMenu(after, recent)
        recent.aboutToShow.connect(self._list_recent)
        self.menus["File"].insertMenu(self.actions["file.reload"], self.menus["File/Export"])
        self.rebind()

    def rebind(self) -> dict[str, tuple[str, ...]]:
        """Give every action the keys of the settings; what they are."""
        bound = bindings(ACTIONS, self._window.app.settings)
        for id, action in self.actions.items():
            action.setShortcuts([QKeySequence.fromString(keys) for keys in bound[id]])
        return bound

    def place_on(self, canvas: QWidget) -> None:
        """Let the canvas's own keys work while the focus is there."""
        canvas.addActions(self._canvas_actions())

    def take_off(self, canvas: QWidget) -> None:
        """The canvas goes to another window."""
        for action in self._canvas_actions():
            canvas.removeAction(action)

    def _canvas_actions(self) -> list[QAction]:
        return [self.actions[action.id] for action in ACTIONS if action.scope == "canvas"]

    def refresh(self) -> None:
        """Tick what is on, and grey what cannot be done now: while a menu is open, for keys ask themselves."""
        self._window.documents.flush(needs_all=False)
        for action in ACTIONS:
            self.actions[action.id].setEnabled(action.enabled(self._window))
        self._tick()

    def _tick(self) -> None:
        for action in ACTIONS:
            if action.checked is not None:
                self.actions[action.id].setChecked(action.checked(self._window))

    def _enable(self) -> None:
        for made in self.actions.values():
            made.setEnabled(True)

    def _menu(self, path: str, title: str) -> None:
        parent, _, _ = path.rpartition("/")
        menu = QMenu(title, self._window)
        if parent:
            self.menus[parent].addMenu(menu)
        else:
            self._window.menuBar().addMenu(menu)
        menu.aboutToShow.connect(self.refresh)
        menu.aboutToHide.connect(self._enable)
        self.menus[path] = menu

    def _add(self, action: Action, groups: dict[str, int]) -> None:
        made = QAction(action.text, self._window)
        made.setObjectName(action.id)
        made.setCheckable(action.checked is not None)
        canvas = action.scope == "canvas"
        context = Qt.ShortcutContext
        made.setShortcutContext(context.WidgetWithChildrenShortcut if canvas else context.WindowShortcut)
        made.triggered.connect(lambda _on=False, action=action: self._run(action))
        self.actions[action.id] = made
        menu = self.menus.get(action.menu)
        if menu is not None:
            if groups.get(action.menu, action.group) != action.group:
                menu.addSeparator()
            groups[action.menu] = action.group
            menu.addAction(made)
        if not canvas:
            self._window.addAction(made)

    def _run(self, action: Action) -> None:
        # What is typed is part of the document that the action reads or changes.
        taken = self._window.documents.flush(needs_all=action.needs_values)
        if taken and not self._put_back(action) and action.enabled(self._window):
            action.run(self._window)
        self._tick()

    def _put_back(self, action: Action) -> bool:
        """Before an edit let go of what is being dragged; whether that was all that was to be undone."""
        view = self._window.view
        edits = action.menu.startswith(("Edit", "Node"))
        dragged = edits and view is not None and view.canvas.interrupt()
        return dragged and action.id in ("edit.undo", "edit.redo")

    def _list_recent(self) -> None:
        menu = self.menus["File/Recent"]
        menu.clear()
        self._window.app.forget_gone()
        for name in self._window.app.settings.recent:
            path = Path(name)
            entry = menu.addAction(f"{path.stem}    {path.parent}".replace("&", "&&"))
            entry.triggered.connect(lambda _on=False, path=path: self._window.documents.open(path))
        menu.setEnabled(bool(self._window.app.settings.recent))
