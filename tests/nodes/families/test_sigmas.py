from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nodegraph import GraphError
from nodes.definitions import sigma_lists as lists
from nodes.definitions import sigmas as makers
from nodes.sampling import SIGMA_SPACES, schedule
from nodes.types import Sigmas
from tests.nodes.families.context import Recorder
from tests.nodes.families.fakes import MODEL, FakeNetwork, FakePool

CONTEXT = Recorder(Path("none"), models=FakePool(FakeNetwork())).context


def made() -> dict[str, Sigmas]:
    return {
        "schedule": makers.schedule_sigmas(CONTEXT, MODEL, steps=10),
        "karras": makers.karras_sigmas(steps=10),
        "exponential": makers.exponential_sigmas(steps=10),
        "polyexponential": makers.polyexponential_sigmas(steps=10, rho=0.7),
        "vp": makers.vp_sigmas(steps=10),
        "laplace": makers.laplace_sigmas(steps=10),
        "beta": makers.beta_sigmas(CONTEXT, MODEL, steps=10),
        "turbo": makers.turbo_sigmas(CONTEXT, MODEL, steps=4),
        "aligned": makers.align_your_steps_sigmas(steps=10),
        "flux2": makers.flux2_sigmas(steps=10),
    }


@pytest.mark.parametrize("name", made())
def test_sigmas_fall_and_are_finite(name: str) -> None:
    sigmas = made()[name]
    assert sigmas.dtype == torch.float32 and torch.isfinite(sigmas).all()
    assert (sigmas.diff() <= 0).all() and (sigmas >= 0).all()
    assert name == "laplace" or sigmas[-1] == 0


def test_denoise_keeps_the_end() -> None:
    whole = makers.schedule_sigmas(CONTEXT, MODEL, steps=20)
    assert torch.equal(makers.schedule_sigmas(CONTEXT, MODEL, steps=10, denoise=0.5), whole[10:])
    assert len(makers.schedule_sigmas(CONTEXT, MODEL, steps=10, denoise=0.0)) == 0


def test_a_schedule_with_more_steps_than_asked_loses_its_first() -> None:
    """ddim_uniform has 32 sigmas for 30 steps; KSampler takes them all, the node for custom samplers the last 31."""
    whole = schedule("ddim_uniform", SIGMA_SPACES["sd15"], 30)
    assert len(whole) == 32
    assert torch.equal(makers.schedule_sigmas(CONTEXT, MODEL, schedule="ddim_uniform", steps=30), whole[1:])


def test_bounds_that_cannot_be_are_refused() -> None:
    with pytest.raises(GraphError, match="above 0"):
        makers.karras_sigmas(sigma_min=0.0)
    with pytest.raises(GraphError):
        makers.exponential_sigmas(sigma_min=5.0, sigma_max=1.0)
    with pytest.raises(GraphError, match="beyond every number: lower them"):
        makers.vp_sigmas(beta_d=5000.0)


@pytest.mark.parametrize("side", [16, 1024, 4096, 16384])
@pytest.mark.parametrize("steps", [1, 2, 30])
def test_any_size_has_sigmas_from_1_to_0(side: int, steps: int) -> None:
    sigmas = makers.flux2_sigmas(steps=steps, width=side, height=side)
    assert sigmas.isfinite().all() and (sigmas.diff() <= 0).all()
    assert len(sigmas) == steps + 1 and sigmas[0] == 1.0 and sigmas[-1] == 0.0


def test_tools() -> None:
    sigmas = makers.karras_sigmas(steps=4)
    halves = lists.sigmas_split(sigmas, step=2)
    assert torch.equal(lists.sigmas_concatenate((halves.high, halves.low)), sigmas)
    shares = lists.sigmas_split_denoise(sigmas, denoise=0.25)
    assert (len(shares.high), len(shares.low)) == (4, 2)
    assert torch.equal(lists.sigmas_flip(sigmas)[1:], sigmas.flip(0)[1:])
    assert lists.sigmas_set_first(sigmas, sigma=99.0)[0] == 99
    assert len(lists.sigmas_extend(sigmas, parts=3)) == 13
    assert torch.equal(lists.sigmas_from_text(text="5 2; 1,0"), torch.tensor([5.0, 2, 1, 0]))
    for text in ("5, two", "5, -1", "nan"):
        with pytest.raises(GraphError):
            lists.sigmas_from_text(text=text)


def test_the_curve_is_drawn() -> None:
    picture = lists.sigmas_plot(makers.karras_sigmas(steps=20), width=320, height=200)
    assert picture.shape == (1, 200, 320, 3)
    assert picture.amax() > 0.9 and picture.std() > 0.03
    assert not torch.equal(
        picture, lists.sigmas_plot(makers.karras_sigmas(steps=20), logarithmic=True, width=320, height=200)
    )
    with pytest.raises(GraphError, match="no sigmas to draw"):
        lists.sigmas_plot(Sigmas(torch.empty(0)))
