"""How the windows were left: a plain file, written while the editor runs, so that a crash forgets nothing."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from nodegraph.support import json_store

MAX_PATH = 32_767
MAX_WINDOWS, MAX_TABS = 32, 256
"""So many windows, and tabs in each, come back; more are damage, and would take all memory."""


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
    if not isinstance(windows, list):
        return []
    return [_window(data) for data in windows[:MAX_WINDOWS] if isinstance(data, dict)]


def _window(data: Mapping[str, Any]) -> WindowState:
    tabs = data.get("tabs")
    current = data.get("current")
    return WindowState(
        _base64(data, "geometry"),
        _base64(data, "docks"),
        tuple(_tab(tab) for tab in tabs[:MAX_TABS] if isinstance(tab, dict))
        if isinstance(tabs, list)
        else (),
        current if type(current) is int else 0,
    )


def _tab(data: Mapping[str, Any]) -> TabState:
    view = data.get("view")
    return TabState(_path(data), _text(data, "journal"), view if isinstance(view, dict) else {})


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) and value.isascii() else ""


def _base64(data: Mapping[str, Any], name: str) -> str:
    text = _text(data, name)
    try:
        b64decode(text, validate=True)
    except ValueError:
        return ""
    return text


def _path(data: Mapping[str, Any]) -> str:
    value = data.get("path")
    return value if isinstance(value, str) and "\0" not in value and len(value) < MAX_PATH else ""
