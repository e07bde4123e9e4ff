"""From a document to keyed nodes in order, with every reason why it could not run said first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nodegraph.execution.input_files import Contents
from nodegraph.execution.plan import Keyed, default_targets, keyed_nodes, ordered
from nodegraph.execution.resolve import ResolvedGraph, ResolvedNode, resolve_graph
from nodegraph.model.graph import Graph
from nodegraph.model.spec import NodeSpec
from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.node_api.model_files import Files
from nodegraph.support.errors import GraphError
from nodegraph.support.input_access import InputAccess
from nodegraph.validation import Problem, problems


@dataclass(frozen=True, slots=True)
class Prepared:
    """A graph ready to plan."""

    wiring: ResolvedGraph
    targets: tuple[str, ...]
    order: list[ResolvedNode]
    keyed: Mapping[str, Keyed]


def prepare(
    graph: Graph,
    specs: Mapping[str, NodeSpec],
    files: Files,
    fingerprints: Fingerprints,
    prefix: str,
    targets: Sequence[str] | None,
    access: InputAccess,
) -> Prepared:
    """Wire, order and key the nodes that the targets need; raises GraphError that names node and remedy."""
    wiring = resolve_graph(graph, specs)
    chosen = tuple(targets) if targets is not None else default_targets(wiring)
    _known(graph, wiring, chosen)
    chosen = tuple(dict.fromkeys(inner for name in chosen for inner in _inside(wiring, name)))
    order = ordered(wiring, chosen)
    _refuse(problems(graph, specs, files), order)
    keyed = keyed_nodes(order, Contents(files, fingerprints, access, wiring.nodes).of, prefix)
    return Prepared(wiring, tuple(t for t in chosen if t in wiring.nodes), order, keyed)


def _inside(wiring: ResolvedGraph, target: str) -> list[str]:
    """What a target stands for once subgraphs are unfolded: itself, or the nodes in it that feed none in it."""
    if target in wiring.nodes:
        return [target]
    within = [node for name, node in wiring.nodes.items() if name.startswith(f"{target}/")]
    fed = {source.node for node in within for sources in node.inputs.values() for source in sources}
    return [node.id for node in within if node.id not in fed] or [target]


def _known(graph: Graph, wiring: ResolvedGraph, targets: Iterable[str]) -> None:
    for name in targets:
        outside = name not in wiring.nodes and name not in wiring.skipped and name not in graph.nodes
        if outside and not any(inner.startswith(f"{name}/") for inner in wiring.nodes):
            near = difflib.get_close_matches(name, wiring.nodes, 3)
            hint = f"; did you mean {' or '.join(near)}?" if near else "."
            raise GraphError(f"There is no node called {name}{hint}")


def _refuse(found: Iterable[Problem], order: Iterable[ResolvedNode]) -> None:
    """Raise for the first problem of a node that takes part, of one bypassed before it, or of a subgraph around."""
    needed = {part for item in order for name in (item.id, *item.blocked) for part in _and_around(name)}
    for problem in found:
        if problem.node in needed:
            raise GraphError(problem.sentence)


def _and_around(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]
