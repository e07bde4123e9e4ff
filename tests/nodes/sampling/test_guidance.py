"""Guidance: each formula, how it differs from plain guidance, and diffusers' own where it has one."""

import math

import pytest
import torch
from diffusers.guiders import ClassifierFreeZeroStarGuidance
from diffusers.guiders.adaptive_projected_guidance import MomentumBuffer, normalized_guidance
from diffusers.guiders.guider_utils import rescale_noise_cfg
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from nodes.sampling import guidance as guide
from nodes.sampling.predictions import PredictionKind, from_x0, to_x0

SHAPE = (2, 4, 8, 8)


def random(seed: int) -> Tensor:
    return torch.randn(SHAPE, generator=torch.Generator().manual_seed(seed))


COND, UNCOND, EMPTY, X = (random(seed) for seed in range(4))
SIGMA = torch.tensor([0.7, 0.3])


def test_cfg() -> None:
    torch.testing.assert_close(guide.cfg(COND, UNCOND, 7.0), UNCOND + 7.0 * (COND - UNCOND))
    assert guide.cfg(COND, None, 1.0) is COND
    torch.testing.assert_close(guide.cfg(COND, UNCOND, 0.0), UNCOND)
    with pytest.raises(ValueError, match="without the prompt"):
        guide.cfg(COND, None, 7.0)
    assert guide.needs_uncond(1.01) and not guide.needs_uncond(1.0 + 1e-12)


def test_interval() -> None:
    assert [guide.scale_at(7.0, sigma, 5.0, 1.0) for sigma in (6.0, 5.0, 3.0, 1.0, 0.5)] == [1, 7, 7, 7, 1]


@given(st.floats(-5, 20), st.floats(-5, 20))
def test_dual_guidance(scale: float, middle_scale: float) -> None:
    """With one scale at 1 both forms leave one pair of prompts; the nested one scales the inner step too."""
    torch.testing.assert_close(guide.dual_cfg(COND, EMPTY, UNCOND, 1.0, 1.0), COND, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(
        guide.dual_cfg(COND, UNCOND, UNCOND, scale, middle_scale),
        guide.cfg(COND, UNCOND, scale),
        rtol=1e-3,
        atol=1e-3,
    )
    nested = guide.nested_cfg(COND, EMPTY, UNCOND, scale, middle_scale)
    regular = guide.dual_cfg(COND, EMPTY, UNCOND, scale * middle_scale, middle_scale)
    torch.testing.assert_close(nested, regular, rtol=1e-3, atol=1e-2)


def test_perpendicular() -> None:
    """A negative prompt that says the same takes nothing away; an unrelated one is taken away whole."""
    toward = COND - EMPTY
    plain = EMPTY + 5.0 * toward
    torch.testing.assert_close(guide.perpendicular(COND, EMPTY + 2.0 * toward, EMPTY, 5.0), plain)
    away = UNCOND - EMPTY
    away = away - (away * toward).sum() / toward.square().sum() * toward
    found = guide.perpendicular(COND, EMPTY + away, EMPTY, 5.0, 0.5)
    torch.testing.assert_close(found, plain - 5.0 * 0.5 * away, rtol=1e-4, atol=1e-4)
    assert guide.perpendicular(COND, UNCOND, COND, 5.0).isfinite().all()


@pytest.mark.parametrize("kind", ["v", "flow"])
def test_rescale(kind: PredictionKind) -> None:
    found = guide.rescaled_cfg(COND, UNCOND, 9.0, X, SIGMA, share=0.7, kind=kind)
    v_cond, v_uncond = (from_x0(kind, X, x0, SIGMA) for x0 in (COND, UNCOND))
    expected = rescale_noise_cfg(v_uncond + 9.0 * (v_cond - v_uncond), v_cond, 0.7)
    torch.testing.assert_close(found, to_x0(kind, X, expected, SIGMA), rtol=1e-4, atol=1e-4)
    plain = guide.rescaled_cfg(COND, UNCOND, 9.0, X, SIGMA, share=0.0, kind=kind)
    torch.testing.assert_close(plain, guide.cfg(COND, UNCOND, 9.0), rtol=1e-4, atol=1e-4)
    whole = from_x0(kind, X, guide.rescaled_cfg(COND, UNCOND, 9.0, X, SIGMA, share=1.0, kind=kind), SIGMA)
    torch.testing.assert_close(whole.std((1, 2, 3)), v_cond.std((1, 2, 3)), rtol=1e-3, atol=0)


def test_adaptive_projection() -> None:
    buffer = MomentumBuffer(-0.5)
    average = None
    for cond, uncond in ((COND, UNCOND), (UNCOND, X)):
        expected = normalized_guidance(cond, uncond, 6.0, buffer, 0.2, 10.0, use_original_formulation=True)
        found, average = guide.adaptive_projected(
            cond, uncond, 7.0, parallel=0.2, longest=10.0, momentum=-0.5, average=average
        )
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    plain, _ = guide.adaptive_projected(COND, UNCOND, 7.0, parallel=1.0, longest=0.0)
    torch.testing.assert_close(plain, guide.cfg(COND, UNCOND, 7.0), rtol=1e-4, atol=1e-4)
    tame, _ = guide.adaptive_projected(COND, UNCOND, 7.0)
    assert tame.norm() < plain.norm() / 2


def test_dynamic_threshold() -> None:
    high, low = guide.cfg(COND, UNCOND, 30.0), guide.cfg(COND, UNCOND, 7.0)
    found = guide.dynamic_threshold(COND, UNCOND, 30.0, mimic_scale=7.0)
    torch.testing.assert_close(found.mean((2, 3)), high.mean((2, 3)), rtol=0, atol=0.3)
    reach = (found - high.mean((2, 3), keepdim=True)).abs().amax((2, 3))
    allowed = (low - low.mean((2, 3), keepdim=True)).abs().amax((2, 3))
    torch.testing.assert_close(reach, allowed, rtol=1e-4, atol=1e-4)
    same = guide.dynamic_threshold(COND, UNCOND, 7.0, mimic_scale=7.0)
    torch.testing.assert_close(same, low, rtol=1e-4, atol=1e-4)


def test_cfg_zero_star() -> None:
    theirs = ClassifierFreeZeroStarGuidance(guidance_scale=5.0, zero_init_steps=0)
    theirs._step, theirs._num_inference_steps = 1, 10
    v_cond, v_uncond = (from_x0("flow", X, x0, SIGMA) for x0 in (COND, UNCOND))
    expected = to_x0("flow", X, theirs.forward(v_cond, v_uncond).pred, SIGMA)
    found = guide.cfg_zero_star(COND, UNCOND, 5.0, X, SIGMA)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    assert (found - guide.cfg(COND, UNCOND, 5.0)).abs().max() > 0.1
    assert guide.cfg_zero_star(COND, UNCOND, 5.0, X, SIGMA, still=True) is X


@given(st.floats(0, 50), st.floats(0, 1))
def test_equal_predictions_are_kept(scale: float, share: float) -> None:
    """Where the prompt changes nothing, no guidance changes anything."""
    for found in (
        guide.cfg(COND, COND, scale),
        guide.dual_cfg(COND, COND, COND, scale, scale),
        guide.nested_cfg(COND, COND, COND, scale, scale),
        guide.perpendicular(COND, COND, COND, scale),
        guide.rescaled_cfg(COND, COND, scale, X, SIGMA, share=share),
        guide.adaptive_projected(COND, COND, scale)[0],
        guide.dynamic_threshold(COND, COND, scale),
        guide.cfg_zero_star(COND, COND, scale, X, SIGMA),
    ):
        torch.testing.assert_close(found, COND, rtol=1e-3, atol=1e-3 * math.sqrt(1 + scale))
