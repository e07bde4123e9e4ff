"""What a run says about the nodes; pushed in from outside, painted on top of the cached pictures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

Status = Literal["idle", "queued", "running", "cached", "done", "stale", "failed"]
LEVELS = (512, 256, 128, 64)


@dataclass(frozen=True, slots=True)
class NodeState:
    """One node's part in the run: `progress` from 0 to 1, `text` such as "12/20", `message` why it failed.

    `heat` from 0 to 1 colours the title by what the node cost, beside all others.
    """

    status: Status = "idle"
    progress: float = 0.0
    text: str = ""
    message: str = ""
    heat: float = 0.0


IDLE = NodeState()


class Preview:
    """A picture with smaller copies, so that drawing it costs little at any zoom."""

    def __init__(self, pixmap: QPixmap) -> None:
        self._levels: dict[int, QPixmap] = {0: pixmap}
        self.aspect = pixmap.height() / max(1, pixmap.width())

    def at(self, pixels: float) -> QPixmap:
        """The smallest copy that is at least `pixels` wide."""
        full = self._levels[0]
        wanted = next((size for size in reversed(LEVELS) if size >= pixels), 0)
        if wanted == 0 or wanted >= full.width():
            return full
        found = self._levels.get(wanted)
        if found is None:
            found = full.scaledToWidth(wanted, Qt.TransformationMode.SmoothTransformation)
            self._levels[wanted] = found
        return found


class CanvasState(QObject):
    """States, previews and problems by node id. Previews stay through undo: only `clear` takes them away.

    `problems` maps a node to what is wrong with its inputs and parameters, by name.
    """

    changed = Signal(str)
    flowed = Signal(str)
    """A node begins to run, or no longer runs."""
    preview_changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._states: dict[str, NodeState] = {}
        self._previews: dict[str, Preview] = {}
        self._problems: dict[str, dict[str, str]] = {}
        self._veiled: set[str] = set()
        self.running: frozenset[str] = frozenset()
        self.failed: frozenset[str] = frozenset()

    def of(self, node: str) -> NodeState:
        """The node's state."""
        return self._states.get(node, IDLE)

    def set(self, node: str, state: NodeState) -> None:
        """Say what the node does now."""
        before = self._states.get(node, IDLE)
        if before == state:
            return
        self._states[node] = state
        statuses = (before.status, state.status)
        turned = statuses[0] != statuses[1]
        if turned and "failed" in statuses:
            self.failed ^= {node}
        if turned and "running" in statuses:
            self.running ^= {node}
        self.changed.emit(node)
        if turned and "running" in statuses:
            self.flowed.emit(node)

    def reset(self) -> None:
        """Every node idle again; previews stay."""
        for node in list(self._states):
            self.set(node, IDLE)
        self._states.clear()

    def states(self) -> dict[str, NodeState]:
        """Every state, by node."""
        return self._states

    def busy(self) -> bool:
        """Whether anything is to be shown on any node."""
        return bool(self._states or self._previews or self._problems)

    def shows(self, node: str) -> bool:
        """Whether anything is to be shown on this node."""
        return node in self._states or node in self._previews or node in self._problems

    def preview(self, node: str) -> Preview | None:
        """The node's last picture."""
        return None if node in self._veiled else self._previews.get(node)

    def veil(self, nodes: Iterable[str]) -> None:
        """Hide the pictures of these nodes, or show them where all are hidden; they are kept."""
        names = set(nodes)
        self._veiled = self._veiled - names if names <= self._veiled else self._veiled | names
        for node in names:
            self.preview_changed.emit(node)

    def previews(self) -> dict[str, Preview]:
        """Every picture, by node."""
        return self._previews

    def set_preview(self, node: str, pixmap: QPixmap | None) -> None:
        """Show a picture on the node, or none."""
        if pixmap is None or pixmap.isNull():
            if self._previews.pop(node, None) is None:
                return
        else:
            self._previews[node] = Preview(pixmap)
        self.preview_changed.emit(node)

    def problems(self, node: str) -> dict[str, str]:
        """What is wrong, by input or parameter name; the empty name is the node itself."""
        return self._problems.get(node, {})

    def is_wrong(self, node: str) -> bool:
        """Whether the node failed or something is wrong at it."""
        return node in self.failed or node in self._problems

    def wrong(self) -> Iterable[str]:
        """The nodes at which something is wrong."""
        return self._problems.keys()

    def set_problems(self, problems: dict[str, dict[str, str]]) -> None:
        """Replace all problems."""
        touched = self._problems.keys() | problems.keys()
        before, self._problems = self._problems, dict(problems)
        for node in touched:
            if before.get(node) != problems.get(node):
                self.changed.emit(node)
