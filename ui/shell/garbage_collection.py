"""Python's search for cycles of objects that nobody needs, in the thread of the windows alone."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY = 1000
"""Milliseconds."""


class Sweeper(QObject):
    """Collects as Python would by itself, but never in another thread.

    Whoever collects a cycle deletes the Qt objects in it. Python collects in whichever thread happens to ask for
    memory; a timer deleted in another thread than its own goes on and fires into memory that is no more its own.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        """What there is already stays for good, and is not looked through again."""
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self, interval=EVERY)
        self._timer.timeout.connect(sweep)
        self._timer.start()


def sweep() -> None:
    """Collect the oldest generation that is full."""
    full = [count > most > 0 for count, most in zip(gc.get_count(), gc.get_threshold(), strict=True)]
    for generation in (2, 1, 0):
        if full[generation]:
            gc.collect(generation)
            return
