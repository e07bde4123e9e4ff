"""Where model files lie: what a pack of nodes must offer so that names in a workflow find their files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from nodegraph.support.messages import Phrase


@dataclass(frozen=True)
class Adopted:
    """A model file that is known from now on: its kind, and the name that finds it.

    `side` is that of the pictures it was trained on, in pixels; 0 for a file that makes none by itself.
    """

    kind: str
    name: str
    side: int = 0


class Files(Protocol):
    """Model folders by kind ("checkpoints", "loras", ...). Cheap to make: listing needs no torch."""

    def names(self, kind: str) -> Sequence[str]:
        """The files of a kind, as POSIX paths relative to their folder, sorted."""

    def find(self, kind: str, name: str) -> Path | None:
        """The file or folder that `name` of a kind means, or None."""

    def missing(self, kind: str, name: str) -> str:
        """A sentence for a name that is not there: the nearest names, and the folder where it belongs."""

    def mentioned(self, kind: str, text: str) -> Mapping[str, Path | None]:
        """The files of a kind that a text names within itself, by name; None for one that is not there."""

    def beside(self, kind: str, path: Path) -> Sequence[Path]:
        """The files around a file or folder of a kind that are read along with it."""

    def mistaken(self, kind: str, text: str) -> tuple[Phrase, str] | None:
        """What is wrong with the files that a text names within itself: a sentence, and the text as meant, or ""."""

    def remarks(self) -> Sequence[Phrase]:
        """What is wrong with the places where files are looked for, a sentence each."""

    def refused(self, kind: str, name: str) -> Phrase | None:
        """Why a file that is there cannot be opened as one of its kind; None where it can."""

    def remark(self, kind: str, name: str) -> Phrase | None:
        """What is left unread of a file that can be opened; None where that is nothing."""

    def unread(self, kind: str, text: str) -> Sequence[Phrase]:
        """What a text names within itself and is read past, a sentence each."""


class NoFiles:
    """No model folders at all."""

    def names(self, kind: str) -> Sequence[str]:
        """Nothing."""
        return ()

    def find(self, kind: str, name: str) -> Path | None:
        """None."""
        return None

    def missing(self, kind: str, name: str) -> str:
        """A sentence that names the file."""
        return Phrase("There is no {kind} file {name!r}: no model folder is set.", kind=kind, name=name)

    def mentioned(self, kind: str, text: str) -> Mapping[str, Path | None]:
        """None are known."""
        return {}

    def beside(self, kind: str, path: Path) -> Sequence[Path]:
        """None are known."""
        return ()

    def mistaken(self, kind: str, text: str) -> tuple[Phrase, str] | None:
        """Nothing is known."""
        return None

    def remarks(self) -> Sequence[Phrase]:
        """Nothing is known."""
        return ()

    def refused(self, kind: str, name: str) -> Phrase | None:
        """Nothing is known."""
        return None

    def remark(self, kind: str, name: str) -> Phrase | None:
        """Nothing is known."""
        return None

    def unread(self, kind: str, text: str) -> Sequence[Phrase]:
        """Nothing is known."""
        return ()
