"""What sampling costs beyond the network: KSampler, 20 steps with CFG at 128 px, against the bare calls it makes."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from threading import Event
from typing import Any

import torch

from nodegraph.node_api.context import Context, Places
from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.node_api.runtime import Compute
from nodes import runtime
from nodes.definitions.latents import empty_latent
from nodes.definitions.loaders import checkpoint_loader
from nodes.definitions.prompt import text_encode
from nodes.definitions.sampler import ksampler

STEPS = 20
ROUNDS = 9


def context(models: Any) -> Context:
    """What a node sees, outside any graph."""
    return Context("sampler", Places(Path("output"), Path()), lambda event: None, Event(), models)


def main(argv: list[str]) -> dict[str, object]:
    """Seconds of both, interleaved, and the median of the ratios, for three solvers."""
    files = runtime.open_files([])
    ctx = context(runtime.open_models(files, Fingerprints(), Compute("cpu")))
    model, clip, _ = checkpoint_loader(ctx, checkpoint="practice")
    positive = text_encode(ctx, clip, text="a red house by a lake at sunset")
    negative = text_encode(ctx, clip, text="")
    latent = empty_latent(width=128, height=128)
    figures: dict[str, object] = {}
    for sampler in ("euler", "dpmpp_2m", "euler_ancestral"):

        def whole(sampler: str = sampler) -> None:
            ksampler(ctx, model, positive, negative, latent, seed=1, steps=STEPS, cfg=4.0, sampler=sampler)

        ratios, wholes = compared(whole, recorded(ctx, model, whole))
        figures[f"{sampler}_20_steps_s"] = statistics.median(wholes)
        figures[f"{sampler}_over_bare_network"] = statistics.median(ratios)
    return figures


def recorded(
    ctx: Context, model: Any, whole: Any, steps: int = STEPS
) -> list[tuple[Any, tuple[Any, ...], dict[str, Any]]]:
    """The network calls of one run, with their arguments."""
    calls: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = []
    network = ctx.models.get(model)._network()
    handle = network.register_forward_pre_hook(
        lambda module, args, kwargs: calls.append((module, args, kwargs)), with_kwargs=True
    )
    whole()
    handle.remove()
    assert len(calls) == steps
    return calls


def compared(
    whole: Any, calls: list[tuple[Any, tuple[Any, ...], dict[str, Any]]], rounds: int = ROUNDS
) -> tuple[list[float], list[float]]:
    """The ratio of each pair of neighbouring runs, and the seconds of the whole."""
    ratios, wholes = [], []
    with torch.inference_mode():
        for _ in range(rounds):
            started = time.perf_counter()
            whole()
            middle = time.perf_counter()
            for module, args, kwargs in calls:
                module(*args, **kwargs)
            bare = time.perf_counter() - middle
            wholes.append(middle - started)
            ratios.append((middle - started) / bare)
    return ratios[1:], wholes[1:]
