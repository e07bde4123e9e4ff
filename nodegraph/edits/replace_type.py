"""Another node type in a node's place, with as many values and links as fit it."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.edits.nodes import Replace
from nodegraph.model.graph import Graph, Sources
from nodegraph.model.sockets import fits
from nodegraph.model.spec import NodeSpec, Scalar
from nodegraph.subgraphs.lookup import input_type, output_type


def replacement(graph: Graph, name: str, spec: NodeSpec, specs: Mapping[str, NodeSpec]) -> Replace:
    """The edit that makes node `name` a `spec`. Equal names go first, then equal types in order."""
    inputs = _inputs(graph, name, spec, specs)
    return Replace(
        name,
        spec.type,
        spec.version,
        _params(graph.nodes[name].params, spec),
        inputs,
        _outputs(graph, name, spec, specs),
    )


def _params(params: Mapping[str, Scalar], spec: NodeSpec) -> dict[str, Scalar]:
    kept: dict[str, Scalar] = {}
    for name, value in params.items():
        param = spec.param(name)
        if param is not None and (
            type(value) is type(param.default) or (param.type == "Float" and type(value) is int)
        ):
            kept[name] = value
    return kept


def _inputs(graph: Graph, name: str, spec: NodeSpec, specs: Mapping[str, NodeSpec]) -> dict[str, Sources]:
    found: dict[str, Sources] = {}
    homeless: list[tuple[Sources, str]] = []
    for old, sources in graph.nodes[name].inputs.items():
        given = output_type(graph, sources[0], specs)
        wanted = spec.input_type(old)
        if wanted is not None and (given is None or fits(given, wanted)):
            found[old] = sources
        elif given is not None:
            homeless.append((sources, given))
    for sources, given in homeless:
        free = (s for s in spec.sockets if s.name not in found and s.type == given)
        socket = next(free, None)
        if socket is not None:
            found[socket.name] = sources
    for key, sources in found.items():
        known = spec.socket(key)
        if known is None or not known.variadic:
            found[key] = sources[:1]
    return found


def _outputs(graph: Graph, name: str, spec: NodeSpec, specs: Mapping[str, NodeSpec]) -> dict[str, str]:
    found: dict[str, str] = {}
    cut: set[str] = set()
    for link in graph.consumers.get(name, ()):
        old = link.source.output
        wanted = input_type(graph, link.target, link.input, specs)
        named = [output for output in spec.outputs if output.name == (found.get(old) or old)]
        others = [] if old in found else list(spec.outputs)
        fitting = [o.name for o in (*named, *others) if wanted is None or fits(o.type, wanted)]
        if fitting:
            found.setdefault(old, fitting[0])
        else:
            cut.add(old)
    return {old: new for old, new in found.items() if old not in cut}
