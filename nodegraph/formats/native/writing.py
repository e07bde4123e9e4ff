"""Graph -> JSON text: one node a line, keys in a fixed order, numbers as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from nodegraph.formats.migrate import FORMAT_VERSION
from nodegraph.formats.native.exposed import exposed
from nodegraph.model.graph import Frame, Graph, Node, Note, Port, Source, Subgraph
from nodegraph.model.spec import NodeSpec, Scalar
from nodegraph.subgraphs.expand import is_instance, subgraph_spec


def text_of(graph: Graph, specs: Mapping[str, NodeSpec] | None = None) -> str:
    """The file of a graph. With `specs`, every parameter is written, defaults too, in the order of its type."""
    line = _Lines(graph, specs)
    top = [
        '"format": "nodegraph"',
        f'"version": {FORMAT_VERSION}',
        f'"nodes": {_rows(map(line.node, graph.nodes.values()))}',
    ]
    top += _boxes(graph)
    if graph.subgraphs:
        top.append(f'"subgraphs": {{{", ".join(map(line.subgraph, graph.subgraphs.values()))}}}')
    if graph.view:
        top.append(f'"view": {_json(graph.view)}')
    top += (f"{_json(key)}: {_json(value)}" for key, value in graph.extra.items())
    return "{" + ", ".join(top) + "}\n"


def node_line(node: Node) -> str:
    """One node as it stands in a file."""
    return _Lines(Graph(), None).node(node)


class _Lines:
    """Writes nodes, knowing their types or not."""

    def __init__(self, graph: Graph, specs: Mapping[str, NodeSpec] | None) -> None:
        self._graph = graph
        self._specs = specs

    def node(self, node: Node) -> str:
        found: dict[str, Any] = {"id": node.id, "type": node.type, "version": node.version}
        linked = {name for name, sources in node.inputs.items() if not all(s.muted for s in sources)}
        params = self._params(node, linked)
        inputs = {name: _names(sources) for name, sources in node.inputs.items() if sources}
        kept = {name: node.params[name] for name in linked if name in node.params}
        looks = {name: _looks(sources, name, kept) for name, sources in node.inputs.items()}
        links = {name: look for name, look in looks.items() if look}
        found |= {"params": params} if params else {}
        found |= {"inputs": inputs} if inputs else {}
        found |= {"links": links} if links else {}
        found["pos"] = _numbers(node.pos)
        found |= {"size": _numbers(node.size)} if node.size else {}
        found |= {key: value for key in ("title", "color") if (value := getattr(node, key))}
        found |= {"mode": node.mode} if node.mode != "run" else {}
        found |= {key: True for key in ("collapsed", "pinned", "hide_unlinked") if getattr(node, key)}
        return _json(_with_extra(found, node.extra))

    def _params(self, node: Node, linked: set[str]) -> dict[str, Scalar]:
        params = {name: value for name, value in node.params.items() if name not in linked}
        spec = self._spec(node)
        if spec is None:
            return params
        defaults = {p.name: p.default for p in spec.params if p.name not in linked}
        return {**defaults, **params}

    def _spec(self, node: Node) -> NodeSpec | None:
        if self._specs is None:
            return None
        if is_instance(node.type):
            return subgraph_spec(self._graph, node.type, self._specs)
        spec = self._specs.get(node.type)
        return spec if spec and spec.version == node.version else None

    def subgraph(self, subgraph: Subgraph) -> str:
        ports: dict[str, Any] = {"inputs": _ports(subgraph.inputs), "outputs": _ports(subgraph.outputs)}
        ports["exposed"] = {port.name: shown for port in subgraph.inputs if (shown := exposed(port))}
        members = [f"{_json(key)}: {_json(value)}" for key, value in ports.items() if value]
        members.append(f'"nodes": {_rows(map(self.node, subgraph.nodes.values()))}')
        members += _boxes(subgraph)
        members += (f"{_json(key)}: {_json(value)}" for key, value in subgraph.extra.items())
        return f"{_json(subgraph.name)}: {{{', '.join(members)}}}"


def _names(sources: tuple[Source, ...]) -> str | list[str]:
    names = [f"{source.node}.{source.output}" for source in sources]
    return names[0] if len(names) == 1 else names


def _looks(sources: tuple[Source, ...], name: str, kept: Mapping[str, Scalar]) -> Any:
    looks = [_look(source) for source in sources]
    if name in kept:
        looks[0]["value"] = kept[name]
    if not any(looks):
        return None
    return looks[0] if len(looks) == 1 else [look or None for look in looks]


def _look(source: Source) -> dict[str, Any]:
    found: dict[str, Any] = {"muted": True} if source.muted else {}
    if source.via:
        found["via"] = [_numbers(point) for point in source.via]
    return found | ({"portal": source.portal} if source.portal else {})


def _boxes(level: Graph | Subgraph) -> list[str]:
    """The members that hold the frames and notes of the document or of one subgraph."""
    found = []
    if level.frames:
        found.append(f'"frames": {_rows(map(_frame, level.frames.values()))}')
    if level.notes:
        found.append(f'"notes": {_rows(map(_note, level.notes.values()))}')
    return found


def _frame(frame: Frame) -> str:
    found: dict[str, Any] = {"id": frame.id}
    found |= {"title": frame.title} if frame.title else {}
    found |= {"members": list(frame.members), "rect": _numbers(frame.rect)}
    found |= {"color": frame.color} if frame.color else {}
    found |= {key: True for key in ("collapsed", "locked") if getattr(frame, key)}
    found |= {"mode": frame.mode} if frame.mode != "run" else {}
    found |= {"own": dict(frame.own)} if frame.own else {}
    return _json(_with_extra(found, frame.extra))


def _note(note: Note) -> str:
    found: dict[str, Any] = {"id": note.id, "text": note.text}
    found |= {"pos": _numbers(note.pos), "size": _numbers(note.size)}
    found |= {key: value for key in ("color", "on") if (value := getattr(note, key))}
    if note.pictures:
        found["pictures"] = {name: picture.text() for name, picture in note.pictures.items()}
    return _json(_with_extra(found, note.extra))


def _ports(ports: tuple[Port, ...]) -> dict[str, str]:
    return {port.name: f"{port.node}.{port.port}" for port in ports}


def _with_extra(found: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    return {**found, **{key: value for key, value in extra.items() if key not in found}}


def _rows(rows: Iterable[str]) -> str:
    lines = list(rows)
    return "[\n  " + ",\n  ".join(lines) + "\n]" if lines else "[]"


def _numbers(values: Iterable[float]) -> list[float]:
    return [int(v) if isinstance(v, float) and v.is_integer() else v for v in values]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a workflow file")
