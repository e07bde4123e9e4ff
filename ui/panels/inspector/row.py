"""One parameter in a panel: name, editor, star, menu, help, and what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from nodegraph.analysis.starred import stars
from nodegraph.validation import Problem
from ui.document.numbers import is_number
from ui.editors.binding import Binding
from ui.editors.make import make_editor
from ui.editors.tips import input_tip, tip
from ui.i18n.labels import label_of
from ui.panels.inspector.link import LinkButton
from ui.panels.inspector.menu import can_star, row_menu, star, take_over
from ui.panels.problems.validation import fix_words, sentence_of
from ui.theme.appearance import Appearance
from ui.theme.icons import icon
from ui.widgets.plain_label import PlainLabel

LABEL_SHARE = 8
"""The width of the names, in heights of a line of text."""
PROMPT_LINES, BRIEF_LINES = 6, 4


class ParamRow(QWidget):
    """Beside the editor stand a button that resets and a star; the menu copies and computes, too."""

    show_asked = Signal(str)

    def __init__(
        self,
        binding: Binding,
        look: Appearance,
        parent: QWidget | None = None,
        title: str = "",
        brief: bool = False,
    ) -> None:
        super().__init__(parent)
        self.binding = binding
        self._look = look
        self._brief = brief
        self._problem: Problem | None = None
        name = binding.param.name
        self.title = title or label_of(name)
        self.label = PlainLabel(self.title, self)
        found = input_tip(binding.spec, name) if binding.alive else None
        self.setToolTip(tip(*found) if found else "")
        self.editor = make_editor(binding, look, self)
        self.label.setBuddy(self.editor)
        self.label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.reset = self._tool(self.tr("Back to the usual value"), self.tr("Reset {name}"))
        self.reset.clicked.connect(self._reset)
        self.star = self._tool(self.tr("Favourite: first here, and in the app view"), self.tr("Star {name}"))
        self.star.clicked.connect(lambda: star(binding))
        self.source = LinkButton("", self)
        self.source.clicked.connect(self._go)
        self.formula = LinkButton("", self)
        self.formula.setStyleSheet("padding: 0; min-height: 0; text-align: left;")
        self.formula.clicked.connect(self.edit_formula)
        self.hint = self._line("small")
        self.help = self._line("small")
        self.help.setText(binding.param.help)
        self.wrong = self._line("error")
        self.mend = QPushButton(self)
        self.mend.clicked.connect(self._mend)
        self.mend.hide()
        self.editor.hinted.connect(self._hinted)
        self._size()
        self._lay_out()
        self.refresh()

    def refresh(self) -> None:
        """Show what the graph holds."""
        if not self.binding.alive:
            return
        linked, formula = self.binding.linked, self.binding.formula
        if not linked:
            self.editor.show_value()
        else:
            first = self.binding.found.inputs[self.binding.param.name][0]
            self.source.tell(self.tr("from {node}").format(node=f"{first.node} · {label_of(first.output)}"))
        self.editor.setVisible(not linked)
        self.source.setVisible(linked)
        self.formula.tell(f"= {formula}")
        self.formula.setVisible(bool(formula))
        self.reset.setEnabled((self.binding.own or bool(formula)) and not linked)
        self.star.setVisible(not self._brief and can_star(self.binding))
        self._paint_tools()
        self.help.setVisible(bool(self.binding.param.help) and not self._brief)
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

    def edit_formula(self) -> None:
        """Write on at the expression; one that takes a text over is chosen anew."""
        if is_number(self.binding.param):
            self.editor.begin()
        else:
            take_over(self.binding, self._look, self)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Reset, star, compute, copy."""
        self.menu().popup(event.globalPos())

    def menu(self) -> QMenu:
        """What else can be done with the value; the menu goes when it closes."""
        return row_menu(self.binding, self._look, self, self.edit_formula)

    def _size(self) -> None:
        body = self._look.metrics.body
        self.editor.set_pixels(body)
        if self.editor.tall:
            self.editor.setFixedHeight(round(body * 1.5 * (BRIEF_LINES if self._brief else PROMPT_LINES)))
        else:
            self.editor.setFixedHeight(self._look.metrics.row + 4)
        if not self.editor.broad:
            self.label.setFixedWidth(round(body * LABEL_SHARE))
            self.label.setWordWrap(True)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(3)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.label, 1 if self.editor.broad else 0)
        if not self.editor.broad:
            line.addWidget(self.editor, 1)
            line.addWidget(self.source, 1)
        line.addWidget(self.reset)
        line.addWidget(self.star)
        column.addLayout(line)
        if self.editor.broad:
            column.addWidget(self.editor)
            column.addWidget(self.source)
        left = (self.mend, self.formula)
        for below in (self.formula, self.hint, self.wrong, self.mend, self.help):
            side = Qt.AlignmentFlag.AlignLeft if below in left else Qt.AlignmentFlag(0)
            column.addWidget(below, 0, side)

    def _tool(self, tip: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setToolTip(tip)
        button.setAccessibleName(name.format(name=self.title))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _paint_tools(self) -> None:
        theme = self._look.theme
        on = (self.binding.node, self.binding.param.name) in stars(self.binding.editor.graph)
        self.reset.setIcon(icon("undo" if self.reset.isEnabled() else "blank", theme.muted))
        self.star.setIcon(icon("star", theme.accent if on else theme.hairline))

    def _settle(self) -> None:
        """Lines that come and go before the panel is shown are not noticed by the layouts around."""
        layout = self.layout()
        if layout is not None:
            layout.invalidate()
        self.updateGeometry()

    def _line(self, role: str) -> QLabel:
        label = PlainLabel(self)
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
