from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nodegraph import fileformat
from tests.ui.killed import State, beginnings, fingerprint, play, state
from ui.editor import Editor
from ui.journal.recovery import recover, recoverable

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

ROOT = Path(__file__).parents[2]


def run_and_kill(home: Path, seed: int, after: float, kind: str) -> list[float]:
    """How long before the kill the documents were made, and then each edit."""
    log = home / "log"
    environment = {
        **os.environ,
        "NODEGRAPH_HOME": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.ui.killed", str(seed), str(log), kind]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as child:
        deadline = time.time() + 300
        while not (log.exists() and log.stat().st_size) and time.time() < deadline:
            time.sleep(0.02)
        time.sleep(after)
        killed = time.time()
        child.send_signal(signal.SIGKILL)
    lines = [line.split() for line in log.read_text().splitlines()]
    return [killed - float(line[0]) for line in lines if len(line) == 2]


def expected(seed: int, count: int, kind: str) -> tuple[list[list[State]], list[list[int]]]:
    """The states that each document goes through, and the number of the edit that led to each."""
    editors = [Editor({}), Editor({})]
    states: list[list[State]] = []
    for editor, graph in zip(editors, beginnings(kind), strict=True):
        editor.push("Begin", graph)
        states.append([state(editor)])
    numbers: list[list[int]] = [[-1], [-1]]
    for number, at in zip(range(count), play(editors, seed), strict=False):
        if kind == "saving":
            # A step that was saved is never gone on with.
            editors[at].mark_saved(Path("saved.json"), None)
        states[at].append(state(editors[at]))
        numbers[at].append(number)
    return states, numbers


def check_one(home: Path, seed: int, after: float, kind: str = "usual") -> float:
    """Kill a session; the age in seconds of the oldest edit that was lost."""
    begun, *ages = run_and_kill(home, seed, after, kind)
    states, numbers = expected(seed, len(ages) + (20 if kind == "large" else 200), kind)
    found = [r for path in recoverable(home / "journals") if (r := recover(path)) is not None]
    came_back = [fingerprint(r.history.index, len(r.history.steps), r.history.graph) for r in found]
    for recovered in found:
        recovered.journal.close()
    fitting = [
        order
        for order in permutations((0, 1), len(found))
        if all(one in states[at] for one, at in zip(came_back, order, strict=True))
    ]
    assert fitting, "the journals hold a state that never was"
    lost = []
    for order in fitting:
        missing = [begun] if len(found) < 2 else [0.0]
        for one, at in zip(came_back, order, strict=True):
            reached = len(states[at]) - 1 - states[at][::-1].index(one)
            missing += [ages[number] for number in numbers[at][reached + 1 :] if number < len(ages)]
        lost.append(max(missing))
    return min(lost)


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_session_loses_nothing_older_than_a_second(qtbot: QtBot, tmp_path: Path, seed: int) -> None:
    assert check_one(tmp_path, seed, random.Random(seed).uniform(0.0, 1.8)) <= 1.0


@pytest.mark.parametrize("kind", ["large", "saving"])
def test_large_documents_and_those_being_saved_lose_no_more(qtbot: QtBot, tmp_path: Path, kind: str) -> None:
    assert check_one(tmp_path, 7, 1.1, kind) <= 1.0
    for file in tmp_path.glob("[01].json"):
        fileformat.load(file)


@pytest.mark.benchmark
def test_fifty_killed_sessions_lose_nothing_older_than_a_second(qtbot: QtBot, tmp_path: Path) -> None:
    ages = [one_of_fifty(tmp_path, seed, "usual") for seed in range(100, 150)]
    print(f"50 kills: oldest lost edit {max(ages):.3f} s, median {sorted(ages)[25]:.3f} s")
    assert max(ages) <= 1.0


@pytest.mark.benchmark
@pytest.mark.parametrize("kind", ["usual", "large", "saving"])
def test_the_same_on_a_machine_with_too_much_to_do(qtbot: QtBot, tmp_path: Path, kind: str) -> None:
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))
    ]
    try:
        ages = [one_of_fifty(tmp_path, seed, kind) for seed in range(200, 206)]
    finally:
        for process in busy:
            process.kill()
            process.wait()
    print(f"6 kills under load, {kind}: oldest lost edit {max(ages):.3f} s, median {sorted(ages)[3]:.3f} s")
    assert max(ages) <= 1.0


def one_of_fifty(folder: Path, seed: int, kind: str) -> float:
    home = folder / str(seed)
    home.mkdir()
    return check_one(home, seed, random.Random(seed).uniform(0.0, 1.8), kind)
