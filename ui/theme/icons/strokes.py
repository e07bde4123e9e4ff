"""The icons themselves: SVG shapes on a 24 grid, stroked 1.75 wide with round ends, never filled."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _p(d: str) -> str:
    return f'<path d="{d}"/>'


def _c(x: float, y: float, r: float) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{r}"/>'


def _r(x: float, y: float, w: float, h: float, r: float = 2) -> str:
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}"/>'


STROKES: Mapping[str, str] = MappingProxyType(
    {
        "add": _p("M12 5v14M5 12h14"),
        "arrow-left": _p("M19 12H5M11 6l-6 6 6 6"),
        "arrow-right": _p("M5 12h14M13 6l6 6-6 6"),
        "arrange": _r(3, 4, 6, 5, 1.5)
        + _r(3, 15, 6, 5, 1.5)
        + _r(15, 9.5, 6, 5, 1.5)
        + _p("M9 6.5h3v11H9M12 12h3"),
        "blank": "",
        "bookmark": _p("M7 4h10v16l-5-4-5 4z"),
        "bypass": _r(8, 8, 8, 8) + _p("M2 12h6M16 12h6M8 12h8"),
        "check": _p("M5 12.5l4.5 4.5L19 7.5"),
        "chevron-down": _p("M7 10l5 5 5-5"),
        "chevron-right": _p("M10 7l5 5-5 5"),
        "chevron-up": _p("M7 14l5-5 5 5"),
        "close": _p("M7 7l10 10M17 7L7 17"),
        "command": _p("M5 7l5 5-5 5M12 18h7"),
        "copy": _r(9, 9, 11, 11) + _p("M15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3"),
        "dice": _r(4.5, 4.5, 15, 15, 3)
        + _c(8.8, 8.8, 0.6)
        + _c(12, 12, 0.6)
        + _c(15.2, 15.2, 0.6)
        + _c(15.2, 8.8, 0.6)
        + _c(8.8, 15.2, 0.6),
        "disk-changed": _p("M13 4H6v16h12V9zM13 4v5h5M12 12v3.5M12 17.6v.1"),
        "edit": _p("M5 19l1-4L16 5l3 3L9 18z"),
        "eye": _p("M3 12c2.5-4.5 5.5-6.5 9-6.5s6.5 2 9 6.5c-2.5 4.5-5.5 6.5-9 6.5S5.5 16.5 3 12z")
        + _c(12, 12, 2.6),
        "file": _p("M13 4H6v16h12V9zM13 4v5h5"),
        "find": _c(10.5, 10.5, 6) + _p("M15 15l5 5"),
        "folder": _p("M4 18V6h5l2 2.5h9V18z"),
        "frame": _r(4, 5, 16, 14, 2) + _p("M4 9.5h16"),
        "grip": _p("M9 6v.1M9 12v.1M9 18v.1M15 6v.1M15 12v.1M15 18v.1"),
        "help": _c(12, 12, 8) + _p("M9.6 9.8a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1 .9-1 1.7M12 16.4v.1"),
        "history": _p("M4 12a8 8 0 1 0 2.5-5.8M4 4.5v3.7h3.7M12 8v4.3l3 1.7"),
        "input": _c(6, 12, 2.5) + _p("M8.5 12H20M15 8l4 4-4 4"),
        "keyboard": _r(3, 6, 18, 12) + _p("M7 10h.1M11 10h.1M15 10h.1M17.5 10h.1M8 14h8"),
        "link": _c(5.5, 7, 2.2) + _c(18.5, 17, 2.2) + _p("M7.7 7C14 7 10 17 16.3 17"),
        "lock": _r(6, 11, 12, 8.5, 2) + _p("M8.5 11V8a3.5 3.5 0 0 1 7 0v3"),
        "minus": _p("M6 12h12"),
        "mute": _c(12, 12, 7.5) + _p("M6.7 6.7l10.6 10.6"),
        "node": _r(4, 6, 16, 12, 2.5) + _p("M4 10h16"),
        "note": _p("M5 5h14v9l-5 5H5zM14 19v-5h5"),
        "outline": _p("M4 6h7M9 12h10M9 18h8M5.5 8.5V18H6.5M5.5 12H6.5"),
        "output": _c(18, 12, 2.5) + _p("M15.5 12H4"),
        "param": _p("M4 8h9M17 8h3M4 16h3M11 16h9") + _c(15, 8, 2) + _c(9, 16, 2),
        "picture": _r(4, 5, 16, 14, 2) + _c(9, 10, 1.6) + _p("M5 18l5-5 3 3 2.5-2.5L20 18"),
        "portal": _r(3, 9, 6, 6, 3) + _r(15, 9, 6, 6, 3) + _p("M11.9 12h.2"),
        "recipe": _r(3, 4, 7, 5, 1.5) + _r(14, 15, 7, 5, 1.5) + _p("M10 6.5h3a3 3 0 0 1 3 3V15"),
        "redo": _p("M19 9H9a5 5 0 0 0 0 10h5M19 9l-4-4M19 9l-4 4"),
        "settings": _c(12, 12, 3)
        + _p(
            "M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2"
        ),
        "star": _p("M12 4.2l2.4 4.9 5.4.8-3.9 3.8.9 5.3-4.8-2.5-4.8 2.5.9-5.3-3.9-3.8 5.4-.8z"),
        "straighten": _r(3, 9, 4.5, 6, 1.5) + _r(16.5, 9, 4.5, 6, 1.5) + _p("M7.5 12h9"),
        "subgraph": _r(3.5, 5, 17, 14, 2.5)
        + _r(7.5, 10, 4, 4.5, 1)
        + _r(14, 10, 3.5, 4.5, 1)
        + _p("M11.5 12.2H14"),
        "undo": _p("M5 9h10a5 5 0 0 1 0 10h-5M5 9l4-4M5 9l4 4"),
        "warning": _p("M12 4.5L21 19H3zM12 10v4M12 16.6v.1"),
        "bolt": _p("M13 3L5 14h6l-1 7 8-11h-6z"),
        "export": _p("M12 15V4M8 8l4-4 4 4M5 13v6h14v-6"),
        "film": _r(3, 5, 18, 14) + _p("M8 5v14M16 5v14M3 9.5h5M3 14.5h5M16 9.5h5M16 14.5h5"),
        "fit": _p("M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"),
        "histogram": _p("M4 20h16M7 20v-5M11 20V8M15 20V5M19 20v-8"),
        "pause": _p("M8.5 5v14M15.5 5v14"),
        "pin": _p("M9 4h6l-1 6 3 3H7l3-3zM12 13v7"),
        "play": _p("M8 5.5v13L18.5 12z"),
        "retry": _p("M19 12a7 7 0 1 1-2.2-5.1M19.5 3.5v4h-4"),
        "stop": _r(6.5, 6.5, 11, 11, 1.5),
        "trash": _p("M5 7h14M10 7V4.5h4V7M7 7l1 12.5h8L17 7M10.5 10.5v6M13.5 10.5v6"),
    }
)
"""Icon name -> the shapes inside the SVG."""


def svg(name: str, color: str, width: float = 1.75) -> bytes:
    """The icon as an SVG document. Raises KeyError for an icon there is none of."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{color}" '
        f'stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round">{STROKES[name]}</svg>'
    ).encode()
