"""The canvas: paints the graph of one editor and hands events to gestures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCursor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from nodegraph.graph import Graph
from ui.canvas.camera import Camera, Place
from ui.canvas.dispatch import double_click, gesture_for, held_key
from ui.canvas.geometry import Density, Metrics, PortRef, Row
from ui.canvas.hit import EMPTY, Hit, hit
from ui.canvas.inline import Inline
from ui.canvas.look import view_rect
from ui.canvas.minimap import Minimap
from ui.canvas.paint_links import Marked
from ui.canvas.paint_rows import field_rect
from ui.canvas.paint_state import MESSAGE
from ui.canvas.reader import Attention
from ui.canvas.renderer import Renderer
from ui.canvas.scene import Scene
from ui.canvas.stage import SNAP, Gesture, Pointer, Stage
from ui.canvas.state import CanvasState
from ui.canvas.text import TextPainter
from ui.canvas.tips import tip
from ui.canvas.walking import Walking
from ui.editor import Editor
from ui.theme.palette import Theme

SETTLE = 80
"""Milliseconds without zooming after which pictures are made anew at the exact scale."""
STEP = 1.0 / 120.0 / 8.0
"""Wheel angle (in eighths of a degree) to powers of two."""


class Canvas(Walking, QWidget):
    """Shows and edits the graph of an editor. Nothing is drawn and no timer runs unless something happened."""

    search_requested = Signal(QPointF, object)
    """Scene point, PortRef to wire to or None: show the search for nodes."""
    context_menu_requested = Signal(QPoint, object)
    """Global point, Hit: show the menu of what was hit."""
    node_activated = Signal(str)
    """A node was double-clicked."""
    view_requested = Signal(str)
    """A node's result is to be looked at."""
    ports_requested = Signal(object)
    """PortRef: list the ports that a link from it may lead to (`linkable`), and link one (`link_ports`)."""
    row_activated = Signal(str, str, QRectF)
    """Node, parameter, rectangle in the view: edit the value."""
    status = Signal(str)
    """A sentence for the status bar."""
    camera_changed = Signal()
    """Another part of the scene is in view."""
    hovered = Signal(object)
    """Hit: something else is under the pointer."""

    def __init__(self, editor: Editor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.installEventFilter(self)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(self.tr("Canvas"))
        self.editor = editor
        self.camera = Camera()
        self.state = CanvasState(self)
        self._text = TextPainter()
        self._metrics = Metrics(measure=self._text.measure)
        self.scene = Scene(editor.specs, self._metrics)
        self.stage = Stage(
            editor,
            self.scene,
            self.camera,
            theme,
            self._text,
            self.update,
            self.status.emit,
            lambda point, port: self.search_requested.emit(point, port),
            self._finished,
        )
        self._renderer = Renderer(theme, self._metrics, self._text, self.state)
        self._places: list[Place] = []
        self.row_gesture: Callable[[Pointer, Hit], Gesture | None] | None = None
        self._inline = Inline(self, self.camera)
        self.minimap = Minimap(self)
        self.minimap.hide()
        self._painted = False
        self._gesture: Gesture | None = None
        self._hovered: Hit = EMPTY
        self._told: set[str] = set()
        self._seen_place = self.camera.place()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._sharpen)
        self.scene.update(editor.document.graph)
        editor.changed.connect(self._graph_changed)
        Attention(self)
        editor.selection.changed.connect(self.update)
        self.state.changed.connect(self._state_changed)
        self.state.preview_changed.connect(self._preview_changed)

    @property
    def theme(self) -> Theme:
        """The colours it is painted in."""
        return self.stage.theme

    @property
    def gesture(self) -> Gesture | None:
        """What the hand is doing just now."""
        return self._gesture

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.stage.theme = theme
        self._renderer = Renderer(theme, self._metrics, self._text, self.state)
        self.update()

    def set_density(self, density: Density, text_scale: float = 1.0) -> None:
        """Give rows another height, and text another size than the nodes'."""
        self._text = TextPainter(text_scale)
        self._metrics = Metrics(density, text_scale, self._text.measure)
        self.stage.text = self._text
        self.scene.metrics = self._metrics
        self.scene.rebuild()
        self.set_theme(self.theme)

    def begin(self, gesture: Gesture | None) -> None:
        """Let a gesture take the pointer; one that runs is cancelled."""
        if self._gesture is not None and self._gesture is not gesture:
            self._gesture.cancel()
        self._gesture = gesture
        self._show_cursor()
        self.update()

    def hit(self, view: QPointF) -> Hit:
        """What lies under a point of the view."""
        return hit(self.scene, self.camera.to_scene(view), self.camera.zoom)

    def pointer(self) -> QPointF:
        """The scene point under the mouse, or the view's middle where the mouse is elsewhere."""
        at = QPointF(self.mapFromGlobal(QCursor.pos()))
        inside = QRectF(self.rect()).contains(at)
        return self.camera.to_scene(at if inside else QRectF(self.rect()).center())

    def camera_went(self) -> None:
        """Show what the camera sees now."""
        self._camera_moved()

    def activate_row(self, node: str, row: Row) -> None:
        """Ask for an editor of the row's value."""
        if row.param is not None:
            box = self.scene.nodes[node]
            rect = field_rect(box, row).translated(box.x, box.y)
            self.row_activated.emit(node, row.param.name, view_rect(self.camera, rect))

    def ask_for_port(self, port: PortRef) -> None:
        """Have the ports listed to which a link from this one may lead."""
        self.ports_requested.emit(port)

    def show_menu(self, pointer: Pointer, found: Hit) -> None:
        """Ask for the menu of what was hit."""
        self.context_menu_requested.emit(self.mapToGlobal(pointer.view).toPoint(), found)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what changed."""
        self._painted = True
        painter = QPainter(self)
        stage = self.stage
        now = stage.selection.now
        look = stage.look
        look.nodes, look.frames, look.notes = now.nodes, now.frames, now.notes
        marks = look.links
        hovered = look.glowing or (self._hovered.link if self._gesture is None else None)
        look.links = Marked(now.links, hovered, marks.cut, marks.dimmed)
        look.hovered = self._hovered.node
        rect = QRectF(event.rect())
        self._renderer.frame(painter, rect, self.scene, self.camera, look, stage.moving)
        if self._gesture is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._gesture.paint(painter)
        painter.end()
        if self._renderer.nodes.wanting:
            self._settle.start(0 if self._renderer.nodes.exact else SETTLE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The camera sees as much as the widget is large; what it was told to look at before that stays its middle."""
        place = self.camera.place()
        self.camera.size = QSizeF(event.size())
        if not self._painted:
            self.camera.look_at(place)
        self.camera.ratio = self.devicePixelRatioF()
        self.minimap.place()
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; a touchpad's two fingers pan."""
        pixels = event.pixelDelta()
        if not pixels.isNull() and not event.modifiers():
            self.camera.pan(QPointF(pixels))
        else:
            angle = event.angleDelta()
            turned = angle.y() or angle.x()
            self.zoom_by(2.0 ** (turned * STEP * 4), event.position())
        if self._gesture is not None:
            self._gesture.moved(self._pointer_at(event.position(), event.buttons(), event.modifiers()))
        self._camera_moved()
        event.accept()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point of the view, its middle by default."""
        self.camera.zoom_at(at if at is not None else QRectF(self.rect()).center(), factor)
        self._renderer.nodes.exact = False
        self._settle.start(SETTLE)
        self._camera_moved()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pinching on a touchpad zooms; resting shows a tooltip.

        This is a filter, for an exception in an event handler called from an overridden `event` ends the process.
        """
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == pinch:
            self.zoom_by(1.0 + event.value(), event.position())
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and watched is self:
            text = tip(self.scene, self.state, self.hit(QPointF(event.pos())))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A gesture begins, or goes on with another button."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        pointer = self._pointer(event)
        if self._gesture is not None:
            if pointer.button == Qt.MouseButton.MiddleButton:
                self._end(self._gesture, True)
            self._end(self._gesture, self._gesture.pressed(pointer))
            return
        found = self.hit(pointer.view)
        self.begin(gesture_for(self, pointer, found))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The gesture goes on; without one, what lies under the pointer lights up."""
        pointer = self._pointer(event)
        if self._gesture is not None:
            self._end(self._gesture, self._gesture.moved(pointer))
            self._camera_moved()
            return
        self._hover(self.hit(pointer.view))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The gesture ends."""
        if self._gesture is not None:
            self._end(self._gesture, self._gesture.released(self._pointer(event)))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Search on empty ground, reroute on a link, activate a node."""
        pointer = self._pointer(event)
        if self._gesture is not None or not double_click(self, pointer, self.hit(pointer.view)):
            self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The gesture comes first, then held keys, then moving the focus."""
        key, modifiers = event.key(), event.modifiers()
        if self._gesture is not None:
            if key == Qt.Key.Key_Escape:
                self.begin(None)
                return
            if self._gesture.key(key, modifiers):
                self.update()
                return
        if self._gesture is None and self.walk(key, modifiers):
            return
        if not event.isAutoRepeat() and self._gesture is None:
            held = held_key(self, key, modifiers)
            if held is not None:
                self.begin(held)
                return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Letting go of a held key ends its gesture."""
        held = {Qt.Key.Key_Space: "SpaceHeld", Qt.Key.Key_Y: "CutHeld"}.get(Qt.Key(event.key()))
        if held and not event.isAutoRepeat() and type(self._gesture).__name__ == held:
            self.begin(None)
            return
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys that were held are not held any more."""
        if self._gesture is not None and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.begin(None)
        super().focusOutEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        if self._gesture is None:
            self._hover(EMPTY)
        super().leaveEvent(event)

    def _finished(self) -> None:
        """A gesture ended itself."""
        if self._gesture is not None:
            self._end(self._gesture, False)

    def set_snap(self, on: bool) -> None:
        """Whether dragged nodes fall on the grid."""
        self.stage.habits = replace(self.stage.habits, snap=SNAP if on else 0.0)

    def show_minimap(self, shown: bool) -> None:
        """Show or hide the map in the corner."""
        self.minimap.setVisible(shown)
        self.minimap.place()

    def _end(self, gesture: Gesture, goes_on: bool) -> None:
        if not goes_on and self._gesture is gesture:
            self._gesture = None
            self._show_cursor()
            self.update()

    def _hover(self, found: Hit) -> None:
        before = self._hovered
        if (found.node, found.link, found.kind, found.port) != (
            before.node,
            before.link,
            before.kind,
            before.port,
        ):
            self._hovered = found
            self._show_cursor()
            self.update()
            self.hovered.emit(found)

    def _show_cursor(self) -> None:
        shape = self._gesture.cursor if self._gesture else _CURSORS.get(self._hovered.kind)
        if shape is None:
            self.unsetCursor()
        else:
            self.setCursor(shape)

    def _pointer(self, event: QMouseEvent) -> Pointer:
        view = event.position()
        return Pointer(view, self.camera.to_scene(view), event.button(), event.buttons(), event.modifiers())

    def _pointer_at(self, view: QPointF, buttons: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> Pointer:
        return Pointer(view, self.camera.to_scene(view), Qt.MouseButton.NoButton, buttons, modifiers)

    def _camera_moved(self) -> None:
        if self.camera.place() != self._seen_place:
            self._seen_place = self.camera.place()
            self._inline.follow()
            self.camera_changed.emit()
            self.update()

    def _sharpen(self) -> None:
        self._renderer.nodes.exact = True
        self.update()

    def _graph_changed(self, old: Graph, new: Graph) -> None:
        self.scene.update(new)
        self._hovered = EMPTY
        self.update()

    def _state_changed(self, node: str) -> None:
        box = self.scene.nodes.get(node)
        if box is not None and self.isVisible():
            zoom = self.camera.zoom
            corner = self.camera.to_view(box.rect.topLeft())
            told = bool(self.state.of(node).message) or node in self._told
            self._told = self._told | {node} if self.state.of(node).message else self._told - {node}
            beside = max(0.0, MESSAGE - box.width) * zoom if told else 0.0
            area = QRectF(corner, QSizeF(box.width, box.height) * zoom).adjusted(-12, -12, 12 + beside, 40)
            self.update(area.toAlignedRect())

    def _preview_changed(self, node: str) -> None:
        preview = self.state.preview(node)
        before = self.scene.aspects.get(node, 0.0)
        self.scene.set_aspect(node, preview.aspect if preview else 0.0)
        if before != self.scene.aspects.get(node, 0.0):
            self.update()
        else:
            self._state_changed(node)


_CURSORS = {
    "port": Qt.CursorShape.CrossCursor,
    "resize": Qt.CursorShape.SizeFDiagCursor,
    "frame_resize": Qt.CursorShape.SizeFDiagCursor,
    "note_resize": Qt.CursorShape.SizeFDiagCursor,
    "reroute": Qt.CursorShape.SizeAllCursor,
}
