"""Fonts and measured, elided text for painting, remembered by what is asked for."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

from ui.theme.typeface import SIZES, text_font

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter


class TextPainter:
    """The canvas's fonts at one text scale."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self.body = text_font(SIZES["body"] * scale)
        self.bold = text_font(SIZES["body"] * scale, bold=True)
        self.small = text_font(SIZES["small"] * scale)
        self.large = text_font(SIZES["large"] * scale, bold=True)
        self.measure = lru_cache(maxsize=8192)(QFontMetricsF(self.body).horizontalAdvance)
        self.measure_bold = lru_cache(maxsize=2048)(QFontMetricsF(self.bold).horizontalAdvance)
        self.measure_small = lru_cache(maxsize=2048)(QFontMetricsF(self.small).horizontalAdvance)
        self.elide = lru_cache(maxsize=8192)(self._elide)
        self.wrap = lru_cache(maxsize=256)(self._wrap)

    def _elide(self, text: str, width: float, bold: bool = False) -> str:
        metrics = QFontMetricsF(self.bold if bold else self.body)
        return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width)

    def _wrap(self, text: str, width: float, most: int) -> tuple[str, ...]:
        """The text in lines that are at most so wide; the last of `most` lines takes the rest, elided at its end."""
        lines: list[str] = []
        words = text.split()
        while words and len(lines) < most - 1:
            count = 1
            while count < len(words) and self.measure(" ".join(words[: count + 1])) <= width:
                count += 1
            lines.append(" ".join(words[:count]))
            words = words[count:]
        if words:
            rest = QFontMetricsF(self.body)
            lines.append(rest.elidedText(" ".join(words), Qt.TextElideMode.ElideRight, width))
        return tuple(lines)

    def draw(
        self,
        painter: QPainter,
        rect: QRectF,
        text: str,
        align: Qt.AlignmentFlag = LEFT,
        font: QFont | None = None,
    ) -> None:
        """One line in a rectangle, elided in the middle where it does not fit."""
        bold = font is self.bold
        painter.setFont(font or self.body)
        painter.drawText(rect, align, self.elide(text, rect.width(), bold))
