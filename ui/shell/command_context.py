"""The window and the application as the parts of a window see them: parts import this, never the window itself.

`CommandContext` is the base class of the window, since its parts are Qt children of it. What each part offers to the
others is a Protocol here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from PySide6.QtCore import QByteArray, QPoint, QPointF, QSize, SignalInstance
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QMenu, QWidget

from nodegraph.journal.recovery import Recovered
from ui.canvas.interaction.dragged_links import DraggedLinks
from ui.canvas.scene.hit import Hit
from ui.config.session import WindowState
from ui.config.usage import Usage
from ui.context import AppContext
from ui.document.editor import Editor
from ui.panels.tutorial.overlays import Overlays
from ui.runs.document_run import DocumentRun
from ui.runs.result_store import Result
from ui.runs.run_service import RunService
from ui.shell.document_view import DocumentView
from ui.shell.status_bar import StatusBar
from ui.shell.tabs import Tabs


class AppCommands(AppContext, Protocol):
    """What the parts of a window call of the application; `ui.shell.application.Application` implements it."""

    qt: QApplication
    usage: Usage
    run_service: RunService | None
    scale: int
    language: str
    ending: bool
    screen: QSize | None

    @property
    def settings_changed(self) -> SignalInstance:
        """Emitted after settings, and with them looks and keys, have changed."""

    @property
    def windows(self) -> Sequence[CommandContext]:
        """The open windows, in the order in which they were opened."""

    def new_window(self) -> CommandContext:
        """An empty window, not shown yet."""

    def make_view(self, editor: Editor) -> DocumentView:
        """A tab for a document, with its journal."""

    def change(self, **changes: Any) -> None:
        """Change settings; looks and keys follow at once."""

    def remember(self, path: Path) -> None:
        """Add a file to the recent ones."""

    def forget_gone(self) -> None:
        """Take recent files that no longer exist out of the settings."""

    def used(self, node_type: str) -> None:
        """Count that a node of this type was added."""

    def save_session(self, wait: bool = False) -> None:
        """Write the session; with `wait`, return once it is written."""

    def changed_soon(self) -> None:
        """Write the session in a moment."""

    def restyle_view(self, view: DocumentView) -> None:
        """Apply looks and settings to the canvases of a document."""

    def closed(self, window: CommandContext) -> None:
        """Forget a window that has closed."""

    def quit(self) -> bool:
        """Close every window; False where the user stays."""

    def restart(self) -> None:
        """End and start again, with every tab as it is."""


class DocumentCommands(Protocol):
    """What is done with the documents of a window; `ui.shell.document_manager.Documents` implements it."""

    @property
    def can_reopen(self) -> bool:
        """Whether a closed tab can be opened again."""

    def flush(self, view: DocumentView | None = None, *, needs_all: bool = True) -> bool:
        """Put what is typed in fields into the graph; False where a value is invalid and `needs_all`."""

    def may_run(self) -> bool:
        """Whether the document in front can run."""

    def may_drop_typed(self, view: DocumentView) -> bool:
        """Whether invalid values that are typed in fields may be lost."""

    def new(self) -> DocumentView:
        """Open an empty document."""

    def show_editor(self, editor: Editor) -> DocumentView:
        """Open a document that is in memory, in a new tab in front."""

    def open(self, path: Path, view: Mapping[str, Any] | None = None) -> DocumentView | None:
        """Open a file; None where it cannot be read."""

    def open_template(self, path: Path) -> DocumentView | None:
        """Open a copy of a template; None where it cannot be read."""

    def recover(self, found: Recovered, view: Mapping[str, Any] | None = None) -> DocumentView:
        """Open what a journal holds."""

    def ask_open(self) -> None:
        """Ask for files and open them."""

    def save(self, view: DocumentView | None = None) -> bool:
        """Save a document, by default the one in front; whether it was saved."""

    def save_as(self, view: DocumentView | None = None) -> bool:
        """Save under another name."""

    def export_comfyui(self, *, api: bool) -> bool:
        """Write the document in front for ComfyUI."""

    def reload(self) -> None:
        """Read the document in front from its file again."""

    def close(self, view: DocumentView | None = None) -> bool:
        """Close a tab; False where the user stays."""

    def drop(self, view: DocumentView, keep: bool) -> None:
        """Close a tab without asking; `keep` keeps its journal."""

    def reopen(self) -> None:
        """Open the tab that was closed last."""

    def tear_off(self, index: int | None = None) -> None:
        """Move a tab to a window of its own."""

    def join(self) -> None:
        """Move the tab in front to the window that was opened first."""

    def cut(self) -> None:
        """Cut what is selected."""

    def paste(self, keep_inputs: bool = False) -> None:
        """Paste what is on the clipboard."""

    def put_picture(self, picture: QImage, into: str = "") -> None:
        """Load a picture into a node, by default a new one."""


class PopupCommands(Protocol):
    """The popups and dialogs of a window; `ui.shell.popups.Popups` implements it."""

    def add_node(self, scene: QPointF | None = None, loose: DraggedLinks | None = None) -> None:
        """Search for a node to add at a point of the scene."""

    def swap_node(self) -> None:
        """Search for another type for the selected node."""

    def find(self) -> None:
        """Search in the document."""

    def commands(self) -> None:
        """Search in the actions."""

    def canvas_menu(self, place: QPoint, found: Hit) -> None:
        """Show the context menu of what was hit, at a point of the screen."""

    def colours(self) -> None:
        """Offer colours for what is selected."""

    def settings(self) -> None:
        """Show the settings."""

    def shortcuts(self) -> None:
        """Show the keys of the actions."""


class DockCommands(Protocol):
    """The docks of a window; `ui.shell.docks.Docks` implements it."""

    docks: dict[str, QDockWidget]

    @property
    def focused(self) -> bool:
        """Whether all docks are hidden for the canvas."""

    def share_width(self, right: QDockWidget) -> None:
        """Set the widths of the outline and of the docks at the right."""

    def keep(self, name: str, panel: QWidget) -> None:
        """Put a panel into a dock that stays the same for all documents."""

    def park(self, away: bool) -> None:
        """Hide the docks that do not belong to the app view, or show them again."""

    def shown(self, name: str) -> bool:
        """Whether a dock is visible."""

    def toggle(self, name: str) -> None:
        """Show or hide a dock."""

    def toggle_focus(self) -> None:
        """Hide all docks for the canvas, or show them again."""

    def restore(self, state: QByteArray) -> None:
        """Take the places that docks had earlier."""


class DropCommands(Protocol):
    """What is done with dropped files; `ui.shell.drop_handler.Drops` implements it."""

    def take(self, paths: Iterable[Path], way: Literal["load"] | None = None, into: str = "") -> None:
        """Open files, or load them into the node `into`."""


class BarCommands(Protocol):
    """The bars over what is selected on canvases; `ui.shell.selection_toolbar.Bars` implements it."""

    def make_way(self) -> None:
        """Place the bars again, beside what is shown over the canvas now."""


class MenuCommands(Protocol):
    """The menus of a window; `ui.shell.menus.Menus` implements it."""

    actions: dict[str, QAction]


class RunCommands(Protocol):
    """The panels about runs of one window; `ui.shell.run_panels.RunPanels` implements it."""

    run_service: RunService
    costs: bool
    overlays: Overlays

    @property
    def sheet(self) -> DocumentRun | None:
        """The document in front, as the runner sees it."""

    @property
    def live(self) -> bool:
        """Whether the document in front runs after each change."""

    def run(self, *, first: bool = False) -> None:
        """Queue the document in front."""

    def run_to_node(self) -> None:
        """Run the selected node and what it needs."""

    def run_frames(self, frames: Iterable[str]) -> None:
        """Run what is in frames."""

    def set_live(self, on: bool) -> None:
        """Run the document in front after each change, or no more."""

    def show_costs(self, on: bool) -> None:
        """Show on each node what it took, or no more."""

    def retry(self) -> None:
        """Run again what failed."""

    def restore(self, result: Result, seeds_only: bool) -> None:
        """Give the document in front the values it had for a result."""

    def open_result(self, result: Result) -> None:
        """Open the graph that made a result."""

    def fill_menu(self, menu: QMenu, found: Hit) -> None:
        """Add what can be run to the context menu of a node."""

    def teach(self, sheet: DocumentRun) -> None:
        """Begin the coaching of the first launch."""


class CommandContext(QMainWindow):
    """A window with its documents, the base class of the one window there is: `ui.shell.main_window.MainWindow` makes
    and connects the parts, and implements `adopt`, `release` and `restore`."""

    app: AppCommands
    tabs: Tabs
    bar: StatusBar
    documents: DocumentCommands
    popups: PopupCommands
    drops: DropCommands
    docks: DockCommands
    menus: MenuCommands
    run_panels: RunCommands | None
    keys: dict[str, tuple[str, ...]]
    bars: BarCommands
    start: QWidget

    @property
    def view(self) -> DocumentView | None:
        """The document in front."""
        return self.tabs.current()

    def say(self, text: str) -> None:
        """Show a sentence in the status bar."""
        self.bar.say(text)

    def show_node(self, node: str) -> None:
        """Select a node and look at it."""
        view = self.view
        if view is not None and node in view.level.graph.nodes:
            view.level.selection.set([node])
            view.canvas.frame_selected()

    def show_outside(self, node: str) -> None:
        """The same for a node of the workflow itself, where one stands in a subgraph just now."""
        if self.view is not None:
            self.view.levels.leave_to(0)
        self.show_node(node)

    def adopt(self, view: DocumentView) -> None:
        """Show a document in a new tab, in front."""
        raise NotImplementedError

    def release(self, view: DocumentView) -> None:
        """Let a document go, to another window or for good."""
        raise NotImplementedError

    def restore(self, state: WindowState) -> None:
        """Take the place and docks of an earlier window."""
        raise NotImplementedError
