"""Draw a link: from either end, by drag or by two clicks; rewire, take all, convert."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from nodegraph.model.graph import Point
from ui.canvas.interaction.dragged_links import DraggedLinks, converted, rewire
from ui.canvas.interaction.fitting import Fitting, Verdict
from ui.canvas.interaction.gesture_context import Gesture, GestureContext, Pointer
from ui.canvas.rendering.highlights import is_far
from ui.canvas.rendering.label import paint_label
from ui.canvas.rendering.paint_ports import paint_port
from ui.canvas.scene.boxes import NodeBox
from ui.canvas.scene.geometry import Port, PortRef
from ui.canvas.scene.hit import hit
from ui.canvas.scene.routing import path_of
from ui.i18n.translate import tr
from ui.theme.types import type_color

SNAP = 24.0
"""Pixels within which a port draws the loose end to itself."""
CLICK = 4
OFFER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_C)


class LinkDrag(Gesture):
    """Dropped on empty ground nothing is lost: the search opens for what to put there.

    With `waiting` no button is down: a click says where the links end.
    """

    def __init__(
        self, stage: GestureContext, start: Pointer, loose: DraggedLinks, waiting: bool = False
    ) -> None:
        super().__init__(stage)
        self._fitting = Fitting(stage.scene, loose.fixed)
        self._loose = loose
        self._press = start.view
        self._at = start.scene
        self._verdict = Verdict()
        self._dragged = False
        self._waiting = waiting
        self._marks: dict[str, list[tuple[Port, PortRef, bool]]] = {}
        stage.look.hidden = frozenset(loose.taken)

    @property
    def verdict(self) -> Verdict:
        """What the pointer is over, as far as the link is concerned."""
        return self._verdict

    @property
    def held(self) -> bool:
        """Not between two clicks."""
        return not self._waiting

    def wants(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Enter takes up the offer."""
        return not modifiers and key in OFFER and self._verdict.conversion is not None

    def changed(self) -> bool:
        """Judge the ports anew, where the link still has its ends."""
        scene, fixed = self.stage.scene, self._fitting.fixed
        there = all(scene.port_type(ref) is not None for ref in fixed)
        if not there or any(key not in scene.links for key in self._loose.taken):
            return False
        self._fitting, self._verdict, self._marks = Fitting(scene, fixed), Verdict(), {}
        return True

    def moved(self, pointer: Pointer) -> bool:
        """Find what the link would land on."""
        self._at = pointer.scene
        self._dragged = self._dragged or (pointer.view - self._press).manhattanLength() >= CLICK
        self._verdict = self._target(pointer)
        self.stage.repaint()
        return True

    def pressed(self, pointer: Pointer) -> bool:
        """The second click of click-click wiring; other buttons put the link back."""
        if pointer.button != Qt.MouseButton.LeftButton:
            self.cancel()
            return False
        self._at = pointer.scene
        self._verdict = self._target(pointer)
        return self._finish(pointer)

    def released(self, pointer: Pointer) -> bool:
        """The end of a drag; a mere click leaves the link in hand."""
        if pointer.button != Qt.MouseButton.LeftButton or not self._dragged or self._waiting:
            self._waiting = True
            return True
        return self._finish(pointer)

    def key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Enter inserts the conversion that is offered."""
        if key in OFFER and self._verdict.conversion:
            self._convert()
            return True
        return False

    def cancel(self) -> None:
        """Put the links back."""
        self.stage.look.hidden = frozenset()
        self.stage.repaint()

    def paint(self, painter: QPainter) -> None:
        """The link in hand, which ports fit, and why not."""
        if not is_far(self.stage.camera):
            self._paint_ports(painter)
        painter.save()
        painter.setWorldTransform(self.stage.camera.transform(), True)
        self._paint_links(painter)
        painter.restore()
        text = self._verdict.why
        if text and self._verdict.conversion:
            title = self.stage.scene.specs[self._verdict.conversion.type].title
            text += "\n" + tr("Canvas", "Enter inserts {title}.").format(title=title)
        if text:
            at = self.stage.camera.to_view(self._at)
            paint_label(painter, self.stage, at + QPointF(16, 18), text)

    def _finish(self, pointer: Pointer) -> bool:
        verdict = self._verdict
        if verdict.port is not None:
            edit = rewire(self.stage.scene, self._loose, verdict.port)
            self.cancel()
            if edit is not None:
                self.stage.editor.apply(edit)
            return False
        if verdict.conversion is not None and not self._waiting:
            self._waiting = True
            return True
        self.cancel()
        if verdict.why:
            self.stage.say(verdict.why)
        else:
            self.stage.search(pointer.scene, self._loose)
        return False

    def _convert(self) -> None:
        verdict, own = self._verdict, self._fitting.fixed[0]
        if verdict.conversion is None or verdict.at is None:
            return
        output, target = (verdict.at, own) if verdict.at.output else (own, verdict.at)
        start, end = self._place(output), self._place(target)
        pos = (round((start[0] + end[0]) / 16 - 9) * 8.0, round((start[1] + end[1]) / 16 - 4) * 8.0)
        edit, name = converted(self.stage.scene, output, target, verdict.conversion, pos)
        self.cancel()
        if self.stage.editor.apply(edit):
            self.stage.selection.set([name])
        self.stage.finish()

    def _target(self, pointer: Pointer) -> Verdict:
        scene, zoom = self.stage.scene, self.stage.camera.zoom
        near = self._nearest(pointer.scene, SNAP / zoom)
        if near is not None:
            return near
        found = hit(scene, pointer.scene, zoom)
        box = scene.nodes.get(found.node)
        if box is None or (box.id == self._fitting.fixed[0].node and not self._dragged):
            return Verdict()
        return self._fitting.best(box, pointer.scene.y() - box.y)

    def _nearest(self, at: QPointF, reach: float) -> Verdict | None:
        around = QRectF(at.x() - reach, at.y() - reach, 2 * reach, 2 * reach)
        best: Verdict | None = None
        least = reach
        for box in self.stage.scene.nodes_in(around.adjusted(-8, -8, 8, 8)):
            for port, ref in self._fitting.ports(box):
                away = ((box.x + port.x - at.x()) ** 2 + (box.y + port.y - at.y()) ** 2) ** 0.5
                if away < least and not (port.param and box.node.collapsed):
                    verdict = self._fitting.judge(ref)
                    if verdict.port is not None:
                        best, least = verdict, away
        return best

    def _place(self, ref: PortRef) -> Point:
        return self.stage.scene.nodes[ref.node].port_at(ref.name, ref.output, ref.index)

    def _paint_links(self, painter: QPainter) -> None:
        verdict, theme = self._verdict, self.stage.theme
        loose = self._place(verdict.port) if verdict.port else (self._at.x(), self._at.y())
        zoom = self.stage.camera.zoom
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ref, kind in zip(self._fitting.fixed, self._fitting.types, strict=True):
            color = type_color(theme, kind)
            via = self._loose.via
            ends = (self._place(ref), *via, loose) if ref.output else (loose, *via, self._place(ref))
            painter.setPen(QPen(color, max(2.4, 1.6 / zoom), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPath(path_of(ends, self.stage.scene.style))
            painter.setBrush(color)
            for point in (*via, loose):
                painter.drawEllipse(QPointF(*point), 3.5, 3.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        if verdict.port is not None:
            painter.setPen(QPen(theme.color("accent"), 2 / zoom))
            painter.drawEllipse(QPointF(*loose), 9.0, 9.0)

    def _paint_ports(self, painter: QPainter) -> None:
        stage = self.stage
        painter.save()
        painter.setWorldTransform(stage.camera.transform(), True)
        ground = stage.theme.color("node")
        for box in stage.scene.nodes_in(stage.camera.visible()):
            painter.save()
            painter.translate(box.x, box.y)
            for port, ref, good in self._marked(box):
                self._mark(painter, box, port, ref, good, ground)
            painter.restore()
        painter.restore()

    def _mark(
        self, painter: QPainter, box: NodeBox, port: Port, ref: PortRef, good: bool, ground: QColor
    ) -> None:
        color = QColor(type_color(self.stage.theme, port.type))
        if good:
            halo = QColor(color)
            halo.setAlphaF(0.28)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(halo)
            painter.drawEllipse(QPointF(port.x, port.y), 10, 10)
            paint_port(painter, port, color, ground, (port.name, port.index) in box.linked_in)
        elif not port.param:
            veil = QPainterPath()
            veil.addEllipse(QPointF(port.x, port.y), 7, 7)
            shade = QColor(ground)
            shade.setAlphaF(0.72)
            painter.fillPath(veil, shade)

    def _marked(self, box: NodeBox) -> list[tuple[Port, PortRef, bool]]:
        """The node's ports with the verdict on each, worked out once a gesture."""
        found = self._marks.get(box.id)
        if found is None:
            found = []
            for port in box.layout.ports:
                ref = PortRef(box.id, port.name, port.output, port.index)
                found.append((port, ref, self._fitting.judge(ref).port is not None))
            if box.node.collapsed:
                found = [item for item in found if not item[0].param]
            self._marks[box.id] = found
        return found
