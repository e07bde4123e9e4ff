"""Counts the tokens of a prompt as the text encoder will, without keeping anybody from typing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache

from PySide6.QtCore import QObject, QThreadPool, Signal

from nodegraph.node_api import runtime
from ui.i18n.translate import tr

CONTEXT = "Tokens"
CHUNK = 75
"""Tokens of a prompt that CLIP reads at once."""


class TokenCounter(QObject):
    """Counts on a thread of the pool, one text at a time; of those that wait only the newest is counted."""

    counted = Signal(str, object)
    """The text, and where each chunk begins with how many tokens stand in it; none where nobody can count them."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted: tuple[str, str] | None = None
        self._busy = False
        self.counted.connect(self._done)

    def count(self, text: str, reader: str = "") -> None:
        """Count a text soon, as a node of the type `reader` reads it."""
        self._wanted = (text, reader)
        if not self._busy:
            self._begin()

    def _begin(self) -> None:
        wanted, self._wanted = self._wanted or ("", ""), None
        self._busy = True
        QThreadPool.globalInstance().start(lambda: self._work(*wanted))

    def _work(self, text: str, reader: str) -> None:
        chunks = tuple(runtime.installed().prompt_chunks(text, reader))
        # The program may have ended meanwhile, and this object with it.
        with suppress(RuntimeError):
            self.counted.emit(text, chunks)

    def _done(self, _text: str, _chunks: object) -> None:
        self._busy = False
        if self._wanted is not None:
            self._begin()


@cache
def counter() -> TokenCounter:
    """The one counter of the process."""
    return TokenCounter()


def token_words(text: str, chunks: Sequence[int], choices: bool = False) -> str:
    """`23 of 75 tokens`; where the prompt goes on into further chunks, their number.

    With `choices`, chance has words to choose, and their number is not yet known.
    """
    if not chunks:
        count = len(re.findall(r"\S+", text))
        return tr(CONTEXT, "1 word") if count == 1 else tr(CONTEXT, "{count} words").format(count=count)
    total = sum(chunks)
    shown = tr(CONTEXT, "{count} of {most} tokens").format(count=total, most=CHUNK)
    if len(chunks) > 1:
        shown = tr(CONTEXT, "{count} tokens, read in {parts} parts").format(count=total, parts=len(chunks))
    # An embedding stands for as many tokens as its file holds, which only the engine knows.
    about = "embedding:" in text or (choices and ("{" in text or "__" in text))
    return tr(CONTEXT, "about {tokens}").format(tokens=shown) if about else shown
