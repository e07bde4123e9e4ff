"""Train a ControlNet that follows edges, silhouettes or depth, on the finished denoiser: `--hint edges`.

On 2 CPU cores a picture costs about 15 ms; 10 minutes are enough for it to follow outlines.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch
from diffusers import ControlNetModel
from torch import Tensor

from training.diffusion import alphas, noised
from training.draw.brush import HINTS
from training.draw.render import render
from training.latents import CHUNK, LatentPool
from training.loop import HERE, Place, Run, Schedule, arguments, autocast, averaged, options
from training.optimizer import Muon, split_groups
from training.pictures import to_tensor
from training.text import TOKENIZER, token_ids
from training.tokenizer import load_tokenizer
from training.unet import Denoiser, captions_of, trained_denoiser

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from diffusers import UNet2DConditionModel

    from training.scene import Scene

HINT_CHANNELS = (8, 16, 32, 64)
BATCH = 48
EMPTY_SHARE = 0.2
KINDS = ("edges", *HINTS)


def edges(scenes: Sequence[Scene], rng: random.Random) -> Tensor:
    """White Canny edges on black, `[N, 3, SIDE, SIDE]` from 0 to 1, at thresholds near 100 and 200."""
    found = []
    for scene in scenes:
        low = rng.uniform(60, 140)
        found.append(cv2.Canny(render(scene), low, 2 * low))
    one = torch.from_numpy(np.stack(found)).float().div(255)[:, None]
    return one.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)


def hints(kind: str, scenes: Sequence[Scene], rng: random.Random) -> Tensor:
    """What a ControlNet of one of `KINDS` sees of scenes, `[N, 3, SIDE, SIDE]` from 0 to 1."""
    if kind == "edges":
        return edges(scenes, rng)
    return to_tensor(np.stack([render(scene, kind) for scene in scenes])).add(1).div(2)


def run_name(kind: str) -> str:
    """The folder of a kind's run, and of its shipped files."""
    return "controlnet" if kind == "edges" else f"controlnet_{kind}"


def make_controlnet(unet: UNet2DConditionModel) -> ControlNetModel:
    """A ControlNet whose trunk starts as the denoiser's own encoder, without its attention to the text.

    Outlines need no words, and the files stay small.
    """
    kept = (
        "block_out_channels",
        "layers_per_block",
        "norm_num_groups",
        "cross_attention_dim",
        "attention_head_dim",
    )
    net = ControlNetModel(
        down_block_types=("DownBlock2D",) * len(unet.config.block_out_channels),
        mid_block_type="UNetMidBlock2D",
        conditioning_embedding_out_channels=HINT_CHANNELS,
        **{name: unet.config[name] for name in kept},
    )
    own = net.state_dict()
    trunk = {name: value for name, value in unet.state_dict().items() if name in own}
    net.load_state_dict(trunk, strict=False)
    return net.to(memory_format=torch.channels_last)


def control_loss(
    net: ControlNetModel, model: Denoiser, latents: Tensor, ids: Tensor, hint: Tensor, table: Tensor
) -> Tensor:
    """The denoiser's own loss, with the hint; only `net` is to be trained."""
    example, device = noised(latents, table), latents.device
    with autocast(device):
        with torch.no_grad():
            text = model.read(ids.to(device))
        hint = hint.to(device)
        down, middle = net(example.x, example.t, text, controlnet_cond=hint, return_dict=False)
        found = model.unet(
            example.x,
            example.t,
            text,
            down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
        ).sample
    error = (found.float() - example.velocity).square().mean(dim=(1, 2, 3))
    loss: Tensor = (error * example.weight).mean()
    return loss


def train_controlnet(
    runs: Path,
    schedule: Schedule,
    seed: int = 0,
    kind: str = "edges",
    place: Place = HERE,
    *,
    batch: int = BATCH,
    tokenizer: Path = TOKENIZER,
    chunk: int = CHUNK,
) -> Run:
    """Train; the result is `controlnet/` under `runs`, for other kinds than edges with the kind's name behind it."""
    torch.manual_seed(seed)
    words, pool = load_tokenizer(tokenizer), LatentPool(runs, count=chunk, device=place.device)
    table = alphas().to(place.device)
    model = trained_denoiser(runs).requires_grad_(False).to(place.device)
    net = place.take(make_controlnet(model.unet))
    run = Run(runs / run_name(kind), net, Muon(split_groups(net)), schedule, seed, decay=0.99)

    def loss_of(step: int) -> Tensor:
        rng = random.Random(f"{run_name(kind)}/{seed}/{step}")
        latents, scenes = pool.take([rng.randrange(len(pool)) for _ in range(batch)])
        ids = captions_of(scenes, words, rng)
        if rng.random() < EMPTY_SHARE:
            ids = token_ids(words, [""]).expand(batch, -1)
        return control_loss(net, model, latents, ids, hints(kind, scenes, rng), table)

    run.train(loss_of)
    return run


def trained_controlnet(runs: Path, unet: UNet2DConditionModel, kind: str = "edges") -> ControlNetModel:
    """The averaged weights of the last checkpoint."""
    net = make_controlnet(unet)
    averaged(runs / run_name(kind), net)
    return net


def main() -> None:
    """Command line."""
    parser = arguments("Train a ControlNet for the practice model.", 10)
    parser.add_argument("--hint", choices=KINDS, default="edges")
    chosen = parser.parse_args()
    schedule, place = options(chosen, 1e-3)
    train_controlnet(chosen.runs, schedule, chosen.seed, chosen.hint, place, batch=chosen.batch or BATCH)


if __name__ == "__main__":
    main()
