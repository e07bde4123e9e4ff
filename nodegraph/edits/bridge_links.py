"""The links that close the gap where nodes are taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nodegraph.model.graph import Graph, Link, Source
from nodegraph.model.sockets import bypass_order, fits
from nodegraph.model.spec import NodeSpec
from nodegraph.subgraphs.lookup import input_type, output_type, spec_of


def bridge_links(graph: Graph, names: Iterable[str], specs: Mapping[str, NodeSpec]) -> tuple[Link, ...]:
    """For `RemoveNodes`: each link out of `names` that can start at what fed them instead, where types fit."""
    gone = set(names)
    found = []
    for name in gone:
        for link in graph.consumers.get(name, ()):
            if link.target not in gone:
                source = _behind(graph, link.source, gone, specs)
                if source is not None and _fits(graph, source, link, specs):
                    found.append(Link(source, link.target, link.input, link.index))
    return tuple(sorted(found, key=lambda link: (link.target, link.input, link.index)))


def _behind(graph: Graph, source: Source, gone: set[str], specs: Mapping[str, NodeSpec]) -> Source | None:
    current: Source | None = source
    while current is not None and current.node in gone:
        node = graph.nodes[current.node]
        spec = spec_of(graph, node.type, specs)
        output = spec.output(current.output) if spec else None
        if spec is None or output is None:
            return None
        linked = (node.inputs[s.name] for s in bypass_order(spec, output) if node.inputs.get(s.name))
        current = next((sources[0] for sources in linked if not sources[0].muted), None)
    return Source(current.node, current.output) if current else None


def _fits(graph: Graph, source: Source, link: Link, specs: Mapping[str, NodeSpec]) -> bool:
    given, wanted = output_type(graph, source, specs), input_type(graph, link.target, link.input, specs)
    return given is not None and wanted is not None and fits(given, wanted)
