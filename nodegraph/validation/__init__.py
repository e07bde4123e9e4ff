"""Why a graph cannot run as it stands, before it runs: every reason, each with the place and the remedy."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from nodegraph.edits.nested import Inside
from nodegraph.edits.replace_type import replacement
from nodegraph.expressions.evaluate import evaluate_expressions
from nodegraph.model.diff import Changes, diff
from nodegraph.model.graph import Graph, Node, Source, Subgraph
from nodegraph.model.spec import FOREIGN, NodeSpec
from nodegraph.node_api.model_files import Files
from nodegraph.subgraphs.expand import PREFIX, definition, is_instance
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.messages import Phrase
from nodegraph.support.suggestions import Suggestions, ending
from nodegraph.validation.computed import expression_problems
from nodegraph.validation.exposed import Levels, exposure_problems
from nodegraph.validation.links import Flow, link_problems
from nodegraph.validation.problem import Problem
from nodegraph.validation.values import value_problems

__all__ = ["Checker", "Problem", "problems", "problems_of"]

MAX_INNER = 1000
"""Subgraphs looked into, at most."""


def problems(graph: Graph, specs: Mapping[str, NodeSpec], files: Files | None = None) -> list[Problem]:
    """Everything that keeps nodes from running, in the order of the nodes. Muted nodes are left alone.

    Without `files`, model files are not looked for.
    """
    values = evaluate_expressions(graph, specs)
    look = _Look(values.graph, specs, files)
    found = [problem for node in values.graph.nodes.values() for problem in look.at(node)]
    found = expression_problems(values.graph, values.faults, specs) + found
    return _once(found) + (list(look.inside()) if graph.subgraphs else [])


def problems_of(
    graph: Graph, name: str, specs: Mapping[str, NodeSpec], files: Files | None = None
) -> list[Problem]:
    """What keeps one node from running; raises KeyError if there is none called so."""
    return _once(_Look(graph, specs, files).at(graph.nodes[name]))


class Checker:
    """Checks a document again and again, looking only at what has changed and what it feeds."""

    def __init__(self, specs: Mapping[str, NodeSpec], files: Files | None = None) -> None:
        self._specs = specs
        self._files = files
        self._graph = Graph()
        self._found: dict[str, list[Problem]] = {}

    def forget(self) -> None:
        """Look at everything next time, as when model files have come or gone."""
        self._graph = Graph()
        self._found = {}

    def problems(self, graph: Graph) -> list[Problem]:
        """The same as `problems(graph, specs, files)`."""
        values = evaluate_expressions(graph, self._specs)
        graph = values.graph
        look = _Look(graph, self._specs, self._files)
        changes = diff(self._graph, graph)
        if changes.removed:
            self._found = {name: found for name, found in self._found.items() if name in graph.nodes}
        for name in graph.nodes if changes.subgraphs else self._touched(graph, changes):
            self._found[name] = look.at(graph.nodes[name])
        self._graph = graph
        found = expression_problems(graph, values.faults, self._specs)
        found += [problem for name in graph.nodes for problem in self._found.get(name, ())]
        return _once(found) + (list(look.inside()) if graph.subgraphs else [])

    def _touched(self, graph: Graph, changes: Changes) -> list[str]:
        """The nodes that differ, and those that values of them reach over bypassed nodes."""
        same = {"pos", "size", "extra"}
        waiting = [*changes.added, *(name for name, aspects in changes.changed.items() if aspects - same)]
        spreading = {name for name in waiting if self._spreads(graph, name)}
        touched = dict.fromkeys(waiting)
        while spreading:
            name = spreading.pop()
            for link in graph.consumers.get(name, ()):
                if link.target not in touched:
                    touched[link.target] = None
                    if graph.nodes[link.target].mode == "bypass":
                        spreading.add(link.target)
        return list(touched)

    def _spreads(self, graph: Graph, name: str) -> bool:
        before, after = self._graph.nodes.get(name), graph.nodes[name]
        if before is None or "bypass" in (before.mode, after.mode):
            return True
        return (before.type, before.version, before.mode) != (after.type, after.version, after.mode)


@dataclass
class _Look:
    """One look at a graph."""

    graph: Graph
    specs: Mapping[str, NodeSpec]
    files: Files | None
    fed: frozenset[tuple[str, str]] = frozenset()
    suggestions: Suggestions = field(default_factory=Suggestions)

    def __post_init__(self) -> None:
        self._known: dict[str, NodeSpec | None] = {}
        self._flow = Flow(self.graph.nodes, self.spec, self.fed)
        self._levels = Levels(self.graph, self.specs)

    def spec(self, node: Node) -> NodeSpec | None:
        """The node's type, looked up once."""
        if node.type not in self._known:
            self._known[node.type] = spec_of(self.graph, node.type, self.specs)
        return self._known[node.type]

    def at(self, node: Node) -> list[Problem]:
        """The problems of one node."""
        if node.mode != "run":
            return []
        spec = self.spec(node)
        if spec is None:
            return [self._unknown(node)]
        if node.version > spec.version:
            reason = Phrase(
                "made with version {version} of {type}, and version {installed} is installed; "
                "update the package that brings it.",
                version=node.version,
                type=node.type,
                installed=spec.version,
            )
            return [Problem(node.id, "", node.title or spec.title, reason)]
        return [
            *value_problems(node, spec, self.files, self.suggestions),
            *exposure_problems(node, spec, self._levels, self.specs, self.fed),
            *link_problems(node, spec, self._flow, self.suggestions),
        ]

    def _unknown(self, node: Node) -> Problem:
        if is_instance(node.type):
            name = node.type.removeprefix(PREFIX)
            near = self.suggestions.nearest(name, self.graph.subgraphs)
            remedy = ending(near, Phrase("unpack or remove the node"))
            reason = Phrase("there is no subgraph called {name!r}{ending}", name=name, ending=remedy)
            return Problem(node.id, "", "", reason)
        if node.type.startswith(FOREIGN):
            theirs = node.type.removeprefix(FOREIGN)
            reason = Phrase(
                "this node of ComfyUI's ({theirs}) has no equal here; it is kept as it is. "
                "Mute or bypass it to run the rest.",
                theirs=theirs,
            )
            return Problem(node.id, "", node.title, reason)
        near = self.suggestions.nearest(node.type, self.specs)
        remedy = ending(near, Phrase("install the package that brings it, or mute the node"))
        fix = replacement(self.graph, node.id, self.specs[near], self.specs) if near else None
        reason = Phrase("the type {type} is not installed{ending}", type=node.type, ending=remedy)
        return Problem(node.id, "", "", reason, fix)

    def inside(self) -> Iterator[Problem]:
        """The problems within each subgraph that runs, reported once, at the first node that stands for it."""
        seen: set[str] = set()
        used = _used_outputs(self.graph)
        waiting = deque(("", node) for node in self.graph.nodes.values())
        while waiting and len(seen) < MAX_INNER:
            prefix, instance = waiting.popleft()
            found = definition(self.graph, instance.type) if is_instance(instance.type) else None
            if found is None or instance.mode != "run" or found.name in seen:
                continue
            seen.add(found.name)
            path = f"{prefix}{instance.id}/"
            values = evaluate_expressions(Graph(found.nodes, subgraphs=self.graph.subgraphs), self.specs)
            fed = frozenset((port.node, port.port) for port in found.inputs)
            look = _Look(values.graph, self.specs, self.files, fed, self.suggestions)
            for problem in expression_problems(values.graph, values.faults, self.specs):
                yield _within(problem, path, found.name)
            for node in found.nodes.values():
                for problem in look.at(node):
                    yield _within(problem, path, found.name)
                waiting.append((path, node))
            for problem in look.held_back(used, found):
                yield _within(problem, path, found.name)

    def held_back(self, used: Container[tuple[str, str]], found: Subgraph) -> Iterator[Problem]:
        """Bypassed nodes that let nothing through to an output of the subgraph that is used outside."""
        for port in found.outputs:
            node = found.nodes.get(port.node)
            if node is not None and node.mode == "bypass" and (PREFIX + found.name, port.name) in used:
                origin = self._flow.origin(Source(port.node, port.port))
                if isinstance(origin, Problem):
                    yield origin


def _used_outputs(graph: Graph) -> set[tuple[str, str]]:
    """Type and output of every instance of a subgraph that feeds anything anywhere in the document."""
    used: set[tuple[str, str]] = set()
    for nodes in (graph.nodes, *(found.nodes for found in graph.subgraphs.values())):
        for node in nodes.values():
            for sources in node.inputs.values():
                used.update((nodes[s.node].type, s.output) for s in sources if s.node in nodes)
    for found in graph.subgraphs.values():
        used.update((found.nodes[p.node].type, p.port) for p in found.outputs if p.node in found.nodes)
    return used


def _once(found: Iterable[Problem]) -> list[Problem]:
    """A bypassed node is complained of by each node that it feeds."""
    return list({(problem.node, problem.reason): problem for problem in found}.values())


def _within(problem: Problem, path: str, subgraph: str) -> Problem:
    fix = Inside(subgraph, problem.fix) if problem.fix is not None else None
    return replace(problem, node=f"{path}{problem.node}", fix=fix)
