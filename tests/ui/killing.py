"""Kills scripted editing sessions and judges what comes back from their journals."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path

from nodegraph.formats import native
from nodegraph.journal.recovery import recover, recoverable
from nodegraph.model.graph import Graph
from tests.ui.catalogue import text_to_picture
from tests.ui.killed import State, beginnings, fingerprint, play, state
from tests.ui.typist import NODES, letters
from ui.document.editor import Editor

ROOT = Path(__file__).parents[2]
LONGEST = 1.8
"""Seconds after its first edit within which a session is killed."""


def run_and_kill(home: Path, seed: int, after: float, kind: str) -> list[float]:
    """How long before the kill the documents were begun, and then each edit."""
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
    """The states that each document goes through, and the number of the edit that led to each: 0 began both."""
    editors = [Editor({}), Editor({})]
    states = [[state(editor)] for editor in editors]
    numbers = [[-1], [-1]]
    for at, graph in enumerate(beginnings(kind)):
        editors[at].push("Begin", graph)
        states[at].append(state(editors[at]))
        numbers[at].append(0)
    for number, at in zip(range(1, count), play(editors, seed), strict=False):
        if kind == "saving":
            # A step that was saved is never gone on with.
            editors[at].mark_saved(Path("saved.json"), None)
        states[at].append(state(editors[at]))
        numbers[at].append(number)
    return states, numbers


def oldest_lost(home: Path, seed: int, after: float, kind: str = "usual") -> float:
    """Kill a session; the age in seconds of the oldest edit that was lost, 0 where none was."""
    home.mkdir(exist_ok=True)
    ages = run_and_kill(home, seed, after, kind)
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
    return min(_lost(came_back, order, states, numbers, ages) for order in fitting)


def _lost(
    came_back: list[State],
    order: tuple[int, ...],
    states: list[list[State]],
    numbers: list[list[int]],
    ages: list[float],
) -> float:
    """The age of the oldest edit that is missing, with the documents found in this order."""
    missing = [ages[0]] if len(came_back) < 2 else [0.0]
    for one, at in zip(came_back, order, strict=True):
        reached = len(states[at]) - 1 - states[at][::-1].index(one)
        missing += [ages[number] for number in numbers[at][reached + 1 :] if number < len(ages)]
    return max(missing)


def moment(seed: int) -> float:
    """When to kill this session: seconds after its first edit."""
    return random.Random(seed).uniform(0.0, LONGEST)


@contextmanager
def busy_machine() -> Iterator[None]:
    """Twice as many processes that compute without end as there are cores."""
    command = [sys.executable, "-c", "while True: pass"]
    busy = [subprocess.Popen(command) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def oldest_letter_lost(home: Path, kind: str, after: float) -> float:
    """Kill the real editor while a field of a kind is typed into, start it again, and look what is in its window.

    The age in seconds of the oldest letter that did not come back, 0 where none was lost. `after` are the seconds
    from the first letter to the kill.
    """
    home.mkdir(exist_ok=True)
    flow, log, found = home / "flow.json", home / "log", home / "found.json"
    native.save(text_to_picture(), flow)
    environment = {
        **os.environ,
        "NODEGRAPH_HOME": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.ui.typist"]
    quiet = {"cwd": ROOT, "env": environment, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*command, "type", kind, str(flow), str(log)], **quiet) as child:  # type: ignore[call-overload]
        _wait_for(log, child)
        time.sleep(after)
        killed = time.time()
        child.send_signal(signal.SIGKILL)
    typed = [float(line.split()[0]) for line in log.read_text().splitlines() if len(line.split()) == 2]
    with subprocess.Popen([*command, "read", str(flow), str(found)], **quiet) as child:  # type: ignore[call-overload]
        _wait_for(found, child)
        child.wait(timeout=60)
    kept = max(_letters_kept(native.loads(text), kind) for text in json.loads(found.read_text()))
    return killed - typed[kept] if kept < len(typed) else 0.0


def _wait_for(path: Path, child: subprocess.Popen[bytes]) -> None:
    deadline = time.time() + 300
    while not (path.exists() and path.stat().st_size) and time.time() < deadline:
        assert child.poll() in (None, 0), "the editor ended by itself"
        time.sleep(0.02)


def _letters_kept(graph: Graph, kind: str) -> int:
    """How many of the letters typed are in a workflow, from the first on."""
    if kind == "title":
        now = graph.nodes["sampler"].title
    elif kind == "note":
        now = graph.notes["note"].text
    else:
        node, name = NODES[kind]
        now = str(graph.nodes[node].params.get(name, ""))
    typed = letters(kind)
    # A blank at the end of a title is taken off.
    return next((count for count in range(len(now) + 1, -1, -1) if typed[:count].strip() == now.strip()), 0)
