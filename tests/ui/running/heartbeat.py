"""How long the window's thread works at a stretch."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt, QTimer

BEAT_MS = 5


class Heartbeat:
    """The longest stretch between two beats: in seconds of the clock, and of this thread's own processor time.

    Other programs on the machine are in the first and not in the second.
    """

    def __init__(self) -> None:
        self.clock = 0.0
        self.own = 0.0
        self._last = (time.perf_counter(), time.thread_time())

    def beat(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        self.clock = max(self.clock, now[0] - self._last[0])
        self.own = max(self.own, now[1] - self._last[1])
        self._last = now


@contextmanager
def heartbeat() -> Iterator[Heartbeat]:
    """Beats every 5 ms in the window's thread, and says the worst at the end."""
    # What earlier tests left behind is none of this window's: the collector would walk all of it.
    gc.collect()
    gc.freeze()
    heart = Heartbeat()
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(heart.beat)
    timer.start(BEAT_MS)
    yield heart
    timer.stop()
    gc.unfreeze()
    print(f"worst pause {heart.clock * 1000:.1f} ms on the clock, {heart.own * 1000:.1f} ms of own work")
