"""The camera on its way to another place, so that the eye can follow."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

from ui.canvas.interaction.glide import LAYOUT
from ui.canvas.scene.camera import Camera, Place


class Flight(QObject):
    """Moves `camera`, telling `went` at each step; whoever moves the camera meanwhile ends it there."""

    def __init__(self, camera: Camera, went: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._camera = camera
        self._went = went
        self._from = self._to = self._seen = camera.place()
        self._motion = QVariantAnimation(self)
        self._motion.setDuration(LAYOUT)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._step)

    @property
    def runs(self) -> bool:
        """Whether the camera is on its way."""
        return self._motion.state() == QVariantAnimation.State.Running

    def begin(self, to: Place) -> None:
        """Fly from where the camera is."""
        self._motion.stop()
        self._from = self._seen = self._camera.place()
        self._to = to
        self._motion.start()

    def _step(self, part: float) -> None:
        if self._camera.place() != self._seen:
            self._motion.stop()
            return
        if part >= 1.0:
            self._camera.look_at(self._to)
        else:
            x, y = (a + (b - a) * part for a, b in zip(self._from[:2], self._to[:2], strict=True))
            # Scale as one feels it: each moment the same share larger.
            zoom = math.exp(math.log(self._from[2]) * (1 - part) + math.log(self._to[2]) * part)
            self._camera.look_at((x, y, zoom))
            self._camera.steady = False
        self._seen = self._camera.place()
        self._went()
