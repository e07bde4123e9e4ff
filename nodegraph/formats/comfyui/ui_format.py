"""The format ComfyUI's interface saves: nodes with their places, links as rows, values in the order of the widgets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from nodegraph.formats.comfyui.fields import items, objects, pair, text, whole
from nodegraph.formats.comfyui.links import BORDER_IN, BORDER_OUT, DRAWN, Tracer
from nodegraph.formats.comfyui.source_graph import Old, OldBox, OldGraph, OldPort, Origin
from nodegraph.model.graph import Mode

MODES: Mapping[int, Mode] = {2: "mute", 4: "bypass"}
TITLE = 30.0
"""How much a title adds to a node's height; places in the file are without it."""

NOTES = ("Note", "MarkdownNote")
PRIMITIVES = {
    "INT": "PrimitiveInt", "FLOAT": "PrimitiveFloat", "STRING": "PrimitiveString", "BOOLEAN": "PrimitiveBoolean",
}  # fmt: skip
"""What stands for a PrimitiveNode that feeds several nodes, by the type of its output."""


def is_saved(data: object) -> bool:
    """Whether parsed JSON is a workflow as the interface saves it."""
    if not isinstance(data, dict) or "format" in data:
        return False
    nodes = data.get("nodes")
    return isinstance(nodes, list) and isinstance(data.get("links"), list) and all(map(_is_node, nodes))


def read_saved(data: Mapping[str, Any]) -> OldGraph:
    """The graph of a workflow as the interface saves it, with its subgraphs by the types of their nodes."""
    definitions = data.get("definitions")
    found = objects(definitions, "subgraphs") if isinstance(definitions, dict) else []
    subgraphs = {text(item.get("id")): _Level(item).read() for item in found}
    top = _Level(data).read()
    for node, proxies in _promoting(data, found):
        if node in subgraphs:
            subgraphs[node] = _with_proxies(subgraphs[node], proxies)
    return replace(top, subgraphs=subgraphs)


class _Level:
    """The nodes of the workflow or of one subgraph."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._nodes = {str(item.get("id")): item for item in objects(data, "nodes") if _is_node(item)}
        self._trace = Tracer(data, self._nodes)
        self._ends = Counter(
            origin.node for item in self._nodes.values() for _, origin in self._origins(item, drawn=False)
        )

    def read(self) -> OldGraph:
        """This level; its subgraphs are not looked into."""
        notes = [item for item in self._nodes.values() if item["type"] in NOTES]
        return OldGraph(
            tuple(self._node(name, item) for name, item in self._nodes.items() if self._stays(name, item)),
            tuple(_group(item) for item in objects(self._data, "groups")),
            tuple(_note(item) for item in notes),
            text(self._data.get("name")),
            tuple(self._inputs()),
            tuple(self._outputs()),
            tuple(_port_names(self._data, "outputs")),
        )

    def _stays(self, name: str, item: Mapping[str, Any]) -> bool:
        if item["type"] == "PrimitiveNode":
            return self._shared(name)
        return item["type"] not in (*DRAWN, *NOTES)

    def _shared(self, name: str) -> bool:
        """Whether a PrimitiveNode becomes a node: one that feeds one widget is only that widget's value."""
        return self._ends[name] > 1 and _primitive(self._nodes[name]) != ""

    def _origins(self, item: Mapping[str, Any], drawn: bool = True) -> Iterator[tuple[str, Origin]]:
        """The linked inputs of a node by name."""
        if not drawn and item["type"] in DRAWN:
            return
        for given in objects(item, "inputs"):
            widget = given.get("widget")
            name = text(widget.get("name")) if isinstance(widget, dict) else ""
            origin = self._trace.origin(given["link"]) if given.get("link") is not None else None
            if origin is not None:
                yield name or text(given.get("name")), origin

    def _node(self, name: str, item: Mapping[str, Any]) -> Old:
        values: dict[str, Any] = {}
        links: dict[str, Origin] = {}
        for key, origin in self._origins(item):
            source = self._nodes.get(origin.node, {})
            if source.get("type") == "PrimitiveNode" and not self._shared(origin.node):
                values.update((key, value) for value in items(source, "widgets_values")[:1])
            elif origin.node != BORDER_IN:
                links[key] = origin
        (x, y), (width, height) = pair(item.get("pos")), pair(item.get("size"))
        return Old(
            name,
            _primitive(item) or text(item["type"]),
            {**_named_values(item), **values},
            tuple(items(item, "widgets_values")),
            links,
            tuple(text(given.get("name")) for given in objects(item, "outputs")),
            (x, y - TITLE),
            (width, height + TITLE) if width > 0 and height > 0 else None,
            title if (title := text(item.get("title"))) != item["type"] else "",
            MODES.get(whole(item.get("mode")), "run"),
            _flag(item, "collapsed"),
            _flag(item, "pinned"),
        )

    def _inputs(self) -> Iterator[OldPort]:
        names = _port_names(self._data, "inputs")
        for name, item in self._nodes.items():
            for key, origin in self._origins(item, drawn=False):
                if origin.node == BORDER_IN and 0 <= origin.slot < len(names):
                    yield OldPort(names[origin.slot], name, key)

    def _outputs(self) -> Iterator[OldPort]:
        names = _port_names(self._data, "outputs")
        for link_id, link in self._trace.links.items():
            origin = self._trace.origin(link_id) if link.target == BORDER_OUT else None
            if origin is not None and origin.node != BORDER_IN and 0 <= link.target_slot < len(names):
                yield OldPort(names[link.target_slot], origin.node, origin.slot)


def _promoting(data: Mapping[str, Any], subgraphs: list[dict[str, Any]]) -> Iterator[tuple[str, list[Any]]]:
    """The type and the promoted widgets of each node that has such."""
    for level in (data, *subgraphs):
        for item in objects(level, "nodes"):
            properties = item.get("properties")
            if isinstance(properties, dict) and items(properties, "proxyWidgets"):
                yield text(item.get("type")), items(properties, "proxyWidgets")


def _with_proxies(graph: OldGraph, proxies: list[Any]) -> OldGraph:
    """The subgraph with widgets of inner nodes as inputs too, called after the widget."""
    known = {(port.node, port.port) for port in graph.inputs}
    ports = list(graph.inputs)
    inner = {node.id for node in graph.nodes}
    for proxy in proxies:
        ends = [str(end) for end in proxy] if isinstance(proxy, list) else []
        if len(ends) != 2 or ends[0] not in inner or ends[1] == "control_after_generate":
            continue
        if (ends[0], ends[1]) not in known:
            known.add((ends[0], ends[1]))
            ports.append(OldPort(ends[1], ends[0], ends[1]))
    return replace(graph, inputs=tuple(ports))


def _port_names(data: Mapping[str, Any], key: str) -> list[str]:
    return [text(item.get("name")) or f"{key}_{number}" for number, item in enumerate(objects(data, key))]


def _named_values(item: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ("widgets_values", "widgets_values_named"):
        if isinstance(item.get(key), dict):
            found.update(cast("dict[str, Any]", item[key]))
    return found


def _primitive(item: Mapping[str, Any]) -> str:
    if item["type"] != "PrimitiveNode":
        return ""
    return next((PRIMITIVES.get(text(given.get("type")), "") for given in objects(item, "outputs")), "")


def _is_node(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("type"), str) and "id" in item


def _flag(item: Mapping[str, Any], name: str) -> bool:
    flags = item.get("flags")
    return isinstance(flags, dict) and flags.get(name) is True


def _group(item: Mapping[str, Any]) -> OldBox:
    bounding = items(item, "bounding")
    return OldBox(
        text(item.get("title")), (*pair(bounding[:2]), *pair(bounding[2:4])), text(item.get("color"))
    )


def _note(item: Mapping[str, Any]) -> OldBox:
    values = items(item, "widgets_values")
    said = text(values[0]) if values else text(_named_values(item).get("text"))
    return OldBox(said, (*pair(item.get("pos")), *pair(item.get("size"))))
