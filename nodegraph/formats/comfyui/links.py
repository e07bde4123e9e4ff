"""Where links of ComfyUI's interface come from, once the nodes that only draw them are gone.

Every link, reroute and name is looked at once, so that the work is linear in the size of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nodegraph.formats.comfyui.fields import items, members, objects, pair, whole
from nodegraph.formats.comfyui.source_graph import BORDER_IN, Origin
from nodegraph.model.graph import Point

REROUTES = frozenset(
    {"Reroute", "Reroute (rgthree)", "ReroutePrimitive|pysssss", "ReroutePro", "Knot (rgthree)"}
)
"""Types that pass on what their first input takes."""

GETTERS: Mapping[str, str] = {"GetNode": "SetNode", "easy getNode": "easy setNode", "Get": "Set"}
"""Types that give what a node of another type was linked to under the same name."""

SETTERS = frozenset(GETTERS.values())
DRAWN = REROUTES | GETTERS.keys() | SETTERS
"""Types that pass a link on and do nothing else."""

MAX_POINTS = 32
"""A link keeps at most so many of the points that it is drawn over."""


@dataclass(frozen=True, slots=True)
class OldLink:
    """A link as the file has it; `reroute` is the last point that it is drawn over."""

    origin: str
    slot: int
    target: str
    target_slot: int
    reroute: int = -1


class Tracer:
    """Follows links backwards over reroutes, and from where a name is got to where it was set."""

    def __init__(self, level: Mapping[str, Any], nodes: Mapping[str, Mapping[str, Any]]) -> None:
        self._nodes = nodes
        extra = members(level, "extra")
        parents = {whole(i.get("id")): i.get("parentId") for i in objects(extra, "linkExtensions")}
        self.links = dict(filter(None, (_link(item, parents) for item in items(level, "links"))))
        points = objects(level, "reroutes") or objects(extra, "reroutes")
        self._reroutes = {whole(item.get("id")): item for item in points}
        self._set: dict[tuple[str, str], str] = {}
        for name, item in nodes.items():
            if item.get("type") in SETTERS:
                self._set.setdefault((item["type"], name_of(item)), name)
        self._found: dict[int, Origin | None] = {}
        self._drawn: dict[int, tuple[Point, ...]] = {}

    def origin(self, link_id: object) -> Origin | None:
        """Where a link begins; None where it leads nowhere."""
        path: list[int] = []
        at = whole(link_id)
        while at not in self._found:
            self._found[at] = None
            path.append(at)
            link = self.links.get(at)
            before = self._before(link) if link is not None else None
            if before is None:
                break
            at = before
        for number in reversed(path):
            link = self.links.get(number)
            if link is not None:
                self._found[number] = self._extended(link)
        return self._found[whole(link_id)]

    def passed(self, node: str) -> Origin | None:
        """What a node that only draws a link passes on."""
        item = self._nodes.get(node, {})
        source = self._source(item)
        found = self.origin(source) if source is not None else None
        return found if found is None or item.get("type") not in GETTERS else _as_portal(found, item)

    def _extended(self, link: OldLink) -> Origin | None:
        """Where one link begins, given where the one before it does."""
        points = self._points(link.reroute)
        item = self._nodes.get(link.origin)
        if item is None:
            return Origin(link.origin, link.slot, points) if link.origin == BORDER_IN else None
        if item.get("type") not in DRAWN:
            return Origin(link.origin, link.slot, points)
        source = self._source(item)
        found = self._found.get(whole(source)) if source is not None else None
        if found is None:
            return None
        if item["type"] in GETTERS or found.portal:
            return _as_portal(found, item)
        middle = (_middle(item),) if item["type"] in REROUTES else ()
        return Origin(found.node, found.slot, (*found.via, *middle, *points)[:MAX_POINTS])

    def _before(self, link: OldLink) -> int | None:
        """The link that feeds the node at the start of a link, if that node only passes it on."""
        item = self._nodes.get(link.origin)
        if item is None or item.get("type") not in DRAWN:
            return None
        source = self._source(item)
        return None if source is None else whole(source)

    def _source(self, item: Mapping[str, Any]) -> object:
        kind = str(item.get("type"))
        if kind in GETTERS:
            item = self._nodes.get(self._set.get((GETTERS[kind], name_of(item)), ""), {})
        return next((slot.get("link") for slot in objects(item, "inputs")), None)

    def _points(self, reroute: int) -> tuple[Point, ...]:
        """The points up to a reroute, from the start of the link on."""
        path: list[int] = []
        at = reroute
        while at in self._reroutes and at not in self._drawn:
            self._drawn[at] = ()
            path.append(at)
            at = whole(self._reroutes[at].get("parentId"))
        for number in reversed(path):
            before = self._drawn.get(whole(self._reroutes[number].get("parentId")), ())
            self._drawn[number] = (*before, pair(self._reroutes[number].get("pos")))[:MAX_POINTS]
        return self._drawn.get(reroute, ())


def name_of(item: Mapping[str, Any]) -> str:
    """The name under which a node sets or gets a value."""
    values: Iterable[Any] = items(item, "widgets_values")
    return next((str(value) for value in values), "")


def _as_portal(found: Origin, item: Mapping[str, Any]) -> Origin:
    name = name_of(item) if item.get("type") in GETTERS else ""
    return Origin(found.node, found.slot, (), name[:60] or found.portal or "portal")


def _link(item: Any, parents: Mapping[int, Any]) -> tuple[int, OldLink] | None:
    if isinstance(item, dict):
        keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot")
        name, origin, slot, target, target_slot = (item.get(key) for key in keys)
        parent = item.get("parentId")
    elif isinstance(item, list) and len(item) >= 5:
        name, origin, slot, target, target_slot = item[:5]
        parent = parents.get(whole(name))
    else:
        return None
    return whole(name), OldLink(str(origin), whole(slot), str(target), whole(target_slot), whole(parent))


def _middle(item: Mapping[str, Any]) -> Point:
    (x, y), (width, height) = pair(item.get("pos")), pair(item.get("size"))
    return x + width / 2, y + height / 2
