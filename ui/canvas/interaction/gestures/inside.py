"""The focus inside a node: arrows walk its ports, Enter links or edits, Esc comes out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from ui.canvas.interaction.gesture_context import Gesture, GestureContext, Pointer
from ui.canvas.interaction.keyboard import described_port, ports_in_order
from ui.canvas.rendering.label import paint_label
from ui.canvas.scene.geometry import PortRef

OWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_E)


class Inside(Gesture):
    """`chosen` is told which port Enter was pressed on; Del removes its links, E exposes it."""

    def __init__(
        self,
        stage: GestureContext,
        node: str,
        chosen: Callable[[PortRef], None],
        cut: Callable[[PortRef], None],
        expose: Callable[[PortRef], None],
    ) -> None:
        super().__init__(stage)
        self._node = node
        self._chosen = chosen
        self._cut = cut
        self._expose = expose
        self._at = 0

    @property
    def port(self) -> PortRef | None:
        """The port that has the focus."""
        box = self.stage.scene.nodes.get(self._node)
        ports = ports_in_order(box) if box is not None else []
        return ports[self._at % len(ports)] if ports else None

    @property
    def held(self) -> bool:
        """It lasts until Esc."""
        return False

    def wants(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Del unlinks a port here, and deletes no node."""
        return not modifiers and key in OWN_KEYS

    def changed(self) -> bool:
        """It ends with its node."""
        return self._node in self.stage.graph.nodes

    def pressed(self, pointer: Pointer) -> bool:
        """A press ends it."""
        return False

    def key(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Walk, choose, cut."""
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Right):
            self._at += 1
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Left):
            self._at -= 1
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.port is not None:
            self._chosen(self.port)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.port is not None:
            self._cut(self.port)
        elif key == Qt.Key.Key_E and self.port is not None:
            self._expose(self.port)
        else:
            return False
        self.tell()
        return True

    def tell(self) -> None:
        """Say where the focus is."""
        port = self.port
        if port is not None:
            self.stage.say(described_port(self.stage.scene, port))

    def paint(self, painter: QPainter) -> None:
        """A ring around the port, and what it is."""
        port = self.port
        box = self.stage.scene.nodes.get(self._node)
        if port is None or box is None:
            return
        at = self.stage.camera.to_view(QPointF(*box.port_at(port.name, port.output, port.index)))
        painter.setPen(QPen(self.stage.theme.color("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, 10, 10)
        side = 16 if port.output else -16 - 8.0 * len(described_port(self.stage.scene, port)) * 0.8
        paint_label(painter, self.stage, at + QPointF(side, 12), described_port(self.stage.scene, port))
