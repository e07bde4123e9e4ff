"""The problems of a document in a list, each with what fixes it, and the nodes that failed in the last run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nodegraph.validation import Problem
from ui.document.editor import Editor
from ui.i18n.labels import label_of
from ui.panels.problems.validation import fix_words, sentence_of, validation_of
from ui.runs.node_state import NodeRun, NodeStates
from ui.search.find.query import node_title
from ui.theme.appearance import Appearance
from ui.theme.icons import icon
from ui.widgets.plain_label import PlainLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

MOST = 200
"""So many problems are listed; what mends them shortens the list."""


class Problems(QScrollArea):
    """Lists the problems; Enter or a click goes to the place, the button mends."""

    show_asked = Signal(str)

    def __init__(self, editor: Editor, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._look = look
        self.validation = validation_of(editor)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Problems"))
        self.cards: list[Card | FailureCard] = []
        self._state: NodeStates | None = None
        self._failed: dict[str, NodeRun] = {}
        self._remarks: tuple[str, ...] = ()
        self.validation.changed.connect(self.refresh)
        self.refresh()

    def follow(self, state: NodeStates | None) -> None:
        """List the nodes that failed in the runs of `state` too."""
        self._state = state
        if state is not None:
            state.changed.connect(self._run_changed)
        self._run_changed()

    def show_remarks(self, sentences: Iterable[str]) -> None:
        """List what is wrong with the installation, which no node is to blame for, above all else."""
        remarks = tuple(sentences)
        if remarks != self._remarks:
            self._remarks = remarks
            self.refresh()

    def _run_changed(self, *_: object) -> None:
        state = self._state
        graph = self._editor.graph
        failed = {name: state.of(name) for name in state.failed() if name in graph.nodes} if state else {}
        if failed != self._failed:
            self._failed = failed
            self.refresh()

    def refresh(self) -> None:
        """List the problems anew."""
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(6)
        found = self.validation.problems
        failures = [
            FailureCard(n, self._node_title(n), run, self._look, self) for n, run in self._failed.items()
        ]
        self.cards = [
            *failures,
            *(Card(problem, self._title(problem), self._look, self) for problem in found[:MOST]),
        ]
        text = self.tr("Nothing is wrong: this workflow can run.")
        if failures:
            text = self.tr("The last run failed.")
        if found:
            text = self.tr("1 problem. F8 goes to the next.")
        if len(found) > 1:
            text = self.tr("{count} problems. F8 goes to the next.").format(count=len(found))
        self.heading = PlainLabel(text, body)
        self.heading.setWordWrap(True)
        self.heading.setProperty("role", "quiet")
        self.heading.setContentsMargins(4, 2, 4, 4)
        self.remarks = [PlainLabel(remark, body) for remark in self._remarks]
        for remark in self.remarks:
            remark.setWordWrap(True)
            remark.setContentsMargins(4, 2, 4, 4)
            box.addWidget(remark)
        box.addWidget(self.heading)
        for card in self.cards:
            card.asked.connect(self.show_asked)
            box.addWidget(card)
        box.addStretch(1)
        self.setWidget(body)

    def _title(self, problem: Problem) -> str:
        title = self._node_title(problem.node.partition("/")[0])
        return f"{title} · {label_of(problem.field)}" if problem.field else title

    def _node_title(self, name: str) -> str:
        node = self._editor.graph.nodes.get(name)
        return name if node is None else node_title(node, self._editor.specs.get(node.type))


class _Entry(QFrame):
    """A card of the list: an icon, a heading and a sentence; Enter or a click goes to the node."""

    asked = Signal(str)

    def __init__(self, node: str, title: str, text: str, look: Appearance, panel: Problems) -> None:
        super().__init__(panel)
        theme = look.theme
        self.node = node
        self._panel = panel
        self.setObjectName("Problem")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{title}: {text}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setStyleSheet(
            f"#Problem {{ background: {theme.raised}; border: 1px solid {theme.hairline}; border-radius: 6px; }}"
            f" #Problem:focus, #Problem:hover {{ border-color: {theme.accent}; }}"
        )
        sign = PlainLabel(self)
        sign.setPixmap(icon("warning", theme.error).pixmap(16, 16))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = PlainLabel(title, self)
        head.setStyleSheet("font-weight: 600;")
        head.setWordWrap(True)
        sentence = PlainLabel(text, self)
        sentence.setWordWrap(True)
        self.column = QVBoxLayout()
        self.column.setSpacing(3)
        self.column.addWidget(head)
        self.column.addWidget(sentence)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(8)
        row.addWidget(sign)
        row.addLayout(self.column, 1)

    def mouseReleaseEvent(self, event: object) -> None:
        """Go to the node."""
        self._go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes to the node, arrows to the other cards."""
        moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._go()
        elif Qt.Key(event.key()) in moves:
            cards = self._panel.cards
            at = [card is self for card in cards].index(True) + moves[Qt.Key(event.key())]
            if 0 <= at < len(cards):
                cards[at].setFocus()
                self._panel.ensureWidgetVisible(cards[at])
        else:
            super().keyPressEvent(event)

    def _go(self) -> None:
        self.asked.emit(self.node)


class Card(_Entry):
    """One problem of the graph, with a button that fixes it where that is possible."""

    def __init__(self, problem: Problem, title: str, look: Appearance, panel: Problems) -> None:
        super().__init__(problem.node.partition("/")[0], title, sentence_of(problem), look, panel)
        self.problem = problem
        self.mend: QPushButton | None = None
        if problem.fix is not None:
            self.mend = QPushButton(fix_words(problem), self)
            self.mend.setToolTip(self.tr("Fix (undo reverts it)"))
            self.mend.clicked.connect(lambda: panel.validation.fix(problem))
            self.column.addWidget(self.mend, 0, Qt.AlignmentFlag.AlignLeft)


class FailureCard(_Entry):
    """A node that failed in the last run. Details shows the exception, its file and line, and the traceback."""

    def __init__(self, node: str, title: str, run: NodeRun, look: Appearance, panel: Problems) -> None:
        super().__init__(node, title, run.message, look, panel)
        self.details: QPlainTextEdit | None = None
        self.toggle: QPushButton | None = None
        if run.details:
            self.toggle = QPushButton(self.tr("Details"), self)
            self.toggle.setCheckable(True)
            self.toggle.setToolTip(self.tr("Show the exception with its file and line"))
            text = "\n".join([*run.inputs, run.details]) if run.inputs else run.details
            self.details = QPlainTextEdit(text, self)
            self.details.setReadOnly(True)
            self.details.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self.details.setAccessibleName(self.tr("Details"))
            self.details.setTabChangesFocus(True)
            self.details.setMinimumHeight(160)
            self.details.hide()
            self.toggle.toggled.connect(self.details.setVisible)
            self.column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
            self.column.addWidget(self.details)


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
