"""torch.compile on a full-size Stable Diffusion 1.5 of random weights: the wait, steps before and after, numbers."""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from benchmarks.checkpoint import EDGE, once
from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.node_api.runtime import Compute
from nodes import runtime
from nodes.models.memory.compiled import OPTION, SCOPES
from nodes.types import Condition, Model, Source
from tests.full_size import write

ROUNDS = 7


def main(argv: list[str]) -> dict[str, object]:
    """Seconds, ratios and relative differences for one step with CFG at 256 px. `--warm` keeps what was compiled
    before; `--folder` keeps the checkpoint there; scopes are measured alone if named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks compiled", description=__doc__)
    parser.add_argument("--folder", type=Path, help="where sd1.safetensors is or will be")
    parser.add_argument(
        "--warm", action="store_true", help="use what torch has compiled in an earlier process"
    )
    parser.add_argument("scopes", nargs="*", choices=[*SCOPES, []], help="what to compile; both if none")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as place:
        if not given.warm:
            os.environ["TORCHINDUCTOR_CACHE_DIR"] = place
        path = (given.folder or Path(place)) / "sd1.safetensors"
        if not path.is_file():
            write("sd1", path)
        pool = runtime.open_models(runtime.open_files([]), Fingerprints(), Compute("cpu"))
        plain = Model(Source(str(path), "sd1"))
        generator = torch.Generator().manual_seed(1)
        x, sigma = torch.randn(1, 4, EDGE // 8, EDGE // 8, generator=generator), torch.tensor([5.0])
        sides = [Condition(torch.randn(1, 77, 768, generator=generator)) for _ in range(2)]

        def step(model: Model) -> list[torch.Tensor]:
            found: list[torch.Tensor] = pool.get(model).x0(x, sigma, sides)
            return found

        wanted = torch.cat(step(plain))
        exact = torch.cat(step(replace(plain, dtype="float32")))
        pool.clear()
        step(plain)
        figures: dict[str, object] = {"dtype": str(pool.get(plain).dtype).removeprefix("torch.")}
        figures["rounding_of_plain"] = apart(wanted, exact)
        for scope in given.scopes or SCOPES:
            model = replace(plain, options=((OPTION, scope),))
            figures[f"{scope}_first_step_s"] = once(partial(step, model))
            times = [(once(partial(step, plain)), once(partial(step, model))) for _ in range(ROUNDS)]
            found = torch.cat(step(model))
            figures |= {
                f"{scope}_plain_step_s": statistics.median(one for one, _ in times),
                f"{scope}_compiled_step_s": statistics.median(other for _, other in times),
                f"{scope}_compiled_over_plain": statistics.median(other / one for one, other in times),
                f"{scope}_difference_from_plain": apart(found, wanted),
                f"{scope}_rounding": apart(found, exact),
            }
        return figures


def apart(found: torch.Tensor, wanted: torch.Tensor) -> float:
    """The relative difference of two tensors."""
    return float((found - wanted).norm() / wanted.norm())
