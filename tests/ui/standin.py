from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from nodegraph.edits import RemoveNodes
from ui.document.editor import Editor
from ui.theme import Theme


class Camera:
    """Scene units are pixels."""

    def to_view(self, point: QPointF) -> QPointF:
        return point


class Scene:
    """Remembers how links are to be drawn."""

    style = "curve"

    def rebuild(self) -> None:
        pass


class StandIn(QWidget):
    """A canvas that draws nothing and remembers what it was asked, for tests of the window around it."""

    search_requested = Signal(QPointF, object)
    status = Signal(str)
    camera_changed = Signal()
    ports_requested = Signal(object)
    context_menu_requested = Signal(QPoint, object)
    node_activated = Signal(str)

    def __init__(self, editor: Editor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.editor = editor
        self.theme = theme
        self.camera = Camera()
        self.scene = Scene()
        self.calls: list[tuple[Any, ...]] = []
        self.place: Mapping[str, Any] = {}

    def interrupt(self) -> bool:
        return False

    def pointer(self) -> QPointF:
        return QPointF(100, 100)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme

    def view_state(self) -> Mapping[str, Any]:
        return self.place

    def set_view_state(self, state: Mapping[str, Any]) -> None:
        self.place = dict(state)

    def copy(self) -> None:
        QGuiApplication.clipboard().setText(",".join(sorted(self.editor.selection.nodes)))

    def delete(self, heal: bool = True) -> None:
        self.calls.append(("delete", heal))
        self.editor.apply(RemoveNodes(tuple(sorted(self.editor.selection.nodes))))

    def select_all(self) -> None:
        self.editor.selection.set(self.editor.graph.nodes)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **named: self.calls.append((name, *args, *named.values()))
