from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ui.shell.garbage_collection import EVERY, Sweeper, sweep

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


class Ring:
    """An object that only a search for cycles finds."""

    def __init__(self, gone: list[str]) -> None:
        self.me = self
        weakref.finalize(self, lambda: gone.append(threading.current_thread().name))


def rings(count: int, gone: list[str]) -> None:
    for _ in range(count):
        Ring(gone)


@pytest.fixture
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_cycles_are_collected_in_the_thread_of_the_windows(qtbot: QtBot, thawed: None) -> None:
    sweeper, gone = Sweeper(), list[str]()
    thread = threading.Thread(target=rings, args=(2000, gone), name="elsewhere")
    thread.start()
    thread.join()
    assert not gone
    qtbot.waitUntil(lambda: len(gone) == 2000, timeout=4 * EVERY)
    assert set(gone) == {threading.current_thread().name}
    sweeper.deleteLater()


def test_nothing_is_looked_through_where_little_is_new() -> None:
    gc.collect()
    before = gc.get_stats()
    sweep()
    assert [each["collections"] for each in gc.get_stats()] == [each["collections"] for each in before]
