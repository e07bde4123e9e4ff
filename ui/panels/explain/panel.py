"""The walk through a workflow as a panel: it follows the graph, and selects what is clicked in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QGuiApplication,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from nodegraph.analysis.explain import Step, Voice, explain, markdown, walk
from nodegraph.model.graph import Graph
from ui.i18n.labels import label_of, plain_label

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from ui.document.editor import Editor
from ui.i18n.node_texts import translate_choice
from ui.i18n.translate import translate_message
from ui.theme.appearance import Appearance
from ui.widgets.focus_order import Page

SHOWN = 300
"""So many steps are shown; the copied text holds all."""
QUIET_MS = 120
"""So long after a change the walk is told anew; changes in a row are told together."""


def _name(name: str) -> str:
    """As it stands within a sentence: English writes it small, another language as its translators did."""
    label = label_of(name)
    return name.replace("_", " ") if label == plain_label(name) else label


VOICE = Voice(_name, translate_choice, translate_message)
"""The walk in the user's language."""


class Explain(QWidget):
    """One paragraph a node, in the order in which they run; the selected node's is marked."""

    show_asked = Signal(str)

    def __init__(self, editor: Editor, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._look = look
        self._steps: list[Step] | None = None
        self._places: dict[str, tuple[int, int]] = {}
        self.marked = ""
        """The node whose paragraph is marked."""
        self.page = Page(self)
        self.page.setObjectName("Explain")
        self.page.setAccessibleName(self.tr("What this workflow does"))
        self.page.setOpenLinks(False)
        self.page.setFrameShape(Page.Shape.NoFrame)
        self.page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page.setStyleSheet(f"#Explain {{ background: {look.theme.node}; border: 0; padding: 4px 4px; }}")
        self.page.anchorClicked.connect(self._clicked)
        self.copy_text = QPushButton(self.tr("Copy as text"), self)
        self.copy_markdown = QPushButton(self.tr("Copy as Markdown"), self)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 10)
        for button, telling in ((self.copy_text, explain), (self.copy_markdown, markdown)):
            button.setProperty("role", "link")
            button.clicked.connect(
                lambda _on=False, telling=telling: QGuiApplication.clipboard().setText(
                    telling(editor.graph, editor.specs, VOICE)
                )
            )
            foot.addWidget(button)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.page, 1)
        column.addLayout(foot)
        self.setFocusProxy(self.page)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(QUIET_MS)
        self._soon.timeout.connect(self.refresh)
        editor.changed.connect(self._changed)
        editor.selection.changed.connect(self._mark)
        self.refresh()

    def refresh(self) -> None:
        """Tell the walk anew where it is different; not while nobody sees it."""
        if self._steps is not None and not self.isVisible():
            return
        steps = walk(self._editor.graph, self._editor.specs, VOICE)
        if steps != self._steps:
            self._steps = steps
            self._write(steps)
        self._mark()

    def _changed(self, _old: Graph, _new: Graph) -> None:
        """A method, for Qt lets go of it with the panel, and would call a lambda on and on."""
        self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up."""
        super().showEvent(event)
        self.refresh()

    def _write(self, steps: list[Step]) -> None:
        bar = self.page.verticalScrollBar()
        place = bar.value()
        self.page.clear()
        self._places, self.marked = {}, ""
        cursor = self.page.textCursor()
        cursor.beginEditBlock()
        for step in steps[:SHOWN]:
            self._paragraph(cursor, step)
        if not steps:
            cursor.insertText(self.tr("This workflow is empty."), self._ink(self._look.theme.muted))
        elif len(steps) > SHOWN:
            left = len(steps) - SHOWN
            more = self.tr("and {count} more steps; the copied text holds all.").format(count=left)
            if left == 1:
                more = self.tr("and 1 more step; the copied text holds all.")
            cursor.insertBlock()
            cursor.insertText(more, self._ink(self._look.theme.muted))
        cursor.endEditBlock()
        bar.setValue(min(place, bar.maximum()))

    def _paragraph(self, cursor: QTextCursor, step: Step) -> None:
        theme, metrics = self._look.theme, self._look.metrics
        around = QTextBlockFormat()
        around.setTopMargin(8)
        around.setBottomMargin(6)
        around.setLeftMargin(8)
        around.setRightMargin(8)
        around.setLineHeight(
            metrics.px(metrics.body * 1.4), QTextBlockFormat.LineHeightTypes.MinimumHeight.value
        )
        if cursor.position():
            cursor.insertBlock(around)
        else:
            cursor.setBlockFormat(around)
        start = cursor.position()
        cursor.insertText(f"{step.number}  ", self._ink(theme.muted, step.node))
        head = self._ink(theme.text, step.node)
        head.setFontWeight(QFont.Weight.DemiBold)
        cursor.insertText(step.title, head)
        for line in step.lines:
            cursor.insertText(f"\u2028{line}", self._ink(theme.text, step.node))
        self._places[step.node] = (start, cursor.position())

    def _ink(self, color: str, node: str = "") -> QTextCharFormat:
        found = QTextCharFormat()
        found.setForeground(QColor(color))
        found.setFont(self._look.font())
        if node:
            found.setAnchor(True)
            found.setAnchorHref(f"node:{node}")
        found.setFontUnderline(False)
        return found

    def _mark(self) -> None:
        """Mark the active node's paragraph and bring it into view."""
        active = self._editor.selection.active
        if self.marked in self._places:
            self._paint(self.marked, QBrush())
        self.marked = active if active in self._places else ""
        if self.marked:
            self._paint(self.marked, QBrush(self._look.theme.color("accent", 0.18)))
            self._reveal(self._places[self.marked])

    def _paint(self, node: str, brush: QBrush) -> None:
        """Give a paragraph a ground."""
        place = self._places[node][0]
        cursor = self._cursor(place, place)
        around = cursor.blockFormat()
        around.setBackground(brush)
        cursor.setBlockFormat(around)

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.page.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _reveal(self, place: tuple[int, int]) -> None:
        top = self.page.cursorRect(self._cursor(place[0], place[0])).top()
        bottom = self.page.cursorRect(self._cursor(place[1], place[1])).bottom()
        height, bar = self.page.viewport().height(), self.page.verticalScrollBar()
        if top < 0 or bottom - top > height:
            bar.setValue(bar.value() + top - 8)
        elif bottom > height:
            bar.setValue(bar.value() + bottom - height + 8)

    def _clicked(self, url: QUrl) -> None:
        self.show_asked.emit(url.toString().removeprefix("node:"))
