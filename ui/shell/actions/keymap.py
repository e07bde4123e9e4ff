"""Which keys call which action: a preset, the user's own bindings over it, and what collides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

from ui.config.settings import Settings
from ui.shell.actions.action import Action


@dataclass(frozen=True)
class Conflict:
    """Two actions that the same keys would call in the same place."""

    keys: str
    one: str
    other: str


def bindings(actions: Iterable[Action], settings: Settings) -> dict[str, tuple[str, ...]]:
    """Action id -> key sequences, in Qt's portable words."""
    return {
        action.id: tuple(map(portable, settings.keys.get(action.id, action.keys.of(settings.keymap))))
        for action in actions
    }


def portable(text: str) -> str:
    """A sequence as Qt writes it in files: `ctrl+shift+a` gives `Ctrl+Shift+A`; empty where it is none."""
    return QKeySequence.fromString(text, QKeySequence.SequenceFormat.PortableText).toString(
        QKeySequence.SequenceFormat.PortableText
    )


def native(text: str) -> str:
    """A sequence as people of this platform read it."""
    return QKeySequence.fromString(text, QKeySequence.SequenceFormat.PortableText).toString(
        QKeySequence.SequenceFormat.NativeText
    )


def conflicts(actions: Iterable[Action], bound: Mapping[str, tuple[str, ...]]) -> list[Conflict]:
    """Every pair of actions that share keys, or where the keys of one begin those of another."""
    owners = [(keys, action.id) for action in actions for keys in bound.get(action.id, ()) if keys]
    found = []
    for at, (keys, action) in enumerate(owners):
        for other_keys, other in owners[at + 1 :]:
            if action != other and _collide(keys, other_keys):
                found.append(Conflict(min(keys, other_keys, key=len), action, other))
    return found


def _collide(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}, ") or other.startswith(f"{one}, ")
