"""The bar over what is selected: the six actions that are most likely wanted next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from ui.actions.keymap import native
from ui.actions.table import BY_ID
from ui.canvas.canvas import Canvas
from ui.canvas.look import view_rect
from ui.icons import icon
from ui.selection import Selected

if TYPE_CHECKING:
    from ui.window import MainWindow

ONE = ("run.to_node", "node.mute", "node.bypass", "node.frame", "edit.duplicate", "edit.delete")
SEVERAL = ("node.arrange", "node.mute", "node.bypass", "node.frame", "node.subgraph", "edit.delete")
FRAMES = ("run.frame", "node.mute", "node.bypass", "node.collapse", "node.lock_frame", "edit.delete")
NOTES = ("edit.copy", "edit.duplicate", "edit.delete")
LINKS = ("node.portal", "node.mute", "node.straighten", "edit.delete")
ICONS = {
    "run.to_node": "play",
    "run.frame": "play",
    "node.mute": "mute",
    "node.bypass": "bypass",
    "node.frame": "frame",
    "node.collapse": "minus",
    "node.lock_frame": "lock",
    "node.arrange": "arrange",
    "node.subgraph": "subgraph",
    "node.portal": "portal",
    "node.straighten": "straighten",
    "edit.copy": "copy",
    "edit.duplicate": "copy",
    "edit.delete": "trash",
}
SETTLED = 140
"""Milliseconds that view and hand rest before the bar shows."""
GAP, MARGIN = 12, 8
"""Pixels between the bar and what is selected, and to the canvas's edge."""


class SelectionBar(QFrame):
    """Stands over the selection of one canvas while nothing moves; it takes no focus, for every action has keys."""

    def __init__(self, canvas: Canvas, window: MainWindow) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._window = window
        self.setObjectName("SelectionBar")
        self.setAccessibleName(self.tr("Selection"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.buttons: dict[str, QToolButton] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 4, 4, 4)
        self._row.setSpacing(2)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SETTLED)
        self._soon.timeout.connect(self._settled)
        self.hide()
        canvas.editor.selection.changed.connect(self._moved)
        canvas.editor.changed.connect(self._moved)
        canvas.camera_changed.connect(self._moved)
        canvas.handed.connect(self._moved)
        canvas.resized.connect(self._moved)
        window.app.settings_changed.connect(self._moved)

    def retire(self) -> None:
        """The canvas goes elsewhere."""
        canvas = self._canvas
        canvas.editor.selection.changed.disconnect(self._moved)
        canvas.editor.changed.disconnect(self._moved)
        for signal in (canvas.camera_changed, canvas.handed, canvas.resized):
            signal.disconnect(self._moved)
        self._window.app.settings_changed.disconnect(self._moved)
        self._soon.stop()
        self.hide()
        self.deleteLater()

    def _moved(self) -> None:
        """Out of the way while anything moves, so that neither a pan nor a drag has to paint it."""
        if not self.isHidden():
            self.hide()
        if self._canvas.editor.selection.now and self._window.app.settings.selection_bar:
            self._soon.start()
        else:
            self._soon.stop()

    def _settled(self) -> None:
        canvas = self._canvas
        wanted = actions_for(canvas.editor.selection.now)
        over = view_rect(canvas.camera, canvas.selected_bounds())
        if canvas.gesture is not None or not wanted or not over.intersects(QRectF(canvas.rect())):
            return
        self._fill(wanted)
        self.adjustSize()
        self.move(_place(self.size(), over, canvas.size()))
        self.show()
        self.raise_()

    def _fill(self, wanted: tuple[str, ...]) -> None:
        while item := self._row.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.buttons = {id: self._button(id) for id in wanted}
        for button in self.buttons.values():
            self._row.addWidget(button)

    def _button(self, id: str) -> QToolButton:
        action, look = BY_ID[id], self._window.app.look
        button = QToolButton(self)
        keys = " / ".join(native(key) for key in self._window.keys.get(id, ())[:1])
        button.setToolTip(f"{action.plain}  {keys}".rstrip())
        button.setAccessibleName(action.plain)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIcon(icon(ICONS[id], look.theme.text, look.theme.muted))
        button.setIconSize(QSize(18, 18))
        button.setEnabled(action.enabled(self._window))
        button.setCheckable(True)
        button.setChecked(self._is_on(id))
        button.clicked.connect(self._window.menus.actions[id].trigger)
        return button

    def _is_on(self, id: str) -> bool:
        """Whether all that is selected is muted or bypassed already."""
        now, graph = self._canvas.editor.selection.now, self._canvas.editor.graph
        mode = {"node.mute": "mute", "node.bypass": "bypass"}.get(id)
        modes = [graph.nodes[n].mode for n in now.nodes] or [graph.frames[f].mode for f in now.frames]
        return mode is not None and bool(modes) and all(one == mode for one in modes)


class Bars:
    """The bar of each canvas that is in front in a window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._bars: dict[QWidget, SelectionBar] = {}

    def on(self, canvas: QWidget) -> SelectionBar | None:
        """The bar of a canvas."""
        return self._bars.get(canvas)

    def place(self, canvas: QWidget, there: bool) -> None:
        """Give a canvas its bar, or take it away."""
        old = self._bars.pop(canvas, None)
        if old is not None:
            old.retire()
        if there and isinstance(canvas, Canvas):
            self._bars[canvas] = SelectionBar(canvas, self._window)


def actions_for(now: Selected) -> tuple[str, ...]:
    """What is likely wanted next for what is selected."""
    if now.nodes:
        return ONE if len(now.nodes) == 1 and not now.frames and not now.notes else SEVERAL
    return FRAMES if now.frames else NOTES if now.notes else LINKS if now.links else ()


def _place(size: QSize, over: QRectF, room: QSize) -> QPoint:
    """Centred above the selection; below where there is no room above, and within the canvas always."""
    x = over.center().x() - size.width() / 2
    y = over.top() - GAP - size.height()
    if y < MARGIN:
        below = over.bottom() + GAP
        y = below if below + size.height() <= room.height() - MARGIN else MARGIN
    right = max(MARGIN, room.width() - size.width() - MARGIN)
    return QPoint(round(min(max(x, MARGIN), right)), round(min(y, room.height() - size.height() - MARGIN)))
