from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nodegraph.edits import AddNote, ChangeNote, SetParam
from nodegraph.journal import codec
from nodegraph.journal.compact import compact
from nodegraph.journal.history import History, Step
from nodegraph.journal.journal import Journal
from nodegraph.journal.recovery import recover
from nodegraph.model.graph import Note
from nodegraph.model.note_images import NotePicture
from tests.nodegraph.strategies import PNG
from tests.ui.catalogue import text_to_picture


def written(folder: Path, steps: int) -> tuple[Path, History]:
    """A journal of some steps, closed, and the history that it holds."""
    history = History(text_to_picture(), saved=-1)
    journal = Journal.create(folder, history.base, None, None, False)
    for number in range(steps):
        before = history.graph
        history.push(Step(f"Step {number}", SetParam("sampler", "steps", number + 1).apply(before)))
        journal.push(history.steps[-1], before)
    journal.close()
    return journal.path, history


@pytest.mark.skipif(sys.platform == "win32", reason="has no fork")
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_while_a_journal_is_written_anew_leaves_a_whole_one(tmp_path: Path, when: str) -> None:
    path, history = written(tmp_path, 300)
    child = os.fork()
    if child == 0:
        replace = os.replace

        def killed(*files: Path) -> None:
            if when == "after":
                replace(*files)
            os._exit(9)

        os.replace = killed  # type: ignore[assignment]
        compact(path, history, None, None, limit=20_000)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    found = recover(path)
    assert found is not None
    found.journal.close()
    assert codec.encode(found.history.graph) == codec.encode(history.graph)
    assert len(found.history.steps) == 300 if when == "before" else 0 < len(found.history.steps) < 300


def test_pictures_in_notes_drop_no_step_of_undo(tmp_path: Path) -> None:
    picture = NotePicture(PNG + bytes(50_000), (2, 1))
    history = History(AddNote(Note("n", "![](p)", pictures={"p": picture})).apply(text_to_picture()))
    for number in range(10):
        note = replace(history.graph.notes["n"], pos=(8.0 * number, 8.0))
        history.push(Step(f"Step {number}", ChangeNote(note).apply(history.graph)))
    compact(tmp_path / "a.journal", history, None, None, limit=20_000)
    assert (tmp_path / "a.journal").stat().st_size < 90_000
    found = recover(tmp_path / "a.journal")
    assert found is not None
    found.journal.close()
    assert [step.graph for step in found.history.steps] == [step.graph for step in history.steps]
