"""One open document with its undo stack and selection: what canvas, panels and actions work on."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from nodegraph.edits import Edit
from nodegraph.edits.document import Document
from nodegraph.expressions.evaluate import with_expressions_evaluated
from nodegraph.journal.history import Branch, History, Step
from nodegraph.journal.stamp import Stamp
from nodegraph.model.graph import Graph
from nodegraph.model.spec import NodeSpec
from nodegraph.support.errors import EditError
from nodegraph.support.file_names import file_name_fault
from ui.config import paths
from ui.document.open_fields import OpenFields
from ui.document.outside_files import full_name, named_files
from ui.document.selection import Selection
from ui.document.undo import GraphCommand
from ui.i18n.translate import translate_message


class Editor(QObject):
    """Every change of a document goes through `apply`. Undo and redo are those of `stack`."""

    changed = Signal(object, object)
    """The graph before and the graph after, at each change, undo and redo."""
    status = Signal(str)
    """A sentence for the status bar."""
    filed = Signal()
    """The path, or whether there are unsaved changes, is different now."""
    pushed = Signal(object, object)
    """A step was made: Step, graph before it."""
    amended = Signal(object, object)
    """The last step goes on: graph it ended in, graph it ends in now."""
    drafted = Signal(str, object, object)
    """What is typed and not committed yet: the title of its step, the graph, and the graph with it; the two are the
    same once a draft is given up."""
    moved = Signal(int)
    """Steps were undone or redone: how many are done now."""
    saved = Signal()
    """The document was written to its path."""

    def __init__(
        self,
        specs: Mapping[str, NodeSpec],
        document: Document | None = None,
        parent: QObject | None = None,
        called: str = "",
    ) -> None:
        super().__init__(parent)
        self._called = called
        self.specs = specs
        self.document = document or Document()
        self.document.replace(with_expressions_evaluated(self.document.graph, specs))
        self.stamp: Stamp | None = None
        self.fields = OpenFields()
        self.unconfirmed: frozenset[str] = frozenset()
        """Files outside its folder that the document named when it was opened: see `ui.document.outside_files`."""
        self._has_draft = False
        self.selection = Selection(self)
        self.branches: list[Branch] = []
        self.stack = QUndoStack(self)
        # The stack deletes its commands. Were Python's collector to find them first, both would; so they stay
        # within reach, through the finalizer, for as long as there is an editor.
        self._commands: list[GraphCommand] = []
        weakref.finalize(self, self._commands.clear).atexit = False
        self._quiet = False
        self.stack.indexChanged.connect(self._index_changed)
        self.stack.cleanChanged.connect(self.filed)

    @property
    def graph(self) -> Graph:
        """The graph as it stands."""
        return self.document.graph

    @property
    def path(self) -> Path | None:
        """The file of the document, None for one never saved."""
        return self.document.path

    @property
    def name(self) -> str:
        """What the tab says: the file's name, or what the document was called when it was made from another."""
        return self.path.stem if self.path else self._called or self.tr("Untitled")

    def call(self, name: str) -> None:
        """Give a document that is in no file a name of its own."""
        self._called = name
        self.filed.emit()

    @property
    def unsaved(self) -> bool:
        """Whether closing would lose work."""
        return not self.stack.isClean()

    def may_open(self, name: str) -> bool:
        """Whether a file that a node names may be opened without asking."""
        return name not in self.unconfirmed

    def readable_files(self) -> tuple[str, ...]:
        """Where the files and folders lie that nodes name and may read: those the artist chose or agreed to."""
        named = named_files(self.graph, self.specs)
        # What cannot be the name of a file is refused by the engine before it is looked for.
        names = dict.fromkeys(
            name for name in named if self.may_open(name) and not file_name_fault(name, folder=True)
        )
        return (str(paths.pasted_folder()), *(full_name(name, self.path) for name in names))

    def unconfirmed_files(self) -> list[str]:
        """The files that are still named and may not be opened before the artist agreed."""
        if not self.unconfirmed:
            return []
        return sorted(self.unconfirmed.intersection(named_files(self.graph, self.specs)))

    def apply(self, edit: Edit, merge: str = "") -> bool:
        """Make an edit one step of undo; steps in a row with the same `merge` key become one.

        Where the edit does not fit the graph nothing is pushed and the status bar says why.
        """
        try:
            after = edit.apply(self.graph)
        except EditError as error:
            self.status.emit(translate_message(error))
            return False
        if after is not self.graph:
            self.push(translate_message(edit.title), after, merge)
        return True

    def keep_draft(self, edit: Edit) -> None:
        """Journal what `edit` would make of the graph, so that what is typed outlives a crash; the graph stays."""
        try:
            after = edit.apply(self.graph)
        except EditError:
            return
        if after is self.graph:
            self.drop_draft()
        else:
            self._has_draft = True
            self.drafted.emit(translate_message(edit.title), self.graph, after)

    def drop_draft(self) -> None:
        """What was typed is given up."""
        if self._has_draft:
            self._has_draft = False
            self.drafted.emit("", self.graph, self.graph)

    def push(self, label: str, after: Graph, merge: str = "") -> None:
        """Make `after`, its expressions worked out, the graph, as one step of undo.

        After an undo it never goes on with an old step.
        """
        after = with_expressions_evaluated(after, self.specs)
        before, index = self.graph, self.stack.index()
        tail = self._steps(index)
        if tail:
            self.branches.append(Branch(index, tail))
        command = GraphCommand(label, before, after, "" if tail else merge)
        self._push(command)
        if self.stack.index() == index:
            self.amended.emit(before, after)
        else:
            command.merge = merge
            self.pushed.emit(Step(label, after, merge), before)
        self._show(after)

    def take_branch(self, branch: Branch) -> None:
        """Bring back what steps that were undone and left had come to, as a new step."""
        if self.graph is branch.steps[-1].graph:
            return
        label = branch.steps[-1].label
        self.push(self.tr("Return to “{step}”").format(step=label), branch.steps[-1].graph)

    def restore(self, history: History) -> None:
        """Take over a history (from a journal): every step, and what was undone, is there again.

        Merge keys are left behind, so that no new drag continues an old one.
        """
        self._quiet = True
        self.stack.clear()
        self._commands.clear()
        before = history.base
        for step in history.steps:
            self._push(GraphCommand(step.label, before, step.graph))
            before = step.graph
        self.branches = list(history.branches)
        if history.saved < 0:
            self.stack.resetClean()
        elif history.saved:
            self.stack.setIndex(history.saved)
            self.stack.setClean()
        if history.saved >= 0:
            self.document.mark_saved(graph=history.at(history.saved))
        self.stack.setIndex(history.index)
        self._quiet = False
        self._show(history.graph)

    def history(self) -> History:
        """The steps so far, as plain values."""
        stack, steps = self.stack, self._steps(0)
        base = self._command(0).before if steps else self.graph
        return History(base, list(steps), stack.index(), stack.cleanIndex(), list(self.branches))

    def mark_saved(self, path: Path, stamp: Stamp | None) -> None:
        """The graph as it stands is in the file at `path`."""
        self.document.mark_saved(path)
        self.stamp = stamp
        self.stack.setClean()
        self.saved.emit()
        self.filed.emit()

    def _show(self, graph: Graph) -> None:
        before = self.graph
        self._has_draft = False
        self.document.replace(graph)
        if graph is not before:
            self.selection.prune(graph)
            self.changed.emit(before, graph)

    def _index_changed(self, index: int) -> None:
        if not self._quiet:
            self._show(self._command(index - 1).after if index else self._command(0).before)
            self.moved.emit(index)

    def _push(self, command: GraphCommand) -> None:
        """Put a command on the stack, which drops what was undone, and the command itself if it is merged."""
        index, quiet = self.stack.index(), self._quiet
        del self._commands[index:]
        self._quiet = True
        self.stack.push(command)
        self._quiet = quiet
        if self.stack.index() > index:
            self._commands.append(command)

    def _command(self, index: int) -> GraphCommand:
        return self._commands[index]

    def _steps(self, start: int) -> tuple[Step, ...]:
        commands = (self._command(index) for index in range(start, self.stack.count()))
        return tuple(Step(command.text(), command.after, command.merge) for command in commands)
