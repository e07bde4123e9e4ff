"""A workflow of ComfyUI's in the words of ours: the object that a file of ours would hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from nodegraph.formats.comfyui.node_mapping import End, Made, Part, Untranslatable, known
from nodegraph.formats.comfyui.source_graph import Old, OldGraph
from nodegraph.model.graph import readable_id
from nodegraph.model.limits import scalar_fault
from nodegraph.model.spec import FOREIGN

NAME = 200
BESIDE = (240.0, 190.0)
"""How far apart the parts of one node are put, in scene units."""

NOTE = (420.0, 44.0, 22.0)
"""Width of the note on what is not the same, its height without lines and that of a line, in scene units."""


def translated(old: OldGraph) -> dict[str, Any]:
    """The object of a file of ours that holds the workflow; what has no equal is kept and told in a note."""
    names = _subgraph_names(old)
    remarks: list[str] = []
    levels = {names[key]: _Level(graph, names, old.subgraphs) for key, graph in old.subgraphs.items()}
    found = _Level(old, names, old.subgraphs).object(remarks)
    if levels:
        found["subgraphs"] = {name: level.subgraph(remarks) for name, level in levels.items()}
    if remarks:
        found["notes"].append(_telling(list(dict.fromkeys(remarks)), found["nodes"]))
    return {"format": "nodegraph", "version": 1, **found}


class _Level:
    """The nodes of the workflow or of one subgraph, and what each becomes."""

    def __init__(self, old: OldGraph, names: Mapping[str, str], subgraphs: Mapping[str, OldGraph]) -> None:
        self._old = old
        self._remarks: list[str] = []
        self._taken: set[str] = set()
        self._made: dict[str, Made] = {}
        self._ids: dict[str, dict[str, str]] = {}
        for node in old.nodes:
            subgraph = subgraphs.get(node.type)
            made = _instance(names[node.type], subgraph) if subgraph else self._translate(node)
            first = self._fresh(readable_id(made.parts[""].type))
            self._made[node.id] = made
            self._ids[node.id] = {
                part: self._fresh(f"{first}_{part}") if part else first for part in made.parts
            }

    def object(self, remarks: list[str]) -> dict[str, Any]:
        """Nodes, frames and notes; what is not the same is added to `remarks`."""
        nodes = [item for node in self._old.nodes for item in self._nodes(node)]
        remarks += self._remarks
        return {"nodes": nodes, "frames": self._frames(nodes), "notes": self._notes()}

    def subgraph(self, remarks: list[str]) -> dict[str, Any]:
        """Nodes and ports."""
        nodes = self.object(remarks)["nodes"]
        inputs: dict[str, str] = {}
        for port, name in zip(self._old.inputs, unique_inputs(self._old), strict=True):
            for part, ours in self._made[port.node].ports.get(str(port.port), ())[:1]:
                inputs[name] = f"{self._ids[port.node][part]}.{ours}"
        outputs = {
            port.name: source
            for port in self._old.outputs
            if isinstance(port.port, int) and (source := self._source(port.node, port.port))
        }
        return {"inputs": inputs, "outputs": outputs, "nodes": nodes}

    def _translate(self, node: Old) -> Made:
        translation = known().get(node.type)
        try:
            if translation is not None:
                made = translation(node)
                self._remarks += (f"{node.type}: {remark}" for remark in made.remarks)
                return made
            self._remarks.append(f"{node.type}: no installed node stands in for it")
        except Untranslatable as error:
            self._remarks.append(f"{node.type}: {error}")
        return _kept(node)

    def _nodes(self, node: Old) -> list[dict[str, Any]]:
        made = self._made[node.id]
        items: dict[str, dict[str, Any]] = {}
        for number, (name, part) in enumerate(made.parts.items()):
            items[name] = self._item(node, part, self._ids[node.id][name], number)
            for key, ends in part.inputs.items():
                sources = [f"{self._ids[node.id][other]}.{output}" for other, output in ends]
                items[name].setdefault("inputs", {})[key] = sources
        for their, ends in made.ports.items():
            if their in node.links:
                self._link(node, their, ends, items)
        lost = [name for name in node.links if name not in made.ports]
        self._remarks += (f"{node.type}: its input {name} is left out" for name in lost)
        return list(items.values())

    def _item(self, node: Old, part: Part, name: str, number: int) -> dict[str, Any]:
        x, y = node.pos or (0.0, 0.0)
        item: dict[str, Any] = {"id": name, "type": part.type, "params": dict(part.params), **part.extra}
        item["pos"] = [x - (BESIDE[0] if number else 0.0), y + BESIDE[1] * max(0, number - 1)]
        item |= {"title": node.title[:NAME]} if node.title and not number else {}
        item |= {"size": list(node.size)} if node.size and not number and not node.collapsed else {}
        item |= {"mode": node.mode} if node.mode != "run" else {}
        return item | {key: True for key in ("collapsed", "pinned") if getattr(node, key)}

    def _link(
        self, node: Old, their: str, ends: tuple[End, ...], items: Mapping[str, dict[str, Any]]
    ) -> None:
        origin = node.links[their]
        source = self._source(origin.node, origin.slot)
        if not source:
            return
        look: dict[str, Any] = {"via": [list(point) for point in origin.via]} if origin.via else {}
        look |= {"portal": origin.portal} if origin.portal else {}
        for part, ours in ends:
            item = items[part]
            item["params"].pop(ours, None)
            item.setdefault("inputs", {}).setdefault(ours, []).append(source)
            item.setdefault("links", {}).setdefault(ours, []).append(look or None)

    def _source(self, node: str, slot: int) -> str:
        made = self._made.get(node)
        if made is None or slot < 0:
            return ""
        if slot < len(made.outputs):
            part, output = made.outputs[slot]
        elif made.parts[""].type.startswith(FOREIGN):
            part, output = "", f"output_{slot}"
        else:
            return ""
        return f"{self._ids[node][part]}.{output}"

    def _frames(self, nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The groups; each node is a member of the smallest that holds its middle."""
        found = []
        held: set[str] = set()
        for group in sorted(self._old.groups, key=lambda box: box.rect[2] * box.rect[3]):
            members = [n["id"] for n in nodes if n["id"] not in held and _inside(n, group.rect)]
            held.update(members)
            frame: dict[str, Any] = {"id": self._fresh("frame"), "title": group.text[:NAME]}
            found.append(
                {**frame, "members": members, "rect": list(group.rect), "color": _color(group.color)}
            )
        return found

    def _notes(self) -> list[dict[str, Any]]:
        return [
            {"id": self._fresh("note"), "text": n.text, "pos": list(n.rect[:2]), "size": list(n.rect[2:])}
            for n in self._old.notes
        ]

    def _fresh(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name


def unique_inputs(graph: OldGraph) -> list[str]:
    """What each input of a subgraph is called: an input that feeds several nodes is several here."""
    found: list[str] = []
    for port in graph.inputs:
        name, number = port.name[:NAME], 2
        while name in found:
            name, number = f"{port.name[:NAME]}_{number}", number + 1
        found.append(name)
    return found


def _instance(name: str, graph: OldGraph) -> Made:
    ports: dict[str, tuple[End, ...]] = {}
    for port, ours in zip(graph.inputs, unique_inputs(graph), strict=True):
        ports[port.name] = (*ports.get(port.name, ()), ("", ours))
    outputs = tuple(("", output) for output in graph.output_names)
    return Made({"": Part(f"subgraph/{name}")}, ports, outputs)


def _kept(node: Old) -> Made:
    """The node as it is, for another version or another package to understand."""
    params = {
        key: value
        for key, value in node.values.items()
        if scalar_fault(value) is None and 0 < len(key) <= NAME
    }
    left = {key: value for key, value in node.values.items() if key not in params}
    extra = {"comfyui": {"widgets_values": list(node.listed), **left}} if node.listed or left else {}
    ports = {name: (("", name),) for name in {**node.links, **params} if 0 < len(name) <= NAME}
    outputs = tuple(("", name[:NAME] or f"output_{slot}") for slot, name in enumerate(node.outputs))
    return Made({"": Part((FOREIGN + node.type)[:NAME], params, {}, extra)}, ports, outputs)


def _subgraph_names(old: OldGraph) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, graph in old.subgraphs.items():
        wanted = graph.name.strip()[: NAME - 20] or "Subgraph"
        name, number = wanted, 2
        while name in found.values():
            name, number = f"{wanted} {number}", number + 1
        found[key] = name
    return found


def _inside(node: Mapping[str, Any], rect: tuple[float, float, float, float]) -> bool:
    x, y, width, height = rect
    across, down = (at + size / 2 for at, size in zip(node["pos"], node.get("size", (0.0, 0.0)), strict=True))
    return bool(x <= across <= x + width and y <= down <= y + height)


def _color(value: str) -> str:
    digits = value.removeprefix("#")
    fits = (
        value.startswith("#") and len(digits) in (3, 6) and all(c in "0123456789abcdefABCDEF" for c in digits)
    )
    return value if fits else ""


def _telling(remarks: list[str], nodes: list[dict[str, Any]]) -> dict[str, Any]:
    text = "**From ComfyUI.** Not all of it has an equal here:\n\n" + "\n".join(
        f"- {line}" for line in remarks
    )
    width, top, line = NOTE
    height = top + line * sum(1 + len(remark) // 56 for remark in remarks) + line
    corner = [min((node["pos"][at] for node in nodes), default=0.0) for at in (0, 1)]
    taken = {node["id"] for node in nodes}
    name = next(f"from_comfyui_{n}" for n in range(1, len(taken) + 2) if f"from_comfyui_{n}" not in taken)
    return {
        "id": name,
        "text": text,
        "pos": [corner[0], math.floor(corner[1] - height - 60)],
        "size": [width, height],
    }
