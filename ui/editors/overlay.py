"""The plate on which an open editor lies over its row, and the hint below it."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtWidgets import QFrame, QWidget

from ui.canvas.canvas import Canvas
from ui.editors.binding import Binding
from ui.editors.make import make_editor
from ui.editors.seed import SeedEditor
from ui.i18n.labels import label_of
from ui.theme.appearance import Appearance
from ui.theme.typeface import SIZES
from ui.widgets.plain_label import PlainLabel

WIDEST_LABEL = 140
LEAST = {"line": 132, "seed": 264, "page": 260}
MARGIN = 8
NEARLY = 0.75


class Overlay(QFrame):
    """An editor on a raised plate with the parameter's name, and a hint below while something is typed."""

    def __init__(self, canvas: Canvas, binding: Binding, look: Appearance) -> None:
        super().__init__(canvas)
        self.node, self.name = binding.node, binding.param.name
        self.setObjectName("RowEditor")
        self._look = look
        self._canvas = canvas
        self.label = PlainLabel(label_of(self.name), self)
        self.editor = make_editor(binding, look, self)
        self.hint = Hint(canvas, look)
        self.editor.hinted.connect(self._hinted)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def place(self, seen: QRectF, size: float, on_row: bool) -> None:
        """Lie over what is seen of the row, `size` times as large as at 100 %."""
        theme = self._look.theme
        pixels = SIZES["body"] * max(size, self._look.metrics.body / 13.0 if not on_row else size)
        self.editor.set_pixels(pixels)
        sheet = (
            f"#RowEditor {{ background: {theme.raised}; border: 1px solid {theme.accent}; border-radius: 5px; }}"
            f" #RowEditor > QLabel {{ color: {theme.muted}; font-size: {round(pixels)}px; padding-left: 5px; }}"
            " #RowEditor QLineEdit, #RowEditor QPlainTextEdit { border: 0; background: transparent; }"
        )
        # Setting a style sheet costs milliseconds even where it is the same.
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)
        kind = "page" if self.editor.tall else "seed" if isinstance(self.editor, SeedEditor) else "line"
        self.label.setVisible(not self.editor.tall)
        wide = 0 if self.editor.tall else min(self.label.sizeHint().width() + 4, round(WIDEST_LABEL * size))
        least = round(LEAST[kind] * pixels / 12) + wide
        lines = pixels * (9 if self.editor.tall else 2)
        height = max(seen.height(), lines) if on_row else lines
        width = max(seen.width() if on_row else 0, least)
        if on_row and self.editor.tall:
            # A page that almost fits lies exactly over its row: a rim over the next row would cut its words.
            height = seen.height() if seen.height() >= NEARLY * lines else height
            width = seen.width() if seen.width() >= NEARLY * least else width
        rect = QRectF(seen.x(), seen.y(), width, height).toAlignedRect()
        if not self.editor.tall:
            rect.moveTop(round(seen.center().y() - rect.height() / 2))
        self.setGeometry(self._inside(rect))
        inner = QRect(0, 0, rect.width(), rect.height()).adjusted(1, 1, -1, -1)
        self.label.setGeometry(1, 1, wide, rect.height() - 2)
        self.editor.setGeometry(inner.adjusted(wide, 0, 0, 0))
        self._place_hint()

    def let_go(self) -> None:
        """Close."""
        self.hint.hide()
        self.hint.deleteLater()
        self.hide()
        self.deleteLater()

    def _inside(self, rect: QRect) -> QRect:
        room = self._canvas.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        if rect.intersects(self._canvas.rect()):
            rect.moveRight(min(rect.right(), room.right()))
            rect.moveLeft(max(rect.left(), room.left()))
            rect.moveBottom(min(rect.bottom(), room.bottom()))
            rect.moveTop(max(rect.top(), room.top()))
        return rect

    def _hinted(self, text: str, wrong: bool) -> None:
        self.hint.tell(text, wrong)
        self._place_hint()

    def _place_hint(self) -> None:
        self.hint.stand_under(self.geometry())


class Hint(PlainLabel):
    """A sentence under the editor."""

    def __init__(self, canvas: QWidget, look: Appearance) -> None:
        super().__init__(canvas)
        self._look = look
        self.setObjectName("RowHint")
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def tell(self, text: str, wrong: bool) -> None:
        """Show a sentence, or nothing."""
        theme = self._look.theme
        self.setText(text)
        self.setStyleSheet(
            f"#RowHint {{ background: {theme.raised}; color: {theme.error if wrong else theme.muted};"
            f" border: 1px solid {theme.error if wrong else theme.hairline}; border-radius: 5px; padding: 3px 8px; }}"
        )
        self.setVisible(bool(text))
        self.raise_()

    def stand_under(self, rect: QRect) -> None:
        """Stand below an editor, or above it where there is no room."""
        if self.isHidden():
            return
        # A label that wraps is made narrower than its sentence, whatever room there is.
        self.setWordWrap(False)
        widest = max(rect.width(), 320)
        if self.sizeHint().width() > widest:
            self.setWordWrap(True)
        self.setMaximumWidth(widest)
        self.adjustSize()
        below = rect.bottom() + 5
        room = (self.parentWidget() or self).height() - MARGIN
        top = below if below + self.height() <= room else rect.top() - self.height() - 4
        self.move(rect.left(), top)
