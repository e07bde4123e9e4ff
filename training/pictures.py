"""Pictures for training: pools rendered once and kept on disk, and tensors made from them."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from training.draw.many import rendered
from training.draw.render import LOOK, SIDE
from training.scene import Scene, training_scene

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

STYLE_SHARES = {"flat": 0.7, "ink": 0.15, "neon": 0.15}


def scenes(seed: int, count: int) -> list[Scene]:
    """The first `count` training scenes of a seed."""
    rng = random.Random(seed)
    return [training_scene(rng) for _ in range(count)]


def styles_of(seed: int | str, count: int) -> list[str]:
    """A style for each of `count` pictures, by `STYLE_SHARES`."""
    return random.Random(f"styles/{seed}").choices(list(STYLE_SHARES), list(STYLE_SHARES.values()), k=count)


def mixed_pool(runs: Path, count: int, seed: int = 1, workers: int = 1) -> NDArray[np.uint8]:
    """`[count, SIDE, SIDE, 3]` pictures in all styles, rendered once and then read from disk."""
    path = runs / f"pictures_{LOOK}_{seed}_{count}.npy"
    if not path.exists():
        runs.mkdir(parents=True, exist_ok=True)
        write_array(path, rendered(scenes(seed, count), styles_of(seed, count), workers=workers))
    pool: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return pool


def write_array(path: Path, array: NDArray[np.generic]) -> None:
    """Save an array so that a kill leaves no half-written file."""
    partial = path.with_name(path.name + ".part")
    with partial.open("wb") as stream:
        np.save(stream, array)
    os.replace(partial, path)


def to_tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """`[N, H, W, 3]` bytes as `[N, 3, H, W]` from -1 to 1, channels last in memory."""
    values = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2)
    return values.float().div_(127.5).sub_(1.0)


def to_pictures(values: Tensor) -> NDArray[np.uint8]:
    """The inverse of `to_tensor`, rounded and kept within bounds."""
    bytes_ = values.detach().float().add(1.0).mul(127.5).round().clamp(0, 255).to(torch.uint8).cpu()
    pictures: NDArray[np.uint8] = bytes_.permute(0, 2, 3, 1).contiguous().numpy()
    return pictures


def busy_crops(pool: NDArray[np.uint8], rng: random.Random, count: int, side: int) -> Tensor:
    """Random crops; of each three candidates the one with more in it."""
    crops = []
    for _ in range(count):
        picture = pool[rng.randrange(len(pool))]
        candidates = [_crop(picture, rng, side) for _ in range(3)]
        crops.append(max(candidates, key=_busy))
    return to_tensor(np.stack(crops))


def _crop(picture: NDArray[np.uint8], rng: random.Random, side: int) -> NDArray[np.uint8]:
    top, left = rng.randrange(SIDE - side + 1), rng.randrange(SIDE - side + 1)
    return picture[top : top + side, left : left + side]


def _busy(crop: NDArray[np.uint8]) -> float:
    coarse = crop[::2, ::2].astype(np.float32)
    return float(np.abs(np.diff(coarse, axis=0)).mean() + np.abs(np.diff(coarse, axis=1)).mean())
