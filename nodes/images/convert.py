"""Between PIL pictures, bytes and the tensors on the wires."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy
import torch
from torch import Tensor

from nodegraph import GraphError

if TYPE_CHECKING:
    import PIL.Image
    from numpy.typing import NDArray

_COLOR = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def rgb(text: str) -> tuple[float, float, float]:
    """Red, green and blue, 0..1, of "#rrggbb" or "#rgb"; raises GraphError."""
    found = _COLOR.fullmatch(text.strip())
    if not found:
        raise GraphError("{text!r} is no colour; write it as #rrggbb, as in #3366cc.", text=text)
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def to_bytes(picture: Tensor) -> NDArray[numpy.uint8]:
    """uint8 of values 0..1 in any shape: clipped, then cut off and not rounded, as other programs do."""
    values = torch.nan_to_num(picture.detach().float().cpu(), nan=0.0).clamp(0, 1) * 255
    return values.to(torch.uint8).numpy()


def from_pil(picture: PIL.Image.Image) -> Tensor:
    """`[H, W, C]` float32 0..1; C is 3, or 1 for a picture in mode L."""
    values = torch.from_numpy(numpy.array(picture, dtype=numpy.float32)) / 255
    return values if values.ndim == 3 else values[..., None]


def to_pil(picture: Tensor) -> PIL.Image.Image:
    """A PIL picture of `[H, W, C]` with 1, 3 or 4 channels."""
    import PIL.Image

    array = to_bytes(picture)
    return PIL.Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array)
