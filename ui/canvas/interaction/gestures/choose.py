"""Choose by a box or a lasso; Shift adds, Ctrl takes away."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from ui.canvas.interaction.gesture_context import CTRL, SHIFT, Gesture, GestureContext, Pointer
from ui.canvas.scene.hit import note_rect
from ui.document.selection import Selected, kept


class BoxSelect(Gesture):
    """Everything that the box touches; open frames only where they lie wholly inside."""

    def __init__(self, stage: GestureContext, start: Pointer) -> None:
        super().__init__(stage)
        self._from = start.scene
        self._to = start.scene
        self._before = stage.selection.now
        self._press = start.view
        self._begun = False

    def moved(self, pointer: Pointer) -> bool:
        """Select what the box touches now."""
        self._begun = self._begun or (pointer.view - self._press).manhattanLength() >= 4
        self._to = pointer.scene
        if self._begun:
            self._choose(pointer)
            self.stage.repaint()
        return True

    def changed(self) -> bool:
        """What was selected before may be gone."""
        self._before = kept(self._before, self.stage.graph)
        return True

    def released(self, pointer: Pointer) -> bool:
        """A click on empty ground selects nothing."""
        if not self._begun and not pointer.held(SHIFT) and not pointer.held(CTRL):
            self.stage.selection.clear()
        self.stage.repaint()
        return False

    def cancel(self) -> None:
        """Select what was selected before."""
        self.stage.selection.take(self._before)
        self.stage.repaint()

    def paint(self, painter: QPainter) -> None:
        """The box."""
        if self._begun:
            camera = self.stage.camera
            box = QRectF(camera.to_view(self._from), camera.to_view(self._to)).normalized().toRect()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.fillRect(box, self.stage.theme.color("accent", 0.10))
            painter.setPen(self.stage.theme.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)

    def _choose(self, pointer: Pointer) -> None:
        rect = QRectF(self._from, self._to).normalized()
        graph, scene = self.stage.graph, self.stage.scene
        nodes = {box.id for box in scene.nodes_in(rect)}
        shut = scene.folds.boxes
        frames = {
            f.id
            for f, place in scene.frames()
            if rect.contains(place) or (f.id in shut and rect.intersects(place))
        }
        away = scene.folds.notes
        notes = {n.id for n in graph.notes.values() if n.id not in away and rect.intersects(note_rect(n))}
        _combine(self.stage, self._before, pointer, nodes, frames, notes)


class Lasso(Gesture):
    """Everything whose middle lies inside a free line."""

    def __init__(self, stage: GestureContext, start: Pointer) -> None:
        super().__init__(stage)
        self._points = [start.scene]
        self._before = stage.selection.now

    def moved(self, pointer: Pointer) -> bool:
        """Select what the line surrounds now."""
        self._points.append(pointer.scene)
        shape = QPolygonF(self._points)
        nodes = {
            box.id
            for box in self.stage.scene.nodes_in(shape.boundingRect())
            if shape.containsPoint(box.rect.center(), Qt.FillRule.WindingFill)
        }
        notes = {
            n.id
            for n in self.stage.graph.notes.values()
            if n.id not in self.stage.scene.folds.notes
            and shape.containsPoint(note_rect(n).center(), Qt.FillRule.WindingFill)
        }
        before = self._before if pointer.held(SHIFT) else Selected()
        self.stage.selection.set(before.nodes | nodes, (), before.frames, before.notes | notes)
        self.stage.repaint()
        return True

    def changed(self) -> bool:
        """What was selected before may be gone."""
        self._before = kept(self._before, self.stage.graph)
        return True

    def released(self, pointer: Pointer) -> bool:
        """Keep what is selected."""
        self.stage.repaint()
        return False

    def cancel(self) -> None:
        """Select what was selected before."""
        self.stage.selection.take(self._before)
        self.stage.repaint()

    def paint(self, painter: QPainter) -> None:
        """The line, closed."""
        _style(painter, self.stage)
        camera = self.stage.camera
        painter.drawPolygon(QPolygonF([camera.to_view(QPointF(point)) for point in self._points]))


def _style(painter: QPainter, stage: GestureContext) -> None:
    painter.setPen(QPen(stage.theme.color("accent"), 1))
    painter.setBrush(stage.theme.color("accent", 0.10))


def _combine(
    stage: GestureContext,
    before: Selected,
    pointer: Pointer,
    nodes: set[str],
    frames: set[str],
    notes: set[str],
) -> None:
    if pointer.held(SHIFT):
        stage.selection.set(before.nodes | nodes, before.links, before.frames | frames, before.notes | notes)
    elif pointer.held(CTRL):
        stage.selection.set(before.nodes - nodes, before.links, before.frames - frames, before.notes - notes)
    else:
        stage.selection.set(nodes, (), frames, notes)
