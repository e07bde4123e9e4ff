"""How well a folder of ComfyUI workflows opens: `python -m benchmarks comfyui_files FOLDER [--list]`.

Counts files that are refused, that map fully (no kept node), and the kept types; looks for advice that would destroy a
workflow, and for files that do not load again as they were saved. `--list` prints a line for each file.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from nodegraph.formats.comfyui.usable import specs_of
from nodegraph.formats.native import dumps, load, loads
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import FOREIGN
from nodegraph.subgraphs.expand import is_instance
from nodegraph.support.errors import LoadError
from nodegraph.validation import problems

SUFFIXES = (".json", ".png", ".webp")
HARMFUL = ("remove the link", "remove the value", "remove it", "in its place")


def main(argv: list[str]) -> dict[str, object]:
    """Figures for all workflows below a folder."""
    folders = [Path(text) for text in argv if not text.startswith("--")]
    if not folders:
        print("Name a folder of ComfyUI workflows.", file=sys.stderr)
        return {"files": 0}
    specs = specs_of()
    seconds: list[float] = []
    counts: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for path in sorted(p for folder in folders for p in folder.rglob("*") if p.suffix in SUFFIXES):
        begin = time.perf_counter()
        try:
            graph = load(path)
        except LoadError as error:
            counts["not a workflow" if "no workflow" in str(error) else "refused"] += 1
            if "--list" in argv:
                print(f"refused  {path.name}: {error}")
            continue
        seconds.append(time.perf_counter() - begin)
        counts["opened"] += 1
        counts["unstable"] += loads(dumps(graph)) != graph
        types = {node.type.removeprefix(FOREIGN) for node in used(graph) if node.type.startswith(FOREIGN)}
        kept.update(types)
        counts["full"] += not types
        found = problems(graph, specs)
        harmful = [p.reason for p in found if any(words in p.reason for words in HARMFUL)]
        counts["harmful"] += len(harmful)
        if "--list" in argv:
            print(f"{'full    ' if not types else 'kept    '} {path.name}: {', '.join(sorted(types)[:8])}")
            for reason in harmful[:3]:
                print(f"    harmful: {reason}")
    for name, count in kept.most_common(40):
        print(f"{count:5} {name}")
    return {
        **{
            key: counts[key] for key in ("opened", "refused", "not a workflow", "full", "unstable", "harmful")
        },
        "median_ms": 1e3 * statistics.median(seconds) if seconds else 0.0,
        "worst_ms": 1e3 * max(seconds, default=0.0),
    }


def used(graph: Graph) -> list[Node]:
    """The nodes that take part: those of subgraphs in use too, and none that is muted or bypassed."""
    found: list[Node] = []
    waiting = list(graph.nodes.values())
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node.mode != "run":
            continue
        found.append(node)
        if is_instance(node.type) and node.type not in seen:
            seen.add(node.type)
            subgraph = graph.subgraphs.get(node.type.partition("/")[2])
            waiting += subgraph.nodes.values() if subgraph is not None else ()
    return found
