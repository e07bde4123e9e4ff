"""The loop that every trainer shares: schedule by the clock, averaged weights, checkpoints, resume."""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from training.team import ELAPSED, SAVE, Team

CPU = torch.device("cpu")
M = TypeVar("M", bound=nn.Module)
StepLoss = Callable[[int], Tensor | dict[str, Tensor]]


@dataclass
class Schedule:
    """How long to train and how fast: the rate warms up, then falls as a cosine over the given minutes.

    Progress is counted in seconds spent training, which checkpoints keep; so a run killed half way goes on
    with the second half. `steps` ends a run early whatever the clock says.
    """

    minutes: float
    rate: float
    warm_up: float = 0.03
    floor: float = 0.01
    steps: int | None = None

    def rate_at(self, share: float) -> float:
        """The learning rate once `share` (0..1) of the time is spent."""
        if share < self.warm_up:
            return self.rate * max(share / self.warm_up, 0.02)
        along = (share - self.warm_up) / (1 - self.warm_up)
        return self.rate * (self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * min(along, 1.0))))


class Average:
    """An exponential moving average of a module's weights, quick at first."""

    def __init__(self, module: nn.Module, decay: float = 0.999) -> None:
        self.decay = decay
        self._live = [value for value in module.state_dict().values() if value.is_floating_point()]
        self._names = [name for name, value in module.state_dict().items() if value.is_floating_point()]
        self._mean = [value.clone() for value in self._live]

    def update(self, step: int) -> None:
        """Take in the weights as they are after `step` steps."""
        share = 1 - min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._mean, self._live, share)

    def weights(self) -> dict[str, Tensor]:
        """The averaged weights by name."""
        return dict(zip(self._names, self._mean, strict=True))

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Go on from saved averages."""
        for name, mean in zip(self._names, self._mean, strict=True):
            mean.copy_(weights[name])


@dataclass(frozen=True)
class Place:
    """Where the work is done: the device of the networks, and how many processes draw pictures for it."""

    device: torch.device = CPU
    workers: int = 1

    def take(self, module: M) -> M:
        """The module, moved to the device."""
        module.to(self.device)
        return module


HERE = Place()


@dataclass
class Run:
    """One training run: what is trained, where its state is kept, how it is driven."""

    folder: Path
    module: nn.Module
    optimizer: torch.optim.Optimizer
    schedule: Schedule
    seed: int = 0
    decay: float = 0.999
    checkpoint_every: float = 120.0
    report_every: float = 15.0
    clip: float = 1.0
    team: Team | None = None
    step: int = 0
    elapsed: float = 0.0
    average: Average = field(init=False)

    def __post_init__(self) -> None:
        self.average = Average(self.module, self.decay)
        for group in self.optimizer.param_groups:
            group.setdefault("scale", 1.0)
        self._resume()

    @property
    def state_file(self) -> Path:
        """Where the run's whole state is kept."""
        return self.folder / "state.pt"

    def train(self, loss_of: StepLoss) -> None:
        """Train until the time is spent. `loss_of(step)` gives the loss, or named losses whose sum it is."""
        torch.set_flush_denormal(True)
        saved = reported = time.monotonic()
        sums: dict[str, float] = {}
        count = 0
        while not self._finished():
            begun = time.monotonic()
            for name, value in self._step(loss_of).items():
                sums[name] = sums.get(name, 0.0) + value
            count += 1
            now = time.monotonic()
            self.elapsed += now - begun
            if now - reported > self.report_every:
                self._report(sums, count, now - reported)
                reported, sums, count = now, {}, 0
            if self._agreed(now - saved > self.checkpoint_every):
                self.save()
                saved = time.monotonic()
        self.save()

    def _agreed(self, save: bool) -> bool:
        """In a team, what its first process has decided: the time spent and whether to save."""
        if self.team is None:
            return save
        if self.team.rank == 0:
            self.team.control[:] = torch.tensor([self.elapsed, float(save)], dtype=torch.float64)
        self.team.finish()
        self.elapsed = float(self.team.control[ELAPSED])
        return bool(self.team.control[SAVE])

    def _finished(self) -> bool:
        enough = self.schedule.steps is not None and self.step >= self.schedule.steps
        return enough or self.elapsed >= self.schedule.minutes * 60

    def _step(self, loss_of: StepLoss) -> dict[str, float]:
        rank, size = (0, 1) if self.team is None else (self.team.rank, self.team.size)
        torch.manual_seed(self.seed * 1_000_003 + self.step * size + rank)
        rate = self.schedule.rate_at(self.elapsed / (self.schedule.minutes * 60))
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        found = loss_of(self.step * size + rank)
        losses = found if isinstance(found, dict) else {"loss": found}
        torch.autograd.backward(torch.stack(list(losses.values())).sum())
        if self.team is None:
            nn.utils.clip_grad_norm_(self._trained(), self.clip)
        else:
            self.team.average(self.clip)
        self.optimizer.step()
        if self.team is None:
            self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        if self._first:
            self.average.update(self.step)
        return {name: float(value.detach()) for name, value in losses.items()}

    @property
    def _first(self) -> bool:
        return self.team is None or self.team.rank == 0

    def _trained(self) -> list[nn.Parameter]:
        return [one for group in self.optimizer.param_groups for one in group["params"]]

    def _report(self, sums: dict[str, float], count: int, seconds: float) -> None:
        if not self._first:
            return
        figures = "  ".join(f"{name} {value / count:.5f}" for name, value in sums.items())
        spent, whole = self.elapsed / 60, self.schedule.minutes
        print(
            f"{self.folder.name}: step {self.step}  {spent:.1f} of {whole:.0f} min  "
            f"{seconds / count:.3f} s a step  {figures}",
            flush=True,
        )

    def save(self) -> None:
        """Write the whole state; a kill at any moment leaves the old or the new file, never a torn one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.team is not None:
            write_state(self._part_file, {"step": self.step, "optimizer": self.optimizer.state_dict()})
            self.team.barrier.wait()
        if not self._first:
            return
        state: dict[str, Any] = {
            "step": self.step,
            "elapsed": self.elapsed,
            "module": self.module.state_dict(),
            "average": self.average.weights(),
        }
        if self.team is None:
            state["optimizer"] = self.optimizer.state_dict()
        write_state(self.state_file, state)

    @property
    def _part_file(self) -> Path:
        assert self.team is not None
        return self.folder / f"optimizer_{self.team.rank}_of_{self.team.size}.pt"

    def _resume(self) -> None:
        if not self.state_file.exists():
            return
        state = torch.load(self.state_file, map_location="cpu", weights_only=True)
        if self._first:
            self.module.load_state_dict(state["module"])
            self.average.load(state["average"])
            print(f"{self.folder.name}: going on from step {state['step']}", flush=True)
        self.step, self.elapsed = state["step"], state["elapsed"]
        self._resume_optimizer(state)

    def _resume_optimizer(self, state: dict[str, Any]) -> None:
        saved = state
        if self.team is not None and self._part_file.exists():
            saved = torch.load(self._part_file, map_location="cpu", weights_only=True)
        same_way = ("optimizer" in saved) and (saved is state) == (self.team is None)
        if same_way and saved["step"] == state["step"]:
            self.optimizer.load_state_dict(saved["optimizer"])
        else:
            print(
                f"{self.folder.name}: the optimizer starts afresh: its state is not of this step", flush=True
            )


def write_state(path: Path, state: Mapping[str, Any]) -> None:
    """Save a state; a kill at any moment leaves the old or the new file, never a torn one."""
    partial = path.with_suffix(".new")
    torch.save(state, partial)
    os.replace(partial, path)


def spent(folder: Path) -> float:
    """The minutes that a run has been trained for; 0 where there is none."""
    path = folder / "state.pt"
    if not path.exists():
        return 0.0
    return float(torch.load(path, map_location="cpu", weights_only=True)["elapsed"]) / 60


def averaged(folder: Path, module: nn.Module) -> nn.Module:
    """The module with the averaged weights of a run's last checkpoint, in evaluation mode."""
    state = torch.load(folder / "state.pt", map_location="cpu", weights_only=True)
    module.load_state_dict({**state["module"], **state["average"]})
    return module.eval()


def workers_here() -> int:
    """Processes that may draw: all cores but two where there are many, else this process alone."""
    cores = os.cpu_count() or 1
    return cores - 2 if cores >= 8 else 1


def arguments(description: str, minutes: float) -> argparse.ArgumentParser:
    """The options that every trainer takes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder for checkpoints and caches")
    parser.add_argument("--minutes", type=float, default=minutes, help=f"time to train (default {minutes:g})")
    parser.add_argument("--steps", type=int, default=None, help="end after so many steps at the latest")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--rate", type=float, default=None, help="the highest learning rate, instead of the usual"
    )
    parser.add_argument("--batch", type=int, default=None, help="examples a step, instead of the usual")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--workers", type=int, default=workers_here(), help="processes that draw pictures")
    return parser


def options(chosen: argparse.Namespace, rate: float, *, warm_up: float = 0.03) -> tuple[Schedule, Place]:
    """The schedule and the place that the command line asks for; `rate` is the trainer's own."""
    torch.set_num_threads(chosen.threads)
    schedule = Schedule(chosen.minutes, chosen.rate or rate, warm_up=warm_up, steps=chosen.steps)
    return schedule, Place(torch.device(chosen.device), chosen.workers)


def autocast(device: torch.device = CPU) -> torch.autocast:
    """bfloat16 where it helps."""
    return torch.autocast(device.type, torch.bfloat16)
