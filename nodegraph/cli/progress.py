"""A progress line on a terminal."""

from __future__ import annotations

import shutil
import time
from typing import TextIO

from nodegraph.cli.console import one_line
from nodegraph.node_api import events

WIDTH = 28


class Bar:
    """One line for the running node, redrawn in place; the line stays when the node is done."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._title = ""
        self._started = 0.0
        self._stepped = False

    def show(self, event: events.Event) -> None:
        """Draw what the event tells."""
        match event:
            case events.NodeStarted(_, title, _):
                self._title, self._started, self._stepped = title, time.monotonic(), False
            case events.Progress(_, step, total, text):
                self._stepped = True
                self._line(self._bar(step, total, text))
            case events.Message(node, text):
                self._line(f"{node or 'nodegraph'}: {text}")
                self._stream.write("\n")
            case events.NodeFinished() if self._stepped:
                self._stream.write("\n")
        self._stream.flush()

    def close(self) -> None:
        """Leave the cursor on a fresh line."""
        self._stream.flush()

    def _bar(self, step: int, total: int, text: str) -> str:
        filled = WIDTH * step // max(total, 1)
        speed = step / max(time.monotonic() - self._started, 1e-6)
        return f"{self._title} [{'#' * filled}{'.' * (WIDTH - filled)}] {step}/{total}  {speed:.1f}/s  {text}"

    def _line(self, text: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        self._stream.write("\r\x1b[K" + one_line(text)[:width])
