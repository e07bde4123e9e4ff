"""Textual inversions (Gal et al. 2022): new words for a text encoder, from the embeddings folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.models.files.mapped_tensors import open_tensors
from nodes.models.files.pickles import readable

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from nodes.models.files.folders import ModelFolders
    from nodes.text.chunks import Lookup


class Embeddings:
    """Finds embeddings by name and reads their vectors."""

    def __init__(self, folders: ModelFolders) -> None:
        self._folders = folders

    def lookup(self, kind: str, width: int) -> Lookup:
        """A function from a name to vectors `[width]` for an encoder; None for a name that is not there, and
        nothing for one that was made for another encoder."""

        def find(name: str) -> list[Tensor] | None:
            path = self._folders.embedding(name)
            if path is None:
                return None
            return [row for row in vectors(path, kind) if row.shape[0] == width]

        return find


def vectors(path: Path, kind: str) -> list[Tensor]:
    """The vectors of an embedding file: those for this encoder where it has them for several."""
    tensors = open_tensors(readable(path))
    chosen = tensors.get(kind)
    if chosen is None:
        chosen = tensors.get("emb_params", next(iter(tensors.values())))
    return [row.float() for row in chosen.reshape(-1, chosen.shape[-1])]
