"""The docks of a window: one of each kind, showing the document in front."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget
from shiboken6 import isValid

from ui.document.editor import Editor
from ui.panels.bookmarks import Bookmarks
from ui.panels.explain.panel import Explain
from ui.panels.help.panel import Help
from ui.panels.history import History
from ui.panels.inspector.panel import Inspector
from ui.panels.outline.tree import Outline
from ui.panels.problems.panel import Problems
from ui.shell.actions.view import DOCKS
from ui.shell.document_view import DocumentView
from ui.theme.appearance import Appearance
from ui.theme.icons import icon
from ui.widgets.focus_order import first_stop, give_back

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext

Panel = Callable[[Editor, Appearance, QWidget], QWidget]
PANELS: Mapping[str, Panel] = {
    "outline": Outline,
    "history": History,
    "bookmarks": Bookmarks,
    "inspector": Inspector,
    "problems": Problems,
    "help": Help,
    "explain": Explain,
}
AT_LEVEL = ("outline", "inspector", "help")
"""The panels that show the subgraph gone into, not the whole document."""
LEFT = ("outline", "bookmarks")
READING = ("inspector", "problems", "help", "explain", "history")
"""The panels of which one at a time is read."""
MOST_STACKED = 3
"""So many panels lie above each other."""
SIDES = (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea)
SHARE = 0.4
"""How much of the window's height a panel takes that is opened at its side."""
AREAS = {"results": Qt.DockWidgetArea.BottomDockWidgetArea}


class Docks(QObject):
    """Makes the docks; what is in them is made when they are first seen."""

    def __init__(self, window: CommandContext) -> None:
        super().__init__(window)
        self._window = window
        self._hidden: list[QWidget] = []
        self._unfocused = QByteArray()
        self._open = QByteArray()
        self._kept: set[str] = set()
        self._empty: set[str] = set()
        self._view: DocumentView | None = None
        self._before: QWidget | None = None
        self._parked: list[QDockWidget] | None = None
        self.docks: dict[str, QDockWidget] = {}
        for name, title, _keys, _words in DOCKS:
            self.docks[name] = self._make(name, QCoreApplication.translate("Actions", title).replace("&", ""))
        for name, dock in self.docks.items():
            left = Qt.DockWidgetArea.LeftDockWidgetArea
            right = Qt.DockWidgetArea.RightDockWidgetArea
            window.addDockWidget(AREAS.get(name, left if name in LEFT else right), dock)
            dock.hide()
        self.docks["outline"].show()
        window.resizeDocks([self.docks["outline"]], [280], Qt.Orientation.Horizontal)

    def _make(self, name: str, title: str) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock.{name}")
        bar = DockTitle(title, dock, self._window.app.look)
        bar.closed.connect(lambda: self._close(dock))
        dock.setTitleBarWidget(bar)
        dock.setWidget(QWidget(dock))
        dock.visibilityChanged.connect(lambda seen: self._furnish(name) if seen else None)
        dock.installEventFilter(self)
        return dock

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc that nothing in a panel takes leaves the panel for the document."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() != Qt.Key.Key_Escape or self._view is None:
            return False
        if isinstance(watched, QDockWidget) and watched.isFloating():
            self._window.activateWindow()
        give_back(None, self._view)
        return True

    def share_width(self, right: QDockWidget) -> None:
        """Give the outline and the panels at the right their part of the window's width.

        In a narrow window they give way, so that a workflow opens at a size that can be read.
        """
        wide = self._window.width()
        outline = self.docks["outline"]
        sizes = [min(264, max(248, wide * 15 // 100)), min(376, max(288, wide * 20 // 100))]
        self._window.resizeDocks([outline, right], sizes, Qt.Orientation.Horizontal)

    def keep(self, name: str, panel: QWidget) -> None:
        """Fill a dock with a panel that stays, whatever document is in front, and open it."""
        dock = self.docks[name]
        dock.widget().deleteLater()
        dock.setWidget(panel)
        dock.show()
        self._kept.add(name)

    def fill(self, view: DocumentView | None) -> None:
        """Show this document in every dock that is open, and in the others once they are."""
        self._view = view
        for name, dock in self.docks.items():
            title = dock.titleBarWidget()
            if isinstance(title, DockTitle):
                title.restyle(self._window.app.look)
            if name in self._kept or name not in PANELS:
                continue
            self._put(dock, QWidget(dock))
            self._empty.add(name)
            if not dock.isHidden():
                self._furnish(name)

    def _furnish(self, name: str) -> None:
        """Make what a dock shows, unless it is there."""
        view, dock = self._view, self.docks.get(name)
        if view is None or dock is None or name not in self._empty:
            return
        self._empty.discard(name)
        editor = view.level if name in AT_LEVEL else view.editor
        panel = PANELS[name](editor, self._window.app.look, dock)
        if isinstance(panel, Outline | Bookmarks | Inspector | Problems | Explain):
            show = self._window.show_node if name in AT_LEVEL else self._window.show_outside
            panel.show_asked.connect(show)
        if isinstance(panel, Problems) and self._window.app.run_service is not None:
            sheet = self._window.app.run_service.sheet(view)
            panel.follow(sheet.state if sheet is not None else None)
            panel.show_remarks(self._window.app.run_service.remarks)
        self._put(dock, panel)

    def _put(self, dock: QDockWidget, panel: QWidget) -> None:
        old = dock.widget()
        panel.setMinimumWidth(max(220, panel.minimumWidth()))
        dock.setWidget(panel)
        old.deleteLater()

    def park(self, away: bool) -> None:
        """Hide the docks while no document is open, or bring back those that were shown."""
        if away and self._parked is None:
            self._open = self._window.saveState()
            self._parked = [dock for dock in self.docks.values() if not dock.isHidden()]
            for dock in self._parked:
                dock.hide()
        elif not away and self._parked is not None:
            for dock in self._parked:
                dock.show()
            self._parked = None

    def record(self) -> QByteArray:
        """Qt's record of where the docks are, as they are while a document is open and all is shown."""
        if self._hidden:
            return self._unfocused
        return self._window.saveState() if self._parked is None else self._open

    def restore(self, state: QByteArray) -> None:
        """Take the places of an earlier window."""
        parked = self._parked is not None
        self.park(False)
        self._window.restoreState(state)
        self.park(parked)

    def panel(self, name: str) -> QWidget:
        """What a dock shows now, or would if it were open."""
        self._furnish(name)
        return self.docks[name].widget()

    def shown(self, name: str) -> bool:
        """Whether a dock is open."""
        dock = self.docks[name]
        return dock in self._parked if self._parked is not None else not dock.isHidden()

    def toggle(self, name: str) -> None:
        """Open a dock and go there, or close it."""
        dock = self.docks[name]
        if self.shown(name) and not self._behind(dock):
            self._close(dock)
            return
        # Before it opens, for then it takes the width it needs.
        self._furnish(name)
        self._before = QApplication.focusWidget()
        if not self.shown(name):
            self._join(name)
            dock.show()
            self._give_room(dock)
        dock.raise_()
        give_back(first_stop(dock.widget(), dock), None)

    def _behind(self, dock: QDockWidget) -> bool:
        """Whether another panel lies before it."""
        return bool(self._window.tabifiedDockWidgets(dock)) and dock.visibleRegion().isEmpty()

    def _join(self, name: str) -> None:
        """A panel to read opens behind the tab of another one where a further slice would be too thin to use."""
        window, dock = self._window, self.docks[name]
        if name not in READING or dock.isFloating() or window.tabifiedDockWidgets(dock):
            return
        area = window.dockWidgetArea(dock)
        column = [
            other
            for other in self.docks.values()
            if not other.isHidden() and not other.isFloating() and window.dockWidgetArea(other) == area
        ]
        others = [self.docks[other] for other in READING if self.docks[other] in column]
        if len(column) >= MOST_STACKED and others:
            window.tabifyDockWidget(others[0], dock)

    def _close(self, dock: QDockWidget) -> None:
        """Close a dock; the focus that was in it returns to where it was before, or to the document."""
        now = QApplication.focusWidget()
        if now is not None and dock.isAncestorOf(now):
            before = self._before
            inside = before is not None and isValid(before) and dock.isAncestorOf(before)
            give_back(None if inside else before, self._view)
        dock.close()

    def _give_room(self, dock: QDockWidget) -> None:
        """A panel that joins others above each other is not squeezed to its title."""
        least = round(self._window.height() * SHARE)
        if self._window.dockWidgetArea(dock) in SIDES and dock.height() < least:
            self._window.resizeDocks([dock], [least], Qt.Orientation.Vertical)

    @property
    def focused(self) -> bool:
        """Whether everything but the canvas is hidden."""
        return bool(self._hidden)

    def toggle_focus(self) -> None:
        """Hide everything but the canvas, or bring it back."""
        if self._hidden:
            for widget in self._hidden:
                widget.show()
            self._hidden = []
            return
        self._unfocused = self.record()
        window = self._window
        parts: list[QWidget] = [*self.docks.values(), window.menuBar(), window.statusBar(), window.tabs.strip]
        self._hidden = [widget for widget in parts if widget.isVisibleTo(window)]
        for widget in self._hidden:
            widget.hide()


class DockTitle(QWidget):
    """A dock's quiet title with a close button."""

    closed = Signal()
    """The button was pressed."""

    def __init__(self, title: str, dock: QDockWidget, look: Appearance) -> None:
        super().__init__(dock)
        self.setObjectName("DockTitle")
        self._tall = 0
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._close = QToolButton(self)
        self._close.setToolTip(self.tr("Close panel"))
        self._close.setAccessibleName(self.tr("Close panel"))
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 4, 0)
        row.addWidget(QLabel(title, self), 1)
        row.addWidget(self._close)
        self.restyle(look)

    def restyle(self, look: Appearance) -> None:
        """Follow the theme."""
        self._close.setIcon(icon("close", look.theme.muted))
        self._tall = look.metrics.row + 8
        self.setFixedHeight(self._tall)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """A dock gives its title the height it wishes for, whatever its least height is."""
        return QSize(super().sizeHint().width(), self._tall)
