"""Group nodes of 2023 and 2024, read as subgraphs: `extra.groupNodes`, and nodes of type `workflow/NAME`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from nodegraph.formats.comfyui.fields import items, members, objects, slot_names, text, whole
from nodegraph.formats.comfyui.source_graph import BORDER_IN, BORDER_OUT

PREFIXES = ("workflow/", "workflow>")
MAX_NODES = 20_000
"""Nodes that all uses of groups may hold together; a use beyond is kept as it is."""

MAX_DEPTH = 8
"""How deep groups may stand in each other."""


def with_group_nodes(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The workflow with each use of a group as a node of a subgraph; unchanged where there is no group.

    Uses that hold the same values share one definition.
    """
    groups = members(members(data, "extra"), "groupNodes")
    if not groups:
        return data
    converter = _Converter(groups)
    nodes = converter.converted(items(data, "nodes"), 0)
    if not converter.made:
        return data
    definitions = members(data, "definitions")
    subgraphs = [*objects(definitions, "subgraphs"), *converter.made.values()]
    return {**data, "nodes": nodes, "definitions": {**definitions, "subgraphs": subgraphs}}


class _Converter:
    """Makes a definition for each different use of a group, as long as they hold no more than `MAX_NODES`."""

    def __init__(self, groups: Mapping[str, Any]) -> None:
        self._groups = groups
        self._left = MAX_NODES
        self.made: dict[str, dict[str, Any]] = {}

    def converted(self, nodes: list[Any], depth: int) -> list[Any]:
        """The nodes with each use of a group as a node of a subgraph."""
        return [self._node(item, depth) if isinstance(item, dict) else item for item in nodes]

    def _node(self, item: dict[str, Any], depth: int) -> dict[str, Any]:
        kind = text(item.get("type"))
        name = next((kind[len(p) :] for p in PREFIXES if kind.startswith(p)), None)
        group = members(self._groups, name) if name is not None else {}
        count = len(objects(group, "nodes"))
        if not count or count > self._left or depth > MAX_DEPTH:
            return item
        self._left -= count
        definition = _Group(str(name), group).definition(item)
        key = json.dumps(definition, sort_keys=True)
        if key not in self.made:
            number = len(self.made) + 1
            self.made[key] = definition | {"id": f"{kind} {number}"}
            self.made[key]["nodes"] = self.converted(definition["nodes"], depth + 1)
        return {**item, "type": self.made[key]["id"], "widgets_values": [], "widgets_values_named": {}}


class _Group:
    """One group: its nodes by their number, the links between them, and those that left it when it was made."""

    def __init__(self, name: str, group: Mapping[str, Any]) -> None:
        self._name = name
        self._nodes = objects(group, "nodes")
        self._inner: dict[tuple[int, int], tuple[int, int]] = {}
        self._outer: dict[tuple[int, int], tuple[Any, ...]] = {}
        self._from: set[tuple[int, int]] = set()
        for row in items(group, "links"):
            if not isinstance(row, list) or len(row) < 4:
                continue
            origin, slot, target, target_slot = row[:4]
            if origin is None:
                self._outer[whole(target), whole(target_slot)] = (str(slot), *map(str, row[4:5]))
            elif target is not None:
                self._inner[whole(target), whole(target_slot)] = (whole(origin), whole(slot))
                self._from.add((whole(origin), whole(slot)))
        self._external = {
            (whole(row[0]), whole(row[1]))
            for row in items(group, "external")
            if isinstance(row, list) and len(row) > 1
        }

    def definition(self, use: Mapping[str, Any]) -> dict[str, Any]:
        """The group as a subgraph, with the values that one node of its type holds."""
        ports, crossing = self._inputs({text(slot.get("name")) for slot in objects(use, "inputs")})
        outputs = list(self._outputs())
        links = [
            _row(number, *ends)
            for number, ends in enumerate(
                [
                    *((str(o), s, str(t), at) for (t, at), (o, s) in self._inner.items()),
                    *((BORDER_IN, port, str(t), at) for (t, at), port in crossing.items()),
                    *((str(o), s, BORDER_OUT, at) for at, (o, s, _, _) in enumerate(outputs)),
                ],
                1,
            )
        ]
        into = {(row["target_id"], row["target_slot"]): row["id"] for row in links}
        values = self._values(items(use, "widgets_values"))
        nodes = []
        for number, item in enumerate(self._nodes):
            slots = [
                {**slot, "link": into.get((str(number), at))}
                for at, slot in enumerate(objects(item, "inputs"))
            ]
            nodes.append({**item, "id": number, "inputs": slots, "widgets_values": values[number]})
        return {
            "name": self._name,
            "nodes": nodes,
            "links": links,
            "inputs": [{"name": name, "type": kind} for name, kind in ports],
            "outputs": [{"name": name, "type": kind} for _, _, name, kind in outputs],
        }

    def _inputs(self, shown: set[str]) -> tuple[list[tuple[str, str]], dict[tuple[int, int], int]]:
        """The inputs that the group shows, and which of them each open inner input is.

        Inner inputs that were linked to the same output when the group was made share one, where the node shows one.
        """
        ports: list[tuple[str, str]] = []
        crossing: dict[tuple[int, int], int] = {}
        seen: dict[str, int] = {}
        shared: dict[tuple[Any, ...], int] = {}
        for number, item in enumerate(self._nodes):
            slots = objects(item, "inputs")
            for at, (slot, plain) in enumerate(zip(slots, slot_names(slots, "input"), strict=True)):
                if (number, at) in self._inner:
                    continue
                name = self._called(item, text(slot.get("label")) or plain, seen)
                outer = self._outer.get((number, at))
                if outer in shared and name not in shown:
                    crossing[number, at] = shared[outer]
                    continue
                if outer is not None:
                    shared[outer] = len(ports)
                crossing[number, at] = len(ports)
                ports.append((name, text(slot.get("type"))))
        return ports, crossing

    def _outputs(self) -> Iterator[tuple[int, int, str, str]]:
        """The outputs that the group shows: inner node, its slot, name and type."""
        seen: dict[str, int] = {}
        for number, item in enumerate(self._nodes):
            slots = objects(item, "outputs")
            for at, (slot, plain) in enumerate(zip(slots, slot_names(slots, "output"), strict=True)):
                if (number, at) not in self._from or (number, at) in self._external:
                    name = self._called(item, text(slot.get("label")) or plain, seen)
                    yield number, at, name, text(slot.get("type"))

    def _called(self, item: Mapping[str, Any], name: str, seen: dict[str, int]) -> str:
        """The name of a slot outside: with the node's title before it where the plain one is taken."""
        key = name
        if name in seen:
            title = text(item.get("title")) or text(item.get("type"))
            key = f"{title} {name}"
            name = f"{title} {seen[key]} {name}" if key in seen else key
        seen[key] = seen.get(key, 1) + 1
        return name

    def _values(self, given: list[Any]) -> list[list[Any]]:
        """The values of each inner node: those that the node outside lists, where their number fits."""
        own = [items(item, "widgets_values") for item in self._nodes]
        if len(given) != sum(map(len, own)):
            return own
        found, at = [], 0
        for listed in own:
            found.append(given[at : at + len(listed)])
            at += len(listed)
        return found


def _row(number: int, origin: str, slot: int, target: str, at: int) -> dict[str, Any]:
    return {"id": number, "origin_id": origin, "origin_slot": slot, "target_id": target, "target_slot": at}
