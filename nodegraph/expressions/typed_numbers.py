"""Numbers as people type them, in a field or on the command line, in the form that formulas are read in."""

from __future__ import annotations

import re

GROUPING = re.compile(r"(?<=\d)[\u00a0\u2007\u2009\u202f'’](?=\d)|(?<=\d) (?=\d{3}(?!\d))")
"""Blanks and marks between groups of digits."""
NUMBER = re.compile(r"(?<![\d.,])[.,]*\d[\d.,]*")
GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
ZEROS = re.compile(r"(?<![\w.])0+(?=\d)")
"""Zeros before a number."""


def as_sum(text: str, whole: bool) -> str:
    """What was typed in the form that `evaluate` reads: decimal commas, grouped digits and leading zeros are those of
    people. In a call commas stand between values. `1,024` is grouped where only `whole` numbers are meant.
    """
    text = GROUPING.sub("", text.strip().removeprefix("="))
    if "(" not in text:
        text = NUMBER.sub(lambda found: _number_text(found[0], whole), text)
    return ZEROS.sub("", text)


def _number_text(text: str, whole: bool) -> str:
    """One number with a point for its decimals and nothing between its groups."""
    comma, point = text.rfind(","), text.rfind(".")
    if comma < 0:
        return text
    if point >= 0:
        # The last sign of two kinds is that of the decimals.
        grouping, decimal = (",", ".") if point > comma else (".", ",")
        return text.replace(grouping, "").replace(decimal, ".")
    grouped = GROUPED.fullmatch(text) is not None
    return text.replace(",", "") if grouped and (whole or text.count(",") > 1) else text.replace(",", ".")
