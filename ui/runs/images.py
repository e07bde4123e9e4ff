"""Pictures of the engine as pictures of Qt."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from nodegraph.node_api.events import Picture

STEP_SIDE = 512
"""A step is shown at least this large, smoothly; its own pixels are not what is looked at."""


def image_of(picture: Picture) -> QImage:
    """The picture with its own memory."""
    found = QImage(
        picture.pixels, picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888
    )
    return found.copy()


def fitted(image: QImage, side: int) -> QImage:
    """The picture made smaller until it fits a square; a small one stays as it is."""
    if max(image.width(), image.height()) <= side:
        return image
    return image.scaled(
        QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def as_large(image: QImage, like: QSize) -> QSize:
    """A step, which is small, lies as large as the finished picture before it: zoom and place stay."""
    size = image.size()
    if like.isEmpty() or size.width() * like.height() != size.height() * like.width():
        like = size * (STEP_SIDE / max(1, size.width(), size.height()))
    return size if size.width() >= like.width() else like
