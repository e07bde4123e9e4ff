"""Train the denoiser together with the text encoder.

On 2 CPU cores a picture costs about 10 ms; an hour shows it some 300,000.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor, nn

from training.captions import caption
from training.diffusion import alphas, noised
from training.draw.render import SIDE
from training.latents import CHUNK, LatentPool, chunk_file
from training.loop import HERE, Place, Run, Schedule, arguments, autocast, averaged, options
from training.optimizer import Muon, split_groups
from training.team import Team, run_team
from training.text import TOKENIZER, WIDTH, make_text_encoder, token_ids, trained_encoder, with_strangers
from training.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from transformers import CLIPTextModel, CLIPTokenizer

    from training.scene import Scene

CHANNELS = (64, 64, 128, 192)
BATCH = 64
DROPOUT = 0.1
TEXT_RATE = 0.3
SHAPE_SHARES = {"square": 0.6, "wide": 0.2, "tall": 0.2}


def make_unet(
    channels: tuple[int, ...] = CHANNELS, width: int = WIDTH, inputs: int = 4
) -> UNet2DConditionModel:
    """An untrained denoiser for 32 x 32 latents. Attention to the text stands at 8 x 8 and in the middle."""
    outer = ("DownBlock2D",) * (len(channels) - 2)
    model = UNet2DConditionModel(
        sample_size=SIDE // 8,
        in_channels=inputs,
        out_channels=4,
        block_out_channels=channels,
        down_block_types=(*outer, "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", *(one.replace("Down", "Up") for one in outer)),
        layers_per_block=1,
        attention_head_dim=4,
        cross_attention_dim=width,
        norm_num_groups=16,
    )
    return model.to(memory_format=torch.channels_last)


class Denoiser(nn.Module):
    """Text encoder and denoiser, trained as one."""

    def __init__(self, text: CLIPTextModel, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.text, self.unet = text, unet
        # At these sizes plain attention has the faster backward.
        self.unet.set_attn_processor(AttnProcessor())
        self.text.set_attn_implementation("eager")

    def read(self, ids: Tensor) -> Tensor:
        """`[N, 77]` token ids as `[N, 77, C]`."""
        hidden: Tensor = self.text(input_ids=ids).last_hidden_state
        return hidden

    def forward(self, x: Tensor, t: Tensor, ids: Tensor) -> Tensor:
        """The velocity."""
        found: Tensor = self.unet(x, t, self.read(ids)).sample
        return found


def captions_of(scenes: Sequence[Scene], words: CLIPTokenizer, rng: random.Random) -> Tensor:
    """Fresh captions of scenes as token ids; a share `DROPOUT` of them empty."""
    texts = ["" if rng.random() < DROPOUT else caption(scene, rng).text for scene in scenes]
    return with_strangers(token_ids(words, texts), rng, 0.05)


def denoising_loss(model: Denoiser, latents: Tensor, ids: Tensor, table: Tensor) -> Tensor:
    """Weighted squared error of the velocity."""
    example = noised(latents, table)
    with autocast(latents.device):
        found = model(example.x, example.t, ids.to(latents.device))
    error = (found.float() - example.velocity).square().mean(dim=(1, 2, 3))
    loss: Tensor = (error * example.weight).mean()
    return loss


def make_denoiser(runs: Path | None = None) -> Denoiser:
    """The untrained denoiser, with the text encoder as its own training left it when `runs` is given."""
    return Denoiser(make_text_encoder() if runs is None else trained_encoder(runs), make_unet())


def train_unet(
    runs: Path,
    schedule: Schedule,
    seed: int = 0,
    *,
    batch: int = BATCH,
    tokenizer: Path = TOKENIZER,
    chunk: int = CHUNK,
    processes: int = 1,
    place: Place = HERE,
) -> None:
    """Train; the result is `unet/` under `runs`. `batch` is split over the processes."""
    torch.manual_seed(seed)
    model = make_denoiser(runs)
    given = (runs, schedule, seed, batch // processes, tokenizer, chunk, place)
    if processes == 1:
        _train(None, model, *given)
    else:
        run_team(processes, model, _train, given)


def shaped_pools(runs: Path, chunk: int, device: torch.device) -> dict[str, LatentPool]:
    """The latents of the square, and of the other shapes that have been encoded."""
    there = [
        shape for shape in SHAPE_SHARES if shape == "square" or chunk_file(runs, 0, shape=shape).exists()
    ]
    return {shape: LatentPool(runs, count=chunk, device=device, shape=shape) for shape in there}


def _train(
    team: Team | None,
    model: Denoiser,
    runs: Path,
    schedule: Schedule,
    seed: int,
    batch: int,
    tokenizer: Path,
    chunk: int,
    place: Place,
) -> None:
    words, pools = load_tokenizer(tokenizer), shaped_pools(runs, chunk, place.device)
    table = alphas().to(place.device)
    place.take(model)
    owned = None if team is None else team.adopt(model)
    groups = split_groups(model.unet, owned=owned)
    groups += split_groups(model.text, decay=0.0, scale=TEXT_RATE, owned=owned)
    run = Run(runs / "unet", model, Muon(groups), schedule, seed, decay=0.9985, team=team)

    def loss_of(step: int) -> Tensor:
        rng = random.Random(f"unet/{seed}/{step}")
        pool = rng.choices(list(pools.values()), [SHAPE_SHARES[shape] for shape in pools])[0]
        latents, scenes = pool.take([rng.randrange(len(pool)) for _ in range(batch)])
        return denoising_loss(model, latents, captions_of(scenes, words, rng), table)

    run.train(loss_of)


def trained_denoiser(runs: Path) -> Denoiser:
    """The averaged weights of the last checkpoint."""
    model = make_denoiser()
    averaged(runs / "unet", model)
    return model


def main() -> None:
    """Command line."""
    chosen = arguments("Train the practice model's denoiser.", 60).parse_args()
    schedule, place = options(chosen, 2e-3, warm_up=0.02)
    train_unet(
        chosen.runs,
        schedule,
        chosen.seed,
        batch=chosen.batch or BATCH,
        processes=chosen.threads if place.device.type == "cpu" else 1,
        place=place,
    )


if __name__ == "__main__":
    main()
