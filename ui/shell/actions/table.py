"""Every action of the program, in the order of the menus."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ui.shell.actions import arrange, edit, file, help, node, run, view
from ui.shell.actions.action import Action

ACTIONS: tuple[Action, ...] = (
    *file.ACTIONS,
    *edit.ACTIONS,
    *node.ACTIONS,
    *arrange.ACTIONS,
    *run.ACTIONS,
    *view.ACTIONS,
    *help.ACTIONS,
)
BY_ID: Mapping[str, Action] = MappingProxyType({action.id: action for action in ACTIONS})
