"""Runs: what is queued, stopped, paused, and kept running by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.i18n.translate import QT_TRANSLATE_NOOP
from ui.shell.actions.action import Action, keys
from ui.shell.actions.edit import has_frames

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext


def _ready(window: CommandContext) -> bool:
    return window.run_panels is not None and window.view is not None


def _has_node(window: CommandContext) -> bool:
    return _ready(window) and window.view is not None and bool(window.view.level.selection.active)


def _runs(window: CommandContext) -> bool:
    return window.run_panels is not None and window.run_panels.run_service.runner.queue.running is not None


def _run(window: CommandContext) -> None:
    if window.run_panels is not None:
        window.run_panels.run()


def _run_next(window: CommandContext) -> None:
    if window.run_panels is not None:
        window.run_panels.run(first=True)


def _run_to_node(window: CommandContext) -> None:
    if window.run_panels is not None:
        window.run_panels.run_to_node()


def _run_frame(window: CommandContext) -> None:
    if window.run_panels is not None and window.view is not None:
        window.run_panels.run_frames(window.view.level.selection.frames)


def _stop(window: CommandContext) -> None:
    if window.run_panels is not None:
        window.run_panels.run_service.runner.stop()


def _stop_all(window: CommandContext) -> None:
    if window.run_panels is not None:
        window.run_panels.run_service.runner.stop_all()


def _pause(window: CommandContext) -> None:
    if window.run_panels is not None:
        runner = window.run_panels.run_service.runner
        runner.pause(not runner.queue.paused)


def _live(window: CommandContext) -> None:
    if window.run_panels is not None:
        window.run_panels.set_live(not window.run_panels.live)


def _failed(window: CommandContext) -> bool:
    sheet = window.run_panels.sheet if window.run_panels is not None else None
    return sheet is not None and bool(sheet.state.failed())


def _retry(window: CommandContext) -> None:
    if window.run_panels is not None:
        window.run_panels.retry()


def _costs(window: CommandContext) -> None:
    if window.run_panels is not None:
        window.run_panels.show_costs(not window.run_panels.costs)


ACTIONS = (
    Action(
        "run.run",
        QT_TRANSLATE_NOOP("Actions", "&Run"),
        _run,
        "Run",
        keys("Ctrl+Return / Ctrl+Enter", Nuke="F5"),
        words="queue generate start picture",
        enabled=_ready,
        needs_values=True,
    ),
    Action(
        "run.next",
        QT_TRANSLATE_NOOP("Actions", "Run &next"),
        _run_next,
        "Run",
        keys("Ctrl+Shift+Return / Ctrl+Shift+Enter"),
        words="queue front first",
        enabled=_ready,
        needs_values=True,
    ),
    Action(
        "run.to_node",
        QT_TRANSLATE_NOOP("Actions", "Run &to this node"),
        _run_to_node,
        "Run",
        keys("Shift+Return / Shift+Enter"),
        words="part branch here selected",
        enabled=_has_node,
        scope="canvas",
        needs_values=True,
    ),
    Action(
        "run.retry",
        QT_TRANSLATE_NOOP("Actions", "&Retry what failed"),
        _retry,
        "Run",
        keys("Ctrl+Alt+Return / Ctrl+Alt+Enter"),
        words="again error failed repeat",
        enabled=_failed,
        needs_values=True,
    ),
    Action(
        "run.frame",
        QT_TRANSLATE_NOOP("Actions", "Run this &frame"),
        _run_frame,
        "Run",
        words="group part section selected",
        enabled=lambda w: _ready(w) and has_frames(w),
        scope="canvas",
        needs_values=True,
    ),
    Action(
        "run.live",
        QT_TRANSLATE_NOOP("Actions", "&Live"),
        _live,
        "Run",
        keys("Ctrl+Shift+L"),
        words="automatic follow changes by itself",
        enabled=_ready,
        checked=lambda w: w.run_panels is not None and w.run_panels.live,
        group=2,
    ),
    Action(
        "run.pause",
        QT_TRANSLATE_NOOP("Actions", "&Pause the queue"),
        _pause,
        "Run",
        words="hold wait resume",
        enabled=_ready,
        checked=lambda w: w.run_panels is not None and w.run_panels.run_service.runner.queue.paused,
        group=2,
    ),
    Action(
        "run.stop",
        QT_TRANSLATE_NOOP("Actions", "&Stop"),
        _stop,
        "Run",
        # No key that is hit by habit: a run may have taken hours.
        keys("Ctrl+."),
        words="cancel interrupt abort",
        enabled=_runs,
        group=3,
    ),
    Action(
        "run.stop_all",
        QT_TRANSLATE_NOOP("Actions", "Stop and &clear the queue"),
        _stop_all,
        "Run",
        words="cancel everything",
        enabled=_ready,
        group=3,
    ),
    Action(
        "run.costs",
        QT_TRANSLATE_NOOP("Actions", "Show time and &memory on nodes"),
        _costs,
        "Run",
        words="cost overlay seconds profile heat",
        enabled=_ready,
        checked=lambda w: w.run_panels is not None and w.run_panels.costs,
        group=4,
    ),
)
"""What the Run menu holds."""
