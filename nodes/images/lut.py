"""Lookup tables from .cube files (Adobe Cube LUT specification 1.0), applied to pictures."""

from __future__ import annotations

import array
import math
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TextIO

import numpy
import torch
from torch import Tensor

from nodegraph import LoadError

MOST_BYTES = 2**28
"""256 megabytes of text: a cube of 256 entries a side is about 450; one of 200 fits."""

MOST_SIDE = {1: 65536, 3: 256}
"""The entries a side of a table that the specification allows, by its dimensions."""

LONGEST_LINE = 4096
"""A longer line is read in parts, which are no numbers."""

INTERPOLATIONS = ("tetrahedral", "trilinear")


@dataclass(frozen=True, eq=False)
class Lut:
    """A table `[n, 3]` (1D) or `[n, n, n, 3]` (3D, indexed blue, green, red) over the domain `low`..`high`."""

    table: Tensor
    low: tuple[float, float, float] = (0.0, 0.0, 0.0)
    high: tuple[float, float, float] = (1.0, 1.0, 1.0)
    title: str = ""

    @property
    def dimensions(self) -> int:
        """1 for a curve a channel, 3 for a cube."""
        return 1 if self.table.ndim == 2 else 3


def read_cube(path: Path, name: str) -> Lut:
    """The table of a .cube file. Raises LoadError with a sentence that calls it `name`.

    Nothing is allocated before the size that the file claims has been compared with the lines it has room for.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise LoadError(
                "{name!r} has {size} megabytes; a LUT may have {most}. Export it with fewer entries.",
                name=name,
                size=size >> 20,
                most=MOST_BYTES >> 20,
            )
        with path.open("r", encoding="utf-8", errors="replace") as file:
            return _Reader(name, size).read(file)
    except OSError as error:
        raise LoadError(
            "The LUT {name!r} cannot be read ({reason}); choose another file.",
            name=name,
            reason=error.strerror or str(error),
        ) from None


class _Reader:
    """One pass over the lines of a .cube file."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._bytes = size
        self._side = 0
        self._dimensions = 0
        self._title = ""
        self._low = (0.0, 0.0, 0.0)
        self._high = (1.0, 1.0, 1.0)
        self._values = array.array("f")

    def read(self, lines: TextIO) -> Lut:
        """The table of an opened file."""
        number = 0
        while line := lines.readline(LONGEST_LINE):
            number += 1
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            if text[0].isdigit() or text[0] in "+-.":
                self._entry(text, number)
            else:
                self._keyword(text, number)
        return self._finish()

    def _keyword(self, text: str, number: int) -> None:
        word, _, rest = text.partition(" ")
        word = word.upper()
        if word in ("LUT_1D_SIZE", "LUT_3D_SIZE"):
            self._claim(int(word[4]), rest, number)
        elif word == "TITLE":
            self._title = rest.strip().strip('"')[:200]
        elif word in ("DOMAIN_MIN", "DOMAIN_MAX"):
            found = self._numbers(rest.split(), number)
            if word == "DOMAIN_MIN":
                self._low = found
            else:
                self._high = found
        elif word in ("LUT_1D_INPUT_RANGE", "LUT_3D_INPUT_RANGE"):
            ends = self._numbers([*rest.split(), "0"], number)
            self._low, self._high = (ends[0],) * 3, (ends[1],) * 3
        elif (
            word[:1].isalpha() and word.replace("_", "").isalnum() and word not in ("NAN", "INF", "INFINITY")
        ):
            return
        else:
            self._wrong(text, number)

    def _claim(self, dimensions: int, rest: str, number: int) -> None:
        if self._dimensions:
            raise LoadError(
                "{name!r} holds a second table in line {number}; a .cube file holds one. Export it again.",
                name=self._name,
                number=number,
            )
        try:
            side = int(rest)
        except ValueError:
            side = 0
        most = MOST_SIDE[dimensions]
        if not 2 <= side <= most:
            raise LoadError(
                "{name!r} claims {side} entries a side in line {number}; {dimensions}D LUTs take 2 to {most}. Export "
                "it with fewer.",
                name=self._name,
                side=rest.strip()[:20],
                number=number,
                dimensions=dimensions,
                most=most,
            )
        # Three digits with a space or line end after each is the shortest line there can be.
        if side**dimensions * 6 > self._bytes + 1:
            raise LoadError(
                "{name!r} claims {count} entries and is too short for them; the file is cut off. Export it again.",
                name=self._name,
                count=side**dimensions,
            )
        self._dimensions, self._side = dimensions, side

    def _entry(self, text: str, number: int) -> None:
        if not self._dimensions:
            raise LoadError(
                "{name!r} has numbers in line {number} before LUT_1D_SIZE or LUT_3D_SIZE; it is no .cube file as the "
                "specification has it. Export it again.",
                name=self._name,
                number=number,
            )
        if len(self._values) >= 3 * self._side**self._dimensions:
            raise LoadError(
                "{name!r} has more entries than the {count} it claims, from line {number} on; export it again.",
                name=self._name,
                count=self._side**self._dimensions,
                number=number,
            )
        self._values.extend(self._numbers(text.split(), number))

    def _numbers(self, words: list[str], number: int) -> tuple[float, float, float]:
        try:
            first, second, third = (float(word) for word in words)
        except ValueError:
            self._wrong(" ".join(words), number)
        if not all(math.isfinite(value) and abs(value) < 1e6 for value in (first, second, third)):
            self._wrong(" ".join(words), number)
        return first, second, third

    def _wrong(self, text: str, number: int) -> NoReturn:
        raise LoadError(
            "Line {number} of {name!r} is {text!r}, not three finite numbers; repair the line or export the LUT again.",
            number=number,
            name=self._name,
            text=text[:60],
        )

    def _finish(self) -> Lut:
        if not self._dimensions:
            raise LoadError(
                "{name!r} has no LUT_1D_SIZE and no LUT_3D_SIZE; choose a .cube file.", name=self._name
            )
        count = self._side**self._dimensions
        if len(self._values) != 3 * count:
            raise LoadError(
                "{name!r} has {found} of the {count} entries it claims; the file is cut off. Export it again.",
                name=self._name,
                found=len(self._values) // 3,
                count=count,
            )
        if not all(low < high for low, high in zip(self._low, self._high, strict=True)):
            raise LoadError(
                "The domain of {name!r} is empty: DOMAIN_MAX is not above DOMAIN_MIN. Export the LUT again.",
                name=self._name,
            )
        shape = (*[self._side] * self._dimensions, 3)
        return Lut(
            torch.from_numpy(numpy.array(self._values)).reshape(shape), self._low, self._high, self._title
        )


def apply_lut(colour: Tensor, lut: Lut, interpolation: str = "tetrahedral") -> Tensor:
    """`[..., 3]` through a table; what lies outside its domain takes the value at its edge."""
    low, high = torch.tensor(lut.low), torch.tensor(lut.high)
    place = colour.sub(low).div_(high - low).clamp_(0, 1)
    place.mul_(lut.table.shape[0] - 1)
    if lut.dimensions == 1:
        return _curves(place, lut.table)
    if interpolation == "trilinear":
        return _trilinear(place, lut.table)
    return _tetrahedral(place, lut.table)


def _curves(place: Tensor, table: Tensor) -> Tensor:
    below = place.long().clamp_(max=len(table) - 2)
    share = place - below
    planes = []
    for channel in range(3):
        at = below[..., channel]
        planes.append(torch.lerp(table[:, channel][at], table[:, channel][at + 1], share[..., channel]))
    return torch.stack(planes, dim=-1)


def _corners(place: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """The index of the lowest corner `[n]` of the cell each of `[n, 3]` lies in, and the place inside it `[n, 3]`."""
    below = place.to(torch.int32).clamp_(max=side - 2)
    share = place - below
    at = (below[:, 2] * side + below[:, 1]) * side + below[:, 0]
    return at, share


def _tetrahedral(place: Tensor, table: Tensor) -> Tensor:
    """Each cell split into six tetrahedra along its grey diagonal: the path from its lowest corner to its highest
    takes the axis with the largest share first, and each step counts by its share."""
    side = table.shape[0]
    at, share = _corners(place.reshape(-1, 3), side)
    strides = torch.tensor([1, side, side * side], dtype=torch.int32)
    sorted_share, order = share.sort(dim=-1, descending=True, stable=True)
    steps = strides[order]
    flat = table.reshape(-1, 3)
    first = at + steps[:, 0]
    second = first + steps[:, 1]
    last = at + (1 + side + side * side)
    high, middle, low = (sorted_share[:, index : index + 1] for index in range(3))
    result = flat.index_select(0, at).mul_(1 - high)
    result.addcmul_(flat.index_select(0, first), high - middle)
    result.addcmul_(flat.index_select(0, second), middle - low)
    result.addcmul_(flat.index_select(0, last), low)
    return result.reshape(place.shape)


def _trilinear(place: Tensor, table: Tensor) -> Tensor:
    side = table.shape[0]
    at, share = _corners(place.reshape(-1, 3), side)
    flat = table.reshape(-1, 3)
    result = torch.zeros_like(share)
    for corner in range(8):
        step = 0
        weight = torch.ones(len(share), 1)
        for axis, stride in enumerate((1, side, side * side)):
            part = share[:, axis : axis + 1]
            weight = weight * (part if corner >> axis & 1 else 1 - part)
            step += stride * (corner >> axis & 1)
        result.addcmul_(flat.index_select(0, at + step), weight)
    return result.reshape(place.shape)
