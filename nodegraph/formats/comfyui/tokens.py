"""`%Node.widget%` in names of files: which of our parameters is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from nodegraph.formats.comfyui.source_graph import SourceNode

_TOKEN = re.compile(r"%([^%.\n]{1,100})\.([^%\n]{1,100})%")
_OURS = re.compile(r"[A-Za-z0-9_\-]+\.[A-Za-z0-9_]+")


class Spots:
    """The parameters of a level by the name of the node and the widget, as ComfyUI's tokens name them."""

    def __init__(self, nodes: Iterable[tuple[SourceNode, Mapping[str, str]]]) -> None:
        self._found: dict[tuple[str, str], str] = {}
        known = list(nodes)
        for pick in ("called", "title", "type"):
            for node, widgets in known:
                for widget, spot in widgets.items():
                    if _OURS.fullmatch(spot):
                        self._found.setdefault((getattr(node, pick), widget), spot)

    def find(self, node: str, widget: str) -> str | None:
        """`node.parameter` as we call it; None if there is no such widget."""
        return self._found.get((node, widget))


def with_tokens(text: str, spots: Spots) -> str:
    """The pattern of a file name with each token that names a node of ComfyUI's naming ours."""

    def ours(found: re.Match[str]) -> str:
        spot = spots.find(found[1], found[2])
        return found[0] if spot is None else f"%{spot}%"

    return _TOKEN.sub(ours, text)
