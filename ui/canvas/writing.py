"""Titles and notes are written where they stand."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF

from nodegraph.edits import ChangeFrame, ChangeNote, SetTitle
from nodegraph.phrases import Phrase
from ui.canvas.copying import Copying
from ui.canvas.folding import HEADER
from ui.canvas.inline import Inline


class Writing(Copying):
    """Opens an editor over what is to be written."""

    _inline: Inline

    def rename(self, name: str) -> None:
        """Write another title over the title of a node or frame."""
        graph = self.stage.graph
        if name in graph.nodes:
            box = self.scene.nodes[name]
            rect = QRectF(box.x + 4, box.y + 1, box.width - 8, box.layout.title - 4)
            shown = box.node.title or box.spec.title
            self._inline.line(rect, shown, lambda text: self._retitle(name, text), self.stage.theme)
        elif name in graph.frames:
            x, y, width, _ = graph.frames[name].rect
            rect = QRectF(x + 4, y + 3, min(width - 8, 320.0), HEADER - 6)
            title = graph.frames[name].title
            self._inline.line(rect, title, lambda text: self._retitle(name, text), self.stage.theme)

    def rename_selected(self) -> None:
        """Write another title on the node or frame selected last, or go on writing the selected note."""
        chosen = self.stage.selection
        if name := chosen.active or min(chosen.frames, default=""):
            self.rename(name)
        elif chosen.notes:
            self.edit_note(min(chosen.notes))

    def edit_note(self, note: str) -> None:
        """Write a note; Ctrl+Enter or a click elsewhere keeps it, Esc does not."""
        found = self.stage.graph.notes.get(note)
        if found is None:
            return
        rect = QRectF(*found.pos, *found.size)
        self._inline.page(rect, found.text, lambda text: self._rewrite(note, text), self.stage.theme)

    def _retitle(self, name: str, text: str) -> None:
        graph, title = self.stage.graph, text.strip()
        if name in graph.nodes:
            usual = self.scene.nodes[name].spec.title
            self.apply(SetTitle(name, "" if title == usual else title))
        elif name in graph.frames:
            self.apply(ChangeFrame(replace(graph.frames[name], title=title), Phrase("Rename")))

    def _rewrite(self, name: str, text: str) -> None:
        note = self.stage.graph.notes.get(name)
        if note is not None:
            self.apply(ChangeNote(replace(note, text=text), Phrase("Write")))
