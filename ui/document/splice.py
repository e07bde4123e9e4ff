"""Keep what a text widget cannot show: only the letters that were changed in it are changed in the text."""

from __future__ import annotations

import re

UNITS = re.compile(r"\r\n|.", re.DOTALL)
"""What a QTextDocument shows as one letter."""


def shown_text(raw: str) -> str:
    """The text of `QTextDocument.toRawText`, its paragraph separators as line breaks; nothing else is replaced."""
    return raw.replace("\u2029", "\n")


def spliced(source: str, shown: str, now: str) -> str:
    """`source` with the change made that turned `shown`, what a widget showed for it, into `now`.

    Line breaks of another system and separators outside the change stay as they are; line breaks inside take the
    form of the first one in `source`. Linear in the lengths.
    """
    if now == shown:
        return source
    units = UNITS.findall(source)
    if len(units) != len(shown):
        return now
    start = common_start(shown, now)
    end = common_start(shown[start:][::-1], now[start:][::-1])
    middle = now[start : len(now) - end]
    if "\r\n" in source and "\n" not in source.replace("\r\n", ""):
        middle = middle.replace("\n", "\r\n")
    return "".join(units[:start]) + middle + "".join(units[len(units) - end :])


def changed_letters(shown: str, now: str) -> int:
    """How many letters of `now` are not those of `shown`."""
    start = common_start(shown, now)
    return len(now) - start - common_start(shown[start:][::-1], now[start:][::-1])


def common_start(first: str, second: str) -> int:
    """How many letters two texts begin with in common."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[:middle] == second[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
