"""Where this program keeps its own files on this machine, as each system prescribes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platformdirs import PlatformDirs


def cache_folder() -> Path:
    """What can be made again: catalogues, fingerprints."""
    return Path(_dirs().user_cache_dir)


def config_folder() -> Path:
    """What the user has set."""
    return Path(_dirs(roaming=True).user_config_dir)


def state_folder() -> Path:
    """What must survive a crash: sessions, journals, the log."""
    return Path(_dirs().user_state_dir)


def _dirs(roaming: bool = False) -> PlatformDirs:
    from platformdirs import PlatformDirs

    return PlatformDirs("nodegraph", appauthor=False, roaming=roaming)
