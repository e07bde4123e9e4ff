"""Move nodes, frames and notes, with snapping and guides; drop on a link to go in between."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from nodegraph.edits import Edit, Move
from nodegraph.model.frames import contents
from nodegraph.model.graph import Point
from ui.canvas.interaction.gesture_context import ALT, CTRL, SHIFT, Gesture, GestureContext, Pointer
from ui.canvas.interaction.guides import Guide, guided
from ui.canvas.rendering.highlights import STILL, Moving
from ui.canvas.scene.hit import Hit

THRESHOLD = 4
"""Pixels that the pointer travels before a press becomes a drag."""


class MoveThings(Gesture):
    """Press chooses, dragging moves all that is chosen; a locked frame and pinned nodes stay."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(self, stage: GestureContext, start: Pointer, hit: Hit) -> None:
        super().__init__(stage)
        self._hit = hit
        self._start = start
        self._by: Point = (0.0, 0.0)
        self._guides: list[Guide] = []
        self._begun = False
        self._was_selected = self._selected()
        self._choose(start)

    def moved(self, pointer: Pointer) -> bool:
        """Show everything where it would land."""
        if not self._begun:
            if (pointer.view - self._start.view).manhattanLength() < THRESHOLD:
                return True
            self._begun = True
            self.begin(pointer)
        self._by = self._landing(pointer)
        moving = self.stage.moving
        self.stage.moving = Moving(moving.nodes, moving.frames, moving.notes, self._by)
        self.dragged(pointer)
        self.stage.repaint()
        return True

    def changed(self) -> bool:
        """It ends where something that moves is gone."""
        graph, moving, hit = self.stage.graph, self.stage.moving, self._hit
        nodes = moving.nodes | _set(hit.node)
        frames, notes = moving.frames | _set(hit.frame), moving.notes | _set(hit.note)
        return nodes <= graph.nodes.keys() and frames <= graph.frames.keys() and notes <= graph.notes.keys()

    def released(self, pointer: Pointer) -> bool:
        """Make the move one step of undo; a click without a drag narrows the selection."""
        moving, self.stage.moving = self.stage.moving, STILL
        if not self._begun:
            self._narrow(pointer)
        elif self._by != (0.0, 0.0) or self.changes():
            self.drop(moving, pointer)
        self.stage.repaint()
        return False

    def cancel(self) -> None:
        """Nothing has moved."""
        self.stage.moving = STILL
        self.stage.repaint()

    def paint(self, painter: QPainter) -> None:
        """The guides."""
        painter.setPen(QPen(self.stage.theme.color("accent"), 1))
        camera = self.stage.camera
        for guide in self._guides:
            painter.drawLine(camera.to_view(QPointF(*guide.start)), camera.to_view(QPointF(*guide.end)))

    def begin(self, pointer: Pointer) -> None:
        """The drag begins: settle what moves."""
        graph, chosen = self.stage.graph, self.stage.selection
        frames = {name for name in chosen.frames if not graph.frames[name].locked}
        held = contents(graph, frames)
        nodes = {name for name in chosen.nodes | held.nodes if not graph.nodes[name].pinned}
        notes = {note.id for note in graph.notes.values() if note.on in nodes}
        self.stage.scene.bring_up(nodes)
        self.stage.moving = Moving(frozenset(nodes), held.frames, held.notes | chosen.notes | notes)

    def dragged(self, pointer: Pointer) -> None:
        """The things hang somewhere else now."""

    def changes(self) -> bool:
        """Whether dropping does more than moving."""
        return False

    def drop(self, moving: Moving, pointer: Pointer) -> None:
        """Apply the move."""
        edit = moved_by(self.stage, moving, self._by)
        if edit is not None:
            self.stage.editor.apply(edit)

    def _landing(self, pointer: Pointer) -> Point:
        delta = pointer.scene - self._start.scene
        by = (delta.x(), delta.y())
        self._guides = []
        habits, moving = self.stage.habits, self.stage.moving
        if pointer.held(CTRL) or not (moving.nodes or moving.frames or moving.notes):
            return by
        reach = 6.0 / self.stage.camera.zoom
        if habits.guides and 0 < len(moving.nodes) <= 12 and self.stage.camera.zoom > 0.25:
            by, self._guides = guided(self.stage.scene, moving.nodes, by, reach)
        anchor = self._anchor()
        fixed_x = any(guide.upright for guide in self._guides)
        fixed_y = any(not guide.upright for guide in self._guides)
        step = habits.snap
        if step > 0:
            x = by[0] if fixed_x else round((anchor[0] + by[0]) / step) * step - anchor[0]
            y = by[1] if fixed_y else round((anchor[1] + by[1]) / step) * step - anchor[1]
            by = (x, y)
        return by

    def _anchor(self) -> Point:
        graph, hit = self.stage.graph, self._hit
        if hit.node in graph.nodes:
            return graph.nodes[hit.node].pos
        if hit.frame in graph.frames:
            return graph.frames[hit.frame].rect[:2]
        return graph.notes[hit.note].pos if hit.note in graph.notes else (0.0, 0.0)

    def _selected(self) -> bool:
        now, hit = self.stage.selection.now, self._hit
        return hit.node in now.nodes or hit.frame in now.frames or hit.note in now.notes

    def _choose(self, pointer: Pointer) -> None:
        hit, now = self._hit, self.stage.selection.now
        node, frame, note = _set(hit.node), _set(hit.frame), _set(hit.note)
        if pointer.held(SHIFT) or pointer.held(CTRL):
            if not self._was_selected:
                self.stage.selection.set(
                    now.nodes | node, now.links, now.frames | frame, now.notes | note, hit.node
                )
        elif not self._was_selected:
            self.stage.selection.set(node, (), frame, note, hit.node)
        elif hit.node:
            self.stage.selection.set(now.nodes, now.links, now.frames, now.notes, hit.node)
        if hit.node:
            self.stage.scene.bring_up([hit.node])

    def _narrow(self, pointer: Pointer) -> None:
        hit, now = self._hit, self.stage.selection.now
        node, frame, note = _set(hit.node), _set(hit.frame), _set(hit.note)
        if pointer.held(SHIFT) or pointer.held(CTRL):
            if self._was_selected:
                self.stage.selection.set(now.nodes - node, now.links, now.frames - frame, now.notes - note)
        else:
            self.stage.selection.set(node, (), frame, note, hit.node)


def moved_by(stage: GestureContext, moving: Moving, by: Point) -> Edit | None:
    """The edit that puts everything where it was dragged, or None where nothing moved."""
    graph = stage.graph
    places: dict[str, Point] = {}
    for name in moving.nodes:
        places[name] = _shifted(graph.nodes[name].pos, by)
    for name in moving.frames:
        places[name] = _shifted(graph.frames[name].rect[:2], by)
    for name in moving.notes:
        places[name] = _shifted(graph.notes[name].pos, by)
    return Move(places) if places and by != (0.0, 0.0) else None


def _shifted(place: Point, by: Point) -> Point:
    return (round(place[0] + by[0], 3), round(place[1] + by[1], 3))


def _set(name: str) -> frozenset[str]:
    return frozenset((name,)) if name else frozenset()


__all__ = ["ALT", "MoveThings", "moved_by"]
