"""Peak memory of a run on the practice model as a whole process, and what the cache holds to."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.first_picture import ROOT, WORKFLOW

PEAK = """
import json, resource, sys
from pathlib import Path
import nodegraph
options = nodegraph.Options(output=Path(sys.argv[2]), cache_bytes=int(sys.argv[3]))
with nodegraph.LocalEngine(options=options) as engine:
    graph = nodegraph.load(sys.argv[1])
    assert engine.run(graph).ok
    kept = engine.cache.bytes
print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, kept]))
"""
IMPORTS = (
    "import json, resource; from nodes import runtime; import nodes.models.pool; runtime.warm_up(); "
    "print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, 0]))"
)


def measured(code: str, *arguments: str) -> list[int]:
    """What a fresh interpreter prints last."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    found: list[int] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(argv: list[str]) -> dict[str, object]:
    """Megabytes."""
    with tempfile.TemporaryDirectory() as folder:
        libraries, _ = measured(IMPORTS)
        peak, kept = measured(PEAK, str(WORKFLOW), folder, str(1 << 30))
        short, kept_short = measured(PEAK, str(WORKFLOW), folder, "1000")
    weights = sum(
        p.stat().st_size for p in (Path(ROOT) / "nodes" / "practice" / "model").rglob("*.safetensors")
    )
    return {
        "libraries_alone_mb": libraries / 1e6,
        "peak_mb": peak / 1e6,
        "weights_on_disk_mb": weights / 1e6,
        "results_kept_mb": kept / 1e6,
        "peak_with_1_kb_cache_mb": short / 1e6,
        "results_kept_with_1_kb_cache_mb": kept_short / 1e6,
    }
