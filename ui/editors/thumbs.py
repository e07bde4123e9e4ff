"""Pictures beside model files (`name.png`, `name.preview.png` ...), small, read when a row is first seen."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    QThreadPool,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem

from ui.config import model_files
from ui.document.image_reader import open_reader
from ui.theme.appearance import Appearance
from ui.theme.icons import paint
from ui.widgets.popup.rows import Row, RowPainter

SIDE = 36
"""The side of a picture in the list, in logical pixels."""
ENDINGS = (".preview.png", ".preview.jpg", ".png", ".jpg", ".jpeg", ".webp")
MOST_BYTES = 32 << 20
MOST_SIDE = 8192
"""Larger pictures are not read: a file from a stranger must not fill the memory."""
KEPT = 512
THREADS = 2
ROWS_SEEN = 40
"""More rows than a list shows at once."""


class Thumbs(QObject):
    """Reads on threads of the pool and keeps the newest; `None` means that there is no picture."""

    loaded = Signal(str, object)
    """The name that was asked for, and its QImage."""
    missing = Signal(object)
    """The names that have no picture."""

    def __init__(self, kind: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._kept: OrderedDict[str, QPixmap | None] = OrderedDict()
        self._asked: set[str] = set()
        self._wanted: dict[str, int] = {}
        self._folders: dict[Path, frozenset[str]] = {}
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(30)
        self._soon.timeout.connect(self._begin)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._closed = False
        self.loaded.connect(self._took)
        self.missing.connect(self._missed)

    def of(self, name: str, pixels: int) -> QPixmap | None:
        """The picture of a model file if it has been read; else it is read, and `loaded` tells."""
        if name in self._kept:
            self._kept.move_to_end(name)
            return self._kept[name]
        if name not in self._asked:
            self._wanted[name] = pixels
            if not self._soon.isActive():
                self._soon.start()
        return None

    def _begin(self) -> None:
        """Read what was painted without a picture and has not been scrolled past since."""
        wanted, self._wanted = self._wanted, {}
        seen = list(wanted.items())[-ROWS_SEEN:]
        self._asked.update(name for name, _ in seen)
        # A job for each thread, not for each name: starting many holds up whoever is typing.
        for part in (seen[::THREADS], seen[1::THREADS]):
            if part:
                self._pool.start(lambda part=part: self._read(part))

    def close(self) -> None:
        """Read no more; waits for the pictures that are being read."""
        self._closed = True
        self._soon.stop()
        self._pool.clear()
        self._pool.waitForDone()

    def _read(self, wanted: Sequence[tuple[str, int]]) -> None:
        without = []
        for name, pixels in wanted:
            if self._closed:
                return
            file = model_files.model_files().find(self._kind, name)
            picture = picture_beside(file, self._beside(file.parent)) if file is not None else None
            image = small(picture, pixels) if picture is not None else None
            if image is None:
                without.append(name)
            else:
                self.loaded.emit(name, image)
        self.missing.emit(without)

    def _beside(self, folder: Path) -> frozenset[str]:
        """The names of all that lies in a folder; read once, for a list asks for many files of few folders."""
        if folder not in self._folders:
            try:
                self._folders[folder] = frozenset(os.listdir(folder))
            except OSError:
                self._folders[folder] = frozenset()
        return self._folders[folder]

    def _took(self, name: str, image: QImage) -> None:
        self._keep(name, QPixmap.fromImage(image))

    def _missed(self, names: Sequence[str]) -> None:
        for name in names:
            self._keep(name, None)

    def _keep(self, name: str, picture: QPixmap | None) -> None:
        self._asked.discard(name)
        self._kept[name] = picture
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def picture_beside(file: Path, beside: Collection[str]) -> Path | None:
    """The picture among the names `beside` a model file that is called as it is."""
    stem = file.name if file.is_dir() else file.stem
    found = (f"{stem}{ending}" for ending in ENDINGS if f"{stem}{ending}" in beside)
    name = next(found, None)
    return file.with_name(name) if name else None


def small(path: Path, pixels: int) -> QImage | None:
    """A square out of the middle of a picture; None where it cannot be read or is too large."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
    except (OSError, ValueError):
        return None
    with open_reader(path) as reader:
        size = QSize() if reader is None else reader.size()
        if reader is None or not size.isValid() or max(size.width(), size.height()) > MOST_SIDE:
            return None
        reader.setScaledSize(
            size.scaled(QSize(pixels, pixels), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        )
        image = reader.read()
    if image.isNull():
        return None
    side = min(pixels, image.width(), image.height())
    return image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)


class ThumbPainter(RowPainter):
    """Rows with a picture in the place of the icon."""

    def __init__(self, look: Appearance, thumbs: Thumbs, parent: QObject | None = None) -> None:
        super().__init__(look, parent)
        self._thumbs = thumbs

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Room for the picture."""
        return QSize(120, max(SIDE, self._look.metrics.row) + 8)

    def icon_room(self, row: Row) -> float:
        """Folders keep their small icon."""
        return 16.0 if row.icon == "folder" else float(SIDE)

    def paint_icon(self, painter: QPainter, box: QRectF, row: Row) -> None:
        """The picture, or a quiet plate while there is none."""
        if row.icon == "folder":
            super().paint_icon(painter, box, row)
            return
        shape = QPainterPath()
        shape.addRoundedRect(box, 5, 5)
        ratio = painter.device().devicePixelRatioF()
        picture = self._thumbs.of(row.id, round(SIDE * ratio))
        painter.fillPath(shape, self._look.theme.color("field"))
        if picture is None:
            mark = QRectF(0, 0, 16, 16)
            mark.moveCenter(box.center())
            paint(painter, mark, "file", self._look.theme.muted)
        else:
            painter.save()
            painter.setClipPath(shape)
            painter.drawPixmap(box, picture, QRectF(picture.rect()))
            painter.restore()
        if row.icon == "check":
            mark = QRectF(box.right() - 13, box.bottom() - 13, 16, 16)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._look.theme.accent))
            painter.drawEllipse(mark)
            paint(painter, mark.adjusted(2.5, 2.5, -2.5, -2.5), "check", self._look.theme.on_accent)
