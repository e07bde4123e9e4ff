"""Train a small model that edits: eight input channels, as in InstructPix2Pix (Brooks et al. 2023).

It sees the noisy latent and, beside it, the latent of the picture to be changed, and reads an instruction. The
pairs come from the renderer (`training.edits`); text encoder and autoencoder are those of the practice model.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from training.autoencoder import SCALING, best_autoencoder
from training.diffusion import alphas, noised
from training.draw.many import rendered_parts
from training.draw.render import LOOK
from training.edits import Edit, random_edit
from training.loop import HERE, Place, Run, arguments, autocast, averaged, options
from training.optimizer import Muon, split_groups
from training.pictures import to_tensor, write_array
from training.text import TOKENIZER, token_ids
from training.tokenizer import load_tokenizer
from training.unet import Denoiser, make_unet, trained_denoiser

if TYPE_CHECKING:
    from pathlib import Path

    from training.loop import Schedule

CHANNELS = (32, 32, 64, 128)
BATCH = 48
POOL = 8192
DROPOUT = 0.05
"""The share of examples without a text, as many without a picture, and as many without both."""


def make_editor(runs: Path) -> Denoiser:
    """An untrained editor with the practice model's text encoder, which is trained further."""
    return Denoiser(trained_denoiser(runs).text, make_unet(CHANNELS, inputs=8))


def edits(count: int, seed: int) -> list[Edit]:
    """The first `count` edits of a seed."""
    rng = random.Random(f"edits/{seed}")
    return [random_edit(rng) for _ in range(count)]


@torch.no_grad()
def pairs(
    runs: Path, count: int, seed: int, place: Place = HERE, batch: int = 16
) -> tuple[list[Edit], Tensor]:
    """Edits and their latents of unit size before and after, `[count, 2, 4, 32, 32]`, kept on disk."""
    wanted = edits(count, seed)
    path = runs / f"edits_{LOOK}_{seed}_{count}.npy"
    if not path.exists():
        model = best_autoencoder(runs).to(place.device)
        scenes = [scene for edit in wanted for scene in (edit.before, edit.after)]
        found = []
        for part in rendered_parts(scenes, ["flat"] * len(scenes), batch, workers=place.workers):
            with autocast(place.device):
                latents = model.encode(to_tensor(part).to(place.device)).latent_dist.mode()
            found.append((latents.float() * SCALING).half().cpu().numpy())
        flat = np.concatenate(found)
        write_array(path, flat.reshape(count, 2, *flat.shape[1:]))
    return wanted, torch.from_numpy(np.load(path)).to(place.device)


def editing_loss(model: Denoiser, before: Tensor, after: Tensor, ids: Tensor, table: Tensor) -> Tensor:
    """Weighted squared error of the velocity; the picture beside is the autoencoder's latent, not scaled.

    `ids` of examples without a text are those of the empty text. Here some examples lose the picture.
    """
    example = noised(after, table)
    kept = (torch.rand(len(before), 1, 1, 1) >= 2 * DROPOUT).to(before.device)
    beside = before / SCALING * kept
    with autocast(after.device):
        found = model(torch.cat([example.x, beside], dim=1), example.t, ids.to(after.device))
    error = (found.float() - example.velocity).square().mean(dim=(1, 2, 3))
    loss: Tensor = (error * example.weight).mean()
    return loss


def train_editor(
    runs: Path,
    schedule: Schedule,
    seed: int = 0,
    place: Place = HERE,
    *,
    batch: int = BATCH,
    tokenizer: Path = TOKENIZER,
    pool_size: int = POOL,
) -> Run:
    """Train; the result is `edit/` under `runs`."""
    torch.manual_seed(seed)
    words, table = load_tokenizer(tokenizer), alphas().to(place.device)
    wanted, latents = pairs(runs, pool_size, seed, place)
    model = place.take(make_editor(runs))
    groups = split_groups(model.unet) + split_groups(model.text, decay=0.0, scale=0.3)
    run = Run(runs / "edit", model, Muon(groups), schedule, seed, decay=0.998)

    def loss_of(step: int) -> Tensor:
        rng = random.Random(f"edit/{seed}/{step}")
        rows = [rng.randrange(pool_size) for _ in range(batch)]
        texts = ["" if rng.random() < 2 * DROPOUT else wanted[row].text for row in rows]
        chosen = latents[rows].float()
        return editing_loss(model, chosen[:, 0], chosen[:, 1], token_ids(words, texts), table)

    run.train(loss_of)
    return run


def trained_editor(runs: Path) -> Denoiser:
    """The averaged weights of the last checkpoint."""
    model = make_editor(runs)
    averaged(runs / "edit", model)
    return model


def main() -> None:
    """Command line."""
    chosen = arguments("Train the practice model that edits.", 60).parse_args()
    schedule, place = options(chosen, 2e-3)
    train_editor(chosen.runs, schedule, chosen.seed, place, batch=chosen.batch or BATCH)


if __name__ == "__main__":
    main()
