"""Guidance: how predictions with and without the prompt become one. All work on clean latents `[B, C, ...]`.

`cond` is the prediction with the prompt, `uncond` the one without it or with a negative prompt; `scale` 1 is
`cond`.
"""

import math

import torch
from torch import Tensor

from nodes.sampling.intervals import is_within
from nodes.sampling.predictions import PredictionKind, from_x0, to_x0


def needs_uncond(scale: float) -> bool:
    """Whether plain guidance at this scale uses the prediction without the prompt at all."""
    return not math.isclose(scale, 1.0)


def cfg(cond: Tensor, uncond: Tensor | None, scale: float) -> Tensor:
    """Classifier-free guidance (Ho and Salimans 2022, eq. 6). `uncond` may be None where scale is 1."""
    if not needs_uncond(scale):
        return cond
    if uncond is None:
        raise ValueError(f"Guidance of scale {scale} needs the prediction without the prompt.")
    return uncond + scale * (cond - uncond)


def scale_at(scale: float, sigma: float, start: float, end: float) -> float:
    """`scale` while sigma is from `start` down to `end`, else 1 (Kynkäänniemi et al. 2024, eq. 5)."""
    return scale if is_within(sigma, start, end) else 1.0


def dual_cfg(cond: Tensor, middle: Tensor, uncond: Tensor, scale: float, middle_scale: float) -> Tensor:
    """Two prompts, each on its own scale: `cond` against `middle`, `middle` against `uncond` (Brooks et al.
    2023).
    """
    return uncond + middle_scale * (middle - uncond) + scale * (cond - middle)


def nested_cfg(cond: Tensor, middle: Tensor, uncond: Tensor, scale: float, middle_scale: float) -> Tensor:
    """Two prompts: `cond` guided away from `middle`, and the outcome guided away from `uncond`."""
    return cfg(cfg(cond, middle, scale), uncond, middle_scale)


def perpendicular(
    cond: Tensor, negative: Tensor, empty: Tensor, scale: float, negative_scale: float = 1.0
) -> Tensor:
    """Perp-Neg (Armandpour et al. 2023, eq. 8): takes away only what the negative prompt does not share with
    `cond`.

    `empty` is the prediction for an empty prompt. The projection is over the whole batch.
    """
    toward, away = cond - empty, negative - empty
    shared = (away * toward).sum() / toward.square().sum().clamp(min=1e-20)
    return empty + scale * (toward - negative_scale * (away - shared * toward))


def rescaled_cfg(
    cond: Tensor,
    uncond: Tensor,
    scale: float,
    x: Tensor,
    sigma: Tensor,
    *,
    share: float = 0.7,
    kind: PredictionKind = "v",
) -> Tensor:
    """CFG whose spread is drawn by `share` to that of `cond` (Lin et al. 2023, eq. 15 and 16), against
    overexposure.

    `x` are the noisy latents at `sigma` `[B]`; the spread is that of the v prediction, or of the velocity
    with kind "flow".
    """
    v_cond, v_uncond = (from_x0(kind, x, x0, sigma) for x0 in (cond, uncond))
    guided = cfg(v_cond, v_uncond, scale)
    dims = tuple(range(1, x.ndim))
    ratio = v_cond.std(dims, keepdim=True) / guided.std(dims, keepdim=True).clamp(min=1e-20)
    return to_x0(kind, x, guided * (share * ratio + 1 - share), sigma)


def adaptive_projected(
    cond: Tensor,
    uncond: Tensor,
    scale: float,
    *,
    parallel: float = 0.0,
    longest: float = 15.0,
    momentum: float = -0.5,
    extra: float = 0.0,
    average: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """APG (Sadat et al. 2024, algorithm 1): high scales without oversaturation. Also gives the next step's
    `average`.

    The difference of the predictions is averaged over steps with `momentum`, cut to the length `longest` (0:
    not cut) and reduced to `parallel` of its part along `cond`, per image. It counts `scale - 1 + extra` times.
    """
    average = cond - uncond if average is None else cond - uncond + momentum * average
    update = average
    if longest > 0:
        update = update * (longest / _length(update).clamp(min=1e-20)).clamp(max=1.0)
    direction = cond / _length(cond).clamp(min=1e-20)
    along = (update * direction).sum(tuple(range(1, cond.ndim)), keepdim=True) * direction
    return cond + (scale - 1 + extra) * (update - along + parallel * along), average


def norm_limited(cond: Tensor, uncond: Tensor, scale: float, *, strength: float = 1.0) -> Tensor:
    """CFG whose channels are in no place longer than those of `cond`, times `strength` (the Qwen-Image authors' way).

    The length is that of the channels together, in each latent pixel of `[B, C, ...]`.
    """
    guided = cfg(cond, uncond, scale)
    wanted, found = (x.square().sum(1, keepdim=True).sqrt() for x in (cond, guided))
    return guided * (wanted / (found + 1e-8)).clamp(0.0, 1.0) * strength


def _length(x: Tensor) -> Tensor:
    return x.square().sum(tuple(range(1, x.ndim)), keepdim=True).sqrt()


def dynamic_threshold(
    cond: Tensor, uncond: Tensor, scale: float, *, mimic_scale: float = 7.0, percentile: float = 0.995
) -> Tensor:
    """CFG at a high scale within the range of a lower one (Saharia et al. 2022, section 2.3, moved to
    latents).

    Per image and channel, deviations from the mean are cut at their `percentile` and scaled to the largest
    deviation that `mimic_scale` would have, where they exceed it.
    """
    wanted, mimic = (cfg(cond, uncond, s).flatten(2) for s in (scale, mimic_scale))
    mean = wanted.mean(2, keepdim=True)
    deviation = wanted - mean
    allowed = (mimic - mimic.mean(2, keepdim=True)).abs().amax(2, keepdim=True)
    reach = torch.quantile(deviation.abs(), percentile, dim=2, keepdim=True).maximum(allowed)
    bounded = deviation.clamp(-reach, reach) * (allowed / reach.clamp(min=1e-20))
    return (mean + bounded).reshape(cond.shape)


def cfg_zero_star(
    cond: Tensor,
    uncond: Tensor,
    scale: float,
    x: Tensor,
    sigma: Tensor,
    *,
    still: bool = False,
    kind: PredictionKind = "flow",
) -> Tensor:
    """CFG-Zero* (Fan et al. 2025, algorithm 1): the unguided velocity is first scaled to fit the guided one,
    per image.

    With `still`, meant for the first step or few, the velocity is 0 and the latent stays.
    """
    if still:
        return x
    v_cond, v_uncond = (from_x0(kind, x, x0, sigma) for x0 in (cond, uncond))
    dims = tuple(range(1, x.ndim))
    product = (v_cond * v_uncond).sum(dims, keepdim=True)
    fit = product / v_uncond.square().sum(dims, keepdim=True).clamp(min=1e-8)
    return to_x0(kind, x, cfg(v_cond, fit * v_uncond, scale), sigma)
