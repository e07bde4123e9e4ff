"""Ways to put a shape on the picture: flat paint, ink on paper, neon at night, and two for what a picture is made of.

`silhouette` paints subjects white on black; `depth` paints everything the brighter the nearer it is.
"""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPen

from training.draw.frame import FRAME, HORIZON
from training.draw.palette import INK, Rgb, mix

if TYPE_CHECKING:
    from PySide6.QtGui import QPainterPath

STYLES = ("flat", "ink", "neon")
HINTS = ("silhouette", "depth")
PAPER: Rgb = (250, 243, 228)
DARK: Rgb = (12, 8, 30)
BROAD = 0.09  # a line so wide, in the subject's own units, is a limb


class Brush(Protocol):
    """How shapes become pixels. Coordinates are the painter's own at the time of the call."""

    painter: QPainter
    subject: float | None
    """How near the subject is that is being drawn, 0 (far) to 1; None while the surroundings are drawn."""

    def fill(self, path: QPainterPath, colour: Rgb, to: Rgb | None = None, alpha: float = 1.0) -> None:
        """Paint a shape; with `to`, shaded from `colour` at its upper left to `to` at its lower right.

        A subject's shaded shapes have a line round them, in every style that draws lines.
        """

    def line(self, path: QPainterPath, colour: Rgb, width: float) -> None:
        """Draw along a path; the width is in the path's own units."""

    def backdrop(self, path: QPainterPath, colours: tuple[Rgb, ...], alpha: float = 1.0) -> None:
        """Paint a part of the surroundings, shaded through the colours from top to bottom."""


def make_brush(style: str, painter: QPainter, unit: float = 1.0) -> Brush:
    """The brush for one of STYLES or HINTS; `unit` is how many pixels a unit of the frame measures."""
    kinds: dict[str, type[Flat]] = {
        "flat": Flat,
        "ink": Ink,
        "neon": Neon,
        "silhouette": Silhouette,
        "depth": Depth,
    }
    return kinds[style](painter, unit)


class Flat:
    """Plain paint with soft shading."""

    def __init__(self, painter: QPainter, unit: float = 1.0) -> None:
        self.painter, self.unit = painter, unit
        self.subject: float | None = None
        painter.setPen(Qt.PenStyle.NoPen)

    def fill(self, path: QPainterPath, colour: Rgb, to: Rgb | None = None, alpha: float = 1.0) -> None:
        """Paint a shape, shaded towards its lower right."""
        self.painter.fillPath(path, _diagonal(path, colour, to or colour, alpha))
        if self.subject is not None and to is not None and alpha >= 1:
            self._outline(path, mix(mix(colour, to, 0.6), INK, 0.5), 1.2)

    def line(self, path: QPainterPath, colour: Rgb, width: float) -> None:
        """Draw along a path with round ends; a subject's broad lines have an outline."""
        if self.subject is not None and width >= BROAD:
            self.painter.strokePath(path, _pen(mix(colour, INK, 0.5), width + 1.2 * self._pixel()))
        self.painter.strokePath(path, _pen(colour, width))

    def backdrop(self, path: QPainterPath, colours: tuple[Rgb, ...], alpha: float = 1.0) -> None:
        """Paint a part of the surroundings from top to bottom."""
        self.painter.fillPath(path, _vertical(path, colours, alpha))

    def _pixel(self) -> float:
        """A unit of the frame in the units of the path that is being drawn."""
        return self.unit / self.painter.transform().m11()

    def _outline(self, path: QPainterPath, colour: Rgb, width: float) -> None:
        pen = _pen(colour, width * self.unit)
        pen.setCosmetic(True)
        self.painter.strokePath(path, pen)


class Ink(Flat):
    """A light wash of the colour inside an ink outline, on warm paper."""

    def fill(self, path: QPainterPath, colour: Rgb, to: Rgb | None = None, alpha: float = 1.0) -> None:
        """Wash, then outline."""
        if alpha < 0.6:
            return
        wash = mix(colour, PAPER, 0.3)
        self.painter.fillPath(path, _diagonal(path, mix(wash, PAPER, 0.45), wash, 1.0))
        self._outline(path, INK, 1.5)

    def line(self, path: QPainterPath, colour: Rgb, width: float) -> None:
        """An ink stroke, whatever the colour; a subject's broad lines are washed within."""
        if self.subject is None or width < BROAD:
            self.painter.strokePath(path, _pen(INK, width * 0.7))
            return
        self.painter.strokePath(path, _pen(INK, width + 0.8 * self._pixel()))
        self.painter.strokePath(
            path, _pen(mix(mix(colour, PAPER, 0.3), PAPER, 0.3), width - 0.8 * self._pixel())
        )

    def backdrop(self, path: QPainterPath, colours: tuple[Rgb, ...], alpha: float = 1.0) -> None:
        """A pale wash that fades to paper, with a thin ink line along its edge."""
        pale = tuple(mix(colour, PAPER, 0.62) for colour in colours)
        self.painter.fillPath(path, _vertical(path, pale, alpha))
        if alpha >= 0.6:
            self._outline(path, mix(INK, PAPER, 0.25), 1.1)


class Neon(Flat):
    """Glowing tubes along the edges of dark shapes."""

    def fill(self, path: QPainterPath, colour: Rgb, to: Rgb | None = None, alpha: float = 1.0) -> None:
        """A dark shape with a glowing edge in its colour."""
        if alpha < 0.6:
            return
        self.painter.fillPath(path, _diagonal(path, mix(colour, DARK, 0.66), mix(colour, DARK, 0.84), 1.0))
        self._glow(path, electric(colour), 1.5)

    def line(self, path: QPainterPath, colour: Rgb, width: float) -> None:
        """A tube."""
        self._glow(path, electric(colour), 1.3)

    def backdrop(self, path: QPainterPath, colours: tuple[Rgb, ...], alpha: float = 1.0) -> None:
        """Darkness with a trace of the colour, and a dim line along its edge."""
        dim = tuple(mix(colour, DARK, 0.8) for colour in colours)
        self.painter.fillPath(path, _vertical(path, dim, alpha))
        if alpha >= 0.6:
            self._glow(path, mix(electric(colours[0]), DARK, 0.35), 0.9)

    def _glow(self, path: QPainterPath, colour: Rgb, width: float) -> None:
        for reach, alpha in ((7.0, 0.12), (3.6, 0.25)):
            self._tube(path, colour, width * reach, alpha)
        self._tube(path, mix(colour, (255, 255, 255), 0.35), width, 1.0)

    def _tube(self, path: QPainterPath, colour: Rgb, width: float, alpha: float) -> None:
        pen = _pen(colour, width * self.unit, alpha)
        pen.setCosmetic(True)
        self.painter.strokePath(path, pen)


class Silhouette(Flat):
    """Subjects white on black, whatever their colours."""

    def fill(self, path: QPainterPath, colour: Rgb, to: Rgb | None = None, alpha: float = 1.0) -> None:
        """White for a subject; shadows, clouds and what else surrounds it stay black."""
        if self.subject is not None:
            self.painter.fillPath(path, QColor("white"))

    def line(self, path: QPainterPath, colour: Rgb, width: float) -> None:
        """A white stroke for a subject."""
        if self.subject is not None:
            self.painter.strokePath(path, _pen((255, 255, 255), width))

    def backdrop(self, path: QPainterPath, colours: tuple[Rgb, ...], alpha: float = 1.0) -> None:
        """Black."""
        self.painter.fillPath(path, QColor("black"))


class Depth(Flat):
    """Grey: the sky black, the ground brighter towards the viewer, a subject as bright as where it stands."""

    def fill(self, path: QPainterPath, colour: Rgb, to: Rgb | None = None, alpha: float = 1.0) -> None:
        """An even grey for a subject."""
        if self.subject is not None:
            self.painter.fillPath(path, QColor(*self._grey(self.subject)))

    def line(self, path: QPainterPath, colour: Rgb, width: float) -> None:
        """A grey stroke for a subject."""
        if self.subject is not None:
            self.painter.strokePath(path, _pen(self._grey(self.subject), width))

    def backdrop(self, path: QPainterPath, colours: tuple[Rgb, ...], alpha: float = 1.0) -> None:
        """From black at the horizon to bright at the lower edge of the frame; whatever is above is black."""
        shade = QLinearGradient(QPointF(0, HORIZON), QPointF(0, FRAME))
        shade.setColorAt(0, QColor("black"))
        shade.setColorAt(1, QColor(*self._grey(1.0)))
        self.painter.fillPath(path, QBrush(shade))

    def _grey(self, near: float) -> Rgb:
        level = round(255 * (0.15 + 0.8 * min(max(near, 0.0), 1.0)))
        return level, level, level


def electric(colour: Rgb) -> Rgb:
    """The colour as a lamp would show it: bright and full; greys stay grey."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    if saturation > 0.15:
        saturation = 1.0
    red, green, blue = colorsys.hls_to_rgb(hue, min(max(lightness, 0.5), 0.75), saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _pen(colour: Rgb, width: float, alpha: float = 1.0) -> QPen:
    shade = QColor(*colour)
    shade.setAlphaF(alpha)
    return QPen(
        QBrush(shade),
        width,
        Qt.PenStyle.SolidLine,
        Qt.PenCapStyle.RoundCap,
        Qt.PenJoinStyle.RoundJoin,
    )


def _diagonal(path: QPainterPath, start: Rgb, end: Rgb, alpha: float) -> QBrush:
    area = path.boundingRect()
    return _gradient(area.topLeft(), area.bottomRight(), (start, end), alpha)


def _vertical(path: QPainterPath, colours: tuple[Rgb, ...], alpha: float) -> QBrush:
    area = path.boundingRect()
    return _gradient(area.topLeft(), area.bottomLeft(), colours, alpha)


def _gradient(start: QPointF, end: QPointF, colours: tuple[Rgb, ...], alpha: float) -> QBrush:
    gradient = QLinearGradient(start, end)
    for index, colour in enumerate(colours):
        shade = QColor(*colour)
        shade.setAlphaF(alpha)
        gradient.setColorAt(index / max(1, len(colours) - 1), shade)
    return QBrush(gradient)
