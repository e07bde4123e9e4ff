"""Where this program keeps its own things on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """What can be made again: catalogues, fingerprints."""
    return _folder("XDG_CACHE_HOME", ".cache", "Library/Caches", "LOCALAPPDATA")


def config_folder() -> Path:
    """What the artist has set."""
    return _folder("XDG_CONFIG_HOME", ".config", "Library/Application Support", "APPDATA")


def state_folder() -> Path:
    """What must survive a crash: sessions and journals."""
    return _folder("XDG_STATE_HOME", ".local/state", "Library/Application Support", "LOCALAPPDATA")


def _folder(variable: str, linux: str, mac: str, windows: str) -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get(windows) or Path.home() / "AppData" / "Local") / "nodegraph"
    if sys.platform == "darwin":
        return Path.home() / mac / "nodegraph"
    return Path(os.environ.get(variable) or Path.home() / linux) / "nodegraph"
