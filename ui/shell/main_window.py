"""The main window: menus, tabs, docks, status bar."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from ui.config.session import TabState, WindowState
from ui.shell import app_view_switch as appview
from ui.shell.command_context import AppCommands, CommandContext
from ui.shell.docks import Docks
from ui.shell.document_manager import Documents
from ui.shell.document_view import DocumentView
from ui.shell.drop_handler import Drops
from ui.shell.menus import Menus
from ui.shell.popups import Popups
from ui.shell.run_panels import RunPanels
from ui.shell.selection_toolbar import Bars
from ui.shell.shutdown import may_close
from ui.shell.start_page.page import StartPage
from ui.shell.status_bar import StatusBar
from ui.shell.tabs import Tabs
from ui.shell.view_state import place
from ui.widgets.focus_order import give_back, go_on

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QCloseEvent,
        QDragEnterEvent,
        QDragLeaveEvent,
        QDragMoveEvent,
        QDropEvent,
    )


FIRST_SIZE = QSize(1440, 900)
MARGIN = QSize(16, 40)
"""What a window's frame takes of the screen at most."""


def first_size(screen: QSize) -> QSize:
    """How large a new window is on a screen, in logical pixels: at 200 % a screen has a quarter of them."""
    return FIRST_SIZE.boundedTo(screen - MARGIN)


class MainWindow(CommandContext):
    """One window with its documents."""

    tabs: Tabs
    documents: Documents
    popups: Popups
    drops: Drops
    docks: Docks
    run_panels: RunPanels | None
    menus: Menus
    bars: Bars
    start: StartPage

    def __init__(self, app: AppCommands) -> None:
        super().__init__()
        self.app = app
        self._shown: DocumentView | None = None
        self.bars = Bars(self)
        self.run_panels = None
        self.setObjectName("MainWindow")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setWindowTitle(self.tr("Nodegraph"))
        self.resize(first_size(app.screen or self.screen().availableSize()))
        self.tabs = Tabs(self)
        self.start = StartPage(self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.start)
        self._stack.addWidget(self.tabs)
        self.setCentralWidget(self._stack)
        self.bar = StatusBar(self)
        self.setStatusBar(self.bar)
        self.documents = Documents(self)
        self.popups = Popups(self)
        self.drops = Drops(self)
        self.docks = Docks(self)
        self.menus = Menus(self)
        self.keys = self.menus.rebind()
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.tabs.currentChanged.connect(self._tab_changed)
        self.tabs.tabCloseRequested.connect(self._close_tab)
        self.tabs.strip.middle_clicked.connect(self._close_tab)
        self.tabs.strip.torn_off.connect(lambda index, _place: self.documents.tear_off(index))
        self.tabs.strip.tabMoved.connect(self.app.changed_soon)
        app.settings_changed.connect(self._settings_changed)
        app.qt.focusChanged.connect(self._focus_changed)
        if app.run_service is not None:
            self.run_panels = RunPanels(app.run_service, self)
        self._tab_changed()

    def adopt(self, view: DocumentView) -> None:
        """Show a document in a new tab, in front."""
        self.menus.place_on(view.widget)
        self.tabs.addTab(view, "")
        self._wire(view, connect=True)
        self.tabs.label(view)
        self.tabs.setCurrentWidget(view)
        view.show()
        view.widget.setFocus()
        self.app.changed_soon()

    def release(self, view: DocumentView) -> None:
        """Let a document go, to another window or for good."""
        self._wire(view, connect=False)
        self.menus.take_off(view.widget)
        self.tabs.removeTab(self.tabs.indexOf(view))
        give_back(None, self.view or self.start)
        self.app.changed_soon()

    def _wire(self, view: DocumentView, connect: bool) -> None:
        editor = view.editor
        slots = (
            (editor.status, self.say),
            (editor.filed, self._relabel),
            (editor.changed, self._counted),
            (editor.changed, self.popups.check_latents),
            (editor.selection.changed, self._counted),
            (editor.selection.changed, self.app.changed_soon),
            (view.recorder.failed, self.say),
            (view.recorder.began, self.app.changed_soon),
            (view.reload_asked, self.documents.reload),
            (view.levels.switched, self._level_switched),
        )
        for signal, slot in slots:
            (signal.connect if connect else signal.disconnect)(slot)
        self._wire_canvas(view.widget, connect)

    def _level_switched(self, before: QWidget, now: QWidget) -> None:
        """A subgraph was gone into, or left."""
        for canvas, connect in ((before, False), (now, True)):
            self._wire_canvas(canvas, connect)
        self.popups.leave()
        self.menus.take_off(before)
        self.menus.place_on(now)
        view = self.view
        if view is not None:
            self.app.restyle_view(view)
        self.docks.fill(view)
        self._counted()
        self.app.changed_soon()

    def _wire_canvas(self, canvas: QWidget, connect: bool) -> None:
        """The canvas's own signals; a stand-in may have fewer."""
        slots = {
            "search_requested": self.popups.add_node,
            "ports_requested": self.popups.connect_port,
            "context_menu_requested": self.popups.canvas_menu,
            "status": self.say,
            "camera_changed": self.app.changed_soon,
            "node_activated": self.enter,
        }
        for name, slot in slots.items():
            signal = getattr(canvas, name, None)
            if signal is not None:
                (signal.connect if connect else signal.disconnect)(slot)
        self.bars.place(canvas, connect)

    def enter(self, node: str) -> None:
        """Go into the subgraph that a node stands for."""
        if self.view is not None:
            self.view.levels.enter(node)

    def state(self) -> WindowState:
        """How the window stands, for the session."""
        views = self.tabs.views()
        tabs = [
            TabState(str(view.editor.path or ""), view.recorder.id, place(view))
            for view in views
            if view.editor.path or view.recorder.id
        ]
        geometry = b64encode(self.saveGeometry().data()).decode()
        docks = b64encode(self.docks.record().data()).decode()
        return WindowState(geometry, docks, tuple(tabs), self.tabs.currentIndex())

    def restore(self, state: WindowState) -> None:
        """Take the place and docks of an earlier window."""
        if state.geometry:
            self.restoreGeometry(QByteArray(b64decode(state.geometry)))
        if state.docks:
            self.docks.restore(QByteArray(b64decode(state.docks)))

    def changeEvent(self, event: QEvent) -> None:
        """Coming back to the window, see whether files were changed meanwhile."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self.view is not None:
            self.view.look_at_disk()
            if self.run_panels is not None:
                self.run_panels.look_at_files()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask once about all that is unsaved."""
        if self.app.ending or may_close(self.app, [self]):
            event.accept()
            self.app.settings_changed.disconnect(self._settings_changed)
            self.app.closed(self)
        else:
            event.ignore()

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab goes as one reads; where what had the focus has gone, the document gets it."""
        now = QApplication.focusWidget()
        if now is not None and not now.isVisible() and self.view is not None:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        return go_on(self, next) or super().focusNextPrevChild(next)

    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Where the widget with the focus was deleted, the document gets it, once nothing else took it."""
        if now is None and self.isActiveWindow():
            QTimer.singleShot(0, self, self._refocus)

    def _refocus(self) -> None:
        lost = QApplication.focusWidget() is None and QApplication.activePopupWidget() is None
        if lost and self.isActiveWindow() and self.view is not None:
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files come over the window."""
        self.drops.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Files move over the window."""
        self.drops.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Files leave the window."""
        self.drops.leave(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Files are dropped."""
        self.drops.drop(event)

    def _tab_changed(self) -> None:
        view = self.view
        if self._shown is not None and self._shown is not view and self._shown in self.tabs.views():
            self.documents.flush(self._shown, needs_all=False)
        self._stack.setCurrentWidget(self.tabs if self.tabs.count() else self.start)
        if view is not self._shown or view is None:
            self._shown = view
            self.popups.leave()
            self.docks.fill(view)
            if self.run_panels is not None:
                self.run_panels.follow(view)
        if view is None:
            self.start.refresh()
        self.docks.park(view is None or view.app is not None)
        self._counted()
        self._title()
        self.app.changed_soon()

    def _settings_changed(self) -> None:
        self.keys = self.menus.rebind()
        self.start.restyle()
        self.docks.fill(self.view)
        appview.restyle(self)

    def _relabel(self) -> None:
        for view in self.tabs.views():
            self.tabs.label(view)
        self._title()
        self.app.changed_soon()

    def _title(self) -> None:
        view = self.view
        if view is None:
            self.setWindowTitle(self.tr("Nodegraph"))
        else:
            self.setWindowTitle(self.tr("{name}[*] – Nodegraph").format(name=view.editor.name))
            self.setWindowModified(view.editor.unsaved)

    def _counted(self) -> None:
        self.bar.count(self.view.level if self.view is not None else None)

    def _close_tab(self, index: int) -> None:
        view = self.tabs.view_at(index)
        if view is not None:
            self.documents.close(view)
