"""How the windows were left: a plain file, written while the editor runs, so that a crash forgets nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ui.config import json_store


@dataclass(frozen=True)
class TabState:
    """One tab: its file, the journal that has what is not in the file, and the part of the scene seen."""

    path: str = ""
    journal: str = ""
    view: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WindowState:
    """One window: Qt's own record of its place and docks (base 64), and its tabs."""

    geometry: str = ""
    docks: str = ""
    tabs: tuple[TabState, ...] = ()
    current: int = 0


def save(windows: list[WindowState], path: Path) -> None:
    """Write the session, whole or not at all. Raises OSError."""
    json_store.write(path, {"windows": [asdict(window) for window in windows]})


def load(path: Path) -> list[WindowState]:
    """The session; empty where there is none. Anything odd in it is left out."""
    windows = json_store.read(path).get("windows")
    return [_window(data) for data in windows if isinstance(data, dict)] if isinstance(windows, list) else []


def _window(data: Mapping[str, Any]) -> WindowState:
    tabs = data.get("tabs")
    current = data.get("current")
    return WindowState(
        _text(data, "geometry"),
        _text(data, "docks"),
        tuple(_tab(tab) for tab in tabs if isinstance(tab, dict)) if isinstance(tabs, list) else (),
        current if isinstance(current, int) else 0,
    )


def _tab(data: Mapping[str, Any]) -> TabState:
    view = data.get("view")
    return TabState(_text(data, "path"), _text(data, "journal"), view if isinstance(view, dict) else {})


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return (
        value
        if (isinstance(value, str) and value.isascii()) or (name == "path" and isinstance(value, str))
        else ""
    )
