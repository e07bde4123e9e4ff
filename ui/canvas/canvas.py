"""The canvas: paints the graph of one editor and hands events to gestures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QHelpEvent, QNativeGestureEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from nodegraph.model.graph import Graph, Point
from ui.canvas.accessibility.tree import Attention
from ui.canvas.handled import Handled
from ui.canvas.interaction.dragged_links import DraggedLinks, half_taken
from ui.canvas.interaction.gesture_context import SNAP, Gesture, GestureContext, Pointer
from ui.canvas.interaction.gestures.link import LinkDrag
from ui.canvas.interaction.glide import Glide
from ui.canvas.interaction.inline import Inline
from ui.canvas.interaction.open_editor import OpenEditor
from ui.canvas.interaction.tips import tip
from ui.canvas.interaction.touch import Touch
from ui.canvas.minimap import Minimap
from ui.canvas.rendering.flowing import flowing, repaint
from ui.canvas.rendering.paint_links import Marked
from ui.canvas.rendering.paint_state import message_room
from ui.canvas.rendering.renderer import Renderer
from ui.canvas.rendering.sharpen import Sharpener
from ui.canvas.rendering.text import TextPainter
from ui.canvas.scene.camera import Camera, Place
from ui.canvas.scene.hit import EMPTY
from ui.canvas.scene.metrics import Density, Metrics, spread
from ui.canvas.scene.scene import Scene
from ui.canvas.scene.state import CanvasState
from ui.document.editor import Editor
from ui.i18n.translate import is_foreign, plain
from ui.theme.palette import Theme

MANY = 500
"""So many new links are indexed while the hand rests."""


class Canvas(Handled):
    """Shows and edits the graph of an editor. Nothing is drawn and no timer runs unless something happened."""

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
        self.scene.may_open = editor.may_open
        self.stage = GestureContext(
            editor,
            self.scene,
            self.camera,
            theme,
            self._text,
            self.update,
            self.status.emit,
            self._searched,
            self._finished,
        )
        self._renderer = Renderer(theme, self._metrics, self._text, self.state)
        self._places: list[Place] = []
        self.open_editor = OpenEditor(self)
        self._inline = Inline(self, self.camera, editor, self.open_editor)
        self.minimap = Minimap(self)
        self.minimap.hide()
        self.open_editor.moved.connect(self.minimap.place)
        self.touch = Touch(self)
        self._painted = False
        self._told: set[str] = set()
        self._seen = self.camera.place()
        self.camera_changed.connect(self._camera_moved)
        self._sharpener = Sharpener(self.scene, self.camera, self._sharpen, self.update, self)
        self._glide = Glide(self._show_graph, self)
        self.scene.update(editor.graph)
        self._index_soon()
        editor.changed.connect(self._graph_changed)
        Attention(self)
        editor.selection.changed.connect(self.update)
        self.state.changed.connect(self._state_changed)
        self.state.flowed.connect(lambda node: repaint(self, node))
        self.state.preview_changed.connect(self._preview_changed)

    @property
    def theme(self) -> Theme:
        """The colours it is painted in."""
        return self.stage.theme

    def set_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self.stage.theme = theme
        self._sharpener.forget()
        self._renderer = Renderer(theme, self._metrics, self._text, self.state)
        self.update()

    def set_density(self, density: Density, text_scale: float = 1.0) -> None:
        """Give rows another height, and text another size than the nodes'.

        Text grows into what room the rows have; beyond that everything is seen from nearer by, so that nothing overlaps
        and nothing moves in the graph.
        """
        foreign = is_foreign()
        nearer = spread(density, text_scale, foreign)
        self._text = TextPainter(text_scale / nearer)
        self._metrics = Metrics(density, text_scale, self._text.measure, foreign)
        self.stage.text = self._text
        self.scene.metrics = self._metrics
        self.scene.rebuild()
        self.camera.call_usual(nearer)
        self.set_theme(self.theme)
        self.camera_went()

    def _searched(self, point: QPointF, loose: DraggedLinks) -> None:
        if self.port_panels is None or not self.port_panels.drop(self.camera.to_view(point), loose.port):
            self.search_requested.emit(point, loose)

    def carry_on(self, loose: DraggedLinks, point: Point) -> None:
        """Links in hand go through a point and stay in the hand, until a click says where they end."""
        there = all(self.scene.port_type(ref) is not None for ref in loose.fixed)
        if not there or any(key not in self.scene.links for key in loose.taken):
            return
        here = self.camera.to_view(QPointF(*point))
        none = Qt.MouseButton.NoButton
        pointer = Pointer(here, QPointF(*point), none, none, Qt.KeyboardModifier.NoModifier)
        self.begin(LinkDrag(self.stage, pointer, loose.bent(point), waiting=True))

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
        flow = flowing(self.scene, self.state)
        half = None if look.glowing or hovered is None else half_taken(self.scene, self._hovered)
        look.links = Marked(now.links, hovered, marks.cut, marks.dimmed, self._revealed, flow, half)
        look.hovered = self._hovered.node
        look.frame, look.button = self._hovered.frame, self._hovered.part
        rect = QRectF(event.rect())
        self._renderer.frame(painter, rect, self.scene, self.camera, look, stage.moving)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.port_panels is not None:
            self.port_panels.paint(painter)
        if self._gesture is not None:
            self._gesture.paint(painter)
        painter.end()
        if self._renderer.nodes.wanting:
            self._sharpener.lacking()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The camera sees as much as the widget is large; what it was told to look at before that stays its middle."""
        place = self.camera.place()
        self.camera.size = QSizeF(event.size())
        if not self._painted:
            self.camera.look_at(place)
        self.camera.ratio = self.devicePixelRatioF()
        self.minimap.place()
        self.resized.emit()
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pinching on a touchpad zooms; resting shows a tooltip; keys of a gesture call no action.

        This is a filter, for an exception in an event handler called from an overridden `event` ends the process.
        """
        pinch = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == pinch:
            self.zoom_by(1.0 + event.value(), event.position())
            return True
        if watched is self and self.caught(event):
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and watched is self:
            text = plain(tip(self.scene, self.state, self.hit(QPointF(event.pos()))))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return False

    def begin(self, gesture: Gesture | None) -> None:
        """Let a gesture take the pointer; what glides is there at once."""
        if gesture is not None:
            self._glide.finish()
        super().begin(gesture)

    def toggle_previews(self) -> None:
        """Hide the pictures on the selected nodes, or show them again."""
        self.state.veil(self.stage.selection.nodes)

    def set_motion(self, on: bool) -> None:
        """Whether it is shown where commands move nodes."""
        self.stage.habits = replace(self.stage.habits, motion=on)

    def set_shake(self, on: bool) -> None:
        """Whether shaking a node takes it out of its links."""
        self.stage.habits = replace(self.stage.habits, shake=on)

    def set_snap(self, on: bool) -> None:
        """Whether dragged nodes fall on the grid."""
        self.stage.habits = replace(self.stage.habits, snap=SNAP if on else 0.0)

    def show_minimap(self, shown: bool) -> None:
        """Show or hide the map in the corner."""
        self.minimap.want(shown)

    def _camera_moved(self) -> None:
        self._sharpener.forget()
        if not self.camera.steady:
            self._sharpener.wait()
        self._inline.follow()

    def _sharpen(self) -> Iterator[None]:
        return self._renderer.sharpen(self.scene, self.camera)

    def _graph_changed(self, old: Graph, new: Graph) -> None:
        glides, self.stage.glides = self.stage.glides if self.stage.habits.motion else 0, 0
        self._glide.finish()
        self._hovered = EMPTY
        if not (glides and self._glide.begin(old, new, glides)):
            self._show_graph(new)
        if self._gesture is not None and not self._gesture.changed():
            self.begin(None)

    def _show_graph(self, graph: Graph) -> None:
        self.scene.update(graph)
        self._index_soon()
        self.minimap.follow()
        self.update()

    def _index_soon(self) -> None:
        """Index many new links while the hand rests, not in the first frame that comes near them."""
        if self.scene.unindexed > MANY:
            self._sharpener.wait()

    def _state_changed(self, node: str) -> None:
        box = self.scene.nodes.get(node)
        if box is not None and self.isVisible():
            zoom = self.camera.zoom
            corner = self.camera.to_view(box.rect.topLeft())
            told = bool(self.state.of(node).message) or node in self._told
            self._told = self._told | {node} if self.state.of(node).message else self._told - {node}
            room = message_room() if told else QRectF()
            size = QSizeF(max(box.width, room.width()), box.height + room.height()) * zoom
            area = QRectF(corner, size).adjusted(-12, -12, 12, 12)
            if area.intersects(QRectF(self.rect())):
                self.update(area.toAlignedRect())

    def _preview_changed(self, node: str) -> None:
        preview = self.state.preview(node)
        before = self.scene.shown_aspect(node)
        self.scene.set_aspect(node, preview.aspect if preview else 0.0)
        if before != self.scene.shown_aspect(node):
            self.update()
        else:
            self._state_changed(node)
