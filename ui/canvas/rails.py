"""The edges of a subgraph seen from inside: lists of its ports at both sides, with lines to where they lead."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from nodegraph.edits import Edit
from nodegraph.edits.ports import AddPort, OrderPorts, RemovePort, RenamePort, free_port
from nodegraph.graph import Port as Exposed
from nodegraph.spec import ANY
from ui.canvas.canvas import Canvas
from ui.canvas.geometry import Port, PortRef
from ui.canvas.paint_ports import paint_port
from ui.inner import Inner
from ui.theme.types import type_color

WIDTH, TOP, EDGE = 168, 64, 8
ROW = 28
OWN_KEYS = (
    Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace,
    Qt.Key.Key_F2,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)


class Rail(QFrame):
    """The inputs or the outputs: drag to reorder, double-click or F2 renames, Del hides. Links dropped here add one."""

    def __init__(self, canvas: Canvas, editor: Inner, output: bool) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._editor = editor
        self.output = output
        self._filling = False
        title = QLabel(self.tr("Outputs") if output else self.tr("Inputs"), self)
        title.setProperty("role", "small")
        self.list = PortList(self)
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
        self.list.itemChanged.connect(self._renamed)
        self.list.model().rowsMoved.connect(self._reordered)
        self.refresh()

    def ports(self) -> tuple[Exposed, ...]:
        """The ports as they stand."""
        found = self._editor.definition
        return () if found is None else found.outputs if self.output else found.inputs

    def refresh(self) -> None:
        """List the ports anew."""
        self._filling = True
        self.list.clear()
        for port in self.ports():
            item = QListWidgetItem(port.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(Qt.ItemDataRole.UserRole, port.name)
            item.setToolTip(f"{port.node}.{port.port}")
            self.list.addItem(item)
        self._filling = False
        rows = max(1, self.list.count())
        self.list.setFixedHeight(rows * ROW + 4)
        self.setFixedSize(WIDTH, self.sizeHint().height())
        self.place()

    def place(self) -> None:
        """Stand at the canvas's side."""
        self.move(self._canvas.width() - WIDTH - EDGE if self.output else EDGE, TOP)

    def anchor(self, row: int) -> QPointF:
        """Where the line of a port begins, in the canvas."""
        rect = self.list.visualItemRect(self.list.item(row))
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
        port = free_port(found, Exposed(ref.name, ref.node, ref.name), self.output)
        return self.apply(AddPort(found.name, port, self.output))

    def hide_chosen(self) -> None:
        """Show the chosen port no more."""
        item = self.list.currentItem()
        if item is not None:
            self.apply(RemovePort(self._editor.subgraph, item.data(Qt.ItemDataRole.UserRole), self.output))

    def apply(self, edit: Edit) -> bool:
        """One step of undo of the document."""
        return self._editor.root.apply(edit)

    def _renamed(self, item: QListWidgetItem) -> None:
        old, new = item.data(Qt.ItemDataRole.UserRole), item.text().strip()
        if (
            not self._filling
            and old
            and not self.apply(RenamePort(self._editor.subgraph, old, new, self.output))
        ):
            self.refresh()

    def _reordered(self) -> None:
        if not self._filling:
            rows = range(self.list.count())
            names = tuple(self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in rows)
            self.apply(OrderPorts(self._editor.subgraph, names, self.output))


class PortList(QListWidget):
    """A plain list whose rows can be dragged and edited."""

    def __init__(self, rail: Rail) -> None:
        super().__init__(rail)
        self._rail = rail
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

        self.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the list come before the canvas's actions."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() in OWN_KEYS:
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del hides a port."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._rail.hide_chosen()
        else:
            super().keyPressEvent(event)


class Rails(QObject):
    """Both rails of one canvas; they hear of the document for as long as there is the canvas."""

    def __init__(self, canvas: Canvas, editor: Inner) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.inputs = Rail(canvas, editor, False)
        self.outputs = Rail(canvas, editor, True)
        canvas.rails = self
        canvas.stage.on_shelf = lambda at: self.takes(at, False)
        canvas.stage.expose = self.expose
        canvas.scene.whole = lambda: editor.root.graph
        canvas.scene.rebuild()
        editor.root.changed.connect(self.refresh)
        canvas.resized.connect(self.place)
        self.place()

    @staticmethod
    def on(widget: QWidget, editor: Inner) -> Rails | None:
        """Rails on a canvas; None on any other widget."""
        return Rails(widget, editor) if isinstance(widget, Canvas) else None

    def refresh(self) -> None:
        """The subgraph changed."""
        for rail in (self.inputs, self.outputs):
            rail.refresh()
        self._canvas.update()

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
            for row, port in enumerate(rail.ports()):
                box = canvas.scene.nodes.get(port.node)
                if box is None or row >= rail.list.count():
                    continue
                ref = PortRef(port.node, port.port, rail.output)
                kind = canvas.scene.port_type(ref) or ANY
                hue = type_color(canvas.theme, kind)
                color = QColor(hue)
                color.setAlphaF(0.6)
                painter.setPen(QPen(color, 1.4))
                start = rail.anchor(row)
                end = canvas.camera.to_view(QPointF(*box.port_at(port.port, rail.output)))
                bend = (-1 if rail.output else 1) * min(120.0, max(24.0, abs(end.x() - start.x()) / 2))
                path = QPainterPath(start)
                path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
                painter.drawPath(path)
                dot = Port(port.name, kind, start.x(), start.y(), not rail.output)
                paint_port(painter, dot, hue, canvas.theme.color("canvas"), True)
                painter.setBrush(Qt.BrushStyle.NoBrush)
