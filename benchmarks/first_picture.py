"""From nothing to a picture: `nodegraph run` on the practice model as a whole process, and again in a warm engine."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.timing import seconds
from nodegraph import LocalEngine, Options, load

ROOT = Path(__file__).resolve().parents[1]
WORKFLOW = ROOT / "workflows" / "text_to_image.json"


def process(folder: str) -> None:
    """One whole run in a process of its own."""
    command = [sys.executable, "-m", "nodegraph", "run", str(WORKFLOW), "--out", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def main(argv: list[str]) -> dict[str, object]:
    """Seconds of the first process and of later ones; of a run with another seed or word in a warm engine."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        process(folder)
        first = time.perf_counter() - started
        later = seconds(lambda: process(folder), 3)
        graph = load(WORKFLOW)
        sampler = next(node for node in graph.nodes.values() if node.type == "KSampler")
        with LocalEngine(options=Options(output=Path(folder))) as engine:
            engine.run(graph)
            seeds = iter(range(1000, 2000))

            def another_seed() -> None:
                changed = type(sampler)(
                    **{**vars(sampler), "params": {**sampler.params, "seed": next(seeds)}}
                )
                assert engine.run(graph.with_nodes([changed])).ok

            warm = seconds(another_seed, 5)
    return {"first_process_s": first, "later_process_s": later, "another_seed_warm_s": warm}
