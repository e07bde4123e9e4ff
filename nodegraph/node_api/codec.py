"""How results are measured, compared and kept on disk: the cache's view of values it knows nothing about."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from nodegraph.model.digest import digest
from nodegraph.support.errors import LoadError

PLAIN_START = b'{"key": '
"""How the files of PlainCodec begin, and no safetensors file: that begins with the length of its header."""


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

    def stamp(self, value: Any) -> object:
        """What changes when a node writes into a value, as far as that is found in a moment; compared with `==`.

        Two stamps of one value may be equal although it was written into; `digest` compares everything.
        """

    def dump(self, value: Any, path: Path, key: str) -> bool:
        """Write the value of `key` and a checksum to `path`; False if this kind of value stays in memory.

        Raises OSError.
        """

    def load(self, path: Path, key: str) -> Any:
        """Read what `dump` wrote for `key`; raises OSError, or LoadError where key or checksum differ.

        Runs no code from the file.
        """

    def summary(self, value: Any) -> str:
        """One short line for people: shape, type, range."""


class DeferredCodec:
    """A codec that is made when a value needs it: that of the built-in nodes loads torch, which no plan needs.

    Texts and numbers, such as the notes on what was written where, are kept as JSON.
    """

    def __init__(self, make: Callable[[], Codec]) -> None:
        self._make = make

    @cached_property
    def _codec(self) -> Codec:
        return self._make()

    def buffers(self, value: Any) -> Mapping[int, int]:
        """As the codec does."""
        return self._codec.buffers(value)

    def digest(self, value: Any) -> str | None:
        """As the codec does."""
        return self._codec.digest(value)

    def stamp(self, value: Any) -> object:
        """As the codec does."""
        return self._codec.stamp(value)

    def dump(self, value: Any, path: Path, key: str) -> bool:
        """As the codec does; plain single values as JSON."""
        codec = PlainCodec() if isinstance(value, bool | int | float | str) else self._codec
        return codec.dump(value, path, key)

    def load(self, path: Path, key: str) -> Any:
        """As the codec does; plain single values from JSON."""
        with path.open("rb") as file:
            plain = file.read(len(PLAIN_START)) == PLAIN_START
        return (PlainCodec() if plain else self._codec).load(path, key)

    def summary(self, value: Any) -> str:
        """As the codec does."""
        return self._codec.summary(value)


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

    def stamp(self, value: Any) -> object:
        """The digest of a list or mapping of plain data; None for values that cannot be written into."""
        return self.digest(value) if isinstance(value, list | dict | Items) else None

    def dump(self, value: Any, path: Path, key: str) -> bool:
        """Write plain JSON values that read back equal; others are refused."""
        data = ["items", list(value.values)] if isinstance(value, Items) else ["value", value]
        try:
            text = json.dumps(data, allow_nan=False)
        except (TypeError, ValueError):
            return False
        if json.loads(text) != data:
            return False
        path.write_text(json.dumps({"key": key, "digest": digest(text), "value": text}), encoding="utf-8")
        return True

    def load(self, path: Path, key: str) -> Any:
        """The value that `dump` wrote."""
        try:
            entry = json.loads(path.read_text(encoding="utf-8"))
            if entry["key"] != key or entry["digest"] != digest(entry["value"]):
                raise ValueError("its key or checksum differs")
            kind, value = json.loads(entry["value"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise LoadError(
                "The cached result {name} cannot be read ({error}).", name=path.name, error=error
            ) from None
        return Items(tuple(value)) if kind == "items" else value

    def summary(self, value: Any) -> str:
        """The value itself, shortened."""
        text = repr(value)
        return text if len(text) <= 80 else f"{text[:77]}..."
