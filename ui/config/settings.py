"""What the user chose: one frozen value, kept as a plain JSON file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nodegraph.support import json_store
from nodegraph.support.regular_files import is_remote

CHOICES: Mapping[str, tuple[Any, ...]] = MappingProxyType(
    {
        "theme": ("system", "dark", "light", "contrast"),
        "scale": (100, 125, 150, 200),
        "text_size": (80, 90, 100, 110, 125, 150, 175, 200),
        "density": ("compact", "normal", "large"),
        "links": ("curved", "straight", "orthogonal"),
        "keymap": ("Default", "ComfyUI", "Blender", "Nuke"),
    }
)
"""The settings that are one of a few values."""

RECENT = 20
"""How many recent files are remembered."""


@dataclass(frozen=True)
class Settings:
    """Every choice, with its default.

    `scale` (of everything) and `text_size` (of text, in panels and on nodes) are percent; `language` is a code, as
    `de`, or "system"; `keys` holds the user's own bindings, action id to key sequences; `recent` the newest file first.
    """

    theme: str = "system"
    language: str = "system"
    scale: int = 100
    text_size: int = 100
    density: str = "normal"
    links: str = "curved"
    snap: bool = True
    shake: bool = False
    motion: bool = True
    minimap: bool = True
    selection_bar: bool = True
    keymap: str = "Default"
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    recent: tuple[str, ...] = ()

    def with_recent(self, path: Path) -> Settings:
        """These settings with `path` as the newest recent file."""
        name = str(path)
        kept = [name, *(old for old in self.recent if old != name)]
        return replace(self, recent=tuple(kept[:RECENT]))

    def without_gone(self) -> Settings:
        """These settings without the recent files that are no longer there; those on other machines stay."""
        return replace(
            self, recent=tuple(name for name in self.recent if is_remote(name) or os.path.isfile(name))
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        return {**{item.name: getattr(self, item.name) for item in fields(self)}, "keys": dict(self.keys)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Settings:
        """The settings in `data`; what is missing, unknown or of the wrong kind takes its default."""
        defaults = Settings()
        kept = {
            item.name: data[item.name]
            for item in fields(Settings)
            if item.name in data and _sound(item.name, data[item.name], getattr(defaults, item.name))
        }
        kept["keys"] = MappingProxyType(_bindings(data.get("keys")))
        recent = data.get("recent")
        named = recent[:RECENT] if isinstance(recent, list) else ()
        kept["recent"] = tuple(name for name in named if isinstance(name, str) and "\0" not in name)
        return Settings(**kept)


def load(path: Path) -> Settings:
    """The settings in the file; the defaults where there is none."""
    return Settings.from_json(json_store.read(path))


def newest(path: Path, known: Settings) -> Settings:
    """The settings as the last editor wrote them, `known` where there is no such file."""
    data = json_store.read(path)
    return Settings.from_json(data) if data else known


def save(settings: Settings, path: Path) -> None:
    """Write the settings, whole or not at all. Raises OSError."""
    json_store.write(path, settings.to_json())


def _sound(name: str, value: object, default: object) -> bool:
    return type(value) is type(default) and (name not in CHOICES or value in CHOICES[name])


def _bindings(data: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(data, dict):
        return {}
    return {
        action: tuple(keys)
        for action, keys in data.items()
        if isinstance(keys, list | tuple) and all(isinstance(key, str) for key in keys)
    }
