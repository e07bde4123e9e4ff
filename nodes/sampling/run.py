"""What a solver is given: a denoiser, the sigmas, a source of noise and whom to tell of each step."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from torch import Tensor

from nodes.sampling.spaces import SigmaSpace
from nodes.sampling.step_noise import NoiseSampler


@dataclass(frozen=True, eq=False)
class Prediction:
    """The clean latent a guided model sees in a noisy one, and what it sees without the prompt and with the prompt
    alone (None: not computed, or not told apart).
    """

    x0: Tensor
    x0_uncond: Tensor | None = None
    x0_cond: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Step:
    """A step as told to a callback: its index, its sigma, the noisy latent it starts from, the clean one
    predicted.
    """

    index: int
    sigma: float
    x: Tensor
    x0: Tensor


Denoise = Callable[[Tensor, Tensor], Prediction]
"""denoise(x, sigma): predictions for noisy latents x `[B, ...]` at sigma `[B]`."""

StepCallback = Callable[[Step], None]


@dataclass(frozen=True, eq=False)
class Run:
    """One sampling, as solvers see it. `sigmas` fall; only the last may be 0."""

    denoise: Denoise
    sigmas: tuple[float, ...]
    space: SigmaSpace
    noise: NoiseSampler
    callback: StepCallback | None = None

    def steps(self) -> Iterator[tuple[int, float, float]]:
        """(index, sigma, next sigma) of each step."""
        for i, (sigma, sigma_next) in enumerate(zip(self.sigmas, self.sigmas[1:], strict=False)):
            yield i, sigma, sigma_next

    def predict(self, x: Tensor, sigma: float) -> Prediction:
        """Asks the model about `x` at `sigma`."""
        return self.denoise(x, x.new_full((x.shape[0],), sigma))

    def x0(self, x: Tensor, sigma: float) -> Tensor:
        """The clean latent the model sees in `x` at `sigma`: an evaluation inside a step."""
        return self.predict(x, sigma).x0

    def report(self, index: int, sigma: float, x: Tensor, x0: Tensor) -> None:
        """Tells the callback, which may raise to stop the run."""
        if self.callback is not None:
            self.callback(Step(index, sigma, x, x0))

    def step_x0(self, index: int, x: Tensor) -> Tensor:
        """The evaluation that begins step `index`, reported."""
        x0 = self.x0(x, self.sigmas[index])
        self.report(index, self.sigmas[index], x, x0)
        return x0

    def guided(self, x: Tensor, sigma: float) -> tuple[Tensor, Tensor]:
        """As `x0`, with the prediction without the prompt as second; ValueError where there is none."""
        prediction = self.predict(x, sigma)
        if prediction.x0_uncond is None:
            raise ValueError(
                "A CFG++ solver needs the model's unconditional prediction, which this guidance does not "
                "compute: use guidance with a negative prompt, or another solver."
            )
        return prediction.x0, prediction.x0_uncond

    def step_guided(self, index: int, x: Tensor) -> tuple[Tensor, Tensor]:
        """As `step_x0`, with the prediction without the prompt as second."""
        x0, x0_uncond = self.guided(x, self.sigmas[index])
        self.report(index, self.sigmas[index], x, x0)
        return x0, x0_uncond

    def alpha(self, sigma: float) -> float:
        """The share of the clean latent at `sigma`: 1 - sigma in flow models, else 1."""
        return 1.0 - sigma if self.space.flow else 1.0

    def log_snr(self, sigma: float) -> float:
        """lambda = ln(alpha / sigma), half the logarithm of the signal-to-noise ratio."""
        return math.log(self.alpha(sigma) / sigma)

    def sigma_at(self, log_snr: float) -> float:
        """Inverse of `log_snr`."""
        return 1.0 / (1.0 + math.exp(log_snr)) if self.space.flow else math.exp(-log_snr)
