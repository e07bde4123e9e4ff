"""Train an upscaler in the Compact architecture, from the autoencoder's decodes to clean renders four times as wide.

It learns to draw edges sharp again and to undo what the autoencoder does to them, not to invent anything.
Decodes of two sizes are shown, 128 and 256 pixels wide, and half of them from slightly changed latents, as a
sampler leaves them. The file is what spandrel calls "RealESRGAN Compact". On one CPU core a step takes about 0.4 s.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import torch
from spandrel.architectures.Compact import Compact
from torch import Tensor, nn

from training.autoencoder import best_autoencoder, decibels
from training.draw.many import rendered
from training.draw.render import LOOK, render
from training.loop import HERE, Place, Run, Schedule, arguments, autocast, averaged, options
from training.optimizer import Muon, split_groups
from training.pictures import scenes, styles_of, to_pictures, to_tensor, write_array

if TYPE_CHECKING:
    from pathlib import Path

    from diffusers import AutoencoderKL
    from numpy.typing import NDArray

    from training.scene import Scene

SCALE = 4
FEATURES, LAYERS = 32, 10
SIDES = {128: 480, 256: 120}  # the decode's width in pixels, and how many pictures of that width are kept
BATCH, CROP = 12, 40
DISTURBED, LARGEST = 0.5, 0.25  # the share of latents that are disturbed, and how far, in deviations

Pairs = list[tuple["NDArray[np.uint8]", "NDArray[np.uint8]"]]


def make_upscaler(features: int = FEATURES, layers: int = LAYERS) -> Compact:
    """An untrained upscaler; colours from 0 to 1, `[N, 3, H, W]` to `[N, 3, 4 H, 4 W]`."""
    model = Compact(num_in_ch=3, num_out_ch=3, num_feat=features, num_conv=layers, upscale=SCALE)
    nn.init.zeros_(model.body[-1].weight)  # at first the picture is only enlarged, by its nearest pixels
    return model.to(memory_format=torch.channels_last)


@torch.no_grad()
def decodes(model: AutoencoderKL, shown: list[Scene], styles: list[str], side: int, seed: int) -> Tensor:
    """What the autoencoder makes of renders `side` pixels wide, from -1 to 1; a part from disturbed latents."""
    generator = torch.Generator().manual_seed(seed)
    made = []
    for scene, style in zip(shown, styles, strict=True):
        shown_as = to_tensor(render(scene, style, side)[None]).to(model.device)
        with autocast(model.device):
            latent = model.encode(shown_as).latent_dist.mode()
            if torch.rand((), generator=generator) < DISTURBED:
                share = LARGEST * torch.rand((), generator=generator) / model.config.scaling_factor
                latent = latent + (share * torch.randn(latent.shape, generator=generator)).to(model.device)
            made.append(model.decode(latent).sample.float().cpu())
    return torch.cat(made)


def pairs(runs: Path, side: int, count: int, seed: int = 3, place: Place = HERE) -> Pairs:
    """Decodes and clean renders as `[count, side, side, 3]` and `[count, 4 side, 4 side, 3]`, kept on disk."""
    names = [runs / f"upscaler_{what}_{LOOK}_{side}_{count}.npy" for what in ("decodes", "clean")]
    if not all(name.exists() for name in names):
        runs.mkdir(parents=True, exist_ok=True)
        styles = styles_of(f"upscaler/{seed}/{side}", count)
        shown = scenes(seed * 1000 + side, count)
        clean = rendered(shown, styles, SCALE * side, place.workers)
        model = best_autoencoder(runs).to(place.device)
        write_array(names[0], to_pictures(decodes(model, shown, styles, side, seed)))
        write_array(names[1], clean)
    small, large = (np.load(name, mmap_mode="r") for name in names)
    return list(zip(small, large, strict=True))


def crops(pool: Pairs, rng: random.Random, count: int, side: int) -> tuple[Tensor, Tensor]:
    """Crops of decodes and what they should become, from -1 to 1; of each three the one with most in it."""
    low, high = [], []
    for _ in range(count):
        small, large = pool[rng.randrange(len(pool))]
        found = []
        for _ in range(3):
            top, left = (rng.randrange(extent - side + 1) for extent in small.shape[:2])
            found.append(
                (float(small[top : top + side, left : left + side].std(axis=(0, 1)).sum()), top, left)
            )
        _, top, left = max(found)
        low.append(small[top : top + side, left : left + side])
        large_rows = slice(SCALE * top, SCALE * (top + side))
        high.append(large[large_rows, SCALE * left : SCALE * (left + side)])
    return to_tensor(np.stack(low)), to_tensor(np.stack(high))


def enlarged(model: nn.Module, pictures: Tensor) -> Tensor:
    """`[N, 3, H, W]` from -1 to 1, four times as wide, from -1 to 1."""
    made: Tensor = model(pictures.add(1).div(2))
    return made.float().mul(2).sub(1)


def enlarging_loss(model: nn.Module, low: Tensor, high: Tensor) -> Tensor:
    """Absolute error of the pixels and, twice as heavy, of their differences between neighbours."""
    with autocast(low.device):
        made = enlarged(model, low)
    error = made - high
    loss: Tensor = error.abs().mean() + error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return loss


def train_upscaler(
    runs: Path,
    schedule: Schedule,
    seed: int = 0,
    place: Place = HERE,
    *,
    batch: int = BATCH,
    sides: dict[int, int] | None = None,
    crop: int = CROP,
) -> Run:
    """Train; the result is `upscaler/` under `runs`."""
    torch.manual_seed(seed)
    model = place.take(make_upscaler())
    pools = [pairs(runs, side, count, place=place) for side, count in (sides or SIDES).items()]
    run = Run(runs / "upscaler", model, Muon(split_groups(model, decay=0.0)), schedule, seed, decay=0.998)

    def loss_of(step: int) -> Tensor:
        rng = random.Random(f"upscaler/{seed}/{step}")
        low, high = crops(pools[step % len(pools)], rng, batch, crop)
        return enlarging_loss(model, low.to(place.device), high.to(place.device))

    run.train(loss_of)
    return run


def trained_upscaler(runs: Path) -> Compact:
    """The averaged weights of the last checkpoint."""
    model = make_upscaler()
    averaged(runs / "upscaler", model)
    return model


@torch.no_grad()
def measure(runs: Path, side: int = 128, count: int = 24) -> tuple[float, float]:
    """dB of unseen decodes enlarged by the upscaler, and by bicubic interpolation."""
    shown = scenes(77_003, count)
    low = decodes(best_autoencoder(runs), shown, ["flat"] * count, side, 9)
    high = to_tensor(np.stack([render(scene, "flat", SCALE * side) for scene in shown]))
    plain = nn.functional.interpolate(low, scale_factor=SCALE, mode="bicubic")
    return decibels(enlarged(trained_upscaler(runs), low), high), decibels(plain, high)


def main() -> None:
    """Command line."""
    chosen = arguments("Train the practice upscaler.", 30).parse_args()
    schedule, place = options(chosen, 2e-3)
    train_upscaler(chosen.runs, schedule, chosen.seed, place, batch=chosen.batch or BATCH)
    made, plain = measure(chosen.runs)
    print(f"{made:.2f} dB on unseen decodes; bicubic interpolation {plain:.2f} dB")


if __name__ == "__main__":
    main()
