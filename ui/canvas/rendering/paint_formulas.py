"""Thin dotted wires from parameters to those that are computed from them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from nodegraph.expressions.arithmetic import FormulaError, names_in
from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Node, Point
from ui.canvas.scene.routing import path_of
from ui.canvas.scene.scene import Scene
from ui.theme.palette import Theme

WIDTH = 1.2


class FormulaPainter:
    """Knows the wires of one state of a scene, so that a frame asks each only whether it is in sight."""

    def __init__(self, theme: Theme) -> None:
        self._pen = QPen(theme.color("accent", 0.75), WIDTH)
        self._pen.setDashPattern([1.0, 3.0])
        self._pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        self._version = -1
        self._wires: list[tuple[QRectF, QPainterPath]] = []

    def paint(self, painter: QPainter, scene: Scene, around: QRectF) -> None:
        """Paint the wires in sight, in scene coordinates."""
        if scene.version != self._version:
            self._version = scene.version
            self._wires = [
                (path.boundingRect().adjusted(-2, -2, 2, 2), path)
                for node in scene.graph.nodes.values()
                if node.extra
                for path in _paths(scene, node)
            ]
        seen = [path for box, path in self._wires if box.intersects(around)]
        if seen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._pen)
            for path in seen:
                painter.drawPath(path)


def _paths(scene: Scene, node: Node) -> list[QPainterPath]:
    """The wires that end in a node; parameters of the same node need none."""
    found = []
    for name, text in expressions_of(node).items():
        for source in _named(text):
            other, _, param = source.rpartition(".")
            if other and other != node.id and other in scene.nodes and node.id in scene.nodes:
                found.append(path_of((_edge(scene, other, param, True), _edge(scene, node.id, name, False))))
    return found


def _named(text: str) -> list[str]:
    try:
        return sorted(names_in(text))
    except FormulaError:
        return []


def _edge(scene: Scene, name: str, param: str, right: bool) -> Point:
    """Where a parameter's row meets the node's edge."""
    box = scene.nodes[name]
    _, y = box.port_at(param, output=False)
    return (box.x + box.width if right else box.x, y)
