"""Makes the canvas exact once the hand rests: in slices, and shown all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter

from PySide6.QtCore import QObject, QTimer

from ui.canvas.scene.camera import Camera, Place
from ui.canvas.scene.scene import Scene

SETTLE = 80
"""Milliseconds without zooming after which pictures are made anew at the exact scale."""
SLICE = 0.005
"""Seconds of work at a time, so that the hand is heard between them."""


class Sharpener(QObject):
    """Runs `work`, which makes what a steady frame lacks in small steps, and then has the frame painted."""

    def __init__(
        self,
        scene: Scene,
        camera: Camera,
        work: Callable[[], Iterator[None]],
        repaint: Callable[[], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._scene, self._camera = scene, camera
        self._work, self._repaint = work, repaint
        self._steps: Iterator[None] | None = None
        self._done: tuple[int, Place] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._slice)

    def wait(self) -> None:
        """Begin once nothing happened for a moment."""
        self._steps = None
        self._timer.start(SETTLE)

    def forget(self) -> None:
        """Begin anew where pictures are lacking: what is seen is another part, or looks otherwise."""
        self._steps = self._done = None

    def lacking(self) -> None:
        """The frame lacks pictures; they are made, unless they do not fit into the cache."""
        if not self._timer.isActive() and self._done != self._view():
            self._timer.start(0 if self._camera.steady else SETTLE)

    def _view(self) -> tuple[int, Place]:
        return (self._scene.version, self._camera.place())

    def _slice(self) -> None:
        until = perf_counter() + SLICE
        if self._steps is None:
            self._done = self._view()
            self._steps = self._work()
        for _ in self._steps:
            if perf_counter() > until:
                self._timer.start(0)
                return
        self._steps = None
        self._camera.steady = True
        self._repaint()
