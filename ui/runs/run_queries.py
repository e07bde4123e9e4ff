"""What a graph is asked about before and after a run: its pictures, its samplers, its prompt, its identity."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.subgraphs.expand import definition, flatten, is_instance
from nodegraph.support.errors import GraphError

VISIBLE = ("Image", "Mask", "Latent")
"""Types of results that have a picture, the most worth seeing first."""

Spot = tuple[str, str]
"""A node and one of its outputs."""


def sinks(graph: Graph, specs: Mapping[str, NodeSpec]) -> list[str]:
    """The nodes that save or show, and run."""
    return [n.id for n in graph.nodes.values() if n.mode == "run" and n.type in specs and specs[n.type].sink]


def ends(members: Iterable[str], graph: Graph, specs: Mapping[str, NodeSpec]) -> list[str]:
    """What runs of these nodes: the sinks among them, else those that feed none of the others."""
    running = [name for name in members if graph.nodes[name].mode == "run"]
    found = [name for name in sinks(graph, specs) if name in running]
    inner = set(running)
    return found or [n for n in running if not any(k.target in inner for k in graph.consumers.get(n, ()))]


def flat(graph: Graph) -> Graph:
    """The graph as the engine runs it: nodes inside subgraphs stand in it as `instance/inner`.

    One that cannot be unfolded is given back as it is: it cannot run either.
    """
    try:
        return flatten(graph) if graph.subgraphs else graph
    except GraphError:
        return graph


def inner_spot(graph: Graph, spot: Spot) -> Spot:
    """The output inside that an output of a subgraph's node stands for, as the engine calls it; others as they are."""
    (name, output), node = spot, graph.nodes.get(spot[0])
    while node is not None and node.mode == "run" and is_instance(node.type):
        found = definition(graph, node.type)
        port = next((p for p in found.outputs if p.name == output), None) if found is not None else None
        if found is None or port is None:
            break
        name, output, node = f"{name}/{port.node}", port.port, found.nodes.get(port.node)
    return name, output


def seen_output(node: Node, specs: Mapping[str, NodeSpec]) -> str:
    """The output of a node that is worth looking at; its first one if none has a picture; empty without any."""
    outputs = specs[node.type].outputs if node.type in specs else ()
    ranked = [o.name for kind in VISIBLE for o in outputs if o.type == kind]
    return (ranked or [o.name for o in outputs] or [""])[0]


def pictured(graph: Graph, specs: Mapping[str, NodeSpec], name: str) -> bool:
    """Whether a node has a picture to show, its own or one it was given."""
    spot = spot_of(graph, specs, name)
    node = flat(graph).nodes.get(spot[0]) if spot is not None else None
    spec = specs.get(node.type) if node is not None else None
    output = spec.output(spot[1]) if spec is not None and spot is not None else None
    return output is not None and output.type in VISIBLE


def spot_of(graph: Graph, specs: Mapping[str, NodeSpec], name: str) -> Spot | None:
    """Where to look for what a node shows: its own picture, or the one it was given if it makes none."""
    node = graph.nodes.get(name)
    if node is None:
        return None
    if is_instance(node.type) and node.mode == "run":
        return _spot_inside(graph, specs, node)
    output = seen_output(node, specs)
    spec = specs.get(node.type)
    if output and spec is not None and spec.output(output).type in VISIBLE:  # type: ignore[union-attr]  # just found
        return (name, output)
    for kind in VISIBLE:
        for socket in spec.sockets if spec else ():
            sources = [s for s in node.inputs.get(socket.name, ()) if not s.muted]
            if socket.type == kind and sources:
                return inner_spot(graph, (sources[0].node, sources[0].output))
    return (name, output) if output else None


def _spot_inside(graph: Graph, specs: Mapping[str, NodeSpec], instance: Node) -> Spot | None:
    """Where to look for what the node of a subgraph shows: the output of it that is worth seeing most."""
    found = definition(graph, instance.type)
    nodes = flat(graph).nodes
    spots = [inner_spot(graph, (instance.id, port.name)) for port in found.outputs] if found else []
    for kind in VISIBLE:
        for name, output in spots:
            spec = specs.get(nodes[name].type) if name in nodes else None
            socket = spec.output(output) if spec is not None else None
            if socket is not None and socket.type == kind:
                return name, output
    return spots[0] if spots else None


def result_spots(
    graph: Graph, specs: Mapping[str, NodeSpec], targets: Sequence[str] | None
) -> list[tuple[str, Spot]]:
    """The pictures that a run of these targets ends in: the target, and where its picture is."""
    names = sinks(graph, specs) if targets is None else targets
    found: dict[Spot, str] = {}
    for name in names:
        spot = spot_of(graph, specs, name)
        if spot is not None and spot not in found:
            found[spot] = name
    return [(name, spot) for spot, name in found.items()]


def upstream(graph: Graph, targets: Iterable[str]) -> set[str]:
    """The targets and every node they need."""
    found: set[str] = set()
    waiting = list(targets)
    while waiting:
        name = waiting.pop()
        if name not in found and name in graph.nodes:
            found.add(name)
            waiting += [link.source.node for link in graph.nodes[name].links()]
    return found


def downstream(graph: Graph, names: Iterable[str]) -> set[str]:
    """These nodes and every node that depends on them."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [link.target for link in graph.consumers.get(name, ())]
    return found


def identity(graph: Graph, specs: Mapping[str, NodeSpec], targets: Sequence[str] | None) -> str:
    """A digest of what these targets compute: positions, titles and nodes they do not need play no part."""
    names = sinks(graph, specs) if targets is None else targets
    needed = upstream(graph, names)
    parts = [
        [n.id, n.type, n.version, n.mode, sorted((k, repr(v)) for k, v in n.params.items()), _sources(n)]
        for n in (graph.nodes[name] for name in sorted(needed))
    ]
    inner = sorted((name, repr(sub)) for name, sub in graph.subgraphs.items())
    text = json.dumps([sorted(names), parts, inner])
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _sources(node: Node) -> list[list[object]]:
    return sorted([n, [[s.node, s.output, s.muted] for s in sources]] for n, sources in node.inputs.items())


def prompt_of(graph: Graph, specs: Mapping[str, NodeSpec]) -> str:
    """The text that says best what the picture shows: that which feeds a sampler's positive input, else the longest."""
    texts = {(node.id): str(node.params.get(p.name, p.default)) for node, p in _texts(graph, specs)}
    for node in graph.nodes.values():
        for source in node.inputs.get("positive", ()):
            for name in upstream(graph, [source.node]):
                if texts.get(name):
                    return texts[name]
    return max(texts.values(), key=len, default="")


def _texts(graph: Graph, specs: Mapping[str, NodeSpec]) -> Iterator[tuple[Node, Param]]:
    for node in graph.nodes.values():
        for param in specs[node.type].params if node.type in specs else ():
            if param.widget == "multiline" and not node.inputs.get(param.name):
                yield node, param


COARSE_STEPS = 4
"""A first look takes this many steps."""


def coarse(graph: Graph, specs: Mapping[str, NodeSpec]) -> Graph | None:
    """The graph with few steps on every sampler, for a first look; None where that would gain little."""
    changed = []
    for node in graph.nodes.values():
        spec = specs.get(node.type)
        param = spec.param("steps") if spec else None
        if param is None or param.type != "Int" or node.inputs.get("steps"):
            continue
        if int(node.params.get("steps", param.default)) >= 2 * COARSE_STEPS:
            changed.append(replace(node, params={**node.params, "steps": COARSE_STEPS}))
    return graph.with_nodes(changed) if changed else None
