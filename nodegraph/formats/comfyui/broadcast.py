"""Use Everywhere: nodes that feed every open input of a type without a drawn link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nodegraph.formats.comfyui.fields import members, objects, slot_names, text, whole
from nodegraph.formats.comfyui.links import DRAWN, Tracer
from nodegraph.formats.comfyui.source_graph import Origin
from nodegraph.model.graph import Point

BY_TYPE = ("Anything Everywhere", "Anything Everywhere3")
BY_NAME: Mapping[str, tuple[str, ...]] = {"Prompts Everywhere": ("pos", "neg"), "Seed Everywhere": ("seed",)}
"""Types whose inputs feed only open inputs with this in their name, by the number of the slot."""

BY_PATTERN = "Anything Everywhere?"
BROADCASTERS = frozenset({*BY_TYPE, *BY_NAME, BY_PATTERN, "Simple String Everywhere"})

Ends = Mapping[tuple[str, int], Origin]
"""Node and number of its input -> what feeds it."""


def broadcast_links(
    level: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]], trace: Tracer
) -> tuple[Ends, tuple[str, ...]]:
    """The links that are made without being drawn, and remarks on what could not be made out.

    Where the file lists them (`extra.ue_links`) that list counts; older files are read by the types of the inputs.
    """
    senders = {name: item for name, item in nodes.items() if item.get("type") in BROADCASTERS}
    listed = dict(_listed(level, nodes))
    if listed or not senders:
        return listed, ()
    by_type: dict[str, Origin] = {}
    by_name: dict[tuple[str, str], Origin] = {}
    remarks = []
    for item in senders.values():
        if whole(item.get("mode")) in (2, 4):
            continue
        if item["type"] == BY_PATTERN:
            remarks.append(f"{BY_PATTERN}: link by hand what it feeds; its patterns are not read")
            continue
        marks = BY_NAME.get(item["type"], ())
        for number, slot in enumerate(objects(item, "inputs")):
            link = slot.get("link")
            origin = trace.origin(link) if link is not None else None
            if origin is None:
                continue
            source = nodes.get(origin.node, {})
            kind = _kind(source, origin.slot) or text(slot.get("type"))
            sent = Origin(origin.node, origin.slot, (), (kind or "everywhere").title()[:60])
            if marks:
                by_name.setdefault((kind, marks[min(number, len(marks) - 1)]), sent)
            else:
                by_type.setdefault(kind, sent)
    return dict(_open(nodes, by_type, by_name)), tuple(remarks)


def _listed(
    level: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[tuple[str, int], Origin]]:
    for entry in objects(members(level, "extra"), "ue_links"):
        target, source = str(entry.get("downstream")), str(entry.get("upstream"))
        number, slot = whole(entry.get("downstream_slot")), whole(entry.get("upstream_slot"))
        if target in nodes and source in nodes and number >= 0 and slot >= 0:
            points: tuple[Point, ...] = ()
            name = (text(entry.get("type")) or "everywhere").title()[:60]
            yield (target, number), Origin(source, slot, points, name)


def _open(
    nodes: Mapping[str, Mapping[str, Any]],
    by_type: Mapping[str, Origin],
    by_name: Mapping[tuple[str, str], Origin],
) -> Iterator[tuple[tuple[str, int], Origin]]:
    for name, item in nodes.items():
        if item.get("type") in BROADCASTERS or item.get("type") in DRAWN:
            continue
        slots = objects(item, "inputs")
        for number, (slot, called) in enumerate(zip(slots, slot_names(slots, "input"), strict=True)):
            kind = text(slot.get("type"))
            if slot.get("link") is not None or not kind:
                continue
            found = next(
                (
                    origin
                    for (type_, mark), origin in by_name.items()
                    if type_ == kind and mark in called.lower()
                ),
                None,
            )
            if found is None and not members(slot, "widget"):
                found = by_type.get(kind)
            if found is not None and found.node != name:
                yield (name, number), found


def _kind(item: Mapping[str, Any], slot: int) -> str:
    outputs = objects(item, "outputs")
    return text(outputs[slot].get("type")) if 0 <= slot < len(outputs) else ""
