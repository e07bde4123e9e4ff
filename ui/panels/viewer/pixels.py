"""Pixels of a picture: its channels, its histogram, one value. Bytes and slices, no loops over pixels."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

Channel = Literal["rgb", "r", "g", "b", "l"]
CHANNELS: tuple[Channel, ...] = ("rgb", "r", "g", "b", "l")
"""All of it, red, green, blue, luminance."""

SAMPLED = 256
"""A histogram looks at a copy no larger than this."""


def packed(image: QImage) -> bytes:
    """Red, green, blue, row by row without gaps."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    width, height, stride = rgb.width(), rgb.height(), rgb.bytesPerLine()
    data = bytes(rgb.constBits())
    if stride == 3 * width:
        return data[: stride * height]
    return b"".join(data[row * stride : row * stride + 3 * width] for row in range(height))


def channel(image: QImage, which: Channel) -> QImage:
    """One channel as grey; the picture itself for "rgb"."""
    if which == "rgb" or image.isNull():
        return image
    if which == "l":
        return image.convertToFormat(QImage.Format.Format_Grayscale8)
    plane = packed(image)["rgb".index(which) :: 3]
    grey = QImage(plane, image.width(), image.height(), image.width(), QImage.Format.Format_Grayscale8)
    return grey.copy()


@dataclass(frozen=True)
class Pixel:
    """What is under the pointer: place and red, green, blue from 0 to 255."""

    x: int
    y: int
    red: int
    green: int
    blue: int

    @property
    def line(self) -> str:
        """`12, 30   R 120  G 33  B 10   #78210a`."""
        code = f"#{self.red:02x}{self.green:02x}{self.blue:02x}"
        return f"{self.x}, {self.y}   R {self.red}  G {self.green}  B {self.blue}   {code}"


@dataclass(frozen=True)
class Histogram:
    """256 counts for red, green and blue; the shares of pixels that are wholly dark and wholly bright."""

    red: tuple[int, ...]
    green: tuple[int, ...]
    blue: tuple[int, ...]
    dark: float
    bright: float

    @property
    def highest(self) -> int:
        """The tallest column apart from the two outermost, which clipping makes tall."""
        return max(max(plane[1:255]) for plane in (self.red, self.green, self.blue)) or 1


def histogram(image: QImage) -> Histogram:
    """The histogram of a picture, from every pixel of a small one and a sample of a large one."""
    if max(image.width(), image.height()) > SAMPLED:
        size = QSize(SAMPLED, SAMPLED)
        fast = Qt.TransformationMode.FastTransformation
        image = image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, fast)
    data = packed(image)
    planes = [Counter(data[offset::3]) for offset in range(3)]
    red, green, blue = (tuple(plane[value] for value in range(256)) for plane in planes)
    total = max(1, len(data))
    dark, bright = sum(plane[0] for plane in planes), sum(plane[255] for plane in planes)
    return Histogram(red, green, blue, dark / total, bright / total)
