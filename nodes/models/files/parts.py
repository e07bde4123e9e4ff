"""What a file offers: networks, each with its sizes and where every one of its parameters lies."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from nodes.models.files.tensor_info import TensorInfo

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Piece:
    """Where a parameter's values lie: a tensor of the file, or part of one.

    `rows` picks a range of its first axis. `form` is "matrix" (a 1x1 convolution's weight without its last
    axes), "turned" (transposed) or "swapped" (the two halves of the first axis exchanged).
    """

    name: str
    rows: tuple[int, int] | None = None
    form: str = ""

    def shape(self, whole: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the piece of a tensor of shape `whole`."""
        if self.rows and whole:
            start, end = (min(row, whole[0]) for row in self.rows)
            whole = (end - start, *whole[1:])
        if self.form == "matrix" and len(whole) > 1:
            return whole[0], prod(whole[1:])
        return whole[::-1] if self.form == "turned" else whole


@dataclass(frozen=True)
class Part:
    """A network of a known kind: "unet", "vae", "clip_l" ... with the settings its class is made with.

    `pieces` says for every parameter of the network where its values lie, by names in `tensors`, which has
    all tensors of the files, the part's or not.
    """

    kind: str
    config: Mapping[str, Any]
    pieces: Mapping[str, Piece]
    tensors: Mapping[str, TensorInfo] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The file of the part, for sentences."""
        return str(next((info.path for info in self.tensors.values()), "The file"))

    @property
    def shapes(self) -> Shapes:
        """The shapes of the network's parameters."""
        pieces = ((name, piece) for name, piece in self.pieces.items() if piece.name in self.tensors)
        return {name: piece.shape(self.tensors[piece.name].shape) for name, piece in pieces}

    @property
    def parameters(self) -> int:
        """How many numbers the network has."""
        return sum(map(prod, self.shapes.values()))

    @property
    def stored(self) -> str:
        """The type that most parameters are stored in, as the file calls it."""
        types = Counter(self.tensors[p.name].dtype for p in self.pieces.values() if p.name in self.tensors)
        return max(types, key=types.__getitem__, default="")

    def within(self, prefix: str) -> Part:
        """The same part, its tensors' names led by `prefix`."""
        return self.renamed(lambda name: prefix + name)

    def renamed(self, new: Callable[[str], str]) -> Part:
        """The same part, its tensors under other names."""
        pieces = {name: replace(piece, name=new(piece.name)) for name, piece in self.pieces.items()}
        return replace(self, pieces=pieces)


def under(shapes: Mapping[str, tuple[int, ...]], prefix: str) -> Shapes:
    """The tensors whose names begin with `prefix`, without it."""
    return {name[len(prefix) :]: shape for name, shape in shapes.items() if name.startswith(prefix)}


def same(names: Iterable[str]) -> dict[str, Piece]:
    """Parameters that lie in the file under their own names."""
    return {name: Piece(name) for name in names}


def shapes_of(pieces: Mapping[str, Piece], shapes: Mapping[str, tuple[int, ...]]) -> Shapes:
    """The shapes of parameters, from those of the tensors they lie in."""
    return {name: piece.shape(shapes[piece.name]) for name, piece in pieces.items()}


def count(names: Iterable[str], prefix: str) -> int:
    """How many numbers follow `prefix` in `names`: 2 for "a.0.x", "a.1.x", "a.1.y" and "a."."""
    numbers = {name[len(prefix) :].split(".", 1)[0] for name in names if name.startswith(prefix)}
    return sum(1 for number in numbers if number.isdigit())
