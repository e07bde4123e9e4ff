"""Titles and notes are written where they stand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QMimeData, QRect, QRectF

from nodegraph.edits import ChangeFrame, ChangeNote, Edit, SetTitle
from nodegraph.model.graph import Note, frozen
from nodegraph.model.note_images import NotePicture, shown_in
from nodegraph.model.notes import together_fault
from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase
from ui.canvas.copying import Copying
from ui.canvas.interaction.inline import Inline
from ui.canvas.rendering.highlights import view_rect
from ui.canvas.rendering.note_page import NotePage
from ui.canvas.rendering.note_pictures import brought, put
from ui.canvas.scene.folding import HEADER
from ui.canvas.scene.hit import note_rect
from ui.i18n.translate import translate_message

ROOMY = 800.0
"""A note grows with its pictures up to this height, in scene units."""


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
        pictures = dict(found.pictures)

        def take(data: QMimeData) -> str:
            return "\n\n".join(self._brought(note, pictures, data))

        def rewritten(text: str) -> Edit | None:
            return self._rewrite(note, text, pictures)

        self._inline.page(rect, found.text, rewritten, self.stage.theme, take)

    def note_places(self) -> dict[str, QRect]:
        """Where the notes in sight lie in the view."""
        rects = {
            note.id: view_rect(self.camera, note_rect(note)).toAlignedRect().intersected(self.rect())
            for note in self.stage.graph.notes.values()
            if note.id not in self.scene.folds.notes
        }
        return {name: rect for name, rect in rects.items() if not rect.isEmpty()}

    def picture_places(self) -> dict[str, QRect]:
        """Where the nodes in sight lie in the view that read a picture from a file."""
        rects = {
            box.id: view_rect(self.camera, box.rect).toAlignedRect().intersected(self.rect())
            for box in self.scene.nodes_in(self.camera.visible())
            if any(p.file == "image" and p.name not in box.node.inputs for p in box.spec.params)
        }
        return {name: rect for name, rect in rects.items() if not rect.isEmpty()}

    def put_in_note(self, data: QMimeData, note: str = "") -> bool:
        """Put pictures under the text of a note, by default of the one that alone is selected; False for none."""
        now, graph = self.stage.selection.now, self.stage.graph
        if not note and len(now.notes) == 1 and not (now.nodes or now.frames):
            note = next(iter(now.notes))
        if note not in graph.notes or not brought(data):
            return False
        found = graph.notes[note]
        pictures = dict(found.pictures)
        words = self._brought(note, pictures, data)
        if words:
            text = "\n\n".join([*([found.text.rstrip()] if found.text.strip() else []), *words])
            self.apply(self._rewrite(note, text, pictures, Phrase("Put a picture into")))
        return True

    def _brought(self, note: str, pictures: dict[str, NotePicture], data: QMimeData) -> list[str]:
        """Add what is pasted to a note's pictures, or say why not; the words for it."""
        grown = dict(pictures)
        try:
            words = put(grown, data)
        except LoadError as error:
            self.say(translate_message(error))
            return []
        notes = self.stage.graph.notes
        fault = together_fault({**notes, note: Note(note, pictures=grown)}.values())
        if fault is not None:
            self.say(translate_message(fault))
            return []
        pictures.update(grown)
        return words

    def _retitle(self, name: str, text: str) -> Edit | None:
        """The edit that gives a node or frame a title; pasted line breaks become blanks."""
        graph, title = self.stage.graph, " ".join(text.split())
        if name in graph.nodes:
            usual = self.scene.nodes[name].spec.title
            return SetTitle(name, "" if title == usual else title)
        if name in graph.frames:
            return ChangeFrame(replace(graph.frames[name], title=title), Phrase("Rename"))
        return None

    def _rewrite(
        self, name: str, text: str, pictures: Mapping[str, NotePicture], verb: str = Phrase("Write")
    ) -> Edit | None:
        """The edit that writes another text into a note; None where the note is gone."""
        note = self.stage.graph.notes.get(name)
        if note is None:
            return None
        kept = shown_in(text, pictures)
        if kept == note.pictures:
            written = replace(note, text=text)
        else:
            written = self._roomy(replace(note, text=text, pictures=frozen(kept)))
        return ChangeNote(written, verb)

    def _roomy(self, note: Note) -> Note:
        """The note, high enough for its pictures."""
        height = min(NotePage(note, self.stage.text.body).size().height(), ROOMY)
        return replace(note, size=(note.size[0], max(note.size[1], math.ceil(height / 8) * 8.0)))
