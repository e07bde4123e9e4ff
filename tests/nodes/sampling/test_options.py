"""A solver's own keywords: every value gives a finite latent or a sentence."""

from __future__ import annotations

import pytest
import torch

from nodes.sampling import SAMPLERS, SIGMA_SPACES, ksampler_sigmas, sample
from nodes.sampling.solvers import dpm_solver
from nodes.sampling.solvers.registry import SOLVERS
from tests.nodes.sampling.toy import guided

TAKEN = [
    (name, option)
    for name in SAMPLERS
    for option in SOLVERS[name].options
    if option in ("eta", "s_noise", "gamma") and name != "dpm_adaptive"
]


def latent(name: str, space_name: str, options: dict[str, float]) -> torch.Tensor:
    space = SIGMA_SPACES[space_name]
    sigmas = ksampler_sigmas(space, name, "karras", 5)
    noise = torch.randn(1, 4, 3, 3, generator=torch.Generator().manual_seed(1))
    start = space.start(torch.zeros_like(noise), noise, float(sigmas[0]))
    return sample(name, guided(space), start, sigmas, space=space, options=options)


@pytest.mark.parametrize("space_name", ["sd15", "flux"])
@pytest.mark.parametrize(("name", "option"), TAKEN)
def test_any_strength_stays_finite(name: str, option: str, space_name: str) -> None:
    for value in (0.0, 0.001, 1.0, 1.5, 100.0):
        assert latent(name, space_name, {option: value}).isfinite().all(), value


@pytest.mark.parametrize(("name", "option"), [("dpmpp_sde", "r"), ("seeds_2", "r"), ("seeds_3", "r_1")])
@pytest.mark.parametrize("value", [0.0, 1.5, 100.0])
def test_where_in_a_step_is_inside_it(name: str, option: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"'{option}' of sampler '{name}' is .* above 0 and at most 1"):
        latent(name, "flux", {option: value})
    assert latent(name, "flux", {option: 0.25}).isfinite().all()


@pytest.mark.parametrize("options", [{"r_1": 0.7}, {"r_2": 0.2}, {"r_1": 0.5, "r_2": 0.5}])
def test_the_stages_of_a_step_follow_each_other(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="'r_1' of sampler 'seeds_3' must be below r_2"):
        latent("seeds_3", "sd15", options)


def test_an_adaptive_solver_that_finds_no_end_says_what_to_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dpm_solver, "MOST_TRIES", 50)
    with pytest.raises(ValueError, match="no end in 50 steps: lower its eta"):
        latent("dpm_adaptive", "sd15", {"eta": 100.0})
