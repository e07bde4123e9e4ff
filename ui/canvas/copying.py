"""Copy, paste and duplicate; the clipboard holds the text of a workflow."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from PySide6.QtGui import QGuiApplication

from nodegraph.edits import AddNote, SetParam
from nodegraph.edits.paste import copied, pasted, without_loose_links
from nodegraph.formats.native import dumps, loads
from nodegraph.model.frames import contents
from nodegraph.model.graph import Graph, Note, Point
from nodegraph.model.limits import text_fault
from nodegraph.support.errors import NodegraphError
from ui.canvas.acting import moved, on_grid
from ui.canvas.rendering.note_page import NotePage
from ui.canvas.scene.geometry import Rect
from ui.canvas.scene.scene import Scene, union
from ui.canvas.viewing import Viewing
from ui.i18n.translate import tr, translate_message

NOTE_SIZE = (320.0, 120.0)
"""Width and least height of a note made of pasted text, in scene units."""
TALLEST = 640.0


class Copying(Viewing):
    """Copies of the selection."""

    _copied: tuple[str, Graph] | None = None

    def copy(self) -> None:
        """Put the selected nodes, frames and notes on the clipboard, as the text of a workflow."""
        part = self._part()
        if part is None:
            return
        text = dumps(without_loose_links(part))
        self._copied = (text, part)
        QGuiApplication.clipboard().setText(text)
        count = len(part.nodes)
        one = tr("Canvas", "Copied 1 node.")
        self.say(one if count == 1 else tr("Canvas", "Copied {count} nodes.").format(count=count))

    def paste(self, keep_inputs: bool = False) -> None:
        """Add what is on the clipboard at the pointer; with `keep_inputs` linked to what fed it."""
        text = QGuiApplication.clipboard().text()
        if not text.strip():
            self.say(tr("Canvas", "There is nothing on the clipboard to paste."))
            return
        if not looks_like_json(text):
            self._paste_text(text)
            return
        try:
            part = loads(_bare(text), "clipboard")
        except NodegraphError as error:
            self.say(translate_message(error))
            return
        if keep_inputs and self._copied is not None and self._copied[0] == text:
            part = self._copied[1]
        rect = union(_rects(part, self.scene))
        at = self.pointer()
        offset = (on_grid(at.x() - rect.center().x()), on_grid(at.y() - rect.center().y()))
        taken = {node.pos for node in self.stage.graph.nodes.values()}
        while any(moved(node.pos, offset) in taken for node in part.nodes.values()):
            offset = (offset[0] + 24.0, offset[1] + 24.0)
        self._add(part, offset, keep_inputs)

    def _paste_text(self, text: str) -> None:
        """Make words a prompt: in the one selected node that has a text of several lines, or else in a new note."""
        text = text.strip("\r\n")
        if text_fault(text) is not None:
            self.say(tr("Canvas", "The text on the clipboard holds characters that no file can hold."))
            return
        node, param = self._prompt_selected()
        if param:
            self.apply(SetParam(node, param, text))
            return
        at = self.pointer()
        name = self.stage.graph.fresh_id("note")
        note = Note(name, text, (on_grid(at.x()), on_grid(at.y())), NOTE_SIZE)
        lines = NotePage(note, self.stage.text.body).size().height()
        height = min(max(NOTE_SIZE[1], math.ceil(lines / 8) * 8.0), TALLEST)
        if self.apply(AddNote(replace(note, size=(NOTE_SIZE[0], height)))):
            self.stage.selection.set((), (), (), [name])

    def _prompt_selected(self) -> tuple[str, str]:
        """The one selected node and its parameter of several lines that is not linked; empty where there is none."""
        chosen = self.stage.selection.nodes
        if len(chosen) != 1:
            return "", ""
        box = self.scene.nodes[next(iter(chosen))]
        free = (p.name for p in box.spec.params if p.widget == "multiline" and p.name not in box.node.inputs)
        return box.id, next(free, "")

    def duplicate(self, keep_inputs: bool = False) -> None:
        """Copy the selection beside itself; with `keep_inputs` its links from outside too."""
        part = self._part()
        if part is not None:
            self._add(part, (32.0, 32.0), keep_inputs)

    def copy_by(self, by: Point) -> None:
        """Copy the selection as far away as it was dragged."""
        part = self._part()
        if part is not None:
            self._add(part, by, False)

    def _part(self) -> Graph | None:
        now, graph = self.stage.selection.now, self.stage.graph
        ids = {*now.nodes, *now.frames, *now.notes}
        held = contents(graph, now.frames)
        ids |= held.nodes | held.frames | held.notes
        return copied(graph, ids) if ids else None

    def _add(self, part: Graph, offset: Point, keep_inputs: bool) -> None:
        edit = pasted(self.stage.graph, part, offset, keep_links=keep_inputs)
        if self.apply(edit):
            self.stage.selection.set(
                [node.id for node in edit.nodes],
                (),
                [frame.id for frame in edit.frames],
                [note.id for note in edit.notes],
            )


def looks_like_json(text: str) -> bool:
    """Whether a text may be a workflow: it holds an object with names in it, or a brace that was cut off."""
    return re.search(r'\{\s*"', text) is not None or text.count("{") != text.count("}")


def _bare(text: str) -> str:
    """The workflow in a text, without the words and fences that it stood between in a message."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _rects(part: Graph, scene: Scene) -> list[Rect]:
    rects: list[Rect] = []
    for node in part.nodes.values():
        box = scene.nodes.get(node.id)
        size = (box.width, box.height) if box is not None else (208.0, 160.0)
        rects.append((*node.pos, *size))
    rects += [frame.rect for frame in part.frames.values()]
    rects += [(*note.pos, *note.size) for note in part.notes.values()]
    return rects
