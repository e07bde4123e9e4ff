"""docs/sampling.md names every solver, schedule and node, and says truly what a step costs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from nodegraph.node_api.catalogue import installed
from nodes.sampling import SAMPLERS, SCHEDULES, SIGMA_SPACES, ksampler_sigmas, sample
from tests.nodes.sampling.toy import Counted, guided

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "sampling.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading."""
    part = TEXT.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("| ") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"\s\|\s?", line)] for line in lines]


SOLVERS = {name: row for row in rows("The solvers") for name in re.findall(r"`(\w+)`", row[0])}


def test_every_solver_and_schedule_has_its_row() -> None:
    assert sorted(SOLVERS) == sorted(SAMPLERS)
    schedules = [row[0].strip("`") for row in rows("The schedules") if row[0].startswith("`")]
    assert schedules == list(SCHEDULES)
    assert all(len(row) == 4 and all(row) for row in SOLVERS.values())


@pytest.mark.parametrize("name", [name for name in SAMPLERS if name != "dpm_adaptive"])
def test_a_step_costs_the_calls_that_are_told(name: str) -> None:
    """Over many steps; what the first and last steps spare does not count."""
    space, steps = SIGMA_SPACES["sd15"], 40
    denoise = Counted(guided(space))
    sigmas = ksampler_sigmas(space, name, "karras", steps)
    sample(name, denoise, torch.randn(1, 4, 2, 2) * sigmas[0], sigmas, space=space)
    assert round(denoise.calls / steps) == int(SOLVERS[name][2])


def test_every_node_of_sampling_is_named() -> None:
    places = ("sampling/sigmas", "sampling/noise", "sampling/guiders", "model/guidance")
    for spec in installed().values():
        if spec.category in places:
            assert spec.title in TEXT, spec.title


def test_every_workflow_of_sampling_is_there() -> None:
    listed = re.findall(r"`(\w+)`", TEXT.split("Workflows to open:")[1])
    assert listed and {path.stem for path in (ROOT / "workflows").glob("*.json")} >= set(listed)
