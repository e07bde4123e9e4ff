"""Checks a document after each change, a moment later, and only what has changed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from nodegraph.edits import SetExpression, SetParam
from nodegraph.edits.nested import Inside
from nodegraph.model.graph import Graph
from nodegraph.validation import Checker, Problem
from ui.config import model_files
from ui.document.editor import Editor
from ui.document.subgraph_editor import SubgraphEditor
from ui.i18n.translate import capitalized, tr, translate_message

QUIET_MS = 40
"""So long after a change it is checked; changes in a row are checked together."""


class Validation(QObject):
    """The problems of one document, in the order of its nodes."""

    changed = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._checker: Checker | None = None
        self.problems: list[Problem] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(QUIET_MS)
        self._timer.timeout.connect(self.check)
        editor.changed.connect(self._changed)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.applicationStateChanged.connect(self._state_changed)
        self._timer.start()

    def check(self) -> None:
        """Look now."""
        self._timer.stop()
        if self._checker is None:
            self._checker = Checker(self._editor.specs, model_files.model_files())
        # Inside a subgraph ports are fed from outside; its problems are those of the document.
        inner = isinstance(self._editor, SubgraphEditor)
        found = [] if inner else self._checker.problems(self._editor.graph)
        if found != self.problems:
            self.problems = found
            self.changed.emit()

    def of(self, node: str, field: str = "") -> list[Problem]:
        """The problems of a node, or of one of its inputs and parameters."""
        return [p for p in self.problems if p.node == node and (not field or p.field == field)]

    def markers(self) -> dict[str, dict[str, str]]:
        """Node -> input or parameter -> sentence; what is wrong inside a subgraph stands at its node."""
        found: dict[str, dict[str, str]] = {}
        for problem in self.problems:
            node, inside, _ = problem.node.partition("/")
            field = "" if inside else problem.field
            found.setdefault(node, {}).setdefault(field, translate_message(problem.sentence))
        return found

    def fix(self, problem: Problem) -> bool:
        """Mend a problem that can be mended, as one step of undo."""
        return problem.fix is not None and self._editor.apply(problem.fix)

    def _changed(self, _old: Graph, _new: Graph) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        """Back from another program, model files may have come or gone."""
        if state == Qt.ApplicationState.ApplicationActive and self._checker is not None:
            self._checker.forget()
            self._timer.start()


def validation_of(editor: Editor) -> Validation:
    """The one validation of a document, made when first asked for."""
    found = editor.findChild(Validation)
    return found if found is not None else Validation(editor)


def sentence_of(problem: Problem) -> str:
    """The sentence without the place, for where that is plain to see."""
    return capitalized(translate_message(problem.reason))


def fix_words(problem: Problem) -> str:
    """What the button that mends the problem says; empty where nothing does."""
    fix = problem.fix
    while isinstance(fix, Inside):
        fix = fix.edit
    if isinstance(fix, SetParam):
        if fix.value is None:
            return tr("Problems", "Reset")
        shown = str(fix.value)
        if isinstance(fix.value, bool):
            shown = tr("Problems", "on") if fix.value else tr("Problems", "off")
        return tr("Problems", "Use {value}").format(value=shown if len(shown) <= 40 else f"{shown[:39]}…")
    if isinstance(fix, SetExpression):
        if fix.text is None:
            return tr("Problems", "Keep the value")
        return tr("Problems", "Use {value}").format(value=f"={fix.text[:39]}")
    return translate_message(fix.title) if fix is not None else ""
