"""What the outline says about nodes, ports and parameters, and how typed values are read. No Qt here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nodegraph.model.graph import Graph, Link, Node
from nodegraph.model.sockets import fits
from nodegraph.model.spec import NodeSpec
from nodegraph.subgraphs.lookup import spec_of
from ui.i18n.labels import label_of
from ui.search.find.query import node_title


@dataclass(frozen=True)
class Ref:
    """A port of the graph: an input or output `name` of `node`."""

    node: str
    name: str
    output: bool


def label(name: str) -> str:
    """A name of the program as a person reads it: `noise_mask` gives `Noise mask`, `vae` gives `VAE`."""
    return label_of(name)


def title_of(graph: Graph, specs: Mapping[str, NodeSpec], node: str) -> str:
    """The shown title of a node, with its id where another node has the same title."""
    found = graph.nodes[node]
    title = node_title(found, spec_of(graph, found.type, specs))
    return title if title.lower().replace(" ", "_") == node else f"{title} ({node})"


def linked_from(graph: Graph, specs: Mapping[str, NodeSpec], node: Node, name: str) -> str:
    """Where an input takes its values, as `Load checkpoint › Model`; empty where it is not linked."""
    sources = node.inputs.get(name, ())
    return ", ".join(
        f"{title_of(graph, specs, source.node)} › {label(source.output)}"
        for source in sources
        if source.node in graph.nodes
    )


def feeds(graph: Graph, specs: Mapping[str, NodeSpec], node: str, output: str) -> str:
    """What an output feeds, as `VAE decode › Latent`."""
    links = [link for link in graph.consumers.get(node, ()) if link.source.output == output]
    return ", ".join(f"{title_of(graph, specs, link.target)} › {label(link.input)}" for link in links)


def links_at(graph: Graph, port: Ref) -> tuple[Link, ...]:
    """The links that start or end at a port."""
    if port.output:
        return tuple(link for link in graph.consumers.get(port.node, ()) if link.source.output == port.name)
    return tuple(link for link in graph.nodes[port.node].links() if link.input == port.name)


def partners(graph: Graph, specs: Mapping[str, NodeSpec], port: Ref) -> Iterator[Ref]:
    """Every port that a link from this port may go to: types that fit, no circle."""
    from ui.search.add_node.insert import port_type

    kind = port_type(graph, specs, port)
    if kind is None:
        return
    barred = _reached(graph, port.node, forward=not port.output)
    for node in graph.nodes.values():
        spec = spec_of(graph, node.type, specs)
        if spec is None or node.id in barred:
            continue
        if port.output:
            named = [(socket.name, socket.type) for socket in spec.sockets]
            named += [(param.name, param.type) for param in spec.params]
            yield from (Ref(node.id, name, False) for name, wanted in named if fits(kind, wanted))
        else:
            yield from (Ref(node.id, out.name, True) for out in spec.outputs if fits(out.type, kind))


def _reached(graph: Graph, start: str, forward: bool) -> set[str]:
    """The node itself and all that it feeds (or that feeds it)."""
    seen, waiting = {start}, [start]
    while waiting:
        name = waiting.pop()
        if forward:
            found = [link.target for link in graph.consumers.get(name, ())]
        else:
            found = [
                link.source.node for link in graph.nodes[name].links() if link.source.node in graph.nodes
            ]
        fresh = [other for other in found if other not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return seen
