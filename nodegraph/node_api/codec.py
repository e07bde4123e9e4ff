"""How results are measured, compared and kept on disk: the cache's view of values it knows nothing about."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from nodegraph.model.digest import digest


@dataclass(frozen=True, slots=True)
class Items:
    """A list result: nodes after it run once for each element."""

    values: tuple[Any, ...]


class Codec(Protocol):
    """What the nodes that own the values say about them."""

    def buffers(self, value: Any) -> Mapping[int, int]:
        """Bytes by identity of the memory behind a value, so that memory shared by two results counts once."""

    def digest(self, value: Any) -> str | None:
        """A digest of the contents, or None if this value cannot be compared."""

    def dump(self, value: Any, path: Path) -> bool:
        """Write a value to `path`; False if this kind of value stays in memory."""

    def load(self, path: Path) -> Any:
        """Read what `dump` wrote; raises LoadError or OSError. Runs no code from the file."""

    def summary(self, value: Any) -> str:
        """One short line for people: shape, type, range."""


class PlainCodec:
    """Numbers, texts and their lists; other values stay in memory and count by their shallow size."""

    def buffers(self, value: Any) -> Mapping[int, int]:
        """The shallow size of the value, or of each item of a list result."""
        values = value.values if isinstance(value, Items) else (value,)
        return {id(item): sys.getsizeof(item) for item in values}

    def digest(self, value: Any) -> str | None:
        """A digest of plain data; None for anything else."""
        try:
            return digest(value.values if isinstance(value, Items) else value)
        except TypeError:
            return None

    def dump(self, value: Any, path: Path) -> bool:
        """Write plain JSON values that read back equal; others are refused."""
        data = ["items", list(value.values)] if isinstance(value, Items) else ["value", value]
        try:
            text = json.dumps(data, allow_nan=False)
        except (TypeError, ValueError):
            return False
        if json.loads(text) != data:
            return False
        path.write_text(text, encoding="utf-8")
        return True

    def load(self, path: Path) -> Any:
        """The value that `dump` wrote."""
        kind, value = json.loads(path.read_text(encoding="utf-8"))
        return Items(tuple(value)) if kind == "items" else value

    def summary(self, value: Any) -> str:
        """The value itself, shortened."""
        text = repr(value)
        return text if len(text) <= 80 else f"{text[:77]}..."
