"""Pictures of strangers decoded by Qt: one decoder, chosen by the first bytes from the list of formats that are read.

Qt by itself tries every decoder that is installed; that for SVG opens further files that the drawing names.
"""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QMimeData, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from nodegraph.support.image_metadata.formats import (
    FORMATS,
    MAX_FILE_BYTES,
    MAX_PIXELS,
    START_BYTES,
    PictureFormat,
    format_of,
)
from nodegraph.support.regular_files import open_regular

MIME_TYPES = {f"image/{each.qt}": each for each in FORMATS if each.qt}
"""What pictures on a clipboard are called, in the order in which they are taken."""

QT_IMAGE = "application/x-qt-image"
"""What Qt calls a picture on a clipboard that this program put there."""


def reader_of(path: Path) -> QImageReader | None:
    """A reader of an ordinary picture file; None where it is no format that is read, or claims too much."""
    try:
        with open_regular(path) as file:
            if os.fstat(file.fileno()).st_size > MAX_FILE_BYTES:
                return None
            start = file.read(START_BYTES)
    except (OSError, ValueError):
        return None
    reader = QImageReader(str(path))
    return _limited_to(reader, format_of(start, path.name))


def read_data(data: bytes, size: tuple[int, int] | None = None) -> QImage:
    """A picture in memory; null where it is none that is read, or not of the `size` that is expected."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    reader = _limited_to(QImageReader(buffer, QByteArray()), format_of(data[:START_BYTES]))
    fits = reader is not None and (size is None or reader.size().toTuple() == size)
    image = reader.read() if reader is not None and fits else QImage()
    # The reader must not outlive the buffer.
    del reader
    return image


def read_image(path: Path, side: int = 0) -> QImage:
    """The picture in a file, upright; null where there is none that is read. With `side`, at most that long."""
    reader = reader_of(path)
    if reader is None:
        return QImage()
    size = reader.size()
    if side and size.isValid() and max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def has_image(data: QMimeData) -> bool:
    """Whether a clipboard or a drag holds pixels that `image_in` reads."""
    return data.hasImage() and bool(_taken(data) or _is_own(data))


def image_in(data: QMimeData) -> QImage:
    """The pixels on a clipboard or in a drag; null where there are none in a format that is read."""
    if _is_own(data):
        return QImage(data.imageData())
    for mime in _taken(data):
        image = read_data(bytes(data.data(mime).data()))
        if not image.isNull():
            return image
    return QImage()


def _taken(data: QMimeData) -> list[str]:
    return [mime for mime in MIME_TYPES if data.hasFormat(mime)]


def _is_own(data: QMimeData) -> bool:
    """Whether pixels come as they are, and not packed in some format that another program has chosen."""
    return data.hasImage() and not any(name.startswith("image/") for name in data.formats())


def _limited_to(reader: QImageReader, kind: PictureFormat | None) -> QImageReader | None:
    if kind is None or not kind.qt:
        return None
    reader.setAutoDetectImageFormat(False)
    reader.setDecideFormatFromContent(False)
    reader.setFormat(QByteArray(kind.qt.encode()))
    reader.setAutoTransform(True)
    size = reader.size()
    return None if size.isValid() and size.width() * size.height() > MAX_PIXELS else reader
