"""Pictures from captions with the trained weights, and sheets of pictures to look at."""

from __future__ import annotations

import argparse
import random
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from training.autoencoder import best_autoencoder
from training.captions import full_caption
from training.diffusion import sample, sample_few
from training.draw.render import SIDE
from training.fewstep import NAME as FEW_STEPS
from training.loop import CPU
from training.lora import trained_lora
from training.pictures import to_pictures
from training.scene import held_out_scene, training_scene
from training.text import TOKENIZER, token_ids
from training.tokenizer import load_tokenizer
from training.unet import trained_denoiser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffusers import AutoencoderKL
    from numpy.typing import NDArray
    from transformers import CLIPTokenizer

    from training.unet import Denoiser

GUIDANCE = 4.0
STEPS = 20
GAP = 6


class Maker:
    """The trained model, ready to make pictures."""

    def __init__(
        self,
        model: Denoiser,
        autoencoder: AutoencoderKL,
        words: CLIPTokenizer,
        *,
        few: bool = False,
        device: torch.device = CPU,
    ) -> None:
        self.model, self.autoencoder = model.eval().to(device), autoencoder.eval().to(device)
        self.words, self.few, self.device = words, few, device

    @classmethod
    def of(cls, runs: Path, tokenizer: Path = TOKENIZER, device: torch.device = CPU) -> Maker:
        """The latest weights of all parts."""
        words = load_tokenizer(tokenizer)
        return cls(trained_denoiser(runs), best_autoencoder(runs), words, device=device)

    @classmethod
    def in_few_steps(cls, runs: Path, tokenizer: Path = TOKENIZER, device: torch.device = CPU) -> Maker:
        """The latest weights with the few-step LoRA: made for 4 steps without guidance."""
        words = load_tokenizer(tokenizer)
        return cls(trained_lora(runs, FEW_STEPS), best_autoencoder(runs), words, few=True, device=device)

    @torch.no_grad()
    def pictures(
        self,
        texts: Sequence[str],
        seeds: Sequence[int],
        *,
        steps: int = STEPS,
        guidance: float = GUIDANCE,
        batch: int = 32,
    ) -> NDArray[np.uint8]:
        """`[N, SIDE, SIDE, 3]`, each from its own seed; with the few-step LoRA `guidance` counts for nothing."""
        made = []
        for start in range(0, len(texts), batch):
            part = slice(start, start + batch)
            made.append(self._some(texts[part], seeds[part], steps, guidance))
        return np.concatenate(made)

    def _some(
        self, texts: Sequence[str], seeds: Sequence[int], steps: int, guidance: float
    ) -> NDArray[np.uint8]:
        text = self.model.read(token_ids(self.words, texts).to(self.device))
        empty = self.model.read(token_ids(self.words, [""]).to(self.device))
        noise = torch.stack(
            [
                torch.randn(4, SIDE // 8, SIDE // 8, generator=torch.Generator().manual_seed(seed))
                for seed in seeds
            ]
        )
        noise = noise.contiguous(memory_format=torch.channels_last).to(self.device)
        if self.few:
            generator = torch.Generator().manual_seed(seeds[0])
            latents = sample_few(self._velocity, text, noise, generator, steps=steps)
        else:
            latents = sample(self._velocity, text, empty, noise, steps=steps, guidance=guidance)
        return to_pictures(self.autoencoder.decode(latents / self.autoencoder.config.scaling_factor).sample)

    def _velocity(self, x: Tensor, t: Tensor, text: Tensor) -> Tensor:
        found: Tensor = self.model.unet(x, t, text).sample
        return found


def sheet(pictures: NDArray[np.uint8], columns: int) -> Image.Image:
    """The pictures in rows on white."""
    side = pictures.shape[1] + GAP
    rows = -(-len(pictures) // columns)
    whole = Image.new("RGB", (columns * side + GAP, rows * side + GAP), "white")
    for index, picture in enumerate(pictures):
        whole.paste(Image.fromarray(picture), (GAP + index % columns * side, GAP + index // columns * side))
    return whole


def main() -> None:
    """Command line: a sheet of captions never seen, half of them of held-out combinations."""
    parser = argparse.ArgumentParser(description="Look at what the practice model makes.")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path, default=Path("sheet.png"))
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--guidance", type=float, default=GUIDANCE)
    parser.add_argument("--text", action="append", help="a caption of your own; may be repeated")
    chosen = parser.parse_args()
    rng = random.Random(chosen.seed)
    scenes = [held_out_scene(rng) if index % 2 else training_scene(rng) for index in range(chosen.count)]
    texts = chosen.text or [full_caption(scene, rng).text for scene in scenes]
    maker = Maker.of(chosen.runs)
    seeds = [chosen.seed * 1000 + index for index in range(len(texts))]
    made = maker.pictures(texts, seeds, steps=chosen.steps, guidance=chosen.guidance)
    sheet(made, 10).save(chosen.out)
    for index, text in enumerate(texts):
        print(f"{index // 10 + 1}.{index % 10 + 1} {text}")


if __name__ == "__main__":
    main()
