"""Sigmas, noise and solvers against reference values that pictures made elsewhere depend on."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from nodes.sampling import SAMPLERS, SCHEDULES, SIGMA_SPACES, ksampler_sigmas, prepare_noise, sample, schedule
from tests.nodes.sampling.toy import Counted, two_points

DATA = Path(__file__).parents[2] / "data"
SPACES = {"sd15": "sd15", "sd3_shift3": "sd3", "flux_shift1.15": "flux"}
LOOSE = ("dpm_adaptive", "lms", "uni_pc", "uni_pc_bh2")


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return content


SIGMAS = read("schedules.json")
RUNS = read("samplers.json")
LATENTS = load_file(DATA / "samplers.safetensors")


@pytest.mark.parametrize("key", SIGMAS["schedules"])
def test_schedule(key: str) -> None:
    space, name, steps = key.split("/")
    sigmas = schedule(name, SIGMA_SPACES[SPACES[space]], int(steps))
    expected = torch.tensor(SIGMAS["schedules"][key])
    torch.testing.assert_close(sigmas, expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize("key", SIGMAS["ksampler_rules"])
def test_ksampler_rules(key: str) -> None:
    _, sampler, name, steps, *denoise = key.split()
    share = float(denoise[0].removeprefix("d")) if denoise else 1.0
    sigmas = ksampler_sigmas(SIGMA_SPACES["sd15"], sampler, name, int(steps), share)
    expected = torch.tensor(SIGMAS["ksampler_rules"][key])
    torch.testing.assert_close(sigmas, expected, rtol=1e-6, atol=1e-7)


def test_noise() -> None:
    batch = prepare_noise([2, 4, 8, 8], 42)
    again = prepare_noise([2, 4, 8, 8], 42, [0, 1])
    alone = prepare_noise([1, 4, 8, 8], 42, [3])
    found = [batch.flatten()[:8], batch[1].flatten()[:4], again[1].flatten()[:4], alone.flatten()[:4]]
    for values, expected in zip(found, SIGMAS["noise"].values(), strict=True):
        assert values.tolist() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("key", RUNS)
def test_solver(key: str) -> None:
    space_name, name, _, _, seed, _ = key.split("/")
    space = SIGMA_SPACES[SPACES[space_name]]
    denoise = Counted(two_points(space))
    start = LATENTS[f"{key}/start"]
    end = sample(name, denoise, start, torch.tensor(RUNS[key]["sigmas"]), space=space, seed=int(seed))
    tolerance = 1e-3 if name in LOOSE else 2e-4
    torch.testing.assert_close(end, LATENTS[f"{key}/end"], rtol=0, atol=tolerance)
    assert denoise.calls == RUNS[key]["model_calls"]


@pytest.mark.parametrize("space_name", ["sd15", "flux_shift1.15"])
def test_unipc_takes_the_sigmas_of_a_schedule(space_name: str) -> None:
    """The reference lists hold 0.001, which the solver puts in place of a final 0."""
    space = SIGMA_SPACES[SPACES[space_name]]
    key = next(key for key in RUNS if key.startswith(f"{space_name}/uni_pc/"))
    sigmas = [*RUNS[key]["sigmas"][:-1], 0.0]
    end = sample("uni_pc", two_points(space), LATENTS[f"{key}/start"], sigmas, space=space)
    torch.testing.assert_close(end, LATENTS[f"{key}/end"], rtol=0, atol=1e-3)


def test_nothing_is_left_out() -> None:
    covered = {key.split("/")[1] for key in RUNS}
    assert set(SAMPLERS) - covered == {
        "tcd",
        "dpmpp_sde_gpu",
        "dpmpp_2m_sde_gpu",
        "dpmpp_2m_sde_heun_gpu",
        "dpmpp_3m_sde_gpu",
    }
    assert {key.split("/")[1] for key in SIGMAS["schedules"]} == set(SCHEDULES)
