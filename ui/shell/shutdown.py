"""How the editor ends, and a window: nothing is lost without being asked about, once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.i18n.translate import tr
from ui.widgets.question import Choice, ask

if TYPE_CHECKING:
    from ui.shell.command_context import AppCommands, CommandContext


def may_close(app: AppCommands, windows: Sequence[CommandContext]) -> bool:
    """Ask once whether the unsaved work in these windows is saved, kept or given up; False to stay."""
    views = [(window, view) for window in windows for view in window.tabs.views()]
    if not all(window.documents.may_drop_typed(view) for window, view in views):
        return False
    unsaved = [(window, view) for window, view in views if view.editor.unsaved]
    last = len(windows) == len(app.windows)
    answer = _ask(windows[0], [view.editor.name for _, view in unsaved], last) if unsaved else "keep"
    if answer == "stay":
        return False
    if answer == "save" and not all(window.documents.save(view) for window, view in unsaved):
        return False
    leave(app, windows, keep_unsaved=answer == "keep")
    return True


def leave(app: AppCommands, windows: Sequence[CommandContext], *, keep_unsaved: bool) -> None:
    """Let go of every document of these windows.

    With the last windows their tabs are kept for the next start; `keep_unsaved` says whether those with unsaved
    work are.
    """
    last = len(windows) == len(app.windows)
    for window in windows:
        for view in window.tabs.views():
            window.documents.flush(view, needs_all=False)
    if last:
        app.save_session(wait=True)
    for window in windows:
        for view in window.tabs.views():
            keep = keep_unsaved if view.editor.unsaved else last and app.session.held
            window.documents.drop(view, keep=keep)


def start_again() -> int:
    """Put a new process, with no files named, in the place of this one; Windows starts it beside this one.

    The exit code where this one goes on to its end.
    """
    program = sys.orig_argv[1 : len(sys.orig_argv) - len(sys.argv) + 1]
    command = [sys.executable, *program, "edit"]
    sys.stdout.flush()
    sys.stderr.flush()
    if sys.platform != "win32":
        os.execv(sys.executable, command)
    subprocess.Popen(command)
    return 0


def _ask(window: CommandContext, names: list[str], last: bool) -> str:
    if len(names) == 1:
        title = tr("Application", "“{name}” has unsaved changes").format(name=names[0])
    else:
        title = tr("Application", "{count} workflows have unsaved changes").format(count=len(names))
    listed = "\n".join(names) + "\n\n" if len(names) > 1 else ""
    choices = [
        Choice("save", tr("Application", "Save"), "yes"),
        Choice("keep", tr("Application", "Keep for next start"), "other"),
        Choice("lose", tr("Application", "Discard"), "lose"),
        Choice("stay", tr("Application", "Cancel"), "no"),
    ]
    if not last:
        del choices[1]
        text = tr("Application", "Closing the window without saving loses them.")
    else:
        text = tr("Application", "They can wait, unsaved, for the next start.")
    return ask(window, title, listed + text, choices)
