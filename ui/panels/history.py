"""The steps of a document as a list: a click goes there, undone branches can be taken up again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QLabel, QListView, QVBoxLayout, QWidget

from ui.document.editor import Editor
from ui.theme.appearance import Appearance
from ui.widgets.popup.rows import Row, RowPainter, Rows

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent


class History(QWidget):
    """Follows the undo stack of one document."""

    def __init__(self, editor: Editor, look: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.steps, self._steps = self._list(look, self.tr("Steps"))
        self.branches, self._branches = self._list(look, self.tr("Left branches"))
        self._heading = QLabel(self.tr("Undone, then left"), self)
        self._heading.setProperty("role", "heading")
        self._heading.setContentsMargins(12, 8, 12, 4)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 0)
        box.setSpacing(0)
        box.addWidget(self.steps, 3)
        box.addWidget(self._heading)
        box.addWidget(self.branches, 1)
        self.steps.clicked.connect(self.jump)
        self.steps.activated.connect(self.jump)
        self.branches.clicked.connect(self.take)
        self.branches.activated.connect(self.take)
        editor.stack.indexChanged.connect(self.refresh)
        editor.stack.cleanChanged.connect(self.refresh)
        self._stale = True
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while the panel was hidden."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _list(self, look: Appearance, name: str) -> tuple[QListView, Rows]:
        view, rows = QListView(self), Rows(self)
        view.setModel(rows)
        view.setItemDelegate(RowPainter(look, view))
        view.setUniformItemSizes(True)
        view.setAccessibleName(name)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return view, rows

    def jump(self, index: QModelIndex) -> None:
        """Go to a step."""
        self._editor.stack.setIndex(index.row())

    def take(self, index: QModelIndex) -> None:
        """Bring back what a left branch had come to."""
        branches = self._editor.branches
        if index.row() < len(branches):
            self._editor.take_branch(branches[-1 - index.row()])

    def refresh(self) -> None:
        """List the steps anew, or when the panel is next seen."""
        self._stale = not self.isVisible()
        if self._stale:
            return
        stack = self._editor.stack
        clean = stack.cleanIndex()
        saved = self.tr("saved")
        first = Row(
            "0",
            self.tr("As opened") if self._editor.path else self.tr("New"),
            hint=saved if clean == 0 else "",
            icon="file",
        )
        rows = [first]
        for number in range(1, stack.count() + 1):
            done = number <= stack.index()
            hint = saved if number == clean else ""
            rows.append(
                Row(
                    str(number),
                    stack.text(number - 1),
                    hint=hint,
                    icon="edit" if done else "redo",
                    quiet=not done,
                )
            )
        self._steps.set(rows)
        here = self._steps.index(stack.index())
        self.steps.setCurrentIndex(here)
        self.steps.scrollTo(here)
        branches = [
            Row(str(number), branch.steps[-1].label, hint=self._count(len(branch.steps)), icon="history")
            for number, branch in enumerate(self._editor.branches)
        ]
        self._branches.set(branches[::-1])
        self._heading.setVisible(bool(branches))
        self.branches.setVisible(bool(branches))

    def _count(self, steps: int) -> str:
        return self.tr("1 step") if steps == 1 else self.tr("{count} steps").format(count=steps)
