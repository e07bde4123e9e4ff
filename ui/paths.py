"""Where the editor keeps what it remembers: settings in the config folder, journals in the state folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

NAME = "nodegraph"


def config_folder() -> Path:
    """The folder of the settings file; `NODEGRAPH_HOME` overrides the platform's place."""
    return _home() or _platform("XDG_CONFIG_HOME", ".config", "APPDATA")


def state_folder() -> Path:
    """The folder of the session and the journals; `NODEGRAPH_HOME` overrides the platform's place."""
    return _home() or _platform("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA")


def settings_file() -> Path:
    """The settings, plain JSON."""
    return config_folder() / "settings.json"


def session_file() -> Path:
    """Windows, tabs and views as they were left."""
    return state_folder() / "session.json"


def usage_file() -> Path:
    """Which node types were added, how often and when."""
    return state_folder() / "usage.json"


def journal_folder() -> Path:
    """One journal for each open document."""
    return state_folder() / "journals"


def _home() -> Path | None:
    home = os.environ.get("NODEGRAPH_HOME", "")
    return Path(home) if home else None


def _platform(xdg: str, unix: str, windows: str) -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get(windows) or Path.home()) / NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / NAME
    return Path(os.environ.get(xdg) or Path.home() / unix) / NAME
