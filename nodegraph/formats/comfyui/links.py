"""Where links of ComfyUI's interface come from, once the nodes that only draw them are gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nodegraph.formats.comfyui.fields import items, objects, pair, whole
from nodegraph.formats.comfyui.source_graph import Origin
from nodegraph.model.graph import Point

BORDER_IN, BORDER_OUT = "-10", "-20"
"""What links name where they cross the border of a subgraph."""

DRAWN = ("Reroute", "GetNode", "SetNode")
"""Types that pass a link on and do nothing else."""

LONGEST = 1000
"""A link may lead over this many of them."""


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
        extra = level["extra"] if isinstance(level.get("extra"), dict) else {}
        parents = {whole(i.get("id")): i.get("parentId") for i in objects(extra, "linkExtensions")}
        self.links = dict(filter(None, (_link(item, parents) for item in items(level, "links"))))
        points = objects(level, "reroutes") or objects(extra, "reroutes")
        self._reroutes = {whole(item.get("id")): item for item in points}
        self._set: dict[str, str] = {}
        for name, item in nodes.items():
            if item.get("type") == "SetNode":
                self._set.setdefault(_named(item), name)

    def origin(self, link_id: object) -> Origin | None:
        """Where a link begins; None where it leads nowhere."""
        via: tuple[Point, ...] = ()
        portal = ""
        for _ in range(LONGEST):
            link = self.links.get(whole(link_id))
            if link is None:
                return None
            via = (*self._points(link), *via)
            item = self._nodes.get(link.origin)
            if item is None or item.get("type") not in DRAWN:
                found = Origin(link.origin, link.slot, () if portal else via, portal)
                return found if item is not None or link.origin == BORDER_IN else None
            if item["type"] == "Reroute":
                via = (_middle(item), *via)
            elif item["type"] == "GetNode":
                portal = _named(item)[:60] or "portal"
                item = self._nodes.get(self._set.get(_named(item), ""), {})
            link_id = next((i.get("link") for i in objects(item, "inputs")), None)
        return None

    def _points(self, link: OldLink) -> tuple[Point, ...]:
        found: list[Point] = []
        at = link.reroute
        while at in self._reroutes and len(found) < LONGEST:
            found.append(pair(self._reroutes[at].get("pos")))
            at = whole(self._reroutes[at].get("parentId"))
        return tuple(reversed(found))


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


def _named(item: Mapping[str, Any]) -> str:
    values = items(item, "widgets_values")
    return str(values[0]) if values else ""


def _middle(item: Mapping[str, Any]) -> Point:
    (x, y), (width, height) = pair(item.get("pos")), pair(item.get("size"))
    return x + width / 2, y + height / 2
