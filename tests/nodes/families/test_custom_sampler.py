from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from nodegraph import GraphError
from nodes.definitions.custom_sampler import (
    Sampled,
    guider_basic,
    guider_cfg,
    guider_dual_cfg,
    guider_perp_neg,
    sampler_custom,
    sampler_steps,
    solver_select,
)
from nodes.definitions.guidance import guidance_apg, guidance_interval, guidance_rescale
from nodes.definitions.latents import empty_latent
from nodes.definitions.noises import (
    latent_noise,
    no_noise,
    same_noise,
    seed_list_noise,
    seed_noise,
    vary_noise,
)
from nodes.definitions.sampler import ksampler
from nodes.definitions.sigma_lists import sigmas_concatenate, sigmas_flip, sigmas_split
from nodes.definitions.sigmas import schedule_sigmas
from nodes.sampling import prepare_noise
from nodes.types import Guider, Latent, Noise, Sigmas
from tests.nodes.families.context import Recorder
from tests.nodes.families.fakes import MODEL, FakeNetwork, FakePool, says


class Bench:
    def __init__(self) -> None:
        self.network = FakeNetwork(texture=0.3)
        self.context = Recorder(Path("none"), models=FakePool(self.network)).context

    def sigmas(self, steps: int = 6) -> Sigmas:
        return schedule_sigmas(self.context, MODEL, schedule="karras", steps=steps)

    def run(self, noise: Noise, guider: Guider, latent: Latent | None = None, **changes: Any) -> Sampled:
        solver = changes.get("solver", solver_select(name="euler"))
        sigmas = changes.get("sigmas", self.sigmas())
        latent = latent or empty_latent(width=64, height=64)
        return sampler_custom(self.context, noise, guider, solver, sigmas, latent)


CFG = guider_cfg(MODEL, says(1.0), says(-1.0), cfg=3.0)


@pytest.mark.parametrize("name", ["euler", "dpmpp_2m", "euler_ancestral", "dpmpp_2m_sde", "euler_cfg_pp"])
def test_put_together_it_equals_ksampler(name: str) -> None:
    bench = Bench()
    parts = bench.run(seed_noise(seed=5), CFG, solver=solver_select(name=name))
    whole = ksampler(
        bench.context, MODEL, says(1.0), says(-1.0), empty_latent(width=64, height=64),
        seed=5, steps=6, cfg=3.0, sampler=name, schedule="karras",
    )  # fmt: skip
    assert torch.equal(parts.latent.samples, whole.samples)


def test_without_guidance_only_the_prompt_is_asked() -> None:
    bench = Bench()
    bench.run(seed_noise(), guider_basic(MODEL, says(1.0)))
    assert all(means == [1.0] for _, _, means in bench.network.calls)


def test_each_guider_differs_and_reduces_to_cfg_where_it_should() -> None:
    bench = Bench()
    found = bench.run(seed_noise(), CFG).latent.samples
    same = [
        guider_dual_cfg(MODEL, says(1.0), says(-1.0), says(-1.0), first_cfg=3.0, second_cfg=1.0),
        guider_dual_cfg(MODEL, says(1.0), says(-1.0), says(0.3), first_cfg=3.0, second_cfg=1.0, nested=True),
    ]
    for guider in same:
        assert torch.allclose(bench.run(seed_noise(), guider).latent.samples, found, atol=1e-3)
    other = [
        guider_dual_cfg(MODEL, says(1.0), says(0.5), says(-1.0), first_cfg=3.0, second_cfg=2.0),
        guider_dual_cfg(MODEL, says(1.0), says(0.5), says(-1.0), first_cfg=4.0, second_cfg=2.0, nested=True),
        guider_perp_neg(MODEL, says(1.0), says(-1.0), says(0.1), cfg=3.0),
        guider_cfg(guidance_rescale(MODEL), says(1.0), says(-1.0), cfg=3.0),
        guider_cfg(guidance_apg(MODEL, longest=1.0), says(1.0), says(-1.0), cfg=3.0),
        guider_cfg(guidance_interval(MODEL, start=0.3, end=0.6), says(1.0), says(-1.0), cfg=3.0),
    ]
    results = [found, *(bench.run(seed_noise(), guider).latent.samples for guider in other)]
    for i, a in enumerate(results):
        assert all(not torch.allclose(a, b, atol=1e-2) for b in results[i + 1 :])


def test_outside_the_interval_the_negative_side_is_not_asked() -> None:
    bench = Bench()
    bench.run(
        seed_noise(), guider_cfg(guidance_interval(MODEL, start=0.3, end=0.6), says(1.0), says(-1.0), cfg=3.0)
    )
    counts = [len(means) for _, _, means in bench.network.calls]
    assert counts[0] == 1 and counts[-1] == 1 and 2 in counts


def test_one_method_of_guidance_takes_the_place_of_another_and_keeps_the_interval() -> None:
    model = guidance_apg(guidance_rescale(guidance_interval(MODEL)))
    names = [name for name, _ in model.options]
    assert "guidance.share" not in names and names.count("guidance.method") == 1
    assert dict(model.options)["guidance.start"] == 0.2 and dict(model.options)["guidance.method"] == "apg"


def test_split_and_joined_sigmas_sample_alike() -> None:
    bench = Bench()
    whole = bench.run(seed_noise(seed=2), CFG).latent.samples
    halves = sigmas_split(bench.sigmas(), step=2)
    first = bench.run(seed_noise(seed=2), CFG, sigmas=halves.high)
    second = bench.run(no_noise(), CFG, first.latent, sigmas=halves.low)
    assert torch.allclose(second.latent.samples, whole, atol=1e-3)
    joined = bench.run(seed_noise(seed=2), CFG, sigmas=sigmas_concatenate((halves.high, halves.low)))
    assert torch.allclose(joined.latent.samples, whole, atol=1e-3)


def test_the_denoised_latent_is_the_last_prediction() -> None:
    bench = Bench()
    found = bench.run(seed_noise(), CFG, sigmas=sigmas_split(bench.sigmas(), step=3).high)
    assert found.denoised.samples.std() < found.latent.samples.std()
    assert not torch.allclose(found.denoised.samples, found.latent.samples, atol=0.1)


def test_flipped_sigmas_go_back_to_noise_and_forth_again() -> None:
    bench = Bench()

    def ideal(
        x: torch.Tensor, sigma: torch.Tensor, conditions: Any, alter: object = None
    ) -> list[torch.Tensor]:
        """The best guess for latents that scatter by 0.7 around 0.5."""
        return [0.5 + (x - 0.5) * 0.49 / (0.49 + float(sigma[0]) ** 2)]

    bench.network.x0 = ideal  # type: ignore[method-assign]  # another network
    guider = guider_basic(MODEL, says(0.5))
    sigmas = bench.sigmas(400)
    picture = bench.run(seed_noise(seed=1), guider, sigmas=sigmas).latent
    back = bench.run(no_noise(), guider, picture, sigmas=sigmas_flip(sigmas)).latent
    again = bench.run(no_noise(), guider, back, sigmas=sigmas).latent
    assert (again.samples - picture.samples).abs().mean() < 0.02 * picture.samples.std()


def test_kinds_of_noise() -> None:
    bench = Bench()
    batch = empty_latent(width=64, height=64, batch_size=2)
    same = bench.run(same_noise(seed=3), CFG, batch).latent.samples
    assert torch.equal(same[0], same[1])
    listed = bench.run(seed_list_noise(seeds="3, 8"), CFG, batch).latent.samples
    for at, seed in enumerate((3, 8)):
        alone = bench.run(seed_noise(seed=seed), CFG).latent.samples
        assert torch.allclose(listed[at], alone[0], atol=1e-4)
    plain = bench.run(seed_noise(seed=3), CFG).latent.samples
    assert torch.equal(
        bench.run(vary_noise(seed_noise(seed=3), seed=4, strength=0.0), CFG).latent.samples, plain
    )
    assert not torch.equal(bench.run(vary_noise(seed_noise(seed=3), seed=4), CFG).latent.samples, plain)
    turned = bench.run(vary_noise(seed_noise(seed=3), seed=4, strength=1.0), CFG).latent.samples
    assert torch.allclose(turned, bench.run(seed_noise(seed=4), CFG).latent.samples, atol=1e-3)
    given = latent_noise(Latent(prepare_noise((1, 4, 8, 8), 3) * 9 + 2))
    assert given.samples is not None and torch.allclose(given.samples.std(), torch.tensor(1.0), atol=1e-4)
    assert (bench.run(given, CFG).latent.samples - plain).abs().mean() < 0.5
    with pytest.raises(GraphError, match="whole numbers"):
        seed_list_noise(seeds="3, four")


def test_a_solver_keeps_only_options_that_it_knows() -> None:
    assert solver_select(name="euler", eta=0.5).options == ()
    assert solver_select(name="euler_ancestral", eta=0.5).options == (("eta", 0.5),)
    bench = Bench()
    plain = bench.run(seed_noise(), CFG, solver=solver_select(name="euler")).latent.samples
    quiet = bench.run(seed_noise(), CFG, solver=solver_select(name="euler_ancestral", eta=0.0)).latent.samples
    assert torch.allclose(plain, quiet, atol=1e-3)


@pytest.mark.parametrize(
    ("sigmas", "sentence"),
    [([5.0, 6.0, 1.0, 0.0], "rises"), ([float("nan"), 1.0, 0.0], "finite"), ([5.0, -1.0], "negative")],
)
def test_sigmas_that_cannot_be_are_refused(sigmas: list[float], sentence: str) -> None:
    with pytest.raises(GraphError, match=sentence):
        Bench().run(seed_noise(), CFG, sigmas=Sigmas(torch.tensor(sigmas)))


@pytest.mark.parametrize("sigmas", [[], [3.0]])
def test_too_few_sigmas_leave_the_latent(sigmas: list[float]) -> None:
    latent = replace(empty_latent(width=64, height=64))
    assert Bench().run(seed_noise(), CFG, latent, sigmas=Sigmas(torch.tensor(sigmas))).latent is latent


def test_every_step_is_handed_out_and_can_be_gone_on_from() -> None:
    bench = Bench()
    sigmas = bench.sigmas()
    latent = empty_latent(width=64, height=64)
    film = sampler_steps(bench.context, seed_noise(seed=4), CFG, solver_select(), sigmas, latent)
    calls = len(bench.network.calls)
    plain = bench.run(seed_noise(seed=4), CFG)
    assert len(bench.network.calls) == 2 * calls and torch.equal(film.latent.samples, plain.latent.samples)
    assert len(film.predictions) == len(film.noisy) == 6
    assert torch.equal(film.predictions[-1].samples, plain.denoised.samples)
    rest = bench.run(no_noise(), CFG, film.noisy[3], sigmas=sigmas_split(sigmas, step=3).low)
    assert torch.allclose(rest.latent.samples, plain.latent.samples, atol=1e-3)
