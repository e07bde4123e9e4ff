"""Pictures read, made smaller and written by threads, so that no window waits for a disk or a decoder."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from ui.document.image_reader import read_image
from ui.runs.images import fitted

Answer = Callable[[QImage], object]


class PictureFiles(QObject):
    """Readers do not wait for writers. Answers come in the window's thread, unless `close` comes first."""

    _ready = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = ThreadPoolExecutor(1, "picture-reader")
        self._writer = ThreadPoolExecutor(1, "picture-writer")
        self._closed = False
        self._ready.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def read(self, path: Path, answer: Answer, side: int = 0) -> None:
        """The picture in a file, null where there is none; with `side` at most that long."""
        self._later(self._reader, lambda: _limited(read_image(path), side), answer)

    def fit(self, image: QImage, side: int, answer: Answer) -> None:
        """A copy that is at most `side` long."""
        self._later(self._reader, lambda: fitted(image, side), answer)

    def make(self, work: Callable[[], QImage], answer: Answer) -> None:
        """What `work` makes."""
        self._later(self._reader, work, answer)

    def write(self, work: Callable[[], None]) -> None:
        """Do something that writes, after what was asked for before."""
        self._writer.submit(work)

    def close(self) -> None:
        """Finish what is being written; answer nobody any more."""
        self._closed = True
        self._reader.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=True)

    def _later(self, thread: ThreadPoolExecutor, make: Callable[[], QImage], answer: Answer) -> None:
        def work() -> None:
            image = make()
            if not self._closed:
                self._ready.emit(answer, image)

        if not self._closed:
            thread.submit(work)

    def _answer(self, answer: Answer, image: QImage) -> None:
        if not self._closed:
            answer(image)


def _limited(image: QImage, side: int) -> QImage:
    return fitted(image, side) if side else image
