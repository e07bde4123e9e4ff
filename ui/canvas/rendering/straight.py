"""Links far off: straight lines of one pixel, kept by type."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from PySide6.QtGui import QPainterPath

from ui.canvas.rendering.raw_buffers import Values, pack_values
from ui.canvas.scene.boxes import LinkBox

LONG = 512.0
"""Scene units from which on a line counts as long."""


@dataclass
class Straight:
    """Short lines as one path a type, which Qt draws faster than single ones; long ones as lines."""

    short: dict[str, QPainterPath] = field(default_factory=dict)
    long: dict[str, Values] = field(default_factory=dict)


def is_long(link: LinkBox) -> bool:
    """Whether a link's ends are far apart."""
    (x1, y1), (x2, y2) = link.points[0], link.points[-1]
    return abs(x2 - x1) > LONG or abs(y2 - y1) > LONG


def straight(links: Iterable[LinkBox]) -> Straight:
    """These links; portals are left out."""
    found = Straight()
    for link in links:
        if link.source.portal:
            continue
        if is_long(link):
            found.long.setdefault(link.type, pack_values()).extend((*link.points[0], *link.points[-1]))
            continue
        path = found.short.get(link.type)
        if path is None:
            path = found.short[link.type] = QPainterPath()
        path.moveTo(*link.points[0])
        path.lineTo(*link.points[-1])
    return found


def merged(parts: Iterable[Straight]) -> Straight:
    """All of them in one."""
    found = Straight()
    for part in parts:
        for name, path in part.short.items():
            found.short.setdefault(name, QPainterPath()).addPath(path)
        for name, lines in part.long.items():
            found.long.setdefault(name, pack_values()).extend(lines)
    return found
