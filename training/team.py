"""Several processes of one thread each train one model together.

On a few shared cores this is much faster than one process of several threads, which waits for its slowest
thread after every operation: here processes wait for each other three times a step. Weights and gradients lie
in shared memory; each process averages the gradients of the parameters it owns, changes those, and no others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, multiprocessing, nn
from torch.multiprocessing.spawn import spawn

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Barrier

ELAPSED, SAVE = 0, 1


@dataclass
class Team:
    """One process's view: its rank, and what all share."""

    rank: int
    size: int
    barrier: Barrier
    gradients: Tensor  # [size, parameters of the module]
    norms: Tensor  # [size]
    control: Tensor  # what rank 0 has decided

    def adopt(self, module: nn.Module) -> set[int]:
        """Put the module's gradients into shared memory; the ids of the parameters that this process owns."""
        torch.set_num_threads(1)
        trained = [one for one in module.parameters() if one.requires_grad]
        self._rows: list[tuple[nn.Parameter, list[Tensor]]] = []
        start = 0
        loads, owned = [0] * self.size, set()
        for one in sorted(trained, key=lambda one: -one.numel()):
            segments = self.gradients[:, start : start + one.numel()]
            views = [row.as_strided(one.shape, one.stride(), row.storage_offset()) for row in segments]
            one.grad = views[self.rank]
            start += one.numel()
            owner = loads.index(min(loads))
            loads[owner] += one.numel()
            if owner == self.rank:
                owned.add(id(one))
                self._rows.append((one, views))
        return owned

    def average(self, clip: float) -> None:
        """After backward: average the owned gradients and clip them by the norm of all."""
        self.barrier.wait()
        total = torch.zeros(())
        for _, views in self._rows:
            mine = views[self.rank]
            for rank in range(self.size):
                if rank != self.rank:
                    mine.add_(views[rank])
            mine.div_(self.size)
            total += mine.square().sum()
        self.norms[self.rank] = total
        self.barrier.wait()
        scale = min(1.0, clip / (float(self.norms.sum().sqrt()) + 1e-6))
        for _, views in self._rows:
            views[self.rank].mul_(scale)

    def finish(self) -> None:
        """After the step: wait for the others' weights, then clear the gradients."""
        self.barrier.wait()
        self.gradients[self.rank].zero_()


def run_team(size: int, module: nn.Module, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
    """Run `work(team, module, *arguments)` in `size` processes that share the module's weights."""
    module.share_memory()
    count = sum(one.numel() for one in module.parameters() if one.requires_grad)
    context = multiprocessing.get_context("spawn")
    gradients, norms = torch.zeros(size, count), torch.zeros(size)
    control = torch.zeros(2, dtype=torch.float64)
    for one in (gradients, norms, control):
        one.share_memory_()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    shared = (context.Barrier(size), gradients, norms, control)
    members = (size, shared, module, work, arguments)
    spawn(_member, members, nprocs=size)  # type: ignore[no-untyped-call]  # unannotated


def _member(
    rank: int,
    size: int,
    shared: tuple[Any, ...],
    module: nn.Module,
    work: Callable[..., None],
    arguments: tuple[object, ...],
) -> None:
    work(Team(rank, size, *shared), module, *arguments)
