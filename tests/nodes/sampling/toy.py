"""Denoisers that are known exactly, so that solvers can be held to the truth without a network."""

import torch
from torch import Tensor

from nodes.sampling import Denoise, Prediction, SigmaSpace


def shares(space: SigmaSpace, sigma: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """The shares of clean latent and of noise in float64, shaped like `x`."""
    s = sigma.double().reshape(-1, *(1,) * (x.ndim - 1))
    return (1 - s if space.flow else torch.ones_like(s)), s


def two_points(space: SigmaSpace, width: float = 0.35, at: float = 1.5) -> Denoise:
    """Data at plus and minus `at` with a standard deviation: the exact mean of what a noisy latent may have been."""

    def denoise(x: Tensor, sigma: Tensor) -> Prediction:
        a, b = shares(space, sigma, x)
        variance = a**2 * width**2 + b**2
        x0 = (a * width**2 * x.double() + b**2 * at * torch.tanh(a * at * x.double() / variance)) / variance
        return Prediction(x0.to(x), x0.to(x))

    return denoise


def normal_data(space: SigmaSpace, mean: float = 0.5, deviation: float = 0.8) -> Denoise:
    """Normal data: the denoiser is linear and the marginals at each sigma are known."""

    def denoise(x: Tensor, sigma: Tensor) -> Prediction:
        a, b = shares(space, sigma, x)
        gain = a * deviation**2 / (a**2 * deviation**2 + b**2)
        x0 = mean + gain * (x.double() - a * mean)
        return Prediction(x0.to(x), x0.to(x))

    return denoise


def guided(space: SigmaSpace) -> Denoise:
    """As `two_points`, with another prediction for no prompt."""
    with_prompt, without = two_points(space), normal_data(space)

    def denoise(x: Tensor, sigma: Tensor) -> Prediction:
        return Prediction(with_prompt(x, sigma).x0, without(x, sigma).x0)

    return denoise


class Counted:
    """A denoiser that counts its calls."""

    def __init__(self, denoise: Denoise) -> None:
        self.denoise = denoise
        self.calls = 0

    def __call__(self, x: Tensor, sigma: Tensor) -> Prediction:
        self.calls += 1
        return self.denoise(x, sigma)
