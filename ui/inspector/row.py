"""One parameter in a panel: name, editor, menu, help, and what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from nodegraph.check import Problem
from ui.canvas.values import label_of
from ui.icons import icon
from ui.look import Look
from ui.params.binding import Binding
from ui.params.make import make_editor
from ui.params.tips import input_tip, tip
from ui.problems.validation import fix_words, sentence_of

LABEL_WIDTH = 104
PROMPT_LINES = 6


class ParamRow(QWidget):
    """Beside the editor stands a button that resets; the menu copies, too."""

    show_asked = Signal(str)

    def __init__(self, binding: Binding, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.binding = binding
        self._look = look
        self._problem: Problem | None = None
        name, theme = binding.param.name, look.theme
        self.label = QLabel(label_of(name), self)
        found = input_tip(binding.spec, name) if binding.alive else None
        self.setToolTip(tip(*found) if found else "")
        self.editor = make_editor(binding, look, self)
        self.editor.set_pixels(look.metrics.body)
        self.label.setBuddy(self.editor)
        self.label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if not self.editor.tall:
            self.label.setFixedWidth(LABEL_WIDTH)
        if self.editor.tall:
            self.editor.setFixedHeight(round(look.metrics.body * 1.5 * PROMPT_LINES))
        else:
            self.editor.setFixedHeight(look.metrics.row + 4)
        self.reset = QToolButton(self)
        self.reset.setIcon(icon("undo", theme.muted))
        self.reset.setToolTip(self.tr("Back to the usual value"))
        self.reset.setAccessibleName(self.tr("Reset {name}").format(name=label_of(name)))
        self.reset.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.reset.clicked.connect(self._reset)
        self.source = QPushButton(self)
        self.source.setProperty("role", "link")
        self.source.clicked.connect(self._go)
        self.hint = self._line("small")
        self.help = self._line("small")
        self.help.setText(binding.param.help)
        self.wrong = self._line("error")
        self.mend = QPushButton(self)
        self.mend.clicked.connect(self._mend)
        self.mend.hide()
        self.editor.hinted.connect(self._hinted)
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show what the graph holds."""
        linked = self.binding.linked
        if not linked:
            self.editor.show_value()
        else:
            first = self.binding.found.inputs[self.binding.param.name][0]
            self.source.setText(
                self.tr("from {node}").format(node=f"{first.node} · {label_of(first.output)}")
            )
        self.editor.setVisible(not linked)
        self.source.setVisible(linked)
        self.reset.setEnabled(self.binding.own and not linked)
        self.reset.setIcon(
            icon("undo", self._look.theme.muted) if self.reset.isEnabled() else icon("blank", "#000000")
        )
        self.help.setVisible(bool(self.binding.param.help))
        self._settle()

    def mark(self, problem: Problem | None) -> None:
        """Say what is wrong with the value, and offer what mends it."""
        self._problem = problem
        self.wrong.setVisible(problem is not None)
        self.mend.setVisible(problem is not None and problem.fix is not None)
        if problem is not None:
            self.wrong.setText(sentence_of(problem))
            self.mend.setText(fix_words(problem))
        self._settle()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Reset, copy."""
        self.menu().popup(event.globalPos())

    def menu(self) -> QMenu:
        """What else can be done with the value; the menu goes when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        reset = menu.addAction(self.tr("Reset to the usual value"), self._reset)
        reset.setEnabled(self.binding.own)
        menu.addSeparator()
        menu.addAction(self.tr("Copy value"), lambda: _copy(str(self.binding.value)))
        menu.addAction(self.tr("Copy as command-line option"), lambda: _copy(self.binding.flag))
        return menu

    def open_menu(self) -> None:
        """Open the menu below the name."""
        self.menu().popup(self.mapToGlobal(QPoint(0, self.label.height())))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(3)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.label, 1 if self.editor.tall else 0)
        if not self.editor.tall:
            line.addWidget(self.editor, 1)
            line.addWidget(self.source, 1)
        line.addWidget(self.reset)
        column.addLayout(line)
        if self.editor.tall:
            column.addWidget(self.editor)
            column.addWidget(self.source)
        for below in (self.hint, self.wrong, self.mend, self.help):
            side = Qt.AlignmentFlag.AlignLeft if below is self.mend else Qt.AlignmentFlag(0)
            column.addWidget(below, 0, side)

    def _settle(self) -> None:
        """Lines that come and go before the panel is shown are not noticed by the layouts around."""
        layout = self.layout()
        if layout is not None:
            layout.invalidate()
        self.updateGeometry()

    def _line(self, role: str) -> QLabel:
        label = QLabel(self)
        label.setProperty("role", role)
        label.setWordWrap(True)
        label.hide()
        return label

    def _hinted(self, text: str, wrong: bool) -> None:
        self.hint.setText(text)
        self.hint.setStyleSheet(f"color: {self._look.theme.error if wrong else self._look.theme.muted};")
        self.hint.setVisible(bool(text))

    def _reset(self) -> None:
        self.binding.reset()
        self.editor.show_value()

    def _mend(self) -> None:
        if self._problem is not None and self._problem.fix is not None:
            self.binding.editor.apply(self._problem.fix)

    def _go(self) -> None:
        sources = self.binding.found.inputs.get(self.binding.param.name, ()) if self.binding.alive else ()
        if sources:
            self.show_asked.emit(sources[0].node)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
