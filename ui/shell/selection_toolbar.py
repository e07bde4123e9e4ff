"""The bar over what is selected: the six actions that are most likely wanted next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from ui.canvas.canvas import Canvas
from ui.canvas.rendering.highlights import view_rect
from ui.document.selection import Selected
from ui.shell.actions.keymap import native
from ui.shell.actions.table import BY_ID
from ui.theme.icons import icon

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext

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

    def __init__(self, canvas: Canvas, window: CommandContext) -> None:
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
        canvas.editor.selection.changed.connect(self.make_way)
        canvas.editor.changed.connect(self.make_way)
        canvas.camera_changed.connect(self.make_way)
        canvas.handed.connect(self.make_way)
        canvas.resized.connect(self.make_way)
        canvas.open_editor.moved.connect(self.make_way)
        window.app.settings_changed.connect(self.make_way)

    def retire(self) -> None:
        """The canvas goes elsewhere."""
        canvas = self._canvas
        canvas.editor.selection.changed.disconnect(self.make_way)
        canvas.editor.changed.disconnect(self.make_way)
        for signal in (canvas.camera_changed, canvas.handed, canvas.resized, canvas.open_editor.moved):
            signal.disconnect(self.make_way)
        self._window.app.settings_changed.disconnect(self.make_way)
        self._soon.stop()
        self.hide()
        self.deleteLater()

    def make_way(self) -> None:
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
        edited = not canvas.open_editor.area.isEmpty()
        if canvas.gesture is not None or edited or not wanted or not over.intersects(QRectF(canvas.rect())):
            return
        self._fill(wanted)
        self.adjustSize()
        self.move(place_of(self.size(), over, canvas.size(), self._taken()))
        self.show()
        self.raise_()

    def _taken(self) -> QRect | None:
        """Where the coach speaks."""
        run_panels = self._window.run_panels
        coach = run_panels.overlays.coach if run_panels is not None else None
        if coach is None or not coach.bubble.isVisible():
            return None
        return QRect(coach.bubble.mapTo(self._window, QPoint(0, 0)), coach.bubble.size()).translated(
            -self._canvas.mapTo(self._window, QPoint(0, 0))
        )

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

    def __init__(self, window: CommandContext) -> None:
        self._window = window
        self._bars: dict[QWidget, SelectionBar] = {}

    def on(self, canvas: QWidget) -> SelectionBar | None:
        """The bar of a canvas."""
        return self._bars.get(canvas)

    def make_way(self) -> None:
        """Something else stands over a canvas now."""
        for bar in self._bars.values():
            bar.make_way()

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


def place_of(size: QSize, over: QRectF, room: QSize, taken: QRect | None = None) -> QPoint:
    """Centred above the selection; below, or aside, where there is no room above or the place is `taken`; within the
    canvas always."""
    places = list(_places(size, over, taken))
    inside = QRect(QPoint(0, 0), room).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    kept = [_within(place, size, inside) for place in places]
    whole = [at for at, place in zip(kept, places, strict=True) if not QRectF(at, size).intersects(over)]
    free = [at for at in whole if taken is None or not QRect(at, size).intersects(taken)]
    return next(iter(free or whole), _within(QPoint(places[0].x(), MARGIN), size, inside))


def _places(size: QSize, over: QRectF, taken: QRect | None) -> Iterator[QPoint]:
    """Above and below, in the middle or beside what is taken; then right and left of the selection."""
    box = over.toAlignedRect()
    middle = box.center().x() - size.width() // 2
    aside = [] if taken is None else [taken.left() - GAP - size.width(), taken.right() + GAP]
    near = sorted(aside, key=lambda x: abs(x - middle))
    above, below = box.top() - GAP - size.height(), box.bottom() + GAP
    for y in (above, below):
        yield QPoint(middle, y)
    for x in near:
        for y in (above, below):
            yield QPoint(x, y)
    for x in (box.right() + GAP, box.left() - GAP - size.width()):
        yield QPoint(x, box.top())


def _within(place: QPoint, size: QSize, inside: QRect) -> QPoint:
    x = max(inside.left(), min(place.x(), inside.right() + 1 - size.width()))
    y = max(inside.top(), min(place.y(), inside.bottom() + 1 - size.height()))
    return QPoint(x, y)
