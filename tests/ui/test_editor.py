from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph.edits import AddNodes, Move, RemoveNodes, SetParam
from nodegraph.edits.document import Document
from nodegraph.journal.history import History
from nodegraph.model.graph import Graph, Node
from ui.document.editor import Editor
from ui.document.undo import GraphCommand

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def editor(qtbot: QtBot) -> Editor:
    return Editor({}, Document(Graph.of(Node("a", "KSampler"))))


def test_an_edit_is_one_named_step(editor: Editor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.changed) as seen:
        assert editor.apply(SetParam("a", "steps", 30))
    command = editor.stack.command(0)
    assert isinstance(command, GraphCommand) and seen.args == [command.before, editor.graph]
    assert editor.stack.undoText() == "Change steps of a"
    editor.stack.undo()
    assert editor.graph.nodes["a"].params == {}


def test_an_edit_that_does_not_fit_says_why_and_pushes_nothing(editor: Editor, qtbot: QtBot) -> None:
    with qtbot.waitSignal(editor.status) as seen:
        assert not editor.apply(RemoveNodes(("gone",)))
    assert "gone" in seen.args[0]
    assert editor.stack.count() == 0


def test_a_scrub_is_one_step_and_a_second_scrub_another(editor: Editor) -> None:
    for value in range(5):
        editor.apply(SetParam("a", "steps", value), merge="scrub 1")
    for value in range(5):
        editor.apply(SetParam("a", "steps", 50 + value), merge="scrub 2")
    assert editor.stack.count() == 2
    editor.stack.undo()
    assert editor.graph.nodes["a"].params == {"steps": 4}
    editor.stack.undo()
    assert editor.graph.nodes["a"].params == {}


def test_a_merged_step_never_swallows_the_saved_state(editor: Editor) -> None:
    editor.apply(SetParam("a", "steps", 1), merge="scrub")
    editor.stack.setClean()
    editor.apply(SetParam("a", "steps", 2), merge="scrub")
    assert (editor.stack.count(), editor.unsaved) == (2, True)


def test_an_edit_after_undo_keeps_the_redo_as_a_branch(editor: Editor) -> None:
    editor.apply(SetParam("a", "steps", 1))
    editor.apply(SetParam("a", "steps", 2))
    left = editor.graph
    editor.stack.setIndex(0)
    editor.apply(SetParam("a", "steps", 9))
    assert [len(branch.steps) for branch in editor.branches] == [2]
    editor.take_branch(editor.branches[0])
    assert editor.graph is left
    editor.stack.undo()
    assert editor.graph.nodes["a"].params == {"steps": 9}


def test_the_selection_lets_go_of_what_is_deleted(editor: Editor) -> None:
    editor.apply(AddNodes((Node("b", "KSampler"),)))
    editor.selection.set(nodes=["a", "b"])
    editor.apply(RemoveNodes(("b",)))
    assert editor.selection.nodes == {"a"}


def test_a_drag_after_undo_is_a_step_of_its_own(editor: Editor) -> None:
    for value in (1, 2):
        editor.apply(SetParam("a", "steps", value), merge=f"drag {value}")
    editor.stack.undo()
    for value in (3, 4):
        editor.apply(SetParam("a", "steps", value), merge="drag 1")
    assert editor.stack.count() == 2
    editor.stack.undo()
    assert editor.graph.nodes["a"].params == {"steps": 1}


class Recorder:
    """Keeps the pure history beside the stack, as the journal does."""

    def __init__(self, editor: Editor) -> None:
        self.history = History(editor.graph)
        editor.pushed.connect(lambda step, before: self.history.push(step))
        editor.amended.connect(lambda before, after: self.history.amend(after))
        editor.moved.connect(self.history.move)
        editor.saved.connect(self.history.mark_saved)


moves = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.integers(0, 3), st.sampled_from(["", "drag"])),
        st.tuples(st.just("jump"), st.integers(0, 9), st.just("")),
        st.tuples(st.just("save"), st.just(0), st.just("")),
    ),
    max_size=20,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves)
def test_the_journal_sees_what_the_stack_does(qtbot: QtBot, done: list[tuple[str, int, str]]) -> None:
    editor = Editor({}, Document(Graph.of(Node("a", "KSampler"))))
    recorder = Recorder(editor)
    for what, number, merge in done:
        if what == "edit":
            editor.apply(Move({"a": (number, number)}), merge=merge)
        elif what == "jump":
            editor.stack.setIndex(number % (editor.stack.count() + 1))
        else:
            editor.stack.setClean()
            editor.saved.emit()
    expected = editor.history()
    assert recorder.history.steps == expected.steps
    assert (recorder.history.index, recorder.history.saved) == (expected.index, expected.saved)
    assert recorder.history.branches == expected.branches
    again = Editor({}, Document())
    again.restore(replace(recorder.history))
    expected.steps = [replace(step, merge="") for step in expected.steps]
    assert again.history() == expected
    assert again.graph == editor.graph
    assert again.unsaved == editor.unsaved


def test_commands_live_as_long_as_the_stack(editor: Editor) -> None:
    for number in range(50):
        editor.apply(SetParam("a", "steps", number))
    gc.collect()
    assert [step.graph.nodes["a"].params["steps"] for step in editor.history().steps] == list(range(50))


def test_an_editor_thrown_away_with_its_steps_takes_nothing_with_it(qtbot: QtBot) -> None:
    """Steps and stack refer to each other: collected in the wrong order they would be freed twice, a crash."""
    for number in range(60):
        editor = Editor({}, Document(Graph.of(Node("a", "KSampler"))))
        for step in range(30):
            if step == number % 30:
                editor.stack.setIndex(step // 2)
            editor.apply(Move({"a": (step, number)}), merge="drag" if step % 3 == 0 else "")
        editor.__dict__["itself"] = editor
        gone = weakref.ref(editor)
        del editor
        if number % 3 == 0:
            gc.collect()
            assert gone() is None
