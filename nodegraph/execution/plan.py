"""From a graph and its targets to ordered steps: what must run, in which order, and why."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from nodegraph.execution.resolve import ResolvedGraph, ResolvedNode
from nodegraph.model.digest import Parts, result_key
from nodegraph.subgraphs.exposure import allowed
from nodegraph.support.errors import GraphError

FileFingerprint = Callable[[ResolvedNode, str], str | None]
"""(node, parameter that names or mentions files) -> what they contain; None where that is not known before the run.

Raises GraphError for a file that is missing.
"""


class Read(NamedTuple):
    """One link as the executor sees it: an input, the result that feeds it, and its position among the links there."""

    input: str
    node: str
    output: str
    key: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Keyed:
    """A node with what its results are made of, its key, and the results it reads.

    `passing` results differ in every run, so they are not worth keeping.
    """

    item: ResolvedNode
    parts: Parts
    key: str
    reads: tuple[Read, ...]
    passing: bool = False

    def result(self, output: str) -> str:
        """The key of one output."""
        return result_key(self.key, output)


@dataclass(frozen=True, slots=True)
class Step:
    """A node that will run, and why."""

    node: str
    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` in order; `cached` nodes that need not run (their results, or those of all their readers, are at
    hand); `skipped` ones with their reason.
    """

    steps: tuple[Step, ...]
    cached: tuple[str, ...]
    skipped: Mapping[str, str]
    targets: tuple[str, ...]
    keyed: Mapping[str, Keyed]


def default_targets(wiring: ResolvedGraph) -> tuple[str, ...]:
    """The nodes that save or show; where there are none, the nodes nobody reads."""
    sinks = tuple(name for name, item in wiring.nodes.items() if item.spec.sink)
    if sinks:
        return sinks
    return tuple(n for n, item in wiring.nodes.items() if n not in wiring.read and item.spec.outputs)


def ordered(wiring: ResolvedGraph, targets: Iterable[str]) -> list[ResolvedNode]:
    """The targets and all they depend on, sources first; raises GraphError that names a cycle."""
    import networkx

    needed: dict[str, ResolvedNode] = {}
    waiting = list(targets)
    digraph = networkx.DiGraph()
    while waiting:
        name = waiting.pop()
        if name in needed or name not in wiring.nodes:
            continue
        item = needed[name] = wiring.nodes[name]
        digraph.add_node(name)
        for source in item.sources():
            digraph.add_edge(source.node, name)
            waiting.append(source.node)
    try:
        return [needed[name] for name in networkx.topological_sort(digraph) if name in needed]
    except networkx.NetworkXUnfeasible:
        circle = [edge[0] for edge in networkx.find_cycle(digraph)]
        shown = " -> ".join([*circle[:8], circle[0]])
        raise GraphError(
            "The nodes feed each other in a circle: {shown}; cut one of these links.", shown=shown
        ) from None


def keyed_nodes(items: Iterable[ResolvedNode], fingerprint: FileFingerprint, prefix: str) -> dict[str, Keyed]:
    """The key of each node, in one pass over nodes that come sources first."""
    found: dict[str, Keyed] = {}
    for item in items:
        reads = tuple(
            Read(name, source.node, source.output, found[source.node].result(source.output), index)
            for name, sources in item.inputs.items()
            for index, source in enumerate(sources)
        )
        by_input: dict[str, list[str]] = {}
        for link in reads:
            by_input.setdefault(link.input, []).append(link.key)
        inputs = {name: tuple(keys) for name, keys in by_input.items()}
        for name in item.limited & inputs.keys():
            # What comes over a link is held to its limits by the call, which a result at hand would spare.
            inputs[name] = (*inputs[name], _range(item, name))
        contents = {p.name: fingerprint(item, p.name) for p in item.spec.params if p.file or p.mentions}
        files = {name: what for name, what in contents.items() if what is not None}
        always = item.spec.cache == "never" or len(files) < len(contents)
        nonce = secrets.token_hex(8) if always else ""
        version = item.spec.version
        parts = Parts(item.spec.type, version, item.params, inputs, files, prefix, nonce)
        passing = bool(nonce) or any(found[link.node].passing for link in reads)
        found[item.id] = Keyed(item, parts, parts.key(), reads, passing)
    return found


def _range(item: ResolvedNode, name: str) -> str:
    param = item.spec.param(name)
    return allowed(param) if param is not None else ""


def make_plan(
    wiring: ResolvedGraph,
    targets: Iterable[str],
    keyed: Mapping[str, Keyed],
    order: Iterable[ResolvedNode],
    at_hand: Callable[[Keyed, Iterable[str]], bool],
    reason: Callable[[ResolvedNode, Parts], str],
    *,
    rerun: bool = False,
) -> Plan:
    """Walk back from the targets and stop at results at hand; `rerun` looks past them (to verify the cache).

    `at_hand(node, outputs)` says whether these outputs (or, for a sink, its files) are there.
    """
    targets = tuple(t for t in targets if t in keyed)
    wanted: dict[str, set[str]] = {t: {o.name for o in keyed[t].item.spec.outputs} for t in targets}
    runs: set[str] = set()
    behind: set[str] = set()
    cached: list[str] = []
    order = list(order)
    for item in reversed(order):
        node = keyed[item.id]
        if item.id in wanted and (rerun or not at_hand(node, wanted[item.id])):
            runs.add(item.id)
            for read in _eager_reads(node):
                wanted.setdefault(read.node, set()).add(read.output)
        elif item.id in wanted or item.id in behind:
            behind.update(read.node for read in node.reads)
        if item.id in behind or item.id in wanted:
            kept = item.id not in runs or at_hand(node, wanted[item.id])
            cached += [item.id] if kept else []
    twins = set() if rerun else _twins(keyed[item.id] for item in order if item.id in runs)
    steps = tuple(
        Step(item.id, item.title, reason(item, keyed[item.id].parts))
        for item in order
        if item.id in runs and item.id not in twins
    )
    return Plan(steps, (*reversed(cached), *sorted(twins - set(cached))), wiring.skipped, targets, keyed)


def _twins(nodes: Iterable[Keyed]) -> set[str]:
    """The nodes whose key an earlier one has: their results are computed once. Sinks run for their effect."""
    seen: set[str] = set()
    twins = set()
    for node in nodes:
        if node.key in seen and not node.item.spec.sink:
            twins.add(node.item.id)
        seen.add(node.key)
    return twins


def _eager_reads(node: Keyed) -> list[Read]:
    """The links read in any case; which lazy ones are read is only known while running if a link decides it."""
    lazy = {s.name for s in node.item.spec.sockets if s.lazy is not None} if node.item.open_choice else set()
    return [read for read in node.reads if read.input not in lazy]
