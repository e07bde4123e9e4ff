"""A journal written anew: it holds the same, within its size, whatever the disk does."""

from __future__ import annotations

import errno
import io
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.journal.compact import compact
from nodegraph.journal.history import History, Step
from nodegraph.journal.journal import Journal
from nodegraph.journal.recovery import recover
from nodegraph.journal.writer import Writer
from tests.ui.journals import graph, journal_of

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer


def edited(folder: Path, count: int) -> tuple[Journal, History]:
    """A journal of `count` steps, some of them undone and left behind."""
    journal, history = journal_of(folder), History(graph(0))
    for number in range(1, count + 1):
        if number % 5 == 0:
            history.move(history.index - 2)
            journal.move(history.index)
        step = Step(f"step {number}", graph(number))
        journal.push(step, history.graph)
        history.push(step)
    history.move(history.index - 1)
    journal.move(history.index)
    return journal, history


def test_a_journal_written_anew_holds_the_same(tmp_path: Path) -> None:
    journal, history = edited(tmp_path, 23)
    history.saved = 3
    journal.close()
    compact(journal.path, history, tmp_path / "flow.json", None)
    found = recover(journal.path)
    assert found is not None
    assert found.history == history
    assert found.path == tmp_path / "flow.json"
    found.journal.close()


def test_a_journal_written_anew_keeps_the_newest_steps_within_its_size(tmp_path: Path) -> None:
    journal, history = edited(tmp_path, 400)
    journal.close()
    compact(journal.path, history, None, None, limit=4000)
    assert journal.path.stat().st_size <= 4000
    found = recover(journal.path)
    assert found is not None
    kept = len(found.history.steps)
    assert 5 < kept < 400
    assert found.history.steps == history.steps[-kept:]
    assert (found.history.graph, found.history.saved) == (history.graph, -1)
    found.journal.close()


class Full(io.FileIO):
    """A disk that takes some bytes and then no more, until it is emptied."""

    room = 10**9

    def write(self, data: Buffer, /) -> int:
        if self.room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = memoryview(data)[: self.room]
        self.room -= len(taken)
        return super().write(taken)


@given(room=st.integers(0, 60))
@settings(max_examples=20)
def test_what_a_full_disk_cut_short_is_written_whole_once_there_is_room(
    tmp_path_factory: pytest.TempPathFactory, room: int
) -> None:
    journal = journal_of(tmp_path_factory.mktemp("journals"))
    journal.write()
    journal._file.close()
    full = Full(journal.path, "r+")
    journal._file = full
    journal.push(Step("one", graph(1)), graph(0))
    full.room = room
    with pytest.raises(OSError, match="space"):
        journal.write()
    journal.push(Step("two", graph(2)), graph(1))
    full.room = 10**9
    journal.close()
    found = recover(journal.path)
    assert found is not None
    assert [step.label for step in found.history.steps] == ["one", "two"]
    found.journal.close()


def test_a_disk_that_takes_its_time_keeps_no_edit_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda number: answered.wait(20))
    writer, journal, failures = Writer(), journal_of(tmp_path), list[OSError]()
    for number in (1, 2):
        before = journal.size
        journal.push(Step(str(number), graph(number)), graph(number - 1))
        writer.soon(journal, failures.append)
        while journal.size == before:
            time.sleep(0.005)
    assert not answered.is_set()
    answered.set()
    writer.end()
    journal.close()
    assert failures == []
