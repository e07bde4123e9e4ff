"""The problems of a document in a list, each with what mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from nodegraph.validation import Problem
from ui.document.editor import Editor
from ui.i18n.labels import label_of
from ui.panels.problems.validation import fix_words, sentence_of, validation_of
from ui.search.find.query import node_title
from ui.theme.appearance import Look
from ui.theme.icons import icon
from ui.widgets.plain_label import Words

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

MOST = 200
"""So many problems are listed; what mends them shortens the list."""


class Problems(QScrollArea):
    """Lists the problems; Enter or a click goes to the place, the button mends."""

    show_asked = Signal(str)

    def __init__(self, editor: Editor, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._look = look
        self.validation = validation_of(editor)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Problems"))
        self.cards: list[Card] = []
        self.validation.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """List the problems anew."""
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(6)
        found = self.validation.problems
        self.cards = [Card(problem, self._title(problem), self._look, self) for problem in found[:MOST]]
        text = self.tr("Nothing is wrong: this workflow can run.")
        if found:
            text = self.tr("1 problem. F8 goes to the next.")
        if len(found) > 1:
            text = self.tr("{count} problems. F8 goes to the next.").format(count=len(found))
        self.heading = Words(text, body)
        self.heading.setWordWrap(True)
        self.heading.setProperty("role", "quiet")
        self.heading.setContentsMargins(4, 2, 4, 4)
        box.addWidget(self.heading)
        for card in self.cards:
            card.asked.connect(self.show_asked)
            box.addWidget(card)
        box.addStretch(1)
        self.setWidget(body)

    def _title(self, problem: Problem) -> str:
        node = self._editor.graph.nodes.get(problem.node.partition("/")[0])
        if node is None:
            return problem.node
        title = node_title(node, self._editor.specs.get(node.type))
        return f"{title} · {label_of(problem.field)}" if problem.field else title


class Card(QFrame):
    """One problem: where, what, and a button that mends it."""

    asked = Signal(str)

    def __init__(self, problem: Problem, title: str, look: Look, panel: Problems) -> None:
        super().__init__(panel)
        theme = look.theme
        self.problem = problem
        self._panel = panel
        self.setObjectName("Problem")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{title}: {sentence_of(problem)}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setStyleSheet(
            f"#Problem {{ background: {theme.raised}; border: 1px solid {theme.hairline}; border-radius: 6px; }}"
            f" #Problem:focus, #Problem:hover {{ border-color: {theme.accent}; }}"
        )
        sign = Words(self)
        sign.setPixmap(icon("warning", theme.error).pixmap(16, 16))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = Words(title, self)
        head.setStyleSheet("font-weight: 600;")
        head.setWordWrap(True)
        text = Words(sentence_of(problem), self)
        text.setWordWrap(True)
        column = QVBoxLayout()
        column.setSpacing(3)
        column.addWidget(head)
        column.addWidget(text)
        self.mend: QPushButton | None = None
        if problem.fix is not None:
            self.mend = QPushButton(fix_words(problem), self)
            self.mend.setToolTip(self.tr("Mend it; undo brings it back"))
            self.mend.clicked.connect(lambda: panel.validation.fix(problem))
            column.addWidget(self.mend, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(8)
        row.addWidget(sign)
        row.addLayout(column, 1)

    def mouseReleaseEvent(self, event: object) -> None:
        """Go there."""
        self._go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes there, arrows to the other problems."""
        moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._go()
        elif Qt.Key(event.key()) in moves:
            cards = self._panel.cards
            at = cards.index(self) + moves[Qt.Key(event.key())]
            if 0 <= at < len(cards):
                cards[at].setFocus()
                self._panel.ensureWidgetVisible(cards[at])
        else:
            super().keyPressEvent(event)

    def _go(self) -> None:
        self.asked.emit(self.problem.node.partition("/")[0])


def next_problem(editor: Editor) -> Problem | None:
    """The first problem of the node after the active one, or the first of all; None where nothing is wrong."""
    found = validation_of(editor)
    found.check()
    order = list(dict.fromkeys(problem.node.partition("/")[0] for problem in found.problems))
    if not order:
        return None
    active = editor.selection.active
    node = order[(order.index(active) + 1) % len(order)] if active in order else order[0]
    return next(problem for problem in found.problems if problem.node.partition("/")[0] == node)
