"""The command palette: every action by name, with its keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.config.usage import Habit
from ui.search.rank import Entry, rank
from ui.shell.actions.action import Action
from ui.shell.actions.keymap import native
from ui.shell.actions.table import ACTIONS, BY_ID
from ui.theme.appearance import Appearance
from ui.widgets.popup import ChoicePopup, Row

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext


class Palette(ChoicePopup):
    """Runs what is chosen; what cannot be done now is shown but not offered."""

    def __init__(self, window: CommandContext, look: Appearance, used: dict[str, Habit]) -> None:
        self._window = window
        self._used = used
        self._keys = window.keys
        self._entries = [
            Entry(action.id, self._title(action), (action.title.replace("&", ""),), (action.words,))
            for action in ACTIONS
        ]
        super().__init__(window, look, self.tr("Command palette"), self.tr("What would you like to do?"))
        self.foot.setText(self.tr("Enter runs, Esc closes"))

    def rows_for(self, query: str) -> Sequence[Row]:
        """The actions by name."""
        return [self._row(BY_ID[match.entry.id]) for match in rank(query, self._entries, self._used, 80)]

    def _row(self, action: Action) -> Row:
        keys = "   ".join(native(key) for key in self._keys.get(action.id, ()))
        ready = action.enabled(self._window)
        return Row(
            action.id, self._title(action), action.menu.replace("/", " › "), keys, "command", enabled=ready
        )

    def _title(self, action: Action) -> str:
        return action.plain.rstrip("…")
