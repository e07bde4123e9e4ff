"""Editing on the canvas: one real editor at most, over the painted row, at a size that can be read."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QCursor, QHelpEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from nodegraph.model.frames import contents
from nodegraph.model.graph import Graph
from ui.canvas.canvas import Canvas
from ui.canvas.interaction.gesture_context import Gesture, Pointer
from ui.canvas.rendering.highlights import view_rect
from ui.canvas.rendering.paint_rows import field_rect
from ui.canvas.scene.geometry import Row
from ui.canvas.scene.hit import Hit
from ui.editors.base import ParamEditor
from ui.editors.binding import Binding
from ui.editors.choice import ChoiceEditor
from ui.editors.make import kind_for
from ui.editors.number import NumberEditor
from ui.editors.overlay import Overlay
from ui.editors.scrub import RowPress
from ui.editors.seed import SeedEditor
from ui.editors.tips import tip_for
from ui.editors.toggle import ToggleEditor
from ui.theme.appearance import Appearance

LETTERS = (Qt.Key.Key_D, Qt.Key.Key_S, Qt.Key.Key_H)
"""With Alt they are keys of the seed editor."""
READABLE = (0.9, 2.0)
"""Zooms between which an editor is as large as its row; beyond them it is of readable size."""


class RowEditors(QObject):
    """Opens, places and closes the editor of a row; makes presses on rows scrub, turn and choose."""

    def __init__(self, canvas: Canvas, look: Appearance) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.look = look
        self._box: Overlay | None = None
        canvas.row_gesture = self._press
        canvas.row_activated.connect(lambda node, name, _rect: self.open(node, name))
        canvas.camera_changed.connect(self._place)
        canvas.editor.changed.connect(self._changed)
        canvas.installEventFilter(self)

    @property
    def editor(self) -> ParamEditor | None:
        """The open editor."""
        return self._box.editor if self._box is not None else None

    @property
    def box(self) -> Overlay | None:
        """The open editor with its label and hint."""
        return self._box

    def open(self, node: str, name: str, by_key: bool = False) -> bool:
        """Edit a parameter; False where there is none, or its value comes over a link."""
        binding = Binding.of(self._canvas.editor, node, name)
        if binding is None or binding.linked:
            return False
        if self._box is not None and (self._box.node, self._box.name) == (node, name):
            return True
        self.close()
        if kind_for(binding.param) is ToggleEditor and not by_key:
            return binding.set(not binding.value)
        self._show(binding)
        if by_key:
            self._reveal()
        editor = self.editor
        if isinstance(editor, ChoiceEditor) and not by_key:
            editor.open_choices()
        return True

    def _reveal(self) -> None:
        """Bring a row that is out of sight to the middle."""
        box = self._box
        if box is not None and not self._canvas.rect().intersects(box.geometry()):
            away = self._canvas.rect().center() - box.geometry().center()
            self._canvas.camera.pan(QPointF(away))
            self._place()

    def close(self) -> None:
        """Keep what is typed and close."""
        box, self._box = self._box, None
        if box is None:
            return
        focused = box.isAncestorOf(QApplication.focusWidget() or self._canvas)
        box.editor.left()
        box.let_go()
        if focused:
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def walk(self, by: int) -> bool:
        """Go on to the next editable row of the node; False where there is none."""
        if self._box is None:
            return False
        node, name = self._box.node, self._box.name
        box = self._canvas.scene.nodes.get(node)
        if box is None:
            return False
        names = [r.param.name for r in box.layout.rows if r.param and (r.param.name, 0) not in box.linked_in]
        at = names.index(name) + by if name in names else 0
        self.close()
        return self.open(node, names[at], by_key=True) if 0 <= at < len(names) else False

    def row_of(self, node: str, name: str) -> Row | None:
        """The row on which a parameter is shown."""
        box = self._canvas.scene.nodes.get(node)
        rows = box.layout.rows if box is not None else ()
        return next((row for row in rows if row.param and row.param.name == name), None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the open editor before the canvas's own; tooltips; Backspace over a row."""
        if watched is self._canvas:
            return self._on_canvas(event)
        if isinstance(event, QKeyEvent) and self._box is not None:
            if event.type() == QEvent.Type.ShortcutOverride:
                return self._override(event)
            if event.type() == QEvent.Type.KeyPress and not self._box.editor.composing:
                return self._walked(event)
        return False

    def _show(self, binding: Binding) -> None:
        box = Overlay(self._canvas, binding, self.look)
        self._box = box
        box.editor.finished.connect(lambda _kept: self._finished(box))
        for child in box.findChildren(QWidget):
            child.installEventFilter(self)
        self._canvas.open_editor.watch(box)
        QApplication.instance().focusChanged.connect(self._focus_went)  # type: ignore[union-attr]  # a widget is open
        self._place()
        box.show()
        box.raise_()
        box.editor.begin()

    def _finished(self, box: Overlay) -> None:
        if box is self._box:
            self.close()

    def _focus_went(self, _old: QWidget | None, now: QWidget | None) -> None:
        box = self._box
        if box is None or now is None or box.editor.open_popup is not None or box.isAncestorOf(now):
            return
        QTimer.singleShot(0, box, lambda: self._close_if(box))

    def _close_if(self, box: Overlay) -> None:
        focus = QApplication.focusWidget()
        # A dialog takes the keyboard for a while: the field behind it stays open.
        away = focus is not None and not box.isAncestorOf(focus) and focus.window() is box.window()
        if box is self._box and away and box.editor.open_popup is None:
            self.close()

    def _override(self, event: QKeyEvent) -> bool:
        """While typing no letter is a command; function keys are."""
        modifiers = event.modifiers()
        if Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35:
            return False
        control = modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        mine = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, *LETTERS)
        alt = modifiers & Qt.KeyboardModifier.AltModifier
        if not control or (mine and (event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) or alt)):
            event.accept()
            return True
        return False

    def _walked(self, event: QKeyEvent) -> bool:
        if event.key() not in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return False
        box = self._box
        if box is not None and not box.editor.commit():
            return True
        if not self.walk(-1 if event.key() == Qt.Key.Key_Backtab else 1):
            self._canvas.setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _on_canvas(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = tip_for(self._canvas, self._canvas.hit(event.pos().toPointF()))
            if text:
                QToolTip.showText(event.globalPos(), text, self._canvas)
            # Of links, titles and frames the canvas itself tells.
            return bool(text)
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Backspace and not event.modifiers():
            binding = self._hovered()
            if binding is not None and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if binding is not None and event.type() == QEvent.Type.KeyPress:
                binding.reset()
                return True
        return False

    def _hovered(self) -> Binding | None:
        at = self._canvas.mapFromGlobal(QCursor.pos())
        found = self._canvas.hit(at.toPointF()) if self._canvas.rect().contains(at) else None
        return self._binding(found) if found is not None else None

    def _binding(self, found: Hit) -> Binding | None:
        if found.kind != "row" or found.row is None or found.row.param is None:
            return None
        binding = Binding.of(self._canvas.editor, found.node, found.row.param.name)
        return binding if binding is not None and not binding.linked else None

    def _press(self, pointer: Pointer, found: Hit) -> Gesture | None:
        binding = self._binding(found)
        if binding is None or found.node in self._locked():
            return None
        kind = kind_for(binding.param)
        scrubs = issubclass(kind, NumberEditor) and not issubclass(kind, SeedEditor)
        scrubs = scrubs and isinstance(binding.value, int | float) and not binding.formula
        return RowPress(
            self._canvas.stage, pointer, found, binding, scrubs, self._clicked, self._canvas.mapToGlobal
        )

    def _locked(self) -> frozenset[str]:
        graph = self._canvas.editor.graph
        return contents(graph, [frame.id for frame in graph.frames.values() if frame.locked]).nodes

    def _clicked(self, binding: Binding) -> None:
        """A click turns, opens a list, or begins to write; numbers wait for a second click."""
        kind = kind_for(binding.param)
        if not issubclass(kind, NumberEditor):
            self.open(binding.node, binding.param.name)

    def _changed(self, _old: Graph, _new: Graph) -> None:
        box = self._box
        if box is None:
            return
        if not box.editor.binding.alive or box.editor.binding.linked:
            self._box = None
            box.let_go()
            return
        box.editor.show_value()
        self._place()

    def _place(self) -> None:
        box = self._box
        node = self._canvas.scene.nodes.get(box.node) if box is not None else None
        if box is None or node is None:
            return
        row = self.row_of(box.node, box.name)
        rect = field_rect(node, row) if row else QRectF(0, 0, node.width, node.layout.title)
        camera = self._canvas.camera
        zoom, usual = camera.zoom, camera.usual
        low, high = READABLE
        on_row = row is not None and low <= zoom / usual <= high
        size = (zoom if on_row else usual) * self._canvas.stage.text.scale
        seen = view_rect(self._canvas.camera, rect.translated(node.x, node.y))
        box.place(seen, size, on_row)
