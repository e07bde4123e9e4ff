"""How the editor starts: the windows as they were left, with what a crash left behind."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from nodegraph.journal.recovery import recover, recoverable
from nodegraph.support import damaged_files, leftovers
from ui.config import paths, session
from ui.config.session import WindowState
from ui.i18n.translate import tr
from ui.shell.command_context import AppCommands, CommandContext
from ui.shell.document_view import DocumentView
from ui.shell.first_launch import greet

Window = TypeVar("Window", bound=CommandContext, covariant=True)

MAX_NAMED = 3
"""So many damaged files are named."""


class Windows(AppCommands, Protocol[Window]):
    """The application, with the kind of window that it opens."""

    @property
    def windows(self) -> Sequence[Window]:
        """The open windows."""

    def new_window(self) -> Window:
        """An empty window, not shown yet."""


def reopen(app: Windows[Window], files: Iterable[Path]) -> Window:
    """Open the windows as they were left, with what a crash left, and `files` in front.

    Where another editor holds the session, its windows are its own: this one begins with an empty one.
    """
    if not app.session.held:
        window = app.new_window()
        window.show()
        for file in files:
            window.documents.open(file)
        window.say(tr("Application", "The editor is open already; the tabs of this window are not kept."))
        return window
    for folder in paths.own_folders():
        leftovers.sweep(folder)
    found = {path.stem: path for path in recoverable(paths.journal_folder())}
    first = not paths.session_file().exists()
    recovered = 0
    for state in session.load(paths.session_file()) or [WindowState()]:
        window = app.new_window()
        window.restore(state)
        recovered += _tabs(window, state, found)
        window.show()
    window = app.windows[0]
    for path in found.values():
        view = _recover(window, path, {})
        recovered += view is not None and view.editor.unsaved
    for file in files:
        window.documents.open(file)
    if recovered:
        window.say(_back(recovered))
    _report_damaged(window)
    if first and app.run_service is not None and not window.tabs.count():
        greet(app.run_service, window)
    return window


def _report_damaged(window: CommandContext) -> None:
    """Say which files of the editor's own were damaged: in one sentence, for the status bar holds one."""
    kept, damaged_files.set_aside[:] = list(damaged_files.set_aside), []
    if not kept:
        return
    names = ", ".join(path.name for path in kept[:MAX_NAMED])
    if len(kept) > MAX_NAMED:
        names = tr("Application", "{names} and {count} more").format(names=names, count=len(kept) - MAX_NAMED)
    text = tr("Application", "Damaged files were set aside: they are kept as {names} in {folder}.")
    window.say(text.format(names=names, folder=kept[0].parent))


def _back(count: int) -> str:
    if count == 1:
        return tr("Application", "Unsaved work is back: 1 workflow.")
    return tr("Application", "Unsaved work is back: {count} workflows.").format(count=count)


def _tabs(window: CommandContext, state: WindowState, found: dict[str, Path]) -> int:
    """Open the tabs of a window; how many of them hold work that is not saved."""
    recovered = 0
    for tab in state.tabs:
        path = found.pop(tab.journal, None)
        view = _recover(window, path, tab.view) if path is not None else None
        if view is not None:
            recovered += view.editor.unsaved
        elif (tab.path and not tab.journal) or (tab.path and os.path.exists(tab.path)):
            window.documents.open(Path(tab.path), tab.view)
    if 0 <= state.current < window.tabs.count():
        window.tabs.setCurrentIndex(state.current)
    return recovered


def _recover(window: CommandContext, path: Path, view: Mapping[str, Any]) -> DocumentView | None:
    """Open what a journal holds, with its undo steps; None where there is nothing of use in it."""
    found = recover(path)
    if found is None:
        return None
    if found.outdated:
        found.journal.remove()
        return None
    return window.documents.recover(found, view)
