"""From a document to keyed nodes in order, with every reason why it could not run said first."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nodegraph.errors import GraphError
from nodegraph.files import Files
from nodegraph.fingerprint import Fingerprints
from nodegraph.graph import Graph
from nodegraph.plan import Keyed, default_targets, keyed_nodes, ordered
from nodegraph.sockets import fits
from nodegraph.spec import NodeSpec
from nodegraph.wiring import Wired, Wiring, wire


@dataclass(frozen=True, slots=True)
class Prepared:
    """A graph ready to plan."""

    wiring: Wiring
    targets: tuple[str, ...]
    order: list[Wired]
    keyed: Mapping[str, Keyed]


def prepare(
    graph: Graph,
    specs: Mapping[str, NodeSpec],
    files: Files,
    fingerprints: Fingerprints,
    prefix: str,
    targets: Sequence[str] | None,
    base: Path,
) -> Prepared:
    """Wire, order and key the nodes that the targets need; raises GraphError that names node and remedy."""
    wiring = wire(graph, specs)
    chosen = tuple(targets) if targets is not None else default_targets(wiring)
    _known(graph, wiring, chosen)
    order = ordered(wiring, chosen)
    for item in order:
        _runnable(item, wiring)
    keyed = keyed_nodes(
        order, lambda item, param: _fingerprint(item, param, files, fingerprints, base), prefix
    )
    return Prepared(wiring, tuple(t for t in chosen if t in wiring.nodes), order, keyed)


def _known(graph: Graph, wiring: Wiring, targets: Iterable[str]) -> None:
    for name in targets:
        if name not in wiring.nodes and name not in wiring.skipped and name not in graph.nodes:
            near = difflib.get_close_matches(name, wiring.nodes, 3)
            hint = f"; did you mean {' or '.join(near)}?" if near else "."
            raise GraphError(f"There is no node called {name}{hint}")


def _runnable(item: Wired, wiring: Wiring) -> None:
    if item.id in wiring.unknown:
        raise GraphError(
            f"Node {item.id} is of type {item.spec.type}, which is not installed; install the package that brings it, "
            "or mute the node."
        )
    for socket in item.spec.sockets:
        if not socket.optional and socket.name not in item.inputs:
            raise GraphError(
                f"Node {item.id} ({item.title}): input {socket.name} is not linked; link a {socket.type}."
            )
    for name, sources in item.inputs.items():
        wanted = item.spec.input_type(name)
        if wanted is None:
            raise GraphError(f"Node {item.id} ({item.title}) has no input called {name}; remove the link.")
        for source in sources:
            origin = wiring.nodes.get(source.node)
            output = origin.spec.output(source.output) if origin else None
            if output is None:
                raise GraphError(
                    f"Node {item.id}: {source.node} has no output called {source.output}; link another."
                )
            if not fits(output.type, wanted):
                raise GraphError(
                    f"Node {item.id} ({item.title}): {source.node}.{source.output} is a {output.type} "
                    f"and does not fit input {name}, which takes a {wanted}."
                )


def _fingerprint(item: Wired, name: str, files: Files, fingerprints: Fingerprints, base: Path) -> str:
    param = item.spec.param(name)
    value = str(item.params[name])
    if param is None or not value:
        return ""
    kind = param.file.removeprefix("model:")
    if kind == param.file:
        path: Path | None = base / value
    else:
        path = files.find(kind, value)
        if path is None:
            raise GraphError(f"Node {item.id} ({item.title}): {files.missing(kind, value)}")
    try:
        return fingerprints.of(path) if path else ""
    except OSError as error:
        reason = error.strerror or str(error)
        raise GraphError(
            f"Node {item.id} ({item.title}): the file {value!r} cannot be read ({reason}); choose another {name}."
        ) from None
