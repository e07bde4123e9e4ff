"""Channels of a latent as pictures: a colour for each sign, none for zero, an alarm for what is no number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, qRgb

from nodegraph.node_api.events import Channels
from ui.theme.palette import Theme

LEVELS = 127
"""Steps from zero to the span, on either side."""
SICK = qRgb(255, 61, 242)
"""What is no number: a colour that neither map has."""
Stops = tuple[tuple[int, int, int], ...]
DARK: tuple[Stops, Stops] = (
    ((26, 26, 29), (52, 104, 192), (190, 226, 255)),
    ((26, 26, 29), (206, 92, 24), (255, 222, 158)),
)
LIGHT: tuple[Stops, Stops] = (
    ((248, 248, 248), (92, 150, 220), (12, 48, 110)),
    ((248, 248, 248), (236, 138, 66), (112, 38, 4)),
)
"""From zero to the span: what is negative, what is positive. Zero is as the ground, so that forms stand out."""


@dataclass(frozen=True)
class Plane:
    """One channel. `low` to `high`, `mean` and `deviation` are of what is finite, `sick` counts what is not."""

    index: int
    low: float
    high: float
    mean: float
    deviation: float
    sick: int
    span: float
    width: int
    height: int
    levels: bytes

    @property
    def signed(self) -> bool:
        """Whether it has values on both sides of zero."""
        return self.low < 0 < self.high

    @property
    def range(self) -> str:
        """`−3.2 … 4.1`."""
        return f"{number(self.low)} … {number(self.high)}"

    @property
    def spread(self) -> str:
        """`0.12 ± 0.98`: mean and deviation."""
        return f"{number(self.mean)} ± {number(self.deviation)}"

    def value(self, x: int, y: int) -> float | None:
        """The value at a place, as near as its picture has it; None where it is no number or out of it."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            return None
        level = self.levels[y * self.width + x]
        return (level - LEVELS - 1) / LEVELS * self.span if level else None

    def image(self, theme: Theme) -> QImage:
        """Diverging colours around zero; greys from least to most where all values have one sign."""
        image = QImage(self.levels, self.width, self.height, self.width, QImage.Format.Format_Indexed8)
        image.setColorTable(_diverging(theme.dark) if self.signed else self._greys())
        return image.copy()

    def _greys(self) -> list[int]:
        reach = (self.high - self.low) or 1.0
        found = [SICK]
        for level in range(1, 256):
            share = ((level - LEVELS - 1) / LEVELS * self.span - self.low) / reach
            grey = round(255 * max(0.0, min(1.0, share)))
            found.append(qRgb(grey, grey, grey))
        return found


def planes_of(event: Channels) -> list[Plane]:
    """The channels that the engine answered with."""
    size = event.width * event.height
    found = []
    for index, (low, high, mean, deviation, sick, span) in enumerate(event.stats):
        levels = event.planes[index * size : (index + 1) * size]
        shape = (event.width, event.height)
        found.append(Plane(index, low, high, mean, deviation, int(sick), span, *shape, levels))
    return found


def alarm(planes: Sequence[Plane]) -> str:
    """`channel 3: 12 NaN or infinite`; empty where all is well."""
    sick = [plane for plane in planes if plane.sick]
    if not sick:
        return ""
    if len(sick) == 1:
        return f"channel {sick[0].index}: {sick[0].sick} NaN or infinite"
    return f"{len(sick)} channels: {sum(plane.sick for plane in sick)} NaN or infinite"


def number(value: float) -> str:
    """A value in three digits, with a true minus."""
    return f"{value:.3g}".replace("-", "−")


def sheet(planes: Sequence[Plane], theme: Theme, side: int, ratio: float, columns: int = 4) -> QPixmap:
    """Small pictures of channels side by side, `side` pixels wide in all."""
    columns = min(columns, len(planes))
    gap, rows = 3, -(-len(planes) // columns)
    wide = (side - gap * (columns - 1)) / columns
    high = wide * planes[0].height / planes[0].width
    found = QPixmap(round(side * ratio), round((rows * (high + gap) - gap) * ratio))
    found.setDevicePixelRatio(ratio)
    found.fill(Qt.GlobalColor.transparent)
    painter = QPainter(found)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, wide * ratio < planes[0].width)
    for place, plane in enumerate(planes):
        row, column = divmod(place, columns)
        box = QRectF(column * (wide + gap), row * (high + gap), wide, high)
        painter.drawImage(box, plane.image(theme))
        if plane.sick:
            painter.setPen(theme.color("error"))
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.end()
    return found


@lru_cache(maxsize=2)
def _diverging(dark: bool) -> list[int]:
    negative, positive = DARK if dark else LIGHT
    found = [SICK]
    found += [_between(negative, (LEVELS + 1 - level) / LEVELS) for level in range(1, LEVELS + 1)]
    return found + [_between(positive, (level - LEVELS - 1) / LEVELS) for level in range(LEVELS + 1, 256)]


def _between(stops: Stops, share: float) -> int:
    place = min(share, 1.0) * (len(stops) - 1)
    first = min(int(place), len(stops) - 2)
    part = place - first
    a, b = stops[first], stops[first + 1]
    return QColor(*(round(x + (y - x) * part) for x, y in zip(a, b, strict=True))).rgb()
