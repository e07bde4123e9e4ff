"""The keys that move the focus on the canvas, and what ports do when Enter is pressed on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from nodegraph.edits import Disconnect
from ui.canvas.commands import Commands
from ui.canvas.interaction.dragged_links import DraggedLinks, links_of, rewire
from ui.canvas.interaction.fitting import Fitting
from ui.canvas.interaction.gesture_context import ALT, CTRL, SHIFT, Gesture, Pointer
from ui.canvas.interaction.gestures.inside import Inside
from ui.canvas.interaction.keyboard import DIRECTIONS, along_links, first_node, linkable, neighbour, spoken
from ui.canvas.rendering.highlights import view_rect
from ui.canvas.rendering.paint_rows import field_rect
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.geometry import PortRef, Row
from ui.canvas.scene.hit import Hit
from ui.i18n.translate import tr


class SubgraphPorts(Protocol):
    """The panels that list a subgraph's ports beside its canvas."""

    def take_focus(self) -> None:
        """Move the keyboard focus to the list of inputs, or of outputs where it is already there."""

    def expose(self, port: PortRef) -> bool:
        """Expose a port of a node as a port of the subgraph; whether that was possible."""

    def drop(self, view: QPointF, ref: PortRef) -> bool:
        """Expose the port of a link dropped at a point of the view; False where no panel is there."""

    def paint(self, painter: QPainter) -> None:
        """Draw the lines from the listed ports to those of the nodes."""


class Walking(Commands):
    """Everything that the mouse does, without it."""

    ports_requested = Signal(object)
    """PortRef: list the ports that a link from it may lead to (`linkable`), and link one (`link_ports`)."""
    row_activated = Signal(str, str, QRectF)
    """Node, parameter, rectangle in the view: edit the value."""
    search_requested = Signal(QPointF, object)
    """Scene point, DraggedLinks or None: show the search for nodes."""
    context_menu_requested = Signal(QPoint, object)
    """Global point, Hit: show the menu of what was hit."""
    node_activated = Signal(str)
    """A node was double-clicked."""
    view_requested = Signal(str)
    """A node's result is to be looked at."""

    row_gesture: Callable[[Pointer, Hit], Gesture | None] | None = None
    port_panels: SubgraphPorts | None = None
    """The ports at both sides, inside a subgraph."""

    def show_menu(self, pointer: Pointer, found: Hit) -> None:
        """Ask for the menu of what was hit."""
        self.context_menu_requested.emit(self.mapToGlobal(pointer.view).toPoint(), found)

    def activate_row(self, node: str, row: Row) -> None:
        """Ask for an editor of the row's value."""
        if row.param is not None:
            box = self.scene.nodes[node]
            rect = field_rect(box, row).translated(box.x, box.y)
            self.row_activated.emit(node, row.param.name, view_rect(self.camera, rect))

    def focus_port_panels(self) -> None:
        """Inside a subgraph, put the focus on the list of its inputs, or of its outputs."""
        if self.port_panels is not None:
            self.port_panels.take_focus()

    def expose(self, port: PortRef) -> None:
        """Inside a subgraph, show a port of a node outside."""
        if self.port_panels is None:
            self.say(tr("Canvas", "Only inside a subgraph can ports be exposed."))
        else:
            self.port_panels.expose(port)

    def inside(self, key: int, modifiers: Qt.KeyboardModifier) -> Gesture | None:
        """Enter goes into the node that has the focus."""
        active = self.stage.selection.active
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and active and not modifiers:
            return Inside(self.stage, active, self._port_chosen, self._port_cut, self.expose)
        return None

    def walk(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """Arrows move the focus by geometry, with Ctrl along links, with Alt they move the nodes."""
        direction = DIRECTIONS.get(key)
        active = self.stage.selection.active
        if direction is None or not self.scene.nodes:
            return False
        pointer = modifiers & (SHIFT | CTRL | ALT)
        if pointer == ALT:
            step = self.stage.habits.snap or 8.0
            self.nudge(direction[0] * step, direction[1] * step)
            return True
        if active not in self.scene.nodes or active in self.scene.folds.of:
            if first := first_node(self.scene):
                self._focus_node(first, False)
        elif pointer == CTRL:
            found = along_links(self.scene, active, direction[0] + direction[1] > 0)
            self._focus_node(found[0] if found else active, False)
        else:
            self._focus_node(neighbour(self.scene, active, direction), pointer == SHIFT)
        return True

    def _focus_node(self, name: str, add: bool) -> None:
        now = self.stage.selection.now
        self.stage.selection.set(now.nodes | {name} if add else (name,), active=name)
        box = self.scene.nodes[name]
        if not self.camera.visible().contains(box.rect):
            middle = box.rect.center()
            self.camera.look_at((middle.x(), middle.y(), self.camera.zoom))
            self.camera_went()
        self.say(spoken(self.scene, name))

    def _port_chosen(self, port: PortRef) -> None:
        box = self.scene.nodes[port.node]
        row = next((r for r in box.layout.rows if r.param and r.param.name == port.name), None)
        if row is not None and not port.output and (port.name, 0) not in box.linked_in:
            self.activate_row(port.node, row)
        else:
            self.ports_requested.emit(port)

    def _port_cut(self, port: PortRef) -> None:
        if port.output:
            keys = self.scene.leaving(port.node, port.name)
        else:
            keys = [k for k in [LinkKey(port.node, port.name, port.index)] if k in self.scene.links]
        links = links_of(self.scene.graph, keys)
        if links:
            self.apply(Disconnect(links))

    def linkable(self, port: PortRef) -> list[PortRef]:
        """Every port to which a link from this one may lead, those of near nodes first."""
        return linkable(self.scene, port)

    def link_ports(self, one: PortRef, other: PortRef) -> bool:
        """Link two ports, whichever of them is the output; what cannot be linked is said."""
        verdict = Fitting(self.scene, (one,)).judge(other)
        if verdict.port is None:
            self.say(verdict.why)
            return False
        return self.apply(rewire(self.scene, DraggedLinks((one,)), other))
