"""Seeds that change by themselves: drawn when a job is queued, and recorded in it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, cast

from nodegraph.expressions import expressions_of
from nodegraph.graph import Graph, Node
from nodegraph.settle import settled
from nodegraph.spec import NodeSpec, Param

SeedMode = Literal["fixed", "new", "next"]
MODES: tuple[SeedMode, ...] = ("fixed", "new", "next")
"""Stay, draw another for each run, count up by one for each run."""

KEY = "seed_mode"
"""Under which a node keeps the modes of its seeds, by parameter."""
LARGEST = 2**64 - 1
DRAWN = 2**32
"""Seeds are drawn below this: still short enough to be read aloud."""


def mode_of(node: Node, param: str) -> SeedMode:
    """How a seed changes; fixed unless the node says otherwise."""
    modes = node.extra.get(KEY)
    found = modes.get(param) if isinstance(modes, Mapping) else None
    return cast("SeedMode", found) if found in MODES else "fixed"


def with_mode(node: Node, param: str, mode: SeedMode) -> Node:
    """The node with another mode for one of its seeds."""
    kept = node.extra.get(KEY)
    modes = {**(kept if isinstance(kept, Mapping) else {}), param: mode}
    modes = {name: value for name, value in modes.items() if value != "fixed"}
    extra = {name: value for name, value in node.extra.items() if name != KEY}
    return replace(node, extra={**extra, KEY: modes} if modes else extra)


def seeds_of(graph: Graph, specs: Mapping[str, NodeSpec]) -> Iterator[tuple[Node, Param]]:
    """Every seed that a run would read from its node rather than from a link or an expression."""
    for node in graph.nodes.values():
        spec = specs.get(node.type)
        for param in spec.params if spec else ():
            held = node.inputs.get(param.name) or param.name in expressions_of(node)
            if param.widget == "seed" and not held:
                yield node, param


def draw(
    graph: Graph,
    specs: Mapping[str, NodeSpec],
    last: Mapping[str, int],
    random: Callable[[int], int] = secrets.randbelow,
) -> tuple[Graph, dict[str, int]]:
    """The graph as the next run shall have it, and the seeds that were drawn, by `node.parameter`.

    `last` are the seeds of the newest job that waits or ran: "next" counts on from there, so that three runs
    asked for at once have three seeds.
    """
    drawn: dict[str, int] = {}
    for node, param in list(seeds_of(graph, specs)):
        mode, name = mode_of(node, param.name), f"{node.id}.{param.name}"
        if mode == "fixed":
            continue
        largest = int(min(LARGEST, param.maximum if param.maximum is not None else LARGEST))
        if mode == "new":
            value = random(min(DRAWN, largest + 1))
        else:
            shown = node.params.get(param.name, param.default)
            value = last.get(name, int(shown) - 1) + 1
            value = 0 if value > largest else value
        drawn[name] = value
        now = graph.nodes[node.id]
        graph = graph.with_nodes([replace(now, params={**now.params, param.name: value})])
    return settled(graph, specs), drawn


def seed_line(graph: Graph, specs: Mapping[str, NodeSpec]) -> str:
    """`seed 7`, or `seeds 7, 8`: what a graph's picture was drawn from; empty where it has none."""
    found = [str(node.params.get(param.name, param.default)) for node, param in seeds_of(graph, specs)]
    return f"seed {found[0]}" if len(found) == 1 else f"seeds {', '.join(found[:4])}" if found else ""
