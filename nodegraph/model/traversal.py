"""Does this graph feed itself? Iterative, so that chains of any length work."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.model.graph import Graph, Node


def feeds(graph: Graph, first: str, then: str) -> bool:
    """Whether values of node `first` reach node `then` over any links, muted ones included."""
    nodes = graph.nodes
    seen = {then}
    waiting = [then]
    while waiting:
        name = waiting.pop()
        if name == first:
            return True
        node = nodes.get(name)
        if node is None:
            continue
        for sources in node.inputs.values():
            for source in sources:
                if source.node not in seen:
                    seen.add(source.node)
                    waiting.append(source.node)
    return False


def cycle(nodes: Mapping[str, Node]) -> tuple[str, ...]:
    """The ids along one circle, each feeding the next and the last the first; empty if there is none."""
    done: set[str] = set()
    for start in nodes:
        if start not in done:
            found = _circle_from(start, nodes, done)
            if found:
                return found
    return ()


def _circle_from(start: str, nodes: Mapping[str, Node], done: set[str]) -> tuple[str, ...]:
    path = {start: None}
    stack = [(start, iter(_sources(nodes[start])))]
    while stack:
        name, upstream = stack[-1]
        for source in upstream:
            if source in path:
                names = list(path)
                return tuple(reversed(names[names.index(source) :]))
            if source not in done and source in nodes:
                path[source] = None
                stack.append((source, iter(_sources(nodes[source]))))
                break
        else:
            stack.pop()
            del path[name]
            done.add(name)
    return ()


def _sources(node: Node) -> list[str]:
    return [source.node for sources in node.inputs.values() for source in sources]
