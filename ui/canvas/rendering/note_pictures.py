"""Pictures brought into notes, from the clipboard or dropped: scaled down, and packed anew by us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QMimeData, QSize, Qt
from PySide6.QtGui import QImage, QImageWriter

from nodegraph.model.note_images import NotePicture
from nodegraph.support.errors import LoadError
from ui.document import workflow_file
from ui.document.image_reader import decoded, has_image, image_in, open_reader

SIDE = 1280
"""Pixels a side: clear on a note at four times its usual size."""
PACKED = 512 * 2**10
"""Bytes a picture takes at most."""
WAYS = ((b"png", -1), (b"webp", 90))
"""Formats with their quality: screenshots stay as they are, photographs need the second."""


def files_in(data: QMimeData) -> list[Path]:
    """The picture files of this machine among what is dropped or pasted."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if workflow_file.kind(path) == "picture"]


def brought(data: QMimeData) -> bool:
    """Whether there is a picture in what is dropped or pasted."""
    return has_image(data) or bool(files_in(data))


def put(pictures: dict[str, NotePicture], data: QMimeData) -> list[str]:
    """Add what is dropped or pasted to a note's pictures; the markdown that shows them. Raises LoadError."""
    words = []
    for said, image in list(_images(data)):
        name, number = "picture_1", 2
        while name in pictures:
            name, number = f"picture_{number}", number + 1
        pictures[name] = packed(image)
        words.append(f"![{said}]({name})")
    return words


def packed(image: QImage) -> NotePicture:
    """A picture as a note keeps it. Raises LoadError where it cannot be written."""
    side = SIDE
    while side >= 16:
        image = _within(image, side)
        for format, quality in WAYS:
            data = QBuffer()
            data.open(QBuffer.OpenModeFlag.WriteOnly)
            writer = QImageWriter(data, QByteArray(format))
            writer.setQuality(quality)
            if writer.write(image) and data.size() <= PACKED:
                return NotePicture.of(bytes(data.data().data()))
        side = side * 3 // 4
    raise LoadError("The picture cannot be kept in a note; copy it anew, or choose another.")


def _images(data: QMimeData) -> Iterator[tuple[str, QImage]]:
    files = files_in(data)
    for path in files:
        yield re.sub(r"[\[\]()\s]+", " ", path.stem).strip() or "picture", _read(path)
    if not files and data.hasImage():
        image = image_in(data)
        if image.isNull():
            raise LoadError("The picture on the clipboard cannot be read; copy it anew.")
        yield "picture", image


def _read(path: Path) -> QImage:
    """A picture file, upright, twice as large as it is kept at most. Raises LoadError."""
    with open_reader(path) as reader:
        if reader is None:
            raise LoadError(
                "{name} is not a picture that a note can keep; save it as PNG or choose another.",
                name=path.name,
            )
        image = decoded(reader, 2 * SIDE)
        if image.isNull():
            raise LoadError(
                "{name} cannot be read as a picture ({reason}); save it again or choose another.",
                name=path.name,
                reason=reader.errorString(),
            )
        return image


def _within(image: QImage, side: int) -> QImage:
    """A copy within so many pixels a side, that carries nothing but pixels."""
    if max(image.size().toTuple()) > side:
        image = image.scaled(
            QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    alpha = image.hasAlphaChannel()
    plain = image.convertToFormat(QImage.Format.Format_ARGB32 if alpha else QImage.Format.Format_RGB32)
    for key in plain.textKeys():
        plain.setText(key, "")
    return plain
