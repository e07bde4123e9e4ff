"""What a network's output means: conversions between it and the predicted clean latent."""

from typing import Literal, assert_never

from torch import Tensor

PredictionKind = Literal["eps", "v", "edm", "flow", "x0", "image"]
PREDICTION_KINDS: tuple[PredictionKind, ...] = ("eps", "v", "edm", "flow", "x0", "image")


def expand(sigma: Tensor, x: Tensor) -> Tensor:
    """`sigma` `[B]` or scalar, shaped to broadcast over the trailing dimensions of `x`."""
    return sigma.reshape(-1, *(1,) * (x.ndim - 1))


def network_input(kind: PredictionKind, x: Tensor, sigma: Tensor, sigma_data: float = 1.0) -> Tensor:
    """The latent as the network takes it: unit variance (Karras et al. 2022, c_in), or unscaled for flow models and
    for those that turn one picture into another.
    """
    if kind in ("flow", "image"):
        return x
    return x / (expand(sigma, x) ** 2 + sigma_data**2) ** 0.5


def to_x0(kind: PredictionKind, x: Tensor, output: Tensor, sigma: Tensor, sigma_data: float = 1.0) -> Tensor:
    """The clean latent that a network's `output` for the latent `x` at `sigma` stands for.

    eps: Ho et al. 2020; v: Salimans and Ho 2022; edm: Karras et al. 2022, table 1; flow: Lipman et al. 2023.
    """
    s = expand(sigma, x)
    if kind == "eps" or kind == "flow":
        return x - s * output
    if kind == "x0" or kind == "image":
        return output
    total = s**2 + sigma_data**2
    skip, scale = x * sigma_data**2 / total, s * sigma_data / total**0.5
    if kind == "v":
        return skip - output * scale
    if kind == "edm":
        return skip + output * scale
    assert_never(kind)


def from_x0(kind: PredictionKind, x: Tensor, x0: Tensor, sigma: Tensor, sigma_data: float = 1.0) -> Tensor:
    """The network output that `to_x0` turns into `x0`; `sigma` must be above 0."""
    s = expand(sigma, x)
    if kind == "eps" or kind == "flow":
        return (x - x0) / s
    if kind in ("x0", "image"):
        return x0
    total = s**2 + sigma_data**2
    difference = (x0 - x * sigma_data**2 / total) * total**0.5 / (s * sigma_data)
    return -difference if kind == "v" else difference
