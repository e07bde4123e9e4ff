"""The quick look at a latent: a few small convolutions fitted to what the autoencoder makes of it.

What is fitted is written beside the shipped autoencoder and read by
`nodes.guidance.preview_decoder`. Some 3 minutes on a CPU.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, mse_loss, pixel_shuffle

from training.draw.render import render
from training.pictures import scenes, to_tensor

WIDTH = 24
ENLARGED = 4
"""A pixel of the latent becomes so many in each direction."""
STYLES = (("flat", 1536), ("ink", 384), ("neon", 384))
BATCH = 32


class Look(nn.Module):
    """Latents of unit size `[B, 4, h, w]` to colours from 0 to 1 `[B, 3, 4 h, 4 w]`."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            (
                nn.Conv2d(4, WIDTH, 3, padding=1),
                nn.Conv2d(WIDTH, WIDTH, 3, padding=1),
                nn.Conv2d(WIDTH, 3 * ENLARGED**2, 3, padding=1),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """Rectified between the layers; the last one's channels are spread over the pixels."""
        first, second, last = self.layers
        return pixel_shuffle(last(second(first(x).relu()).relu()), ENLARGED)


@torch.no_grad()
def pairs(model: AutoencoderKL) -> tuple[Tensor, Tensor]:
    """Latents as a run sees them, and what they stand for.

    Besides those of whole pictures there are blends of two and blurred ones: a run's first steps look like that.
    """
    scale = model.config.scaling_factor
    parts = []
    for style, count in STYLES:
        drawn = np.stack([render(scene, style) for scene in scenes(88, count)])
        encoded = [
            model.encode(to_tensor(part)).latent_dist.mode() for part in np.array_split(drawn, count // BATCH)
        ]
        parts.append(torch.cat(encoded) * scale)
    whole = torch.cat(parts)
    share = torch.rand(len(whole), 1, 1, 1)
    blends = whole * share + whole[torch.randperm(len(whole))] * (1 - share)
    blurred = avg_pool2d(whole, 3, 1, 1, count_include_pad=False)
    latents = torch.cat([whole, blends[::2], blurred[::2]])
    decoded = [model.decode(part / scale).sample for part in torch.split(latents, BATCH)]
    colours = torch.cat([avg_pool2d(part, 8 // ENLARGED) for part in decoded]).add(1).div(2).clamp(0, 1)
    return latents, colours


def fit(latents: Tensor, colours: Tensor, steps: int) -> Look:
    """Least squares by Adam; the last sixteenth of the pairs is held out and its error printed."""
    order = torch.randperm(len(latents))
    latents, colours = latents[order], colours[order]
    kept = len(latents) * 15 // 16
    look = Look().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(look.parameters(), 4e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for step in range(steps):
        rows = torch.randint(0, kept, (BATCH,))
        loss = mse_loss(look(latents[rows]), colours[rows])
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
        if step % 500 == 499:
            with torch.no_grad():
                error = mse_loss(look(latents[kept:]).clamp(0, 1), colours[kept:]).sqrt()
            print(f"step {step + 1}: off by {255 * error:.1f} of 255 on what it has not seen", flush=True)
    return look


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Fit the live preview of the practice model.")
    parser.add_argument("--vae", type=Path, default=Path("nodes/practice/model/vae"))
    parser.add_argument("--steps", type=int, default=6000)
    chosen = parser.parse_args()
    torch.manual_seed(1)
    model = AutoencoderKL.from_pretrained(chosen.vae, torch_dtype=torch.float32).eval()
    look = fit(*pairs(model), chosen.steps)
    tensors = {
        f"{index}.{name}": value.detach().half().contiguous()
        for index, layer in enumerate(look.layers)
        for name, value in layer.named_parameters()
    }
    save_file(tensors, chosen.vae / "latent_preview.safetensors", {"format": "pt"})


if __name__ == "__main__":
    main()
