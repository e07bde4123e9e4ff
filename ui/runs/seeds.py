"""Seeds that change by themselves: drawn when a job is queued, and recorded in it."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, cast

from nodegraph.edits import Edit, SetParams
from nodegraph.edits.nested import Inside
from nodegraph.expressions.evaluate import with_expressions_evaluated
from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.subgraphs.expand import uses
from nodegraph.subgraphs.lookup import spec_of

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
        spec = spec_of(graph, node.type, specs)
        for param in spec.params if spec else ():
            held = node.inputs.get(param.name) or param.name in expressions_of(node)
            if param.widget == "seed" and not held:
                yield node, param


def bounds(param: Param) -> tuple[int, int]:
    """The least and the largest seed that a parameter takes."""
    least = 0 if param.minimum is None else math.ceil(param.minimum)
    return least, LARGEST if param.maximum is None else int(min(param.maximum, LARGEST))


def drawn_seed(param: Param, random: Callable[[int], int] = secrets.randbelow) -> int:
    """A seed within the range of its parameter; `random` gives a number below another."""
    least, most = bounds(param)
    return least + random(min(DRAWN, most - least + 1))


def draw(
    graph: Graph,
    specs: Mapping[str, NodeSpec],
    last: Mapping[str, int],
    random: Callable[[int], int] = secrets.randbelow,
) -> tuple[Graph, dict[str, int]]:
    """The graph as the next run shall have it, inside its subgraphs too, and the seeds that were drawn, by `key_of`.

    `last` are the seeds of the newest job that waits or ran: "next" counts on from there, so that three runs
    asked for at once have three seeds.
    """
    drawn: dict[str, int] = {}
    graph = _drawn_in(graph, "", specs, last, random, drawn)
    inner = {}
    for name in uses(graph).keys() & graph.subgraphs.keys():
        found = graph.subgraphs[name]
        level = Graph(found.nodes, subgraphs=graph.subgraphs)
        after = _drawn_in(level, name, specs, last, random, drawn)
        if after is not level:
            inner[name] = replace(found, nodes=after.nodes)
    if inner:
        graph = replace(graph, subgraphs={**graph.subgraphs, **inner})
    return with_expressions_evaluated(graph, specs), drawn


def _drawn_in(
    graph: Graph,
    subgraph: str,
    specs: Mapping[str, NodeSpec],
    last: Mapping[str, int],
    random: Callable[[int], int],
    drawn: dict[str, int],
) -> Graph:
    """One level with its seeds drawn, which are put into `drawn`."""
    for node, param in list(seeds_of(graph, specs)):
        mode, name = mode_of(node, param.name), key_of(node.id, param.name, subgraph)
        if mode == "fixed":
            continue
        least, most = bounds(param)
        if mode == "new":
            value = drawn_seed(param, random)
        else:
            shown = node.params.get(param.name, param.default)
            value = last.get(name, int(shown) - 1) + 1
            value = value if least <= value <= most else least
        drawn[name] = value
        now = graph.nodes[node.id]
        graph = graph.with_nodes([replace(now, params={**now.params, param.name: value})])
    return graph


def key_of(node: str, param: str, subgraph: str = "") -> str:
    """A seed's name: `node.parameter`, or that and its subgraph as JSON, for either may hold any letter."""
    return json.dumps([subgraph, node, param]) if subgraph else f"{node}.{param}"


def place_of(key: str) -> tuple[str, str, str]:
    """Subgraph (empty for none), node and parameter of a seed's name."""
    if key.startswith("["):
        subgraph, node, param = json.loads(key)
        return subgraph, node, param
    node, _, param = key.partition(".")
    return "", node, param


def shown_seeds(graph: Graph, seeds: Mapping[str, int]) -> list[Edit]:
    """The edits that give the nodes of a document these seeds, one for each level; nodes that are gone are left out."""
    values: dict[str, dict[str, dict[str, int]]] = {}
    for key, seed in seeds.items():
        subgraph, node, param = place_of(key)
        if node in _nodes(graph, subgraph):
            values.setdefault(subgraph, {}).setdefault(node, {})[param] = seed
    edits: list[Edit] = []
    for subgraph, found in values.items():
        edits.append(Inside(subgraph, SetParams(found)) if subgraph else SetParams(found))
    return edits


def shows(graph: Graph, key: str, seed: int) -> bool:
    """Whether the document holds this seed."""
    subgraph, node, param = place_of(key)
    found = _nodes(graph, subgraph).get(node)
    return found is not None and found.params.get(param) == seed


def _nodes(graph: Graph, subgraph: str) -> Mapping[str, Node]:
    if not subgraph:
        return graph.nodes
    found = graph.subgraphs.get(subgraph)
    return found.nodes if found is not None else {}


def seed_line(graph: Graph, specs: Mapping[str, NodeSpec]) -> str:
    """`seed 7`, or `seeds 7, 8`: what a graph's picture was drawn from; empty where it has none."""
    found = [str(node.params.get(param.name, param.default)) for node, param in seeds_of(graph, specs)]
    return f"seed {found[0]}" if len(found) == 1 else f"seeds {', '.join(found[:4])}" if found else ""
