"""Pictures of strangers decoded by Qt: one decoder, chosen by the first bytes from the list of formats that are read.

Qt by itself tries every decoder that is installed; that for SVG opens further files that the drawing names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QFile, QIODevice, QMimeData, QSize, Qt
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


@contextmanager
def open_reader(path: Path) -> Iterator[QImageReader | None]:
    """A reader of a regular picture file; None where it is in no format that is read, or claims too much.

    It reads the very file that was opened and looked at, so no other can take its place in between.
    """
    with ExitStack() as opened:
        try:
            file = opened.enter_context(open_regular(path, buffering=0))
            large = os.fstat(file.fileno()).st_size > MAX_FILE_BYTES
            start = b"" if large else file.read(START_BYTES)
            file.seek(0)
        except (OSError, ValueError):
            yield None
            return
        device = QFile()
        device.open(file.fileno(), QIODevice.OpenModeFlag.ReadOnly)
        reader = _limited_to(QImageReader(device, QByteArray()), format_of(start, path.name))
        try:
            yield reader
        finally:
            if reader is not None:
                # The decoder goes before its device.
                reader.setDevice(QBuffer())
            device.close()


def read_image(path: Path, side: int = 0) -> QImage:
    """The picture in a file, upright; null where there is none that is read. With `side`, at most that long."""
    with open_reader(path) as reader:
        return QImage() if reader is None else decoded(reader, side)


def decoded(reader: QImageReader, side: int = 0) -> QImage:
    """The picture of a reader, null where it fails; with `side`, at most that long."""
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
