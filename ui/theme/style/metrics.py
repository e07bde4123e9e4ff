"""Sizes of the chrome, in logical pixels, on an 8 px rhythm."""

from __future__ import annotations

from dataclasses import dataclass

from ui.config.settings import Settings
from ui.theme.typeface import SIZES

ROWS = {"compact": 20, "normal": 24, "large": 28}
BODY = 13.0 / SIZES["body"]


@dataclass(frozen=True)
class Metrics:
    """`row` is the height of a list row; `small`, `body`, `large` are text sizes."""

    row: int
    small: float
    body: float
    large: float

    @staticmethod
    def of(settings: Settings) -> Metrics:
        """The sizes for a density and a text size; rows grow with the text in them."""
        factor = settings.text_size / 100 * BODY
        row = max(ROWS[settings.density], round(ROWS[settings.density] * settings.text_size / 100))
        return Metrics(row, SIZES["small"] * factor, SIZES["body"] * factor, SIZES["large"] * factor)

    def px(self, size: float) -> int:
        """A whole number of pixels, at least one."""
        return max(1, round(size))
