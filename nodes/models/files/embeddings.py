"""Textual inversions (Gal et al. 2022): new words for a text encoder, from the embeddings folders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from nodegraph.support.errors import LoadError
from nodes.models.files.mapped_tensors import open_tensors
from nodes.models.files.pickles import readable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    from nodes.models.files.folders import ModelFolders
    from nodes.text.chunks import Lookup

MOST = 1000
"""More vectors than a word has; a whole network among the embeddings is taken for none."""


@dataclass(frozen=True)
class Width:
    """An embedding whose vectors are not as wide as an encoder reads."""

    name: str
    own: tuple[int, ...]
    kind: str
    wanted: int


class Embeddings:
    """Finds embeddings by name and reads their vectors."""

    def __init__(self, folders: ModelFolders) -> None:
        self._folders = folders

    def lookup(self, kind: str, width: int, other: Callable[[Width], object] = lambda _: None) -> Lookup:
        """A function from a name to vectors `[width]` for an encoder; None for a name that is not there, and
        nothing for one that was made for another encoder, which is handed to `other`."""

        def find(name: str) -> list[Tensor] | None:
            path = self._folders.embedding(name)
            if path is None:
                return None
            found = vectors(path, kind)
            rows = [row for row in found if row.shape[0] == width]
            if len(rows) < len(found) or not found:
                other(Width(name, tuple(sorted({row.shape[0] for row in found})), kind, width))
            return rows

        return find


def vectors(path: Path, kind: str) -> list[Tensor]:
    """The vectors of an embedding file, float32: those for this encoder where it has them for several.

    Raises `LoadError` for a file of anything else.
    """
    tensors = open_tensors(readable(path))
    chosen = tensors.get(kind)
    if chosen is None:
        chosen = tensors.get("emb_params", next(iter(tensors.values()), None))
    if chosen is None or not chosen.is_floating_point() or not chosen.ndim or not chosen.numel():
        raise LoadError("{path} holds no embedding: choose another file, or take its name out.", path=path)
    rows = chosen.reshape(-1, chosen.shape[-1]).float()
    if len(rows) > MOST:
        raise LoadError(
            "{path} holds {count} vectors, and an embedding has at most {most}.",
            path=path,
            count=len(rows),
            most=MOST,
        )
    if not torch.isfinite(rows).all():
        raise LoadError(
            "{path} is damaged: it holds numbers that are none (NaN). Train or download it again.", path=path
        )
    return list(rows)
