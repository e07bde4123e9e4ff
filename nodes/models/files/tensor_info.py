"""The tensors that the header of a model file names: their types, shapes and places, and what is believed of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from nodegraph.support.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST = 200_000
"""More tensors than any file has; each takes memory before anything is read."""


@dataclass(frozen=True)
class TensorInfo:
    """Type, shape and place of a tensor; `start` and `end` count bytes from the beginning of the file."""

    path: Path
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Header:
    """The tensors of a file by name, and the free text its maker left."""

    path: Path
    tensors: Mapping[str, TensorInfo]
    metadata: Mapping[str, str]


def check_apart(path: Path, tensors: Mapping[str, TensorInfo]) -> None:
    """Raise `LoadError` where tensors share bytes: a small file would claim to hold any amount of numbers."""
    placed = sorted((info.start, info.end, name) for name, info in tensors.items() if info.end > info.start)
    for (_, end, before), (start, _, name) in pairwise(placed):
        if start < end:
            raise LoadError(
                "{path} is damaged: {before!r} and {name!r} lie in the same place.",
                path=path,
                before=before,
                name=name,
            )
