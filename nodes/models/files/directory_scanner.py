"""What lies under a folder of models, looked up again only where a folder has changed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

ENDINGS = (".safetensors", ".sft", ".gguf", ".ckpt", ".pt", ".pth", ".bin")
MARKS = ("model_index.json", "config.json")
DEEPEST = 8
MOST = 50_000
SETTLED_NS = 2_000_000_000
"""A folder changed this recently may change again within the clock's grain, so its list is not trusted."""


@dataclass(slots=True)
class DirectoryListing:
    """Names and paths of model files and diffusers folders, and all folders looked into with their times of change."""

    found: dict[str, str] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    began: int = 0

    def still_true(self) -> bool:
        """Whether no folder has changed since."""
        newest = max(self.folders.values(), default=0)
        return self.began - newest > SETTLED_NS and all(
            _changed(folder) == known for folder, known in self.folders.items()
        )


def scan_directory(root: Path, endings: tuple[str, ...] = ENDINGS) -> DirectoryListing:
    """Model files and diffusers folders under a folder, by relative name; links are followed once."""
    walked = DirectoryListing(began=time.time_ns())
    pending = [(str(root), "", 0)]
    seen: set[str] = set()
    count = 0
    while pending:
        place, relative, depth = pending.pop()
        real = os.path.realpath(place)
        if real in seen:
            continue
        seen.add(real)
        walked.folders[place] = _changed(place)
        for entry in _entries(place):
            count += 1
            if count > MOST:
                return walked
            name = f"{relative}{entry.name}"
            folder = _is_folder(entry)
            if entry.name.lower().endswith(endings) and not folder:
                walked.found[name] = entry.path
            elif folder and endings == ENDINGS and _is_model(entry.path):
                walked.folders[entry.path] = _changed(entry.path)
                walked.found[name] = entry.path
            elif folder and depth < DEEPEST and not entry.name.startswith("."):
                pending.append((entry.path, f"{name}/", depth + 1))
    return walked


class DirectoryScanner:
    """Remembers what was found under folders."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Path, tuple[str, ...]], DirectoryListing] = {}

    def of(self, folder: Path, endings: tuple[str, ...] = ENDINGS) -> DirectoryListing:
        """As `walk`; the same object where nothing has changed."""
        known = self._kept.get((folder, endings))
        if known is None or not known.still_true():
            known = self._kept[folder, endings] = scan_directory(folder, endings)
        return known


def _is_model(folder: str) -> bool:
    return any(os.path.isfile(os.path.join(folder, mark)) for mark in MARKS)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder or a link to one; a link to itself is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _changed(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return -1


def _entries(place: str) -> list[os.DirEntry[str]]:
    """What a folder holds; nothing where it cannot be read."""
    try:
        with os.scandir(place) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []
