"""What menus and keys ask of the canvas; each is one step of undo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QGuiApplication

from nodegraph.edits import (
    AddFrame,
    AddNote,
    Batch,
    ChangeFrame,
    Disconnect,
    Edit,
    Move,
    MuteLink,
    RemoveFrame,
    RemoveNodes,
    RemoveNote,
    SetColor,
    SetFlags,
    SetMode,
    SetPortal,
)
from nodegraph.edits.heal import bridges
from nodegraph.edits.paste import copied, pasted, without_loose_links
from nodegraph.errors import NodegraphError
from nodegraph.fileformat import dumps, loads
from nodegraph.graph import Frame, Graph, Mode, Note, Point
from ui.canvas.arrange import Side, aligned, arranged, distributed, straightened
from ui.canvas.boxes import LinkKey
from ui.canvas.camera import Camera, Place
from ui.canvas.fitting import downstream, upstream
from ui.canvas.paint_frames import HEADER
from ui.canvas.scene import Scene, union
from ui.canvas.stage import Stage
from ui.canvas.wiring import links_of
from ui.editor import Editor

FRAME_MARGIN = 24.0


class Commands:
    """The part of the canvas that acts on the selection."""

    editor: Editor
    scene: Scene
    stage: Stage
    camera: Camera
    _copied: tuple[str, Graph] | None = None
    _places: list[Place]

    def pointer(self) -> QPointF:
        """The scene point under the mouse, or the view's middle."""
        raise NotImplementedError

    def edit_note(self, note: str) -> None:
        """Write a note."""
        raise NotImplementedError

    def rename(self, name: str) -> None:
        """Give a node or frame another title."""
        raise NotImplementedError

    def camera_went(self, animated: bool = False) -> None:
        """Show what the camera sees now."""
        raise NotImplementedError

    def say(self, text: str) -> None:
        """A sentence for the status bar."""
        self.stage.say(text)

    def apply(self, edit: Edit | None) -> bool:
        """Apply an edit if there is one."""
        return edit is not None and self.editor.apply(edit)

    # --- what is seen

    def frame_all(self) -> None:
        """Show everything."""
        self.go(self.scene.bounds())

    def frame_selected(self) -> None:
        """Show what is selected, or everything where nothing is."""
        now, graph = self.stage.selection.now, self.stage.graph
        rects = [self.scene.nodes[name].bounds() for name in now.nodes]
        rects += [graph.frames[name].rect for name in now.frames]
        rects += [(*graph.notes[name].pos, *graph.notes[name].size) for name in now.notes]
        for key in now.links:
            left, top, right, bottom = self.scene.links[LinkKey(*key)].edges
            rects.append((left, top, right - left, bottom - top))
        self.go(union(rects) if rects else self.scene.bounds())

    def go(self, rect: QRectF) -> None:
        """Show a part of the scene and remember the one before."""
        if not rect.isEmpty():
            self._places.append(self.camera.place())
            del self._places[:-32]
            self.camera.frame(rect)
            self.camera_went()

    def previous_view(self) -> None:
        """Go back to what was seen before the last jump."""
        if self._places:
            place = self._places.pop()
            self.camera.look_at(place)
            self.camera_went()

    def zoom_to(self, zoom: float) -> None:
        """Look at the same middle at that zoom; 1 is 100 %."""
        x, y, _ = self.camera.place()
        self.camera.look_at((x, y, zoom))
        self.camera_went()

    def view_state(self) -> Mapping[str, Any]:
        """What part of the scene is seen, as plain JSON data."""
        x, y, zoom = self.camera.place()
        return {"x": round(x, 2), "y": round(y, 2), "zoom": round(zoom, 4)}

    def set_view_state(self, state: Mapping[str, Any]) -> None:
        """See the part that `view_state` told of; anything else is left alone."""
        values = [state.get(name) for name in ("x", "y", "zoom")]
        numbers = [float(v) for v in values if isinstance(v, int | float) and abs(v) < 1e9]
        if len(numbers) == 3 and numbers[2] > 0:
            self.camera.look_at((numbers[0], numbers[1], numbers[2]))
            self.camera_went()

    # --- selection

    def select_all(self) -> None:
        """Everything; a second time nothing."""
        graph = self.stage.graph
        now = self.stage.selection.now
        if len(now.nodes) == len(graph.nodes) and len(now.notes) == len(graph.notes):
            self.stage.selection.clear()
        else:
            self.stage.selection.set(graph.nodes, (), graph.frames, graph.notes)

    def select_linked(self, after: bool) -> None:
        """Add all that the selected nodes feed, or with `after` False all that feeds them."""
        walk = downstream if after else upstream
        self.stage.selection.add(walk(self.stage.graph, self.stage.selection.nodes))

    def select_similar(self) -> None:
        """Add all nodes of the selected nodes' types."""
        graph = self.stage.graph
        types = {graph.nodes[name].type for name in self.stage.selection.nodes}
        self.stage.selection.add(name for name, node in graph.nodes.items() if node.type in types)

    # --- copies

    def copy(self) -> None:
        """Put the selected nodes, frames and notes on the clipboard, as the text of a workflow."""
        part = self._part()
        if part is None:
            return
        text = dumps(without_loose_links(part))
        self._copied = (text, part)
        QGuiApplication.clipboard().setText(text)
        self.say(f"Copied {len(part.nodes)} nodes.")

    def paste(self, keep_inputs: bool = False) -> None:
        """Add what is on the clipboard at the pointer; with `keep_inputs` linked to what fed it."""
        text = QGuiApplication.clipboard().text()
        if not text.strip():
            self.say("There is nothing on the clipboard to paste.")
            return
        try:
            part = loads(text, "clipboard")
        except NodegraphError as error:
            self.say(str(error))
            return
        if keep_inputs and self._copied is not None and self._copied[0] == text:
            part = self._copied[1]
        rect = union(_rects(part, self.scene))
        at = self.pointer()
        offset = (_grid(at.x() - rect.center().x()), _grid(at.y() - rect.center().y()))
        while any(node.pos == _moved(p.pos, offset) for node in self._all() for p in part.nodes.values()):
            offset = (offset[0] + 24.0, offset[1] + 24.0)
        self._add(part, offset, keep_inputs)

    def duplicate(self, keep_inputs: bool = False) -> None:
        """Copy the selection beside itself; with `keep_inputs` its links from outside too."""
        part = self._part()
        if part is not None:
            self._add(part, (32.0, 32.0), keep_inputs)

    def delete(self, heal: bool = True) -> None:
        """Remove what is selected; with `heal` the links through it are joined where types allow."""
        now, graph = self.stage.selection.now, self.stage.graph
        edits: list[Edit] = []
        links = [k for k in links_of(graph, _keys(now.links)) if k.target not in now.nodes]
        links = [k for k in links if k.source.node not in now.nodes]
        if links:
            edits.append(Disconnect(tuple(links)))
        edits += [RemoveNote(name) for name in sorted(now.notes)]
        edits += [RemoveFrame(name) for name in sorted(now.frames)]
        if now.nodes:
            names = tuple(sorted(now.nodes))
            healing = bridges(graph, names, self.scene.specs) if heal and not links else ()
            edits.append(RemoveNodes(names, healing))
        if edits:
            self.apply(edits[0] if len(edits) == 1 else Batch(tuple(edits), "Delete selection"))

    # --- looks and modes

    def toggle_mode(self, mode: Mode) -> None:
        """Mute or bypass the selected nodes, or run them again where all are so; links are muted likewise."""
        names, graph = self._acted(), self.stage.graph
        if names:
            same = all(graph.nodes[name].mode == mode for name in names)
            self.apply(SetMode(names, "run" if same else mode))
        elif mode == "mute":
            links = links_of(graph, _keys(self.stage.selection.links))
            if links:
                self.apply(MuteLink(links, not all(link.source.muted for link in links)))

    def collapse(self) -> None:
        """Collapse the selected nodes, or open them where all are collapsed."""
        self._flag("collapsed")

    def hide_unlinked(self) -> None:
        """Hide the unlinked ports of the selected nodes, or show them again."""
        self._flag("hide_unlinked")

    def pin(self) -> None:
        """Keep the selected nodes where they are, or let go of them."""
        self._flag("pinned")

    def set_color(self, color: str) -> None:
        """Colour what is selected; an empty text is the usual colour."""
        now = self.stage.selection.now
        names = tuple(sorted(now.nodes | now.frames | now.notes))
        if names:
            self.apply(SetColor(names, color))

    def make_portal(self, name: str) -> None:
        """Draw the selected links as pairs of stubs under a name; an empty name draws them as lines."""
        links = links_of(self.stage.graph, _keys(self.stage.selection.links))
        edits = tuple(SetPortal(link, name) for link in links)
        if edits:
            self.apply(edits[0] if len(edits) == 1 else Batch(edits, f"Make portal {name}"))

    # --- frames and notes

    def add_frame(self) -> None:
        """Put the selected nodes in a frame of their own, or an empty frame at the pointer."""
        names = tuple(sorted(self.stage.selection.nodes))
        frame_id = self.stage.graph.fresh_id("frame")
        if names:
            rect = self.scene.bounds(names).adjusted(
                -FRAME_MARGIN, -FRAME_MARGIN - HEADER, FRAME_MARGIN, FRAME_MARGIN
            )
        else:
            at = self.pointer()
            rect = QRectF(_grid(at.x()), _grid(at.y()), 320.0, 240.0)
        frame = Frame(frame_id, "Frame", names, (rect.x(), rect.y(), rect.width(), rect.height()))
        if self.apply(AddFrame(frame)):
            self.stage.selection.set((), (), [frame_id])
            self.rename(frame_id)

    def toggle_lock(self) -> None:
        """Lock the selected frames in place, or unlock them."""
        frames = [self.stage.graph.frames[name] for name in sorted(self.stage.selection.frames)]
        locked = not all(frame.locked for frame in frames)
        edits = tuple(ChangeFrame(replace(f, locked=locked), "Lock" if locked else "Unlock") for f in frames)
        if edits:
            self.apply(edits[0] if len(edits) == 1 else Batch(edits, "Lock frames"))

    def add_note(self) -> None:
        """A note at the pointer, pinned to the selected node where there is just one; write at once."""
        name = self.stage.graph.fresh_id("note")
        chosen = self.stage.selection.nodes
        at = self.pointer()
        on, pos = "", (_grid(at.x()), _grid(at.y()))
        if len(chosen) == 1:
            on = next(iter(chosen))
            box = self.scene.nodes[on]
            pos = (box.x, _grid(box.y + box.height + 16))
        if self.apply(AddNote(Note(name, "", pos, on=on))):
            self.stage.selection.set((), (), (), [name])
            self.edit_note(name)

    # --- places

    def arrange(self, selected_only: bool = True) -> None:
        """Lay out the selected nodes, or all of them, in layers from left to right."""
        names = self.stage.selection.nodes
        if selected_only and len(names) < 2:
            self.say("Select two nodes or more to lay them out.")
            return
        self.apply(arranged(self.scene, names if selected_only else None))

    def straighten(self) -> None:
        """Make the selected links, or those between the selected nodes, level."""
        now = self.stage.selection.now
        self.apply(straightened(self.scene, now.nodes, frozenset(_keys(now.links))))

    def align(self, side: Side) -> None:
        """Put the selected nodes' sides or middles on one line."""
        self.apply(aligned(self.scene, self.stage.selection.nodes, side))

    def distribute(self, across: bool) -> None:
        """Make the gaps between the selected nodes equal."""
        self.apply(distributed(self.scene, self.stage.selection.nodes, across))

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selection a little; nudges in a row are one step of undo."""
        now, graph = self.stage.selection.now, self.stage.graph
        places: dict[str, Point] = {
            name: _moved(graph.nodes[name].pos, (dx, dy))
            for name in now.nodes
            if not graph.nodes[name].pinned
        }
        places.update({name: _moved(graph.notes[name].pos, (dx, dy)) for name in now.notes})
        if places:
            self.editor.apply(Move(places), merge=f"nudge {sorted(places)}")

    def _part(self) -> Graph | None:
        now, graph = self.stage.selection.now, self.stage.graph
        ids = {*now.nodes, *now.frames, *now.notes}
        for name in now.frames:
            ids.update(graph.frames[name].members)
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

    def _all(self) -> Any:
        return self.stage.graph.nodes.values()

    def _acted(self) -> tuple[str, ...]:
        """The selected nodes and those in the selected frames."""
        now, graph = self.stage.selection.now, self.stage.graph
        members = {m for name in now.frames for m in graph.frames[name].members}
        return tuple(sorted(now.nodes | members))

    def _flag(self, name: str) -> None:
        names, graph = self._acted(), self.stage.graph
        if names:
            on = not all(getattr(graph.nodes[n], name) for n in names)
            flags: dict[str, Any] = {name: on}
            self.apply(SetFlags(names, **flags))


def _keys(links: Any) -> list[LinkKey]:
    return [LinkKey(*key) for key in links]


def _rects(part: Graph, scene: Scene) -> list[tuple[float, float, float, float]]:
    rects: list[tuple[float, float, float, float]] = []
    for node in part.nodes.values():
        box = scene.nodes.get(node.id)
        size = (box.width, box.height) if box is not None else (208.0, 160.0)
        rects.append((*node.pos, *size))
    rects += [frame.rect for frame in part.frames.values()]
    rects += [(*note.pos, *note.size) for note in part.notes.values()]
    return rects


def _moved(place: Point, by: Point) -> Point:
    return place[0] + by[0], place[1] + by[1]


def _grid(value: float) -> float:
    return round(value / 8) * 8.0
