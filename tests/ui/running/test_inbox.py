"""Events gathered between two paintings: in order, urgent ones at once, and seldom enough to cost a run nothing."""

from __future__ import annotations

import itertools
import threading
import time

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from nodegraph.node_api import events
from ui.runs.event_pacer import LONGEST_MS, REST_MS, SHARE, Inbox

STEPS: list[events.Event] = [events.Progress("sampler", step, 50, "") for step in range(1, 51)]


class Ear:
    """What an inbox gave out, in portions."""

    def __init__(self, cost: float = 0.0, pause: float = 0.0) -> None:
        self.pause = pause
        self.portions: list[list[events.Event]] = [[]]
        self.now = 0.0
        self.inbox = Inbox(self._hear, clock=lambda: self.now)
        self.inbox.settled.connect(lambda: self._settle(cost))

    def _hear(self, event: events.Event) -> None:
        time.sleep(self.pause)
        self.portions[-1].append(event)

    def _settle(self, cost: float) -> None:
        self.portions.append([])
        self.now += cost

    @property
    def heard(self) -> list[events.Event]:
        return [event for portion in self.portions for event in portion]


def test_the_first_step_is_told_at_once_and_the_rest_together(qtbot: QtBot) -> None:
    ear = Ear()
    ear.inbox.put(STEPS[0])
    qtbot.waitUntil(lambda: len(ear.heard) == 1)
    for step in STEPS[1:]:
        ear.inbox.put(step)
    qtbot.wait(REST_MS // 3)
    assert ear.heard == STEPS[:1]
    qtbot.waitUntil(lambda: ear.heard == STEPS)
    assert [len(portion) for portion in ear.portions] == [1, 49, 0]


def test_what_is_urgent_takes_along_what_came_before_it(qtbot: QtBot) -> None:
    ear = Ear()
    done = events.RunFinished(True, (), (), (), 0.1)
    ear.inbox.put(STEPS[0])
    qtbot.waitUntil(lambda: len(ear.heard) == 1)
    for event in [*STEPS[1:4], done]:
        ear.inbox.put(event)
    qtbot.waitUntil(lambda: len(ear.heard) == 5, timeout=REST_MS // 2)
    assert ear.heard == [*STEPS[:4], done]


def test_a_window_that_paints_slowly_is_told_more_seldom(qtbot: QtBot) -> None:
    ear, cost = Ear(cost=0.003), 0.003
    assert ear.inbox.rest == REST_MS
    seen = []
    for step in STEPS[:12]:
        ear.inbox.put(step)
        ear.inbox.open()
        qtbot.wait(1)
        seen.append(ear.inbox.rest)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1000 * cost / SHARE, rel=0.01)
    slow = Ear(cost=1.0)
    slow.inbox.put(STEPS[0])
    qtbot.waitUntil(lambda: slow.inbox.rest == LONGEST_MS)


def test_events_from_many_threads_all_arrive(qtbot: QtBot) -> None:
    ear = Ear()

    def say(name: str) -> None:
        for step in range(200):
            ear.inbox.put(events.Progress(name, step, 200, ""))

    threads = [threading.Thread(target=say, args=(f"node{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    qtbot.waitUntil(lambda: len(ear.heard) == 800)
    for thread in threads:
        thread.join()
    for n in range(4):
        mine = [e.step for e in ear.heard if isinstance(e, events.Progress) and e.node == f"node{n}"]
        assert mine == list(range(200))


def test_nothing_is_told_once_the_window_is_gone(qtbot: QtBot) -> None:
    from shiboken6 import delete

    ear = Ear()
    delete(ear.inbox)
    ear.inbox.put(STEPS[0])
    assert ear.heard == []


def test_many_events_leave_the_window_awake(qtbot: QtBot) -> None:
    ear = Ear(pause=0.004)
    turns: list[int] = []
    between = QTimer()
    between.timeout.connect(lambda: turns.append(len(ear.heard)))
    between.start(0)
    for step in STEPS:
        ear.inbox.put(step)
    with qtbot.waitSignal(ear.inbox.settled):
        pass
    assert ear.heard == STEPS
    assert max(after - before for before, after in itertools.pairwise([0, *turns, 50])) <= 6
