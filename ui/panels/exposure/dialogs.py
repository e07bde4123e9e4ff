"""Small questions about an exposed parameter: a name, and its limits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from nodegraph.edits import Edit
from nodegraph.edits.exposure import SetLimits
from nodegraph.expressions.arithmetic import FormulaError
from nodegraph.model.spec import Param
from nodegraph.subgraphs.exposure import number
from nodegraph.support.errors import EditError
from ui.document.exposed_parameter import Exposed, range_words
from ui.document.numbers import typed
from ui.i18n.labels import label_of
from ui.i18n.translate import capitalized, translate_message
from ui.theme.style.buttons import keep_whole
from ui.widgets.plain_label import PlainLabel

COLUMNS = 48
"""How many letters of usual width a dialog is wide."""


class EditDialog(QDialog):
    """Shows what an edit would be refused for while it is typed, and makes it as one step of undo.

    `edit` gives the edit as typed, or raises EditError or FormulaError with a sentence.
    """

    def __init__(
        self, exposed: Exposed, title: str, verb: str, edit: Callable[[], Edit], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._edit = edit
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._exposed = exposed
        self.note, self.wrong = self._text("small"), self._text("error")
        self.form = QGridLayout()
        self.form.setHorizontalSpacing(12)
        self.buttons = QDialogButtonBox(self)
        self.done_button = self.buttons.addButton(verb, QDialogButtonBox.ButtonRole.AcceptRole)
        self.done_button.setDefault(True)
        cancel = self.buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setAutoDefault(False)
        self.buttons.accepted.connect(self.make)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(12)
        box.addLayout(self.form)
        box.addWidget(self.note)
        box.addWidget(self.wrong)
        box.addWidget(self.buttons)

    def line(self, label: str, text: str) -> QLineEdit:
        """One line to type in."""
        line = QLineEdit(text, self)
        line.setAccessibleName(label)
        line.textEdited.connect(lambda: self._judge())
        row = self.form.rowCount()
        self.form.addWidget(PlainLabel(label, self), row, 0)
        self.form.addWidget(line, row, 1)
        return line

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its texts."""
        super().showEvent(event)
        keep_whole(self)
        self._fit()

    def _text(self, role: str) -> QLabel:
        label = PlainLabel(self)
        label.setProperty("role", role)
        label.setWordWrap(True)
        label.hide()
        return label

    def _fit(self) -> None:
        layout, width = self.layout(), self.fontMetrics().averageCharWidth() * COLUMNS
        if layout is not None:
            layout.activate()
            width = max(width, layout.totalMinimumSize().width())
            self.setFixedSize(
                width, max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())
            )

    def make(self) -> None:
        """Do it."""
        if self._judge() and self._exposed.apply(self._edit()):
            self.accept()

    def _judge(self) -> bool:
        why = ""
        try:
            self._edit().apply(self._exposed.root.graph)
        except (EditError, FormulaError) as error:
            why = capitalized(translate_message(error))
        self.wrong.setText(why)
        self.wrong.setVisible(bool(why))
        self.done_button.setEnabled(not why)
        self._fit()
        return not why


class NameDialog(EditDialog):
    """Asks for a name; `make_edit` says what is done with it."""

    def __init__(
        self,
        exposed: Exposed,
        title: str,
        verb: str,
        name: str,
        make_edit: Callable[[str], Edit],
        parent: QWidget,
    ) -> None:
        super().__init__(exposed, title, verb, lambda: make_edit(self.name.text().strip()), parent)
        self.name = self.line(self.tr("Name"), name)
        self.name.selectAll()


class LimitsDialog(EditDialog):
    """The least and the most that can be set outside; an empty line leaves that end as it is inside."""

    def __init__(self, exposed: Exposed, param: Param, parent: QWidget) -> None:
        title = self.tr("Limits of {name}").format(name=label_of(exposed.name))
        super().__init__(exposed, title, self.tr("Set limits"), self._limits, parent)
        self._param = param
        port = exposed.port
        low, high = (port.minimum, port.maximum) if port is not None else (None, None)
        self.low = self.line(self.tr("At least"), "" if low is None else number(low))
        self.high = self.line(self.tr("At most"), "" if high is None else number(high))
        for line, bound in ((self.low, param.minimum), (self.high, param.maximum)):
            line.setPlaceholderText(number(bound) if bound is not None else self.tr("no limit"))
        inside = self.tr("Inside it takes {range}; limits narrow that. Sums can be typed.")
        self.note.setText(inside.format(range=range_words(param)))
        self.note.show()

    def _limits(self) -> Edit:
        """The limits as typed, cut to the range inside."""
        low, high = (
            typed(self._param, line.text()) if line.text().strip() else None for line in (self.low, self.high)
        )
        return SetLimits(self._exposed.subgraph, self._exposed.name, low, high)
