"""Cutting, joining and bending lists of sigmas. None changes its input."""

import math
import re
from collections.abc import Callable, Mapping
from itertools import pairwise

import torch
from torch import Tensor

from nodes.sampling.intervals import is_within

SMALLEST_START = 0.0001
"""What a flipped list starts from instead of 0, where solvers cannot start."""


def split(sigmas: Tensor, step: int) -> tuple[Tensor, Tensor]:
    """The sigmas before and after a step; both lists hold the sigma at the cut."""
    cut = min(max(step, 0), max(len(sigmas) - 1, 0))
    return sigmas[: cut + 1].clone(), sigmas[cut:].clone()


def split_by_denoise(sigmas: Tensor, denoise: float) -> tuple[Tensor, Tensor]:
    """As `split`, so that the second list has this share of the steps."""
    if not 0.0 <= denoise <= 1.0:
        raise ValueError(f"Denoise must be from 0 to 1, not {denoise}.")
    steps = max(len(sigmas) - 1, 0)
    return split(sigmas, steps - round(steps * denoise))


def flip(sigmas: Tensor) -> Tensor:
    """The sigmas in reverse, for `unsample`; a first 0 becomes 0.0001."""
    flipped = sigmas.flip(0)
    if len(flipped) and flipped[0] == 0:
        flipped[0] = SMALLEST_START
    return flipped


def with_first(sigmas: Tensor, sigma: float) -> Tensor:
    """The sigmas with another first one."""
    if not math.isfinite(sigma) or sigma < 0:
        raise ValueError(f"A first sigma must be finite and not negative, not {sigma}.")
    changed = sigmas.clone()
    changed[:1] = sigma
    return changed


SPACINGS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda share: share,
    "cosine": lambda share: (share * math.pi / 2).sin(),
    "sine": lambda share: 1 - (share * math.pi / 2).cos(),
}
"""Where added sigmas lie between two old ones: evenly, or crowded toward the next (cosine) or this one
(sine).
"""


def extend(
    sigmas: Tensor, parts: int, start: float = math.inf, end: float = 0.0, spacing: str = "linear"
) -> Tensor:
    """Each step that begins at a sigma from `start` down to `end` is divided into `parts` steps."""
    if spacing not in SPACINGS:
        raise ValueError(f"Unknown spacing '{spacing}': use one of {', '.join(SPACINGS)}.")
    if not 1 <= parts <= 100:
        raise ValueError(f"A step can be divided into 1 to 100 parts, not {parts}.")
    share = SPACINGS[spacing](torch.linspace(0, 1, parts + 1)[:-1])
    pieces = []
    for sigma, sigma_next in pairwise(sigmas):
        divided = is_within(float(sigma), start, end)
        pieces.append(sigma + share * (sigma_next - sigma) if divided else sigma.reshape(1))
    return torch.cat([*pieces, sigmas[-1:]])


def from_text(text: str) -> Tensor:
    """The sigmas written in a text, divided by commas, semicolons, blanks or brackets; ValueError for a word."""
    numbers = []
    for word in re.split(r"[\s,;\[\]()]+", text):
        if word:
            try:
                numbers.append(float(word))
            except ValueError:
                raise ValueError(f"'{word}' in the list of sigmas is not a number.") from None
    return torch.tensor(numbers)


def concatenate(*lists: Tensor) -> Tensor:
    """One list after the other; a sigma that ends one list and begins the next is kept once."""
    joined: list[float] = []
    for sigmas in lists:
        values = sigmas.tolist()
        joined.extend(values[1:] if joined and values and values[0] == joined[-1] else values)
    return torch.tensor(joined)
