from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import Cancelled, GraphError
from nodegraph.node_api import events
from nodes.definitions.latents import empty_latent
from nodes.definitions.sampler import ksampler, ksampler_advanced
from nodes.guidance.run import start_noise
from nodes.models.architectures.family import LatentFormat
from nodes.sampling import prepare_noise
from nodes.sampling.run import Prediction
from nodes.sampling.sampler import sample
from nodes.sampling.schedules import ksampler_sigmas
from nodes.types import Latent
from tests.nodes.families.context import Recorder
from tests.nodes.families.fakes import MODEL, FakeNetwork, FakePool, says

SINGLE_STEP = ("euler", "euler_cfg_pp", "heun", "exp_heun_2_x0", "dpm_2", "ddim")
"""Deterministic solvers that keep nothing from step to step and look at no sigma beyond the step (as heunpp2 does)."""


class Bench:
    """A context with a fake network, and the call of a sampler on it."""

    def __init__(self, folder: Path = Path("none"), space: str = "sd15", channels: int = 4) -> None:
        self.network = FakeNetwork(space, channels)
        self.record = Recorder(folder, models=FakePool(self.network))

    def ksampler(self, latent: Latent, **params: Any) -> Latent:
        model = params.pop("model", MODEL)
        return ksampler(self.record.context, model, says(1.0), says(-1.0), latent, **params)

    def advanced(self, latent: Latent, **params: Any) -> Latent:
        return ksampler_advanced(self.record.context, MODEL, says(1.0), says(-1.0), latent, **params)


def small(batch: int = 1) -> Latent:
    return empty_latent(width=64, height=64, batch_size=batch)


@pytest.mark.parametrize("batch_index", [None, (1,)])
def test_noise_has_the_form_that_the_model_takes(batch_index: tuple[int, ...] | None) -> None:
    """FLUX.2's is drawn in 128 channels at a sixteenth, whatever the empty latent looks like."""
    bench = Bench(space="flux2")
    bench.network.facts = replace(
        bench.network.facts, latent=LatentFormat(128, 1.0, downscale=16, patch=2), inputs=128
    )
    count = 2 if batch_index is None else 1
    latent = replace(empty_latent(width=96, height=64, batch_size=count), batch_index=batch_index)
    drawn = torch.randn(2, 128, 4, 6, generator=torch.Generator().manual_seed(5))
    torch.testing.assert_close(start_noise(bench.network, latent, 5), drawn[-count:])
    found = bench.ksampler(latent, seed=5, steps=1, cfg=1.0)
    assert found.samples.shape == (count, 128, 4, 6) and found.pixel == 16
    again = bench.ksampler(found, seed=5, steps=2, denoise=0.5)
    assert again.samples.shape == found.samples.shape
    shown = {event.picture().shape for event in bench.record.of(events.Preview)}
    assert shown == {(8 * 4, 12 * 4, 3)}, "as fine as an eighth of the picture, four times enlarged"


def test_it_is_the_solver_on_the_guided_prediction() -> None:
    bench = Bench()
    found = bench.ksampler(small(), seed=3, steps=5, cfg=3.0, sampler="dpmpp_2m", schedule="karras")
    space = bench.network.space

    def denoise(x: torch.Tensor, sigma: torch.Tensor) -> Prediction:
        part = 0.1 * x / (1 + float(sigma[0]))
        return Prediction(-1.0 + 3.0 * 2.0 + part)

    sigmas = ksampler_sigmas(space, "dpmpp_2m", "karras", 5)
    noise = prepare_noise((1, 4, 8, 8), 3)
    x = space.start(torch.zeros(1, 4, 8, 8), noise, float(sigmas[0]))
    expected = sample("dpmpp_2m", denoise, x, sigmas, space=space, seed=3) / 0.18215
    assert torch.allclose(found.samples, expected, atol=1e-5)


def test_cfg_1_leaves_the_negative_prompt_out_but_not_for_cfg_pp() -> None:
    bench = Bench()
    bench.ksampler(small(), steps=2, cfg=1.0)
    assert all(means == [1.0] for _, _, means in bench.network.calls)
    bench.network.calls.clear()
    bench.ksampler(small(), steps=2, cfg=1.0, sampler="euler_cfg_pp")
    assert all(means == [-1.0, 1.0] for _, _, means in bench.network.calls)


def test_each_step_is_told_and_shown_without_another_call(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.ksampler(small(), steps=4)
    progress = bench.record.of(events.Progress)
    assert [(event.step, event.total) for event in progress] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    picture = bench.record.of(events.Preview)[-1].picture()
    assert picture.dtype == numpy.uint8 and picture.shape == (32, 32, 3)
    assert len(bench.network.calls) == 4


@pytest.mark.parametrize("sampler", ["euler", "heun"])
def test_cancelling_takes_effect_before_the_next_call(sampler: str) -> None:
    bench = Bench()
    ask = bench.network.x0

    def cancel_at_third(*arguments: Any) -> list[torch.Tensor]:
        if len(bench.network.calls) == 2:
            bench.record.stop.set()
        return ask(*arguments)

    bench.network.x0 = cancel_at_third  # type: ignore[method-assign,assignment]  # stop is pressed meanwhile
    with pytest.raises(Cancelled):
        bench.ksampler(small(), steps=20, sampler=sampler)
    assert len(bench.network.calls) == 3


def test_denoise_0_gives_the_latent_back() -> None:
    latent = Latent(torch.ones(1, 4, 8, 8))
    bench = Bench()
    assert bench.ksampler(latent, denoise=0.0) is latent and not bench.network.calls


def test_denoise_starts_from_the_latent_with_less_noise() -> None:
    bench = Bench()
    latent = Latent(torch.ones(1, 4, 8, 8))
    bench.ksampler(latent, steps=10, denoise=0.5)
    sigmas = ksampler_sigmas(bench.network.space, "euler", "normal", 10, 0.5)
    assert [call[1] for call in bench.network.calls] == pytest.approx(sigmas[:-1].tolist())


@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 19),
    st.sampled_from(SINGLE_STEP),
    st.integers(0, 2**64 - 1),
    st.sampled_from(["sd15", "flux"]),
)
def test_a_split_run_equals_a_whole_one(cut: int, sampler: str, seed: int, space: str) -> None:
    bench = Bench(space=space)
    common = {"seed": seed, "steps": 20, "sampler": sampler, "cfg": 2.0}
    whole = bench.ksampler(small(), **common)
    first = bench.advanced(small(), **common, end_at_step=cut, leave_noise=True)
    second = bench.advanced(first, **common, add_noise=False, start_at_step=cut)
    assert torch.allclose(second.samples, whole.samples, atol=1e-4)


def test_a_picture_of_a_batch_can_be_made_alone() -> None:
    batch = Bench().ksampler(small(3), seed=9, steps=3)
    alone = Bench().ksampler(replace(small(1), batch_index=(2,)), seed=9, steps=3)
    assert torch.allclose(alone.samples, batch.samples[2:], atol=1e-6)


def test_the_mask_keeps_what_is_black() -> None:
    kept = torch.randn(1, 4, 8, 8)
    mask = torch.zeros(1, 64, 64)
    mask[:, :, 32:] = 1
    for sampler in ("euler", "ddim", "dpmpp_2m"):
        latent = Latent(kept, noise_mask=mask)
        found = Bench().ksampler(latent, steps=6, sampler=sampler).samples
        assert torch.allclose(found[..., :4], kept[..., :4], atol=1e-4)
        assert (found[..., 4:] - kept[..., 4:]).abs().mean() > 0.5


def test_differential_diffusion_changes_grey_less_than_white() -> None:
    kept = torch.zeros(1, 4, 8, 8) + 0.5
    mask = torch.linspace(0, 1, 8).expand(1, 8, 8)
    model = replace(MODEL, options=(("differential", 1.0),))
    found = Bench().ksampler(Latent(kept, noise_mask=mask), model=model, steps=20, schedule="simple").samples
    change = (found - kept).abs().mean((0, 1, 2))
    assert change[0] < 1e-4 < 1 < change[-1]
    assert (change[1:] >= change[:-1] - 1e-3).all()


def test_an_empty_latent_takes_the_models_channels_and_another_is_refused() -> None:
    assert Bench(space="sd3", channels=16).ksampler(small(), steps=2).samples.shape == (1, 16, 8, 8)
    with pytest.raises(GraphError, match="4 channels and the model takes 16"):
        Bench(space="sd3", channels=16).ksampler(Latent(torch.ones(1, 4, 8, 8)), steps=2)


def test_numbers_that_are_none_are_said() -> None:
    bench = Bench()
    bench.network.x0 = lambda x, sigma, conditions, alter=None: [x * float("nan") for _ in conditions]  # type: ignore[method-assign]  # broken
    with pytest.raises(GraphError, match="not a number everywhere"):
        bench.ksampler(small(), steps=2)


@pytest.mark.parametrize(
    ("options", "same"),
    [
        ((("guidance.method", "plain"),), True),
        ((("guidance.method", "rescale"), ("guidance.share", 0.0)), True),
        ((("guidance.method", "rescale"), ("guidance.share", 0.7)), False),
        ((("guidance.method", "apg"), ("guidance.longest", 1.0)), False),
        ((("guidance.method", "threshold"), ("guidance.mimic_scale", 2.0)), False),
        ((("guidance.method", "zero_star"), ("guidance.still", 1.0)), False),
        ((("guidance.start", 0.2), ("guidance.end", 0.8)), False),
        ((("guidance.start", 0.0), ("guidance.end", 1.0)), True),
    ],
)
def test_guidance_follows_the_models_options(options: tuple[tuple[str, Any], ...], same: bool) -> None:
    bench = Bench()
    bench.network.texture = 0.5
    plain = bench.ksampler(small(), steps=4, seed=5)
    other = bench.ksampler(small(), steps=4, seed=5, model=replace(MODEL, options=options))
    assert torch.allclose(plain.samples, other.samples, atol=1e-4) is same
