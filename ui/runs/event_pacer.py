"""What the engine says, gathered between two paintings, so that watching a run costs next to nothing of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from nodegraph.node_api import events

REST_MS = 125
"""Progress and previews are shown eight times a second at most."""
LONGEST_MS = 500
"""And twice a second at least, however slowly a window paints."""
SHARE = 0.01
"""So much of the time may go into showing a run. On a processor that computes, the window works at its cost."""
SLICE = 0.01
"""Seconds after which the window gets a turn between two events."""
SMOOTH = 0.5
"""The weight of the newest painting in what one is thought to cost."""

STEPS = (events.Progress, events.Preview)
PACED = (events.RunStarted, events.NodeStarted, events.NodeFinished, *STEPS)
"""What can wait for the next painting; everything else, and what came before it, is told at once."""


class Inbox(QObject):
    """Takes events in any thread and gives them out in its own, in order.

    What cannot wait is given out at once. Then it rests, as long as a painting costs times a hundred but not under
    125 ms and not over half a second, and gives out together what came meanwhile.
    """

    settled = Signal()
    """Everything that was said has been given out: what depends on it can be shown."""
    _knock = Signal()

    def __init__(
        self,
        hear: Callable[[events.Event], None],
        parent: QObject | None = None,
        clock: Callable[[], float] = time.process_time,
    ) -> None:
        super().__init__(parent)
        self._hear = hear
        self._clock = clock
        self._waiting: deque[events.Event] = deque()
        self._resting = False
        self._cost = 0.0
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._rested)
        self._began = 0.0
        # A timer, because a painting that was asked for comes after every call that was queued.
        self._painted = QTimer(self)
        self._painted.setSingleShot(True)
        self._painted.timeout.connect(self._measure)
        self._turn = QTimer(self)
        self._turn.setSingleShot(True)
        self._turn.timeout.connect(self.open)
        self._knock.connect(self.open, Qt.ConnectionType.QueuedConnection)

    @property
    def rest(self) -> int:
        """Milliseconds until the next paced events are given out."""
        return round(min(LONGEST_MS, max(REST_MS, 1000 * self._cost / SHARE)))

    def put(self, event: events.Event) -> None:
        """Take an event, from any thread; nothing once the window's side is gone."""
        self._waiting.append(event)
        if not self._resting or not isinstance(event, PACED):
            try:
                self._knock.emit()
            except RuntimeError:
                return

    def open(self) -> None:
        """Give out what waits."""
        if not self._waiting or self._turn.isActive():
            return
        began, steps = self._clock(), True
        until = time.perf_counter() + SLICE
        while self._waiting:
            event = self._waiting.popleft()
            steps = steps and isinstance(event, STEPS)
            self._hear(event)
            if self._waiting and time.perf_counter() > until:
                # The window stays awake; the rest follows before anything newer.
                self._turn.start()
                return
        self.settled.emit()
        self._resting = True
        self._rest.start(self.rest)
        if steps:
            # The beginning and the end of a run cost more, once.
            self._began = began
            self._painted.start()

    def _rested(self) -> None:
        self._resting = False
        self.open()

    def _measure(self) -> None:
        self._cost += SMOOTH * (self._clock() - self._began - self._cost)
