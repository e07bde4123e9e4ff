"""The standard streams of a command: any encoding, none at all, full, or closed by a reader that has seen enough.

Text from a stranger's file may hold anything; no character of it reaches a terminal as a command.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from typing import TextIO, cast

# C0 but tab and line feed, DEL, C1, and the marks that change the direction or order of what is shown.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)


class Console(io.TextIOBase):
    """A stream that takes any text and never raises; what could not be written is in `error`.

    Characters that its encoding lacks, and control characters unless `controls` is set, are written as escapes such
    as `\\x1b`. `stream` None takes everything and shows nothing, as in a program without a console.
    """

    def __init__(self, stream: TextIO | None, *, controls: bool = False) -> None:
        self.stream = stream
        self.error: OSError | None = None
        self._controls = controls

    def write(self, text: str) -> int:
        """Write what can be written; after a first error nothing more is tried."""
        if self.stream is not None and self.error is None:
            shown = text if self._controls else visible(text)
            try:
                self.stream.write(_encodable(shown, self.stream.encoding or "utf-8"))
            except OSError as error:
                self.error = error
            except ValueError:
                self.error = OSError("the stream is closed")
        return len(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        if self.stream is not None and self.error is None:
            try:
                self.stream.flush()
            except OSError as error:
                self.error = error
            except ValueError:
                self.error = OSError("the stream is closed")

    def isatty(self) -> bool:
        """Whether a terminal shows it."""
        try:
            return self.stream is not None and self.stream.isatty()
        except ValueError:
            return False

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The descriptor of the stream; raises OSError where there is none."""
        if self.stream is None:
            raise io.UnsupportedOperation("there is no stream")
        return self.stream.fileno()

    def let_go(self) -> None:
        """After an error, send what is still buffered to nowhere: the end of the program would fail on it."""
        self.flush()
        if self.stream is None or self.error is None:
            return
        with contextlib.suppress(OSError, ValueError):
            number = self.stream.fileno()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, number)
            os.close(nowhere)
            self.stream.flush()


def visible(text: str) -> str:
    """`text` with its control characters as escapes; tabs and line feeds stay."""
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def one_line(text: str) -> str:
    """`text` in one line, so that what a file says cannot look like another line of the output."""
    return " ".join(visible(text).split())


@contextlib.contextmanager
def guarded() -> Iterator[tuple[Console, Console]]:
    """Standard output and error as consoles while a command runs, and back at its end."""
    before = sys.stdout, sys.stderr
    out, err = Console(sys.stdout), Console(sys.stderr)
    sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", err)
    try:
        yield out, err
    finally:
        out.let_go()
        err.let_go()
        sys.stdout, sys.stderr = before


def drawing() -> TextIO:
    """Standard error for text that moves the cursor itself."""
    stream = sys.stderr
    return cast("TextIO", Console(stream.stream, controls=True)) if isinstance(stream, Console) else stream


def _encodable(text: str, encoding: str) -> str:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    except LookupError:
        return text.encode("ascii", "backslashreplace").decode("ascii")
    return text
