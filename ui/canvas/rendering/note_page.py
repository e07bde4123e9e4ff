"""A note's text, set as markdown with its pictures."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextImageFormat,
)

from nodegraph.model.graph import Note
from nodegraph.model.note_images import NotePicture
from ui.document.image_reader import read_data
from ui.i18n.translate import tr

MARGIN = 10.0
GAP = 6.0
"""Above and below a picture."""
NOTHING = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
NOTHING.fill(Qt.GlobalColor.transparent)


class NotePage(QTextDocument):
    """Lays out a note in scene units. It shows the note's own pictures and loads nothing, from no file and no net."""

    def __init__(self, note: Note, font: QFont, scale: float = 1.0) -> None:
        """`scale` is how many device pixels a scene unit will have: pictures are made ready for that."""
        super().__init__()
        self._room = max(note.size[0] - 2 * MARGIN, 1.0)
        self._scale = scale
        self.setDefaultFont(font)
        self.setDocumentMargin(MARGIN)
        self.setTextWidth(note.size[0])
        # Qt leaves out pictures that have no words.
        text = note.text.replace("![](", "![picture](")
        self.setMarkdown(text, QTextDocument.MarkdownFeature.MarkdownNoHTML)
        for start, end, form in reversed(self._images()):
            self._put(start, end, form, note.pictures.get(form.name()))

    def loadResource(self, kind: int, name: QUrl | str) -> QImage:
        """Nothing: what a stranger's note names is never looked for."""
        return NOTHING

    def _images(self) -> list[tuple[int, int, QTextImageFormat]]:
        found = []
        block: QTextBlock = self.begin()
        while block.isValid():
            run = block.begin()
            while not run.atEnd():
                fragment = run.fragment()
                form = fragment.charFormat()
                if form.isImageFormat():
                    start = fragment.position()
                    found.append((start, start + fragment.length(), form.toImageFormat()))
                run += 1
            block = block.next()
        return found

    def _put(self, start: int, end: int, form: QTextImageFormat, picture: NotePicture | None) -> None:
        cursor = QTextCursor(self)
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        image = decoded(picture) if picture is not None else None
        if picture is None or image is None:
            said = form.property(QTextFormat.Property.ImageAltText) or form.name()[:60]
            words = (
                tr("Canvas", "[{name}: not in this workflow]")
                if picture is None
                else tr("Canvas", "[{name}: damaged]")
            )
            slanted = QTextCharFormat()
            slanted.setFontItalic(True)
            cursor.insertText(words.format(name=said), slanted)
            return
        width = min(float(picture.size[0]), self._room)
        height = picture.size[1] * width / picture.size[0]
        pixels = QSize(max(round(width * self._scale), 1), max(round(height * self._scale), 1))
        if pixels.width() < image.width():
            # A painter alone skips pixels where it draws a picture at less than half its size.
            image = image.scaled(
                pixels, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        self.addResource(QTextDocument.ResourceType.ImageResource, QUrl(form.name()), image)
        form.setWidth(width)
        form.setHeight(height)
        cursor.setCharFormat(form)
        around = QTextBlockFormat()
        around.setTopMargin(GAP if cursor.block().blockNumber() else 0.0)
        around.setBottomMargin(GAP)
        cursor.mergeBlockFormat(around)


@lru_cache(maxsize=8)
def decoded(picture: NotePicture) -> QImage | None:
    """The pixels of a picture; None where the file is damaged behind its header."""
    image = read_data(picture.data, picture.size)
    return None if image.isNull() else image
