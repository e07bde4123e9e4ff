"""One tab: a document on its canvas, and what stands over it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

from PySide6.QtCore import (
    QEvent,
    QFileSystemWatcher,
    QMimeData,
    QObject,
    QPoint,
    QPointF,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from nodegraph.journal.stamp import Stamp
from nodegraph.model.graph import Point
from ui.document.editor import Editor
from ui.document.journal_recorder import Recorder
from ui.shell.subgraph_navigation import Breadcrumbs, SubgraphNavigation
from ui.theme import Theme
from ui.theme.appearance import Appearance
from ui.widgets.plain_label import PlainLabel

GONE = 500
"""Milliseconds for which a file may be away, as while another program replaces it."""


class Camera(Protocol):
    """Scene units to pixels and back."""

    def to_view(self, point: QPointF) -> QPointF: ...  # noqa: D102  # named for what it does


class Scene(Protocol):
    """The geometry of what is drawn."""

    style: Any

    def rebuild(self) -> None: ...  # noqa: D102  # named for what it does


class Canvas(Protocol):
    """What the window asks of a canvas; `ui.canvas.Canvas` is one."""

    @property
    def camera(self) -> Camera: ...  # noqa: D102  # named for what they do
    @property
    def scene(self) -> Scene: ...  # noqa: D102

    def interrupt(self) -> bool: ...  # noqa: D102  # named for what they do
    def carry_on(self, loose: Any, point: Point) -> None: ...  # noqa: D102
    def frame_all(self) -> None: ...  # noqa: D102
    def reveal(self, nodes: Iterable[str]) -> None: ...  # noqa: D102
    def frame_first(self) -> None: ...  # noqa: D102
    def frame_selected(self) -> None: ...  # noqa: D102
    def select_all(self) -> None: ...  # noqa: D102
    def copy(self) -> None: ...  # noqa: D102
    def paste(self, keep_inputs: bool = False) -> None: ...  # noqa: D102
    def note_places(self) -> Mapping[str, QRect]: ...  # noqa: D102
    def picture_places(self) -> Mapping[str, QRect]: ...  # noqa: D102
    def put_in_note(self, data: QMimeData, note: str = "") -> bool: ...  # noqa: D102
    def duplicate(self, keep_inputs: bool = False) -> None: ...  # noqa: D102
    def delete(self, heal: bool = True) -> None: ...  # noqa: D102
    def toggle_mode(self, mode: str) -> None: ...  # noqa: D102
    def collapse(self) -> None: ...  # noqa: D102
    def fold_rows(self) -> None: ...  # noqa: D102
    def hide_unlinked(self) -> None: ...  # noqa: D102
    def pin(self) -> None: ...  # noqa: D102
    def add_frame(self) -> None: ...  # noqa: D102
    def add_note(self) -> None: ...  # noqa: D102
    def arrange(self, selected_only: bool) -> None: ...  # noqa: D102
    def straighten(self) -> None: ...  # noqa: D102
    def pointer(self) -> QPointF: ...  # noqa: D102
    def set_theme(self, theme: Theme) -> None: ...  # noqa: D102
    def set_density(self, density: Any, text_scale: float = 1.0) -> None: ...  # noqa: D102
    def set_snap(self, on: bool) -> None: ...  # noqa: D102
    def set_shake(self, on: bool) -> None: ...  # noqa: D102
    def set_motion(self, on: bool) -> None: ...  # noqa: D102
    def set_color(self, color: str) -> None: ...  # noqa: D102
    def toggle_portals(self) -> None: ...  # noqa: D102
    def expose(self, port: Any) -> None: ...  # noqa: D102
    def focus_port_panels(self) -> None: ...  # noqa: D102
    def fly_to_selected(self) -> None: ...  # noqa: D102
    def toggle_previews(self) -> None: ...  # noqa: D102
    def show_minimap(self, shown: bool) -> None: ...  # noqa: D102
    def previous_view(self) -> None: ...  # noqa: D102
    def zoom_to(self, zoom: float) -> None: ...  # noqa: D102
    def select_linked(self, after: bool) -> None: ...  # noqa: D102
    def select_similar(self) -> None: ...  # noqa: D102
    def align(self, side: Any) -> None: ...  # noqa: D102
    def distribute(self, across: bool) -> None: ...  # noqa: D102
    def rename_selected(self) -> None: ...  # noqa: D102
    def toggle_lock(self) -> None: ...  # noqa: D102
    def make_subgraph(self) -> None: ...  # noqa: D102
    def unpack(self) -> None: ...  # noqa: D102
    def view_state(self) -> Mapping[str, Any]: ...  # noqa: D102
    def set_view_state(self, state: Mapping[str, Any]) -> None: ...  # noqa: D102


MakeCanvas = Callable[[Editor, Theme, QWidget], QWidget]
"""Makes the canvas of a document; the widget is a `Canvas`."""


class DocumentView(QWidget):
    """The canvas of one document, under a bar that appears when the file was changed by someone else."""

    reload_asked = Signal()

    def __init__(self, editor: Editor, recorder: Recorder, look: Appearance, make_canvas: MakeCanvas) -> None:
        super().__init__()
        self.editor = editor
        self.recorder = recorder
        self._theme = look.theme
        editor.setParent(self)
        self.app: QWidget | None = None
        self.bar = ChangedBar(self)
        self.base = make_canvas(editor, look.theme, self)
        self.levels = SubgraphNavigation(editor, self.base, self._inner_canvas, self)
        self.breadcrumbs = Breadcrumbs(self.levels, editor, self)
        self._make_canvas = make_canvas
        self.setFocusProxy(self.levels)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.bar)
        box.addWidget(self.breadcrumbs)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.levels)
        box.addWidget(self._stack, 1)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self.look_at_disk)
        self.bar.keep.clicked.connect(self._keep)
        self.bar.reload.clicked.connect(self.reload_asked)
        self.hint = BeginHint(editor, self.base)
        self.watch()

    @property
    def widget(self) -> QWidget:
        """The canvas in front: the document's, or that of the subgraph gone into."""
        return self.levels.front

    @property
    def level(self) -> Editor:
        """The editor of what the canvas in front shows."""
        return self.levels.editor

    @property
    def canvas(self) -> Canvas:
        """The canvas as what it can do."""
        return cast("Canvas", self.widget)

    @property
    def widgets(self) -> list[QWidget]:
        """The document's canvas, and those of the subgraphs gone into."""
        return [self.base, *(level.widget for level in self.levels.inner)]

    def show_app(self, panel: QWidget | None) -> None:
        """Show a panel in the place of the canvas, or the canvas again; the panel before it goes."""
        old, self.app = self.app, panel
        if panel is not None:
            self._stack.addWidget(panel)
        shown = panel or self.levels
        self._stack.setCurrentWidget(shown)
        self.setFocusProxy(shown)
        shown.setFocus()
        if old is not None:
            self._stack.removeWidget(old)
            old.deleteLater()

    def pointer(self) -> QPointF:
        """The scene point where a new node would be looked for: under the mouse, or in the middle."""
        return self.canvas.pointer()

    def to_view(self, scene: QPointF) -> QPoint:
        """A scene point in the canvas widget."""
        return self.canvas.camera.to_view(scene).toPoint()

    def drop_place(self) -> tuple[float, float]:
        """Where dropped files become nodes, in scene units."""
        place = self.pointer()
        return (place.x(), place.y())

    def _inner_canvas(self, editor: Editor) -> QWidget:
        theme: Theme = getattr(self.base, "theme", None) or self._theme
        return self._make_canvas(editor, theme, self)

    def frame_soon(self) -> None:
        """Show everything as soon as the canvas has its size."""
        QTimer.singleShot(0, self, self.canvas.frame_first)

    def watch(self) -> None:
        """Look at the document's file from now on."""
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        if self.editor.path is not None and os.path.exists(self.editor.path):
            self._watcher.addPath(str(self.editor.path))
        self.bar.hide()

    def changed_on_disk(self) -> bool:
        """Whether the file is no longer what was read or written last."""
        path, stamp = self.editor.path, self.editor.stamp
        return path is not None and stamp is not None and not stamp.holds(path)

    def look_at_disk(self) -> None:
        """Show or hide the bar; called when the file or the window comes to notice."""
        path = self.editor.path
        if path is None:
            return
        self.bar.tell(path, os.path.exists(path))
        self.bar.setVisible(self.changed_on_disk())
        if not os.path.exists(path):
            QTimer.singleShot(GONE, self, self._unsaved_if_gone)
        if os.path.exists(path) and str(path) not in self._watcher.files():
            self._watcher.addPath(str(path))

    def _unsaved_if_gone(self) -> None:
        """What is in no file any more is lost with its tab, so that closing it asks."""
        if self.editor.path is not None and not os.path.exists(self.editor.path):
            self.editor.stack.resetClean()

    def _keep(self) -> None:
        if self.editor.path is not None:
            self.editor.stamp = Stamp.of(self.editor.path)
            self.editor.stack.resetClean()
        self.bar.hide()


class BeginHint(PlainLabel):
    """Says on an empty canvas how to begin; lets every press through to the canvas."""

    def __init__(self, editor: Editor, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._editor = editor
        self.setText(
            self.tr("Press Tab or double-click to add a node.\nDrop a picture, a model or a workflow here.")
        )
        self.setProperty("role", "quiet")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        canvas.installEventFilter(self)
        editor.changed.connect(self._refresh)
        self._refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._refresh()
        return False

    def _refresh(self) -> None:
        graph, canvas = self._editor.graph, self.parentWidget()
        self.setVisible(not (graph.nodes or graph.notes or graph.frames))
        if canvas is not None and not self.isHidden():
            self.adjustSize()
            self.move(canvas.rect().center() - self.rect().center())


class ChangedBar(QFrame):
    """Says that another program changed the file, and asks which of the two shall stay."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("Bar")
        self._text = PlainLabel(self)
        self._text.setWordWrap(True)
        self.reload = QPushButton(self.tr("Load it"), self)
        self.keep = QPushButton(self.tr("Keep mine"), self)
        self.reload.setToolTip(self.tr("Take over what is on disk; undo brings yours back"))
        self.keep.setToolTip(self.tr("Go on with this version; saving replaces the file"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self.reload)
        row.addWidget(self.keep)
        self.hide()

    def tell(self, path: Path, there: bool) -> None:
        """Name the file."""
        if there:
            text = self.tr("{name} was changed by another program.").format(name=path.name)
        else:
            text = self.tr("{name} is gone from its folder. Save to write it again.").format(name=path.name)
        self._text.setText(text)
        self.reload.setVisible(there)
