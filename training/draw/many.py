"""Many scenes drawn at once, by several processes where that is wanted."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np

from training.draw.render import SIDE, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from training.scene import Scene

SHARE = 64  # scenes that a drawing process is given at a time


def rendered(
    shown: Sequence[Scene], styles: Sequence[str], side: int = SIDE, workers: int = 1
) -> NDArray[np.uint8]:
    """`[N, side, side, 3]`, each scene in its own style; the same pixels whatever the number of processes."""
    if workers <= 1:
        return np.stack([render(scene, style, side) for scene, style in zip(shown, styles, strict=True)])
    shares = [
        (shown[start : start + SHARE], styles[start : start + SHARE], side)
        for start in range(0, len(shown), SHARE)
    ]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return np.concatenate(list(pool.map(_rendered, shares)))


def rendered_parts(
    shown: Sequence[Scene], styles: Sequence[str], part: int, side: int = SIDE, workers: int = 1
) -> Iterator[NDArray[np.uint8]]:
    """The same in parts of `part` pictures; only so many are drawn ahead as memory easily holds."""
    ahead = part if workers <= 1 else -(-2 * SHARE * workers // part) * part
    for start in range(0, len(shown), ahead):
        pictures = rendered(shown[start : start + ahead], styles[start : start + ahead], side, workers)
        for first in range(0, len(pictures), part):
            yield pictures[first : first + part]


def _rendered(share: tuple[Sequence[Scene], Sequence[str], int]) -> NDArray[np.uint8]:
    return rendered(*share)
