"""The edges of a subgraph seen from inside: lists of its ports at both sides, with lines to where they lead."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QVBoxLayout, QWidget

from nodegraph.edits import Edit
from nodegraph.edits.exposure import RenameSection
from nodegraph.edits.ports import AddPort, OrderPorts, RemovePort, RenamePort, free_port
from nodegraph.model.graph import Port as SubgraphPort
from nodegraph.model.spec import ANY
from nodegraph.subgraphs.exposure import in_sections
from ui.canvas.canvas import Canvas
from ui.canvas.rendering.paint_ports import paint_port
from ui.canvas.scene.geometry import Port, PortRef
from ui.document.exposed_parameter import Exposed, range_words
from ui.document.subgraph_editor import SubgraphEditor
from ui.panels.exposure.menu import fill_shown
from ui.panels.subgraph_ports.port_list import PortList
from ui.theme.types import type_color

WIDTH, TOP, EDGE = 168, 64, 8


class SubgraphPortPanel(QFrame):
    """The inputs or the outputs: drag to reorder, double-click or F2 renames, Del hides. Links dropped here add one."""

    def __init__(self, canvas: Canvas, editor: SubgraphEditor, output: bool) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._editor = editor
        self.output = output
        title = QLabel(self.tr("Outputs") if output else self.tr("Inputs"), self)
        title.setProperty("role", "small")
        self.list = PortList(self, lambda: canvas.theme.color("muted"))
        self.list.setAccessibleName(title.text())
        self.list.setToolTip(
            self.tr(
                "Drop a link here to expose its port. Drag to reorder, double-click to rename, Del to hide."
            )
        )
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 6)
        box.setSpacing(4)
        box.addWidget(title)
        box.addWidget(self.list)
        self.list.renamed.connect(self._renamed)
        self.list.section_renamed.connect(self._section_renamed)
        self.list.arranged.connect(self._arranged)
        self.list.hidden.connect(self._hide)
        self.list.menu_asked.connect(lambda at: self.menu().popup(at))
        self.list.left.connect(canvas.setFocus)
        self.refresh()

    def ports(self) -> tuple[SubgraphPort, ...]:
        """The ports as they stand, those of a section together."""
        found = self._editor.definition
        return () if found is None else in_sections(found.outputs if self.output else found.inputs)

    def refresh(self) -> None:
        """List the ports anew."""
        self.list.fill(self.ports(), self._tip)
        self.setFixedSize(WIDTH, self.sizeHint().height())
        self.place()

    def exposed(self, name: str) -> Exposed:
        """An input as it is shown outside."""
        return Exposed(self._editor.root, self._editor.subgraph, name)

    def menu(self) -> QMenu:
        """What can be done with the chosen port or section."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        port, section = self.list.chosen, self.list.section
        if port or section:
            menu.addAction(self.tr("Rename"), self.list.rename)
        if section:
            menu.addAction(self.tr("Remove section"), lambda: self._section_renamed(section, ""))
        elif port:
            if not self.output:
                fill_shown(menu, self.exposed(port), self)
            menu.addSeparator()
            menu.addAction(self.tr("Move up"), lambda: self.list.step(-1))
            menu.addAction(self.tr("Move down"), lambda: self.list.step(1))
            menu.addSeparator()
            menu.addAction(self.tr("Hide from outside"), lambda: self._hide(port))
        return menu

    def place(self) -> None:
        """Stand at the canvas's side."""
        self.move(self._canvas.width() - WIDTH - EDGE if self.output else EDGE, TOP)

    def anchor(self, port: str) -> QPointF:
        """Where the line of a port begins, in the canvas."""
        rect = self.list.place_of(port)
        at = self.list.viewport().mapTo(self._canvas, QPoint(rect.left(), rect.center().y()))
        return QPointF(self.x() if self.output else self.x() + WIDTH, at.y())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A quiet plate."""
        theme = self._canvas.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("hairline"), 1))
        painter.setBrush(theme.color("node"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def expose(self, ref: PortRef) -> bool:
        """Show a port of an inner node outside."""
        found = self._editor.definition
        if found is None or ref.output is not self.output:
            return False
        port = free_port(found, SubgraphPort(ref.name, ref.node, ref.name), self.output)
        return self.apply(AddPort(found.name, port, self.output))

    def apply(self, edit: Edit) -> bool:
        """One step of undo of the document."""
        return self._editor.root.apply(edit)

    def _tip(self, port: SubgraphPort) -> str:
        tip = f"{port.node}.{port.port}"
        param = None if self.output else self.exposed(port.name).param
        return f"{tip}\n{range_words(param, port)}" if param is not None and port.limited else tip

    def _hide(self, port: str) -> None:
        self.apply(RemovePort(self._editor.subgraph, port, self.output))

    def _renamed(self, old: str, new: str) -> None:
        if not self.apply(RenamePort(self._editor.subgraph, old, new, self.output)):
            self.refresh()

    def _section_renamed(self, old: str, new: str) -> None:
        if not self.apply(RenameSection(self._editor.subgraph, old, new)):
            self.refresh()

    def _arranged(self, places: list[tuple[str, str]]) -> None:
        """The list was dragged into this order of (port, section); only parameters stand under a heading."""
        if self.output:
            edit = OrderPorts(self._editor.subgraph, tuple(name for name, _ in places), True)
        else:
            found = [(name, section if self.exposed(name).param else "") for name, section in places]
            names, sections = (tuple(part) for part in zip(*found, strict=True))
            edit = OrderPorts(self._editor.subgraph, names, False, sections)
        if not self.apply(edit):
            self.refresh()


class SubgraphPortPanels(QObject):
    """Both rails of one canvas; they hear of the document for as long as there is the canvas."""

    def __init__(self, canvas: Canvas, editor: SubgraphEditor) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.inputs = SubgraphPortPanel(canvas, editor, False)
        self.outputs = SubgraphPortPanel(canvas, editor, True)
        canvas.port_panels = self
        canvas.camera.covered = float(WIDTH + EDGE)
        canvas.stage.on_shelf = lambda at: self.takes(at, False)
        canvas.stage.expose = self.expose
        canvas.scene.whole = lambda: editor.root.graph
        canvas.scene.rebuild()
        editor.root.changed.connect(self.refresh)
        canvas.resized.connect(self.place)
        self.place()

    @staticmethod
    def on(widget: QWidget, editor: SubgraphEditor) -> SubgraphPortPanels | None:
        """Rails on a canvas; None on any other widget."""
        return SubgraphPortPanels(widget, editor) if isinstance(widget, Canvas) else None

    def refresh(self) -> None:
        """The subgraph changed."""
        for rail in (self.inputs, self.outputs):
            rail.refresh()
        self._canvas.update()

    def take_focus(self) -> None:
        """Choose ports by keys: those of the inputs first, unless there are none or one is there already."""
        first, other = self.inputs.list, self.outputs.list
        (other if first.hasFocus() or not first.count() else first).take_focus()

    def place(self) -> None:
        """The canvas has another size."""
        for rail in (self.inputs, self.outputs):
            rail.place()

    def drop(self, view: QPointF, ref: PortRef) -> bool:
        """A link from `ref` was dropped; whether that was on the rail of its side, which then takes the port."""
        return self.takes(view, ref.output) and self.expose(ref)

    def takes(self, view: QPointF, output: bool) -> bool:
        """Whether a point of the view lies on one of the rails."""
        return (self.outputs if output else self.inputs).geometry().contains(view.toPoint())

    def expose(self, ref: PortRef) -> bool:
        """Show a port of an inner node outside."""
        return (self.outputs if ref.output else self.inputs).expose(ref)

    def paint(self, painter: QPainter) -> None:
        """Lines from the rails' ports to the nodes', in the view."""
        canvas = self._canvas
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rail in (self.inputs, self.outputs):
            for port in rail.ports():
                box = canvas.scene.nodes.get(port.node)
                if box is None or not rail.list.has(port.name):
                    continue
                ref = PortRef(port.node, port.port, rail.output)
                kind = canvas.scene.port_type(ref) or ANY
                hue = type_color(canvas.theme, kind)
                color = QColor(hue)
                color.setAlphaF(0.6)
                painter.setPen(QPen(color, 1.4))
                start = rail.anchor(port.name)
                end = canvas.camera.to_view(QPointF(*box.port_at(port.port, rail.output)))
                bend = (-1 if rail.output else 1) * min(120.0, max(24.0, abs(end.x() - start.x()) / 2))
                path = QPainterPath(start)
                path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
                painter.drawPath(path)
                dot = Port(port.name, kind, start.x(), start.y(), not rail.output)
                paint_port(painter, dot, hue, canvas.theme.color("canvas"), True)
                painter.setBrush(Qt.BrushStyle.NoBrush)
