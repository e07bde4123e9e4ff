"""Processes that train together (here threads) average their gradients and share out the parameters."""

from __future__ import annotations

import copy
import threading
from concurrent.futures import ThreadPoolExecutor

import torch

from training.team import Team


def test_owned_gradients_become_the_clipped_mean() -> None:
    threads_before = torch.get_num_threads()
    torch.manual_seed(0)
    first = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.Flatten(), torch.nn.Linear(12, 5))
    first = first.to(memory_format=torch.channels_last)
    modules = [first, copy.deepcopy(first)]
    batches = [torch.randn(4, 2, 4, 4), torch.randn(4, 2, 4, 4)]
    wanted = copy.deepcopy(first)
    torch.autograd.backward(torch.stack([wanted(batch).square().mean() for batch in batches]).mean())
    torch.nn.utils.clip_grad_norm_(wanted.parameters(), 0.01)

    count = sum(one.numel() for one in first.parameters())
    shared = (threading.Barrier(2), torch.zeros(2, count), torch.zeros(2), torch.zeros(2))
    teams = [Team(rank, 2, *shared) for rank in range(2)]

    def work(rank: int) -> set[str]:
        owned = teams[rank].adopt(modules[rank])
        torch.autograd.backward(modules[rank](batches[rank]).square().mean())
        teams[rank].average(clip=0.01)
        return {name for name, one in modules[rank].named_parameters() if id(one) in owned}

    with ThreadPoolExecutor(2) as pool:
        shares = list(pool.map(work, range(2)))
    torch.set_num_threads(threads_before)
    goal = {name: one.grad for name, one in wanted.named_parameters() if one.grad is not None}
    assert shares[0] | shares[1] == set(goal)
    assert not shares[0] & shares[1]
    for module, names in zip(modules, shares, strict=True):
        found = {name: one.grad for name, one in module.named_parameters() if one.grad is not None}
        for name in names:
            assert torch.allclose(found[name], goal[name], atol=1e-6)
