"""A prompt through a text encoder of full size: T5 XXL and CLIP-L of random weights, against their bare products."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from functools import partial
from pathlib import Path

import torch
from torch.nn import functional

from benchmarks.checkpoint import once
from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.node_api.runtime import Compute
from nodes import runtime
from nodes.types import Clip, Source
from tests.full_size import write

ROUNDS = 3
TOKENS = 256


def main(argv: list[str]) -> dict[str, object]:
    """Seconds. `--folder` keeps the encoders there."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks encoder", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, help="where t5.safetensors and clip_l.safetensors are or will be"
    )
    given = parser.parse_args(argv)
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as place:
        for kind, family in (("clip_l", "sd1"), ("t5", "flux")):
            path = (given.folder or Path(place)) / f"{kind}.safetensors"
            if not path.is_file():
                write(kind, path)
            pool = runtime.open_models(runtime.open_files([]), Fingerprints(), Compute("cpu"))
            encoder = pool.get(Clip((Source(str(path), kind),), family))
            figures[f"{kind}_gb"] = path.stat().st_size / 1e9
            figures[f"{kind}_first_prompt_s"] = once(partial(encoder.encode, "a red house"))
            times = [once(partial(encoder.encode, "a blue house")) for _ in range(ROUNDS)]
            figures[f"{kind}_prompt_s"] = statistics.median(times)
            weighted = once(partial(encoder.encode, "a (blue:1.2) house"))
            figures[f"{kind}_weighted_prompt_s"] = weighted
    figures["t5_products_by_torch_s"] = 24 * products()
    return figures


def products() -> float:
    """Seconds of the products of one layer of T5 XXL as torch makes them in float32, nothing cast."""
    shapes = [*[(4096, 4096)] * 4, *[(10240, 4096)] * 2, (4096, 10240)]
    weights = {shape: torch.ones(shape) for shape in set(shapes)}
    inputs = {width: torch.ones(TOKENS, width) for _, width in set(shapes)}

    def layer() -> None:
        for shape in shapes:
            functional.linear(inputs[shape[1]], weights[shape])

    layer()
    return statistics.median(once(layer) for _ in range(ROUNDS))
