"""What a workflow of ComfyUI's says that is not quite the same here, gathered into a note on the canvas."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from nodegraph.formats.comfyui.source_graph import ModelLink, SourceNode

MAX_LINES = 40
MAX_TEXT = 300
NOTE = (420.0, 44.0, 22.0)
"""Width of a note, its height without lines and that of a line, in scene units."""


class Remarks:
    """Sentences on nodes and values, each once, with how many nodes it is about."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def add(self, line: str) -> None:
        """Note a sentence."""
        line = line[:MAX_TEXT]
        self._lines[line] = self._lines.get(line, 0) + 1

    def about(self, node: SourceNode, reason: str, *, kept: bool = False) -> None:
        """Note what is not the same about a node; `kept` nodes stay as they are and do not run."""
        end = "; the node is kept as it is and cannot run" if kept else ""
        self.add(f"{_called(node)}: {reason}{end}")

    def missing(self, node: SourceNode) -> None:
        """Note that a node's type has no equal."""
        mode = {"mute": " It is muted, so nothing misses it.", "bypass": " It is bypassed."}.get(
            node.mode, ""
        )
        self.add(f"{_called(node)}: this node has no equal here; it is kept with its values and links.{mode}")

    def lines(self) -> list[str]:
        """The sentences in their order, at most `MAX_LINES`."""
        found = [f"{line} ({count} nodes)" if count > 1 else line for line, count in self._lines.items()]
        more = len(found) - MAX_LINES
        return [*found[:MAX_LINES], f"and {more} more"] if more > 0 else found


def _called(node: SourceNode) -> str:
    kind = node.type.strip()[:80]
    return f"“{node.title[:60]}” ({kind})" if node.title else kind


def remark_note(remarks: Remarks, nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The note above the nodes that says what is not the same; none where all is."""
    lines = remarks.lines()
    if not lines:
        return []
    return [_note("From ComfyUI", "These parts differ here:", lines, nodes, 0.0, "from_comfyui")]


def file_note(links: Iterable[ModelLink], nodes: list[dict[str, Any]], beside: int) -> list[dict[str, Any]]:
    """The note above the nodes that says where the model files can be fetched; none where the file says nothing."""
    lines = [
        f"{_plain(link.name)} into models/{_plain(link.folder) or '…'}: {link.url[:MAX_TEXT]}"
        for link in links
    ]
    more = len(lines) - MAX_LINES
    lines = [*lines[:MAX_LINES], f"and {more} more"] if more > 0 else lines
    if not lines:
        return []
    shift = (NOTE[0] + 40.0) if beside else 0.0
    return [
        _note("Model files", "Where the author of this workflow got them:", lines, nodes, shift, "models")
    ]


def _plain(text: str) -> str:
    return " ".join(text.split())[:120]


def _note(
    title: str, start: str, lines: list[str], nodes: list[dict[str, Any]], shift: float, name: str
) -> dict[str, Any]:
    width, top, line = NOTE
    height = top + line * sum(1 + len(text) // 56 for text in lines) + line
    corner = [min((node["pos"][at] for node in nodes), default=0.0) for at in (0, 1)]
    taken: Mapping[str, Any] = {node["id"]: node for node in nodes}
    free = next(f"{name}_{n}" for n in range(1, len(taken) + 2) if f"{name}_{n}" not in taken)
    text = f"**{title}.** {start}\n\n" + "\n".join(f"- {entry}" for entry in lines)
    pos = [corner[0] + shift, float(math.floor(corner[1] - height - 60))]
    return {"id": free, "text": text, "pos": pos, "size": [width, height]}
