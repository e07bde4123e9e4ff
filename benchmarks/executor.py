"""What planning and running cost beyond the nodes' own work: 1,000 nodes wide, 10,000 deep."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.timing import seconds
from nodegraph.engine.local import LocalEngine
from nodegraph.model.graph import Graph, Node
from tests.nodegraph.counting import engine, make


def wide(count: int, number: int = 1) -> Graph:
    """`count` nodes beside each other, summed."""
    values = [make(f"v{i}", "Value", number=number if i == 0 else i) for i in range(count - 1)]
    return Graph.of(*values, make("sum", "Sum", links={"numbers": [f"{v.id}.number" for v in values]}))


def deep(count: int, plus: int = 1) -> Graph:
    """`count` nodes in a chain; `plus` changes the middle one."""
    nodes: list[Node] = [make("n0", "Value")]
    for i in range(1, count):
        nodes.append(
            make(f"n{i}", "Add", links={"first": f"n{i - 1}.number"}, plus=plus if i == count // 2 else 1)
        )
    return Graph.of(*nodes)


def measured(name: str, graph: Graph, changed: Graph) -> dict[str, float]:
    """Cold, cached, one branch changed, toggled back: seconds."""
    with tempfile.TemporaryDirectory() as folder:
        figures = {}

        def once(label: str, run: LocalEngine, work: Graph) -> None:
            started = time.perf_counter()
            run.run(work)
            figures[f"{name}_{label}_s"] = time.perf_counter() - started

        with engine(Path(folder)) as warm:
            warm.run(graph)
        with engine(Path(folder)) as run:
            once("cold", run, graph)
            figures[f"{name}_cached_s"] = seconds(lambda: run.run(graph))
            once("changed", run, changed)
            once("toggled_back", run, graph)
            plan: Callable[[], object] = lambda: run.plan(graph)  # noqa: E731
            figures[f"{name}_plan_s"] = seconds(plan)
    return figures


def main(argv: list[str]) -> dict[str, object]:
    """All figures."""
    return {
        **measured("wide_1000", wide(1000), wide(1000, number=7)),
        **measured("deep_1000", deep(1000), deep(1000, plus=5)),
        **measured("deep_10000", deep(10_000), deep(10_000, plus=5)),
    }
