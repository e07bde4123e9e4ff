"""Where the editor keeps what it remembers; `NODEGRAPH_HOME` puts all of it into one folder instead."""

from __future__ import annotations

import os
from pathlib import Path

from nodegraph.support import user_dirs


def settings_file() -> Path:
    """The settings, plain JSON."""
    return (_home() or user_dirs.config_folder()) / "settings.json"


def presets_file() -> Path:
    """Values of node types, kept under names."""
    return (_home() or user_dirs.config_folder()) / "presets.json"


def translations_folder() -> Path:
    """Translations that the user has put in beside those that ship."""
    return (_home() or user_dirs.config_folder()) / "translations"


def session_file() -> Path:
    """Windows, tabs and views as they were left."""
    return _state() / "session.json"


def allowed_file() -> Path:
    """Files outside the folder of their workflow that the artist agreed to."""
    return _state() / "allowed.json"


def usage_file() -> Path:
    """Which node types were added, how often and when."""
    return _state() / "usage.json"


def journal_folder() -> Path:
    """One journal for each open document."""
    return _state() / "journals"


def pasted_folder() -> Path:
    """Pictures that were pasted from the clipboard: workflows go on naming them."""
    return _state() / "pasted"


def own_folders() -> tuple[Path, ...]:
    """The folders into which the editor itself writes."""
    state = _state()
    return settings_file().parent, state, journal_folder(), pasted_folder(), state / "results"


def cache_folder() -> Path:
    """What can be made again: catalogues, thumbnails."""
    return _home() or user_dirs.cache_folder()


def _state() -> Path:
    return _home() or user_dirs.state_folder()


def _home() -> Path | None:
    home = os.environ.get("NODEGRAPH_HOME", "")
    return Path(home) if home else None
