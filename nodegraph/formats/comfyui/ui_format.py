"""The format ComfyUI's interface saves: nodes with their places, links as rows, values in the order of the widgets."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from nodegraph.formats.comfyui.broadcast import BROADCASTERS, broadcast_links
from nodegraph.formats.comfyui.fields import color, items, members, objects, pair, slot_names, text, whole
from nodegraph.formats.comfyui.groupnodes import with_group_nodes
from nodegraph.formats.comfyui.links import DRAWN, Tracer
from nodegraph.formats.comfyui.naming import Names, unique
from nodegraph.formats.comfyui.source_graph import (
    BORDER_IN,
    BORDER_OUT,
    ModelLink,
    Origin,
    SourceBox,
    SourceGraph,
    SourceInput,
    SourceNode,
    SourceOutput,
)
from nodegraph.model.graph import Mode

MODES: Mapping[int, Mode] = {2: "mute", 4: "bypass"}
TITLE = 30.0
"""How much a title adds to a node's height; places in the file are without it."""

NOTES: Mapping[str, tuple[str, ...]] = {
    "Note": ("Note",), "MarkdownNote": ("MarkdownNote", "Markdown Note", "Note"), "Label (rgthree)": (),
}  # fmt: skip
"""Types that only hold a text, with their default titles."""

SWITCHBOARDS = frozenset(
    {
        "Fast Groups Bypasser (rgthree)", "Fast Groups Muter (rgthree)", "Fast Bypasser (rgthree)",
        "Fast Muter (rgthree)", "Fast Actions Button (rgthree)", "Mute / Bypass Repeater (rgthree)",
        "Mute / Bypass Relay (rgthree)", "Node Collector (rgthree)", "Random Unmuter (rgthree)",
        "Bookmark (rgthree)",
    }
)  # fmt: skip
"""Types that mute, bypass or find other nodes in ComfyUI's window: they compute nothing."""

PRIMITIVES = {
    "INT": "PrimitiveInt", "FLOAT": "PrimitiveFloat", "STRING": "PrimitiveString", "BOOLEAN": "PrimitiveBoolean",
}  # fmt: skip
"""What stands for a PrimitiveNode that feeds several nodes, by the type of its output."""

LONGEST_CHOICE = 300
"""A longer value of a PrimitiveNode is linked to several nodes, not copied into each."""

CONTROL = "control_after_generate"


def is_saved(data: object) -> bool:
    """Whether parsed JSON is a workflow as the interface saves it."""
    if not isinstance(data, dict) or "format" in data:
        return False
    nodes = data.get("nodes")
    return isinstance(nodes, list) and isinstance(data.get("links"), list) and all(map(_is_node, nodes))


def read_saved(data: Mapping[str, Any]) -> SourceGraph:
    """The graph of a workflow as the interface saves it, with its subgraphs by the types of their nodes."""
    data = with_group_nodes(data)
    levels = {
        text(item.get("id")): _Level(item) for item in objects(members(data, "definitions"), "subgraphs")
    }
    top = _Level(data)
    for level in (top, *levels.values()):
        level.promote(levels)
    found = {key: level.read(levels) for key, level in levels.items()}
    return replace(top.read(levels), subgraphs=found)


class _Level:
    """The nodes of the workflow or of one subgraph."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._nodes = {str(item.get("id")): item for item in objects(data, "nodes") if _is_node(item)}
        self._trace = Tracer(data, self._nodes)
        self._broadcast, self._remarks = broadcast_links(data, self._nodes, self._trace)
        self._ports = objects(data, "inputs")
        self.raw = slot_names(self._ports, "input")
        self._taken = Names()
        self.names = [self._taken.fresh(name) for name in self.raw]
        self._ends: Counter[str] = Counter()
        self._border: dict[tuple[str, str], int] = {}
        self._widgets: set[int] = set()
        for name, item in self._nodes.items():
            if item["type"] not in DRAWN:
                self._look_at(name, item)
        self._promoted: dict[tuple[str, str], str] = {}

    def _look_at(self, name: str, item: Mapping[str, Any]) -> None:
        for key, origin, is_widget in self._origins(item):
            self._ends[origin.node] += 1
            if origin.node == BORDER_IN and 0 <= origin.slot < len(self.names):
                self._border[name, key] = origin.slot
                if is_widget:
                    self._widgets.add(origin.slot)

    def promote(self, levels: Mapping[str, _Level]) -> None:
        """Note the widgets inside the subgraphs that nodes of this level show as their own."""
        for item in self._nodes.values():
            level = levels.get(item["type"])
            if level is not None:
                for inner, widget in _proxies(item):
                    level._show(inner, widget)

    def _show(self, inner: str, widget: str) -> None:
        """Show a widget of an inner node outside, unless an input of the subgraph does so already."""
        spot = (inner, widget)
        if inner not in self._nodes or widget == CONTROL or widget.startswith("$$"):
            return
        if spot in self._border or spot in self._promoted:
            return
        self._promoted[spot] = self._taken.fresh(widget)

    def read(self, levels: Mapping[str, _Level]) -> SourceGraph:
        """This level; its subgraphs are not looked into."""
        notes = [item for item in self._nodes.values() if item["type"] in NOTES]
        return SourceGraph(
            tuple(
                self._node(name, item, levels)
                for name, item in self._nodes.items()
                if self._stays(name, item)
            ),
            tuple(_group(item) for item in objects(self._data, "groups")),
            tuple(_note(item) for item in notes),
            text(self._data.get("name")),
            tuple(self._inputs()),
            tuple(self._outputs()),
            border=pair(items(members(self._data, "inputNode"), "bounding")[:2]),
            remarks=self._remarks,
        )

    def _stays(self, name: str, item: Mapping[str, Any]) -> bool:
        if item["type"] == "PrimitiveNode":
            return self._shared(name)
        return not (
            item["type"] in DRAWN
            or item["type"] in NOTES
            or item["type"] in SWITCHBOARDS
            or item["type"] in BROADCASTERS
        )

    def _shared(self, name: str) -> bool:
        """Whether a PrimitiveNode becomes a node: one that feeds one widget is only that widget's value."""
        return self._ends[name] > 1 and _primitive(self._nodes[name]) != ""

    def _origins(self, item: Mapping[str, Any]) -> Iterator[tuple[str, Origin, bool]]:
        """The linked inputs of a node: name, where the link begins, and whether the input is a widget."""
        slots = objects(item, "inputs")
        for number, (given, name) in enumerate(zip(slots, slot_names(slots, "input"), strict=True)):
            link = given.get("link")
            origin = self._trace.origin(link) if link is not None else None
            origin = origin or self._broadcast.get((str(item.get("id")), number))
            if origin is not None:
                widget = text(members(given, "widget").get("name"))
                yield widget or name, origin, bool(widget)

    def _node(self, name: str, item: Mapping[str, Any], levels: Mapping[str, _Level]) -> SourceNode:
        level = levels.get(item["type"])
        values: dict[str, Any] = level.given(item) if level is not None else _named_values(item)
        links: dict[str, Origin] = {}
        controls: dict[str, str] = {}
        for key, origin, _ in self._named(item, level):
            source = self._nodes.get(origin.node, {})
            if source.get("type") == "PrimitiveNode" and not self._shared(origin.node):
                listed = items(source, "widgets_values")
                values.update((key, value) for value in listed[:1])
                controls.update((key, value) for value in listed[1:2] if isinstance(value, str))
            else:
                links[key] = origin
        (x, y), (width, height) = pair(item.get("pos")), pair(item.get("size"))
        slots, outputs = objects(item, "inputs"), objects(item, "outputs")
        names = [
            text(members(s, "widget").get("name")) or n
            for s, n in zip(slots, slot_names(slots, "input"), strict=True)
        ]
        kind = _primitive(item) or text(item["type"])
        title = text(item.get("title"))
        return SourceNode(
            name,
            kind,
            values,
            () if level is not None else tuple(items(item, "widgets_values")),
            links,
            tuple(slot_names(outputs, "output")),
            (x, y - TITLE),
            (width, height + TITLE) if width > 0 and height > 0 else None,
            title if title != item["type"] else "",
            MODES.get(whole(item.get("mode")), "run"),
            members(item, "flags").get("collapsed") is True,
            members(item, "flags").get("pinned") is True,
            color(item.get("bgcolor")) or color(item.get("color")),
            {name: _type(slot) for name, slot in zip(names, slots, strict=True)},
            tuple(_type(slot) for slot in outputs),
            frozenset(name for name, slot in zip(names, slots, strict=True) if members(slot, "widget")),
            controls,
            text(members(item, "properties").get("Node name for S&R")) or kind,
            tuple(_models(item)),
            drawn=True,
        )

    def _named(self, item: Mapping[str, Any], level: _Level | None) -> Iterator[tuple[str, Origin, bool]]:
        """The linked inputs of a node, those of a subgraph's node by the subgraph's own names."""
        if level is None:
            yield from self._origins(item)
            return
        slots = objects(item, "inputs")
        ours = dict(
            zip(
                (
                    text(members(s, "widget").get("name")) or n
                    for s, n in zip(slots, slot_names(slots, "input"), strict=True)
                ),
                level.inputs_of(slots),
                strict=False,
            )
        )
        for key, origin, is_widget in self._origins(item):
            yield ours.get(key) or key, origin, is_widget

    def inputs_of(self, slots: list[dict[str, Any]]) -> list[str]:
        """Which input of this subgraph each slot of a node that stands for it is; "" for one that is none."""
        left: dict[str, deque[str]] = {}
        for raw, name in zip(self.raw, self.names, strict=True):
            left.setdefault(raw, deque()).append(name)
        for name in self._promoted.values():
            left.setdefault(name, deque()).append(name)
        by_label = {text(port.get("label")): name for port, name in zip(self._ports, self.names, strict=True)}
        found = []
        for number, slot in enumerate(slots):
            names = left.get(text(slot.get("name"))) or left.get(text(members(slot, "widget").get("name")))
            if names:
                found.append(names.popleft())
            elif not text(slot.get("name")) and len(slots) == len(self.names):
                found.append(self.names[number])
            else:
                found.append(by_label.get(text(slot.get("label")) or text(slot.get("name")), ""))
        return found

    def given(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """What a node that stands for this subgraph holds, by the names of the subgraph's inputs."""
        raw: dict[str, str] = dict(zip(reversed(self.raw), reversed(self.names), strict=True))
        raw |= {name: name for name in self._promoted.values()}
        raw |= {name: name for name in self.names}
        listed = items(item, "widgets_values")
        found = {}
        for name, value in zip(self._listed_names(item, len(listed), raw), listed, strict=False):
            if name and value is not None:
                found[name] = value
        for key, value in _named_values(item).items():
            if key in raw:
                found[raw[key]] = value
        return found

    def _listed_names(self, item: Mapping[str, Any], count: int, raw: Mapping[str, str]) -> list[str]:
        """The inputs whose values a node lists, in the order of the list; "" for what is no input."""
        widgets = [name for number, name in enumerate(self.names) if number in self._widgets]
        proxies = _proxies(item, own=True)
        if proxies and count == len(proxies):
            return [
                raw.get(widget, "") if inner == "-1" else self._input_at(inner, widget)
                for inner, widget in proxies
            ]
        slots = objects(item, "inputs")
        own = [
            name for slot, name in zip(slots, self.inputs_of(slots), strict=True) if members(slot, "widget")
        ]
        return own if count != len(widgets) and count == len(own) else widgets

    def _input_at(self, inner: str, widget: str) -> str:
        number = self._border.get((inner, widget))
        return self._promoted.get((inner, widget), "") if number is None else self.names[number]

    def _inputs(self) -> Iterator[SourceInput]:
        spots: dict[int, dict[str, tuple[str, str]]] = {}
        for spot, number in self._border.items():
            spots.setdefault(number, {}).setdefault(spot[0], spot)
        targets = {whole(key): link.target for key, link in self._trace.links.items()}
        for number, (port, name) in enumerate(zip(self._ports, self.names, strict=True)):
            order = [targets.get(whole(link), "") for link in items(port, "linkIds")]
            found = spots.get(number, {})
            first = next((found[node] for node in order if node in found), next(iter(found.values()), None))
            yield SourceInput(name, _type(port), text(port.get("label")), (), first)
        for spot, name in self._promoted.items():
            yield SourceInput(name, "", "", (spot,), spot)

    def _outputs(self) -> Iterator[SourceOutput]:
        ports = objects(self._data, "outputs")
        origins: dict[int, Origin | None] = {}
        for link_id, link in self._trace.links.items():
            if link.target == BORDER_OUT:
                origins[link.target_slot] = self._trace.origin(link_id)
        for number, (port, name) in enumerate(zip(ports, unique(slot_names(ports, "output")), strict=True)):
            origin = origins.get(number)
            source = self._nodes.get(origin.node, {}) if origin is not None else {}
            if origin is not None and source.get("type") == "PrimitiveNode" and not self._shared(origin.node):
                origin = None
            yield SourceOutput(name, _type(port), text(port.get("label")), origin)


def _proxies(item: Mapping[str, Any], own: bool = False) -> list[tuple[str, str]]:
    """The promoted widgets that a node lists: inner node and widget; with `own`, those of its inputs too."""
    found = []
    for entry in items(members(item, "properties"), "proxyWidgets"):
        if isinstance(entry, list) and len(entry) >= 2:
            inner, widget = str(entry[0]), str(entry[1])
            if own or inner != "-1":
                found.append((inner, widget))
    return found


def _named_values(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**members(item, "widgets_values"), **members(item, "widgets_values_named")}


def _primitive(item: Mapping[str, Any]) -> str:
    if item["type"] != "PrimitiveNode":
        return ""
    value = next(iter(items(item, "widgets_values")), None)
    long = "PrimitiveString" if isinstance(value, str) and len(value) > LONGEST_CHOICE else ""
    return next((PRIMITIVES.get(text(given.get("type")), long) for given in objects(item, "outputs")), long)


def _type(slot: Mapping[str, Any]) -> str:
    kind = slot.get("type")
    return "COMBO" if isinstance(kind, list) else text(kind)


def _models(item: Mapping[str, Any]) -> Iterator[ModelLink]:
    for entry in objects(members(item, "properties"), "models"):
        name, folder, url = (text(entry.get(key)) for key in ("name", "directory", "url"))
        if name and url.startswith(("https://", "http://")):
            yield ModelLink(name, folder, url)


def _is_node(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("type"), str) and "id" in item


def _group(item: Mapping[str, Any]) -> SourceBox:
    bounding = items(item, "bounding")
    return SourceBox(
        text(item.get("title")), (*pair(bounding[:2]), *pair(bounding[2:4])), color(item.get("color"))
    )


def _note(item: Mapping[str, Any]) -> SourceBox:
    values = items(item, "widgets_values")
    words = text(values[0]) if values else text(_named_values(item).get("text"))
    title = text(item.get("title"))
    if title and title not in NOTES[item["type"]]:
        words = f"**{title}**\n\n{words}" if words else title
    return SourceBox(words, (*pair(item.get("pos")), *pair(item.get("size"))), color(item.get("bgcolor")))
