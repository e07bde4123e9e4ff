"""What the Help menu holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from ui.i18n.translate import QT_TRANSLATE_NOOP, tr
from ui.shell.actions.action import Action

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext


def _copy_diagnostics(window: CommandContext) -> None:
    from ui.shell.diagnostics import diagnostics

    QGuiApplication.clipboard().setText(diagnostics(window.app.settings))
    window.say(tr("Actions", "Copied versions, settings and the last lines of the log."))


ACTIONS: tuple[Action, ...] = (
    Action(
        "help.diagnostics",
        QT_TRANSLATE_NOOP("Actions", "Copy &diagnostics"),
        _copy_diagnostics,
        "Help",
        words="report fault bug version log support",
    ),
)
