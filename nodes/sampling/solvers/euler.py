"""First-order solvers: Euler, its ancestral and CFG++ forms, gradient estimation."""

from typing import TYPE_CHECKING

from nodes.sampling.solvers.ancestral import add_noise, ancestral_split, down_and_up

if TYPE_CHECKING:
    from torch import Tensor

    from nodes.sampling.run import Run


def euler(run: "Run", x: "Tensor") -> "Tensor":
    """Karras et al. 2022, algorithm 2 without churn; the same as DDIM with eta 0 (Song et al. 2021)."""
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        x = x + (x - x0) * ((sigma_next - sigma) / sigma)
    return x


def euler_ancestral(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """Euler to below the next sigma, then fresh noise up to it (Song et al. 2021, eq. 16; flow: see
    flow_split).
    """
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        sigma_down, scale, sigma_up = down_and_up(run, sigma, sigma_next, eta)
        x = x0 + (sigma_down / sigma) * (x - x0)
        x = add_noise(run, x, sigma, sigma_next, scale, s_noise * sigma_up)
    return x


def euler_ancestral_cfg_pp(run: "Run", x: "Tensor", *, eta: float = 1.0, s_noise: float = 1.0) -> "Tensor":
    """CFG++ (Chung et al. 2024, algorithm 2): the guided prediction for the image, the unguided one for the
    noise.
    """
    for i, sigma, sigma_next in run.steps():
        x0, x0_uncond = run.step_guided(i, x)
        if sigma_next == 0:
            return x0
        alpha, alpha_next = run.alpha(sigma), run.alpha(sigma_next)
        direction = (x - alpha * x0_uncond) / sigma
        before = sigma / alpha if alpha > 0 else float("inf")
        sigma_down, sigma_up = ancestral_split(before, sigma_next / alpha_next, eta)
        x = alpha_next * (x0 + sigma_down * direction)
        x = add_noise(run, x, sigma, sigma_next, 1.0, alpha_next * s_noise * sigma_up)
    return x


def euler_cfg_pp(run: "Run", x: "Tensor") -> "Tensor":
    """CFG++ (Chung et al. 2024, algorithm 2) without added noise."""
    return euler_ancestral_cfg_pp(run, x, eta=0.0)


def gradient_estimation(run: "Run", x: "Tensor", *, gamma: float = 2.0) -> "Tensor":
    """Permenter and Yuan 2024, algorithm 2: Euler along a noise estimate extrapolated from the last one by
    `gamma`.
    """
    last = None
    for i, sigma, sigma_next in run.steps():
        x0 = run.step_x0(i, x)
        if sigma_next == 0:
            return x0
        d = (x - x0) / sigma
        estimate = d if last is None else gamma * d + (1 - gamma) * last
        x = x + estimate * (sigma_next - sigma)
        last = d
    return x


def gradient_estimation_cfg_pp(run: "Run", x: "Tensor", *, gamma: float = 2.0) -> "Tensor":
    """Gradient estimation with the noise direction of CFG++ (Chung et al. 2024)."""
    last = None
    for i, sigma, sigma_next in run.steps():
        x0, x0_uncond = run.step_guided(i, x)
        if sigma_next == 0:
            return x0
        d = (x - x0_uncond) / sigma
        x = x0 + d * sigma_next
        if last is not None:
            x = x + (gamma - 1) * (d - last) * (sigma_next - sigma)
        last = d
    return x
