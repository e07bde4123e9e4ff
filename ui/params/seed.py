"""A seed: a number with a die, and what happens to it before each run."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from nodegraph.edits.base import node_of
from nodegraph.graph import Graph
from ui.icons import icon
from ui.look import Look
from ui.params.binding import Binding
from ui.params.number import NumberEditor
from ui.params.scrub import Pull
from ui.running.seeds import DRAWN, MODES, SeedMode, mode_of, with_mode

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent


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

    def __init__(self, binding: Binding, look: Look, parent: QWidget | None = None) -> None:
        self.mode = QToolButton()
        self.dice = QToolButton()
        super().__init__(binding, look, parent)
        self.dice.setIcon(icon("dice", look.theme.text))
        self.dice.setToolTip(self.tr("Draw a seed now (Alt+D)"))
        self.dice.setAccessibleName(self.tr("Draw a seed"))
        self.dice.clicked.connect(self.draw)
        self.mode.setObjectName("Mode")
        self.mode.setAccessibleName(self.tr("Before each run"))
        self.mode.clicked.connect(self.next_mode)
        for button in (self.dice, self.mode):
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
        largest = self.binding.param.maximum
        self.line.setModified(False)
        self._try.set(secrets.randbelow(min(DRAWN, int(largest) + 1 if largest is not None else DRAWN)))
        self.show_value()
        if self.typing:
            self.line.selectAll()

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
        """Alt+D draws, Alt+S changes the mode."""
        if event.modifiers() == Qt.KeyboardModifier.AltModifier:
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
