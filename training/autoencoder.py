"""Train the autoencoder: first encoder and decoder together, then, with the encoder fixed, the decoder alone.

The second phase (`--decoder`) may be repeated at any time: latents stay what they are, so nothing that was
trained on them is touched. On 2 CPU cores a step takes about 0.45 s; 25 minutes together and some 10 minutes
of decoder give over 30 dB.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import numpy as np
import torch
from diffusers import AutoencoderKL
from torch import Tensor

from training.draw.render import SIDE, render
from training.loop import HERE, Place, Run, Schedule, arguments, autocast, averaged, options, spent
from training.optimizer import Muon, split_groups
from training.pictures import busy_crops, mixed_pool, scenes, to_tensor

if TYPE_CHECKING:
    from pathlib import Path

CROP = 64
BATCH = 16
POOL = 3000
KL_WEIGHT = 2e-4
CHANNELS = (32, 64, 96, 128)
SCALING = 0.18215  # Stable Diffusion's own, so that a program that takes it for granted is right


def make_autoencoder(channels: tuple[int, ...] = CHANNELS) -> AutoencoderKL:
    """An untrained autoencoder: 4 latent channels at an eighth of the resolution."""
    model = AutoencoderKL(
        block_out_channels=channels,
        layers_per_block=1,
        norm_num_groups=8,
        latent_channels=4,
        sample_size=SIDE,
        scaling_factor=SCALING,
        down_block_types=("DownEncoderBlock2D",) * len(channels),
        up_block_types=("UpDecoderBlock2D",) * len(channels),
        mid_block_add_attention=False,
    )
    return model.to(memory_format=torch.channels_last)


def picture_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """Squared and absolute error, and the absolute error of differences between neighbours (edges)."""
    error = made.float() - wanted
    edges = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return 4 * error.square().mean() + 0.4 * error.abs().mean() + 0.5 * edges


def decibels(made: Tensor, wanted: Tensor) -> float:
    """Peak signal-to-noise ratio of pictures from -1 to 1, in dB, averaged over pictures."""
    error = (made.float().clamp(-1, 1) - wanted).square().mean(dim=(1, 2, 3))
    return float((10 * torch.log10(4 / error)).mean())


def joint_loss(model: AutoencoderKL, pictures: Tensor) -> dict[str, Tensor]:
    """Reconstruction, and a light pull of the latents towards a unit normal."""
    with autocast(pictures.device):
        posterior = model.encode(pictures).latent_dist
        made = model.decode(posterior.sample()).sample
    return {
        "picture": picture_loss(made, pictures),
        "kl": KL_WEIGHT * posterior.kl().mean() / posterior.mean[0].numel(),
    }


def decoder_loss(model: AutoencoderKL, pictures: Tensor) -> dict[str, Tensor]:
    """Reconstruction from the fixed encoder's latents."""
    with autocast(pictures.device), torch.no_grad():
        latents = model.encode(pictures).latent_dist.mode()
    with autocast(pictures.device):
        made = model.decode(latents).sample
    return {"picture": picture_loss(made, pictures)}


@torch.no_grad()
def measure(model: AutoencoderKL, count: int = 64) -> float:
    """dB on flat pictures that no training saw."""
    wanted = to_tensor(np.stack([render(scene) for scene in scenes(99_991, count)]))
    made = [model.decode(model.encode(part).latent_dist.mode()).sample for part in torch.split(wanted, 8)]
    return decibels(torch.cat(made), wanted)


def train_together(
    runs: Path,
    schedule: Schedule,
    seed: int = 0,
    place: Place = HERE,
    *,
    pool_size: int = POOL,
    batch: int = BATCH,
) -> Run:
    """The first phase. Its result is `autoencoder/` under `runs`."""
    torch.manual_seed(seed)
    model, pool = place.take(make_autoencoder()), mixed_pool(runs, pool_size, workers=place.workers)
    run = Run(runs / "autoencoder", model, Muon(split_groups(model)), schedule, seed, decay=0.998)

    def loss_of(step: int) -> dict[str, Tensor]:
        crops = busy_crops(pool, random.Random(f"{seed}/{step}"), batch, CROP)
        return joint_loss(model, crops.to(place.device))

    run.train(loss_of)
    return run


def train_decoder(
    runs: Path,
    schedule: Schedule,
    seed: int = 0,
    place: Place = HERE,
    *,
    pool_size: int = POOL,
    batch: int = BATCH,
) -> Run:
    """The second phase. Its result is `decoder/` under `runs`: a whole autoencoder with the same encoder."""
    fix_encoder(runs)
    model, pool = place.take(fixed_autoencoder(runs)), mixed_pool(runs, pool_size, workers=place.workers)
    model.encoder.requires_grad_(False)
    model.quant_conv.requires_grad_(False)
    run = Run(runs / "decoder", model, Muon(split_groups(model)), schedule, seed + 1, decay=0.998)

    def loss_of(step: int) -> dict[str, Tensor]:
        crops = busy_crops(pool, random.Random(f"decoder/{seed}/{step}"), batch, CROP)
        return decoder_loss(model, crops.to(place.device))

    run.train(loss_of)
    return run


@torch.no_grad()
def normalise(model: AutoencoderKL, pictures: Tensor) -> None:
    """Fold a shift and a scale into the two 1 x 1 convolutions about the latents.

    Afterwards each latent channel has mean 0 and, times `SCALING`, deviation 1; pictures stay what they were.
    """
    found = torch.cat([model.encode(part).latent_dist.mode() for part in torch.split(pictures, 16)])
    mean = found.mean(dim=(0, 2, 3))
    scale = 1 / (found.std(dim=(0, 2, 3)) * SCALING)
    quant, unquant = model.quant_conv, model.post_quant_conv
    quant.weight[:4].mul_(scale[:, None, None, None])
    quant.bias[:4].sub_(mean).mul_(scale)
    quant.bias[4:].add_(2 * scale.log())
    unquant.bias.add_((unquant.weight[:, :, 0, 0] * mean).sum(dim=1))
    unquant.weight.div_(scale[None, :, None, None])


def fix_encoder(runs: Path, count: int = 96) -> None:
    """End the first phase for good: from here on latents never change. `count` pictures fix their scale."""
    path = runs / "autoencoder" / "fixed.pt"
    if path.exists():
        return
    model = averaged(runs / "autoencoder", make_autoencoder())
    normalise(model, to_tensor(np.stack([render(scene) for scene in scenes(71, count)])))
    torch.save(model.state_dict(), path.with_suffix(".new"))
    os.replace(path.with_suffix(".new"), path)


def reopen(runs: Path) -> None:
    """Let the first phase go on: its result is fixed again only when it has ended."""
    for path in (runs / "autoencoder" / "fixed.pt", runs / "decoder" / "state.pt"):
        path.unlink(missing_ok=True)


def fixed_autoencoder(runs: Path) -> AutoencoderKL:
    """The autoencoder as the first phase left it, with normalised latents."""
    model = make_autoencoder()
    model.load_state_dict(torch.load(runs / "autoencoder" / "fixed.pt", weights_only=True))
    return model.eval()


def best_autoencoder(runs: Path) -> AutoencoderKL:
    """The trained autoencoder, with the refined decoder if there is one."""
    if (runs / "decoder" / "state.pt").exists():
        return averaged(runs / "decoder", make_autoencoder())
    return fixed_autoencoder(runs)


def main() -> None:
    """Command line."""
    parser = arguments("Train the practice model's autoencoder.", 25)
    parser.add_argument("--decoder", action="store_true", help="refine the decoder; the encoder stays fixed")
    parser.add_argument(
        "--reopen",
        action="store_true",
        help="train a fixed encoder further: every latent has to be made again",
    )
    chosen = parser.parse_args()
    schedule, place = options(chosen, 1e-3 if chosen.decoder or chosen.reopen else 2e-3)
    if chosen.reopen and spent(chosen.runs / "autoencoder") < chosen.minutes:
        reopen(chosen.runs)
    if not chosen.decoder and (chosen.runs / "autoencoder" / "fixed.pt").exists():
        print("autoencoder: the encoder is fixed; --reopen trains it further, --decoder the decoder alone")
        return
    (train_decoder if chosen.decoder else train_together)(
        chosen.runs, schedule, chosen.seed, place, batch=chosen.batch or BATCH
    )
    fix_encoder(chosen.runs)
    print(f"{measure(best_autoencoder(chosen.runs)):.2f} dB on unseen pictures")


if __name__ == "__main__":
    main()
