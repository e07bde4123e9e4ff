"""One open document as the runner sees it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from nodegraph.model.graph import Graph
from ui.document.editor import Editor
from ui.runs.images import image_of
from ui.runs.node_state import NodeStates

RECALL_MS = 60
"""So long after an edit results made before are looked for; a drag in between costs nothing."""


class DocumentRun(QObject):
    """Its editor, the state and the pictures of its nodes, and what it ran last."""

    picture = Signal(str, object)
    """A node, and its picture as QImage: while it grows and when it is done."""
    arrived = Signal(str, object)
    """A target of a run, and the picture it came to."""
    resulted = Signal(object)
    """A Result that is of this document as it stands: made by a run, or one made before."""

    def __init__(self, key: str, editor: Editor, base: Path) -> None:
        super().__init__(editor)
        self.key = key
        self.editor = editor
        self.base = base
        self.state = NodeStates(self)
        self.asked: Graph | None = None
        self.ran: Graph | None = None
        self.failed: tuple[str, ...] | None = None
        """The targets of the run that failed last; None for every node that saves or shows."""
        self.seeds: dict[str, int] = {}
        self.keys: dict[str, str] = {}
        """The engine's keys of nodes, by which results and films are recognised, as far as they are known."""
        self.is_live = False
        """Whether the document runs by itself after each change while it is in front."""
        self.previewed: set[str] = set()
        """The nodes that were seen to grow, nested ones by their whole names."""
        self.shown: dict[str, QImage] = {}
        self.recall = QTimer(self)
        self.recall.setSingleShot(True)
        self.recall.setInterval(RECALL_MS)
        self.state.previewed.connect(lambda node, picture: self.show(node, image_of(picture)))

    def show(self, node: str, image: QImage) -> None:
        """A node's newest picture."""
        self.shown[node] = image
        self.picture.emit(node, image)
