"""Train a style as a LoRA on the finished denoiser: `--style ink` or `--style neon`.

On 2 CPU cores a picture costs about 12 ms; 6 minutes make a style.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import torch
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from torch import Tensor

from training.diffusion import alphas
from training.latents import CHUNK, LatentPool
from training.loop import HERE, Place, Run, Schedule, arguments, averaged, options
from training.optimizer import Muon, split_groups
from training.text import TOKENIZER
from training.tokenizer import load_tokenizer
from training.unet import Denoiser, captions_of, denoising_loss, trained_denoiser

if TYPE_CHECKING:
    from pathlib import Path

    from diffusers import UNet2DConditionModel

RANK = 8
TARGETS = ["to_q", "to_k", "to_v", "to_out.0", "conv1", "conv2", "conv_shortcut", "proj_in", "proj_out"]
BATCH = 48


def add_lora(unet: UNet2DConditionModel, rank: int = RANK) -> None:
    """Put a LoRA of strength 1 on attention and on the residual blocks' convolutions; it alone is trained."""
    unet.requires_grad_(False)
    unet.add_adapter(
        LoraConfig(r=rank, lora_alpha=rank, target_modules=TARGETS, init_lora_weights="gaussian")
    )


def lora_weights(unet: UNet2DConditionModel) -> dict[str, Tensor]:
    """The LoRA in the standard PEFT format: `unet.<module>.lora_A.weight` and `lora_B.weight`."""
    return {
        f"unet.{name}": value.detach().contiguous() for name, value in get_peft_model_state_dict(unet).items()
    }


def make_styled(runs: Path) -> Denoiser:
    """The trained denoiser with an untrained LoRA on it."""
    model = trained_denoiser(runs).requires_grad_(False)
    add_lora(model.unet)
    return model


def train_lora(
    runs: Path,
    style: str,
    schedule: Schedule,
    seed: int = 0,
    place: Place = HERE,
    *,
    batch: int = BATCH,
    tokenizer: Path = TOKENIZER,
    chunk: int = CHUNK,
) -> Run:
    """Train; the result is `lora_<style>/` under `runs`."""
    torch.manual_seed(seed)
    words, pool = load_tokenizer(tokenizer), LatentPool(runs, style, chunk, place.device)
    table = alphas().to(place.device)
    model = place.take(make_styled(runs))
    run = Run(runs / f"lora_{style}", model, Muon(split_groups(model, decay=0.0)), schedule, seed, decay=0.99)

    def loss_of(step: int) -> Tensor:
        rng = random.Random(f"lora/{style}/{seed}/{step}")
        latents, scenes = pool.take([rng.randrange(len(pool)) for _ in range(batch)])
        return denoising_loss(model, latents, captions_of(scenes, words, rng), table)

    run.train(loss_of)
    return run


def trained_lora(runs: Path, style: str) -> Denoiser:
    """The denoiser with the averaged LoRA of the last checkpoint."""
    model = make_styled(runs)
    averaged(runs / f"lora_{style}", model)
    return model


def main() -> None:
    """Command line."""
    parser = arguments("Train a style for the practice model.", 6)
    parser.add_argument("--style", required=True)
    chosen = parser.parse_args()
    schedule, place = options(chosen, 2e-3)
    train_lora(chosen.runs, chosen.style, schedule, chosen.seed, place, batch=chosen.batch or BATCH)


if __name__ == "__main__":
    main()
