"""Train a LoRA that makes pictures in four steps: latent consistency distillation of the finished denoiser.

The student (denoiser with LoRA) shall give the same clean latent from two neighbouring points of a path that the
teacher (the denoiser with guidance) walks (Luo et al. 2023, "LCM-LoRA"). Sample it with `lcm` and no guidance.
A step costs about three times as much as one of `training.lora`.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from training.diffusion import STEPS, alphas, clean_and_noise
from training.latents import CHUNK, LatentPool
from training.loop import HERE, Place, Run, Schedule, arguments, autocast, options
from training.lora import make_styled
from training.optimizer import Muon, split_groups
from training.text import TOKENIZER, token_ids
from training.tokenizer import load_tokenizer
from training.unet import captions_of

if TYPE_CHECKING:
    from pathlib import Path

    from training.unet import Denoiser

NAME = "four_steps"
BATCH = 32
POINTS = 40
"""Times on the teacher's path; 1000 / 40 steps of noise lie between two."""
GUIDANCE = (3.0, 5.0)
HUBER = 0.001
SIGMA_DATA, TIME_SCALE = 0.5, 10.0


def boundary(t: Tensor) -> tuple[Tensor, Tensor]:
    """How much of the noisy input and of the network's clean guess the answer is made of, `[N, 1, 1, 1]` each.

    At t = 0 the answer is the input itself; from the first steps on it is almost only the guess.
    """
    scaled = (t * TIME_SCALE)[:, None, None, None]
    kept = SIGMA_DATA**2 / (scaled**2 + SIGMA_DATA**2)
    return kept, scaled / (scaled**2 + SIGMA_DATA**2).sqrt()


def answer(velocity: Tensor, x: Tensor, t: Tensor, table: Tensor) -> Tensor:
    """The clean latent that a velocity stands for, held to the input near t = 0."""
    kept, guessed = boundary(t)
    clean, _ = clean_and_noise(velocity, x, table[t])
    return kept * x + guessed * clean


@torch.no_grad()
def neighbour(
    model: Denoiser, x: Tensor, t: Tensor, before: Tensor, text: Tensor, empty: Tensor, table: Tensor
) -> Tensor:
    """Where the teacher with guidance is at the time `before` when it is at `x` at the time `t`."""
    model.unet.disable_adapters()
    found = model.unet(torch.cat([x, x]), torch.cat([t, t]), torch.cat([empty.expand_as(text), text])).sample
    model.unet.enable_adapters()
    without, with_text = found.float().chunk(2)
    scale = torch.empty(len(x), 1, 1, 1, device=x.device).uniform_(*GUIDANCE)
    clean, noise = clean_and_noise(without + scale * (with_text - without), x, table[t])
    level = table[before][:, None, None, None]
    return level.sqrt() * clean + (1 - level).sqrt() * noise


def distillation_loss(
    model: Denoiser, latents: Tensor, ids: Tensor, nothing: Tensor, table: Tensor
) -> Tensor:
    """Huber distance of the student's answers at two neighbouring points; only the LoRA gets a gradient."""
    gap, device = STEPS // POINTS, latents.device
    t = torch.randint(1, POINTS, (len(latents),)).to(device) * gap + gap - 1
    before = t - gap
    level = table[t][:, None, None, None]
    x = level.sqrt() * latents + (1 - level).sqrt() * torch.randn_like(latents)
    with autocast(device):
        with torch.no_grad():
            text, empty = model.read(ids.to(device)), model.read(nothing.to(device))
            earlier = neighbour(model, x, t, before, text, empty, table)
            wanted = answer(model.unet(earlier, before, text).sample.float(), earlier, before, table)
        found = answer(model.unet(x, t, text).sample.float(), x, t, table)
    loss: Tensor = ((found - wanted).square() + HUBER**2).sqrt().sub(HUBER).mean()
    return loss


def train_few_steps(
    runs: Path,
    schedule: Schedule,
    seed: int = 0,
    place: Place = HERE,
    *,
    batch: int = BATCH,
    tokenizer: Path = TOKENIZER,
    chunk: int = CHUNK,
) -> Run:
    """Train; the result is `lora_four_steps/` under `runs`."""
    torch.manual_seed(seed)
    words, pool = load_tokenizer(tokenizer), LatentPool(runs, count=chunk, device=place.device)
    table = alphas().to(place.device)
    model, nothing = place.take(make_styled(runs)), token_ids(words, [""])
    run = Run(runs / f"lora_{NAME}", model, Muon(split_groups(model, decay=0.0)), schedule, seed, decay=0.98)

    def loss_of(step: int) -> Tensor:
        rng = random.Random(f"fewstep/{seed}/{step}")
        latents, scenes = pool.take([rng.randrange(len(pool)) for _ in range(batch)])
        return distillation_loss(model, latents, captions_of(scenes, words, rng), nothing, table)

    run.train(loss_of)
    return run


def main() -> None:
    """Command line."""
    chosen = arguments("Train the practice model's few-step LoRA.", 20).parse_args()
    schedule, place = options(chosen, 1e-3)
    train_few_steps(chosen.runs, schedule, chosen.seed, place, batch=chosen.batch or BATCH)


if __name__ == "__main__":
    main()
