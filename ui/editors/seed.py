"""A seed: a number with a die, and what happens to it before each run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget
from shiboken6 import isValid

from nodegraph.edits.base import node_of
from nodegraph.model.graph import Graph
from ui.editors.binding import Binding
from ui.editors.number import NumberEditor
from ui.editors.scrub import Pull
from ui.runs.seed_history import past_seeds
from ui.runs.seeds import MODES, SeedMode, drawn_seed, mode_of, with_mode
from ui.theme.appearance import Appearance
from ui.theme.icons import icon

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

THUMB = 40
"""The side of a small picture beside a seed, in pixels."""


@dataclass(frozen=True, slots=True)
class SetSeedMode:
    """Say what happens to a seed before each run: it stays, another is drawn, or it counts up."""

    node: str
    name: str
    mode: SeedMode

    @property
    def title(self) -> str:
        """New seed for each run of sampler."""
        words = {"fixed": "Keep", "new": "Draw", "next": "Count up"}
        return f"{words[self.mode]} {self.name} of {self.node}"

    def apply(self, graph: Graph) -> Graph:
        """The graph with the mode; raises EditError for an unknown node."""
        node = node_of(graph, self.node)
        if mode_of(node, self.name) == self.mode:
            return graph
        return graph.with_nodes([with_mode(node, self.name, self.mode)])


class SeedEditor(NumberEditor):
    """The die draws a seed now; the button beside it goes through fixed, new and +1."""

    broad = True

    def __init__(self, binding: Binding, look: Appearance, parent: QWidget | None = None) -> None:
        self.mode = QToolButton()
        self.dice = QToolButton()
        self.past = QToolButton()
        super().__init__(binding, look, parent)
        self.dice.setIcon(icon("dice", look.theme.text))
        self.dice.setToolTip(self.tr("Draw a seed now (Alt+D)"))
        self.dice.setAccessibleName(self.tr("Draw a seed"))
        self.dice.clicked.connect(self.draw)
        self.mode.setObjectName("Mode")
        self.mode.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.mode.setAccessibleName(self.tr("Before each run"))
        self.mode.clicked.connect(self.next_mode)
        self.past.setIcon(icon("history", look.theme.text))
        self.past.setToolTip(self.tr("The last seeds, with what they drew (Alt+H)"))
        self.past.setAccessibleName(self.tr("Last seeds"))
        self.past.clicked.connect(self.open_past)
        for button in (self.dice, self.past, self.mode):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._row.addWidget(button)

    def show_value(self) -> None:
        """Show the seed and its mode."""
        super().show_value()
        if not self.binding.alive:
            return
        now = mode_of(self.binding.found, self.binding.param.name)
        words = {"fixed": self.tr("Fixed"), "new": self.tr("New"), "next": self.tr("+1")}
        tips = {
            "fixed": self.tr("Every run uses this seed (Alt+S for the next mode)"),
            "new": self.tr("Every run draws another seed"),
            "next": self.tr("Every run uses the next seed"),
        }
        self.mode.setText(words[now])
        self.mode.setToolTip(tips[now])

    def draw(self) -> None:
        """Draw another seed."""
        self._mark_committed()
        self._try.set(drawn_seed(self.binding.param))
        self.show_value()
        if self.typing:
            self.line.selectAll()

    def open_past(self) -> QMenu:
        """Choose one of the last ten seeds that made a picture."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setStyleSheet(f"QMenu {{ icon-size: {THUMB}px; }} QMenu::item {{ padding-left: 8px; }}")
        found = past_seeds(self.binding.editor, self.binding.node, self.binding.param.name)
        for seed in found:
            action = menu.addAction(str(seed.value), partial(self.take, seed.value))
            seed.show(partial(_show, action))
        if not found:
            menu.addAction(self.tr("No picture of this workflow yet")).setEnabled(False)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))
        return menu

    def take(self, seed: int) -> None:
        """Use a seed."""
        self._mark_committed()
        self._try.set(seed)
        self.show_value()

    def next_mode(self) -> None:
        """Go on to the next mode."""
        if not self.binding.alive:
            return
        name = self.binding.param.name
        now = mode_of(self.binding.found, name)
        following = MODES[(MODES.index(now) + 1) % len(MODES)]
        self.binding.editor.apply(SetSeedMode(self.binding.node, name, following))
        self.show_value()

    def pressed(self, event: QKeyEvent) -> bool:
        """Alt+D draws, Alt+S changes the mode, Alt+H shows the last ones."""
        if event.modifiers() == Qt.KeyboardModifier.AltModifier:
            if event.key() == Qt.Key.Key_H:
                self.open_past()
                return True
            if event.key() == Qt.Key.Key_D:
                self.draw()
                return True
            if event.key() == Qt.Key.Key_S:
                self.next_mode()
                return True
        return super().pressed(event)

    def pull(self) -> Pull | None:
        """A seed has no near and far: it is not scrubbed."""
        return None


def _show(action: QAction, image: QImage) -> None:
    """Put the picture before the seed, unless the menu has gone meanwhile."""
    if isValid(action):
        action.setIcon(QIcon(QPixmap.fromImage(image)))
