"""No command does work that grows with the square of the workflow: lines run are counted, not seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from benchmarks.growth import COMMANDS, opened, workflow


def lines(work: Callable[[], object]) -> int:
    """How many lines of this program `work` runs, with each turn of a comprehension."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        if event == "call" and not any(
            part in frame.f_code.co_filename for part in ("nodegraph", "canvas", "ui/")
        ):
            return None
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", list(COMMANDS))
def test_twice_the_workflow_is_no_more_than_three_times_the_work(qtbot: QtBot, name: str) -> None:
    prepare, command = COMMANDS[name]
    counts = []
    for size in (24, 48, 96):
        canvas = opened(workflow(size))
        qtbot.addWidget(canvas)
        prepare(canvas)
        counts.append(lines(partial(command, canvas)))
    assert counts[2] - counts[1] <= 2.9 * (counts[1] - counts[0]) + 200, counts
