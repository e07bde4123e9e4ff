"""A run of a checkpoint of Stable Diffusion 1.5's kind written out plainly, step by step, as docs/sampling.md says."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from nodes.text_encoders.tokenizers.clip import clip_tokens
from tests import models_maker as maker

START, END, ROOM, SCALE, SEED = 49406, 49407, 75, 0.18215, 18446744073709551557
WORDS = "a red house by a lake with tall trees and a small boat"
LONG = ", ".join([WORDS] * 9)
Segments = Sequence[tuple[str | Tensor, float]]
Mind = Callable[[Tensor, float], Tensor]
"""x0 = mind(x, sigma)"""


@dataclass
class Plain:
    """The model as the libraries have it, and what ComfyUI does with it."""

    tiny: maker.Tiny
    clip: Any = field(init=False)
    sigmas: Tensor = field(init=False)

    def __post_init__(self) -> None:
        [self.clip] = self.tiny.texts
        shares = torch.cumprod(
            1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2, 0
        )
        self.sigmas = ((1 - shares) / shares).sqrt().float()

    def say(self, segments: Segments, skip: int = 1) -> Tensor:
        """A prompt's states; its weighted segments are given one by one, vectors in the place of words."""
        rows: list[list[tuple[int | Tensor, float]]] = [[]]
        for words, weight in segments:
            ids: list[Any] = clip_tokens(words) if isinstance(words, str) else list(words)
            if len(ids) < 8 and len(rows[-1]) + len(ids) > ROOM:
                rows.append([])
            for one in ids:
                rows += [[]] if len(rows[-1]) == ROOM else []
                rows[-1].append((one, weight))
        blank, found = self._states([], skip), []
        for row in rows:
            weights = torch.tensor([1.0, *(weight for _, weight in row), *[1.0] * (76 - len(row))])[:, None]
            found.append(blank + weights * (self._states([one for one, _ in row], skip) - blank))
        return torch.cat(found)[None]

    def _states(self, ids: list[int | Tensor], skip: int) -> Tensor:
        whole = [START, *ids, END, *[END] * (ROOM - len(ids))]
        numbers = torch.tensor([[one if isinstance(one, int) else 0 for one in whole]])
        table = self.clip.get_input_embeddings()
        vectors = table(numbers)
        for at, one in enumerate(whole):
            if isinstance(one, Tensor):
                vectors[0, at] = one
        hook = table.register_forward_hook(lambda *_: vectors)
        said = self.clip(numbers, output_hidden_states=True)
        hook.remove()
        normed: Tensor = self.clip.final_layer_norm(said.hidden_states[-skip])
        return normed[0]

    def mind(self, positive: Tensor, negative: Tensor, cfg: float) -> Mind:
        """Classifier-free guidance."""

        def ask(x: Tensor, sigma: float, context: Tensor) -> Tensor:
            time = (self.sigmas.log() - math.log(sigma)).abs().argmin().float()
            batch = context.expand(len(x), -1, -1)
            noise: Tensor = self.tiny.unet(x / (sigma**2 + 1) ** 0.5, time, batch).sample
            return x - sigma * noise

        def predict(x: Tensor, sigma: float) -> Tensor:
            told = ask(x, sigma, positive)
            if cfg == 1:
                return told
            without = ask(x, sigma, negative)
            return without + cfg * (told - without)

        return predict

    def at(self, time: float) -> float:
        """The sigma of a timestep between two of the table."""
        low, share = math.floor(time), time - math.floor(time)
        logs = self.sigmas.log()
        return float(((1 - share) * logs[low] + share * logs[min(low + 1, 999)]).exp())

    def first(self, sigmas: Sequence[float]) -> float:
        """How strong the noise of the start is: at the largest sigma it carries the latents' own spread too."""
        return (
            (1 + sigmas[0] ** 2) ** 0.5
            if math.isclose(sigmas[0], float(self.sigmas[-1]), rel_tol=1e-5)
            else sigmas[0]
        )

    def steps(self, name: str, count: int) -> list[float]:
        """A schedule."""
        low, high = float(self.sigmas[0]) ** (1 / 7), float(self.sigmas[-1]) ** (1 / 7)
        makers: dict[str, Callable[[], list[float]]] = {
            "karras": lambda: [(high + i / (count - 1) * (low - high)) ** 7 for i in range(count)],
            "normal": lambda: [self.at(999 - 999 * i / (count - 1)) for i in range(count)],
            "sgm_uniform": lambda: [self.at(999 - 999 * i / count) for i in range(count)],
            "simple": lambda: [float(self.sigmas[-(1 + int(i * 1000 / count))]) for i in range(count)],
            "ddim_uniform": lambda: [float(s) for s in self.sigmas[1 :: max(1000 // count, 1)].flip(0)],
        }
        return [*makers[name](), 0.0]


def noise(shape: Sequence[int], seed: int = SEED) -> Tensor:
    torch.manual_seed(seed % 2**64)
    return torch.randn(list(shape))


def euler(mind: Mind, x: Tensor, sigmas: Sequence[float]) -> Tensor:
    for now, then in pairwise(sigmas):
        x = x + (x - mind(x, now)) / now * (then - now)
    return x


def ancestral(mind: Mind, x: Tensor, sigmas: Sequence[float]) -> Tensor:
    torch.manual_seed((SEED + 1) % 2**64)
    for now, then in pairwise(sigmas):
        up = min(then, (then**2 * (now**2 - then**2) / now**2) ** 0.5)
        down = (then**2 - up**2) ** 0.5
        x = x + (x - mind(x, now)) / now * (down - now)
        if then:
            x = x + torch.randn(x.shape) * up
    return x


def heun(mind: Mind, x: Tensor, sigmas: Sequence[float]) -> Tensor:
    for now, then in pairwise(sigmas):
        slope = (x - mind(x, now)) / now
        if then:
            guess = x + slope * (then - now)
            slope = (slope + (guess - mind(guess, then)) / then) / 2
        x = x + slope * (then - now)
    return x


def multistep(mind: Mind, x: Tensor, sigmas: Sequence[float]) -> Tensor:
    """dpmpp_2m."""
    before: Tensor | None = None
    last = 0.0
    for now, then in pairwise(sigmas):
        seen = mind(x, now)
        if not then:
            return seen
        width = math.log(now / then)
        trend = seen if before is None else (1 + width / last / 2) * seen - width / last / 2 * before
        x, before, last = then / now * x - math.expm1(-width) * trend, seen, width
    return x


def kept(mind: Mind, mask: Tensor, latent: Tensor, start: Tensor) -> Mind:
    """What a noise mask lets through."""
    return lambda x, sigma: (
        mind(x * mask + (latent + start * sigma) * (1 - mask), sigma) * mask + latent * (1 - mask)
    )
