"""The log: a rotating file in the state folder, readable by its owner only.

Every module logs under its own name (`logging.getLogger(__name__)`). Nothing is written before `open_log` is called,
and no file is made before the first record.
"""

from __future__ import annotations

import logging
import os
import traceback
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

LEVELS = ("debug", "info", "warning", "error")
LEVEL_VARIABLE = "NODEGRAPH_LOG_LEVEL"
PACKAGES = ("nodegraph", "nodes", "ui")
MAX_LOG_BYTES, KEPT_LOGS = 1_000_000, 3
MAX_DETAILS = 16_000
"""Characters of a traceback that are kept; the end, which names the error, stays."""


class _PrivateFile(RotatingFileHandler):
    """A rotating file for its owner alone. A full or refused disk costs the record, not the program."""

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return open(handle, "a", encoding="utf-8", errors="backslashreplace")  # the handler closes it

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the record."""


def log_file(process: str = "nodegraph") -> Path:
    """Where the log of a process is: "nodegraph", or "engine" for the child; `NODEGRAPH_HOME` holds it if set."""
    from nodegraph.support.user_dirs import state_folder

    home = os.environ.get("NODEGRAPH_HOME", "")
    return (Path(home) if home else state_folder()) / "log" / f"{process}.log"


def open_log(level: str = "", process: str = "nodegraph") -> None:
    """Write records of `level` and above to the log file of this process; a second call changes the level.

    Child processes take the level over. Without one it is that of the parent process, or "warning".
    """
    if level:
        os.environ[LEVEL_VARIABLE] = level
    inherited = os.environ.get(LEVEL_VARIABLE, "")
    level = inherited if inherited in LEVELS else "warning"
    for name in PACKAGES:
        logger = logging.getLogger(name)
        logger.setLevel(level.upper())
        logger.propagate = False
        for handler in [one for one in logger.handlers if isinstance(one, _PrivateFile)]:
            logger.removeHandler(handler)
            handler.close()
        logger.addHandler(_handler(process))


def _handler(process: str) -> _PrivateFile:
    handler = _PrivateFile(log_file(process), maxBytes=MAX_LOG_BYTES, backupCount=KEPT_LOGS, delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    return handler


def last_lines(count: int, process: str = "nodegraph") -> list[str]:
    """The newest `count` lines of a process's log; none where it cannot be read."""
    path = log_file(process)
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 400 * count))
            return file.read().decode("utf-8", "replace").splitlines()[-count:]
    except OSError:
        return []


def details_of(error: BaseException) -> str:
    """Type, message, file and line of an exception on the first line, and below it the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    message = " ".join(str(error).split())[:400]
    text = "".join(traceback.format_exception(error))
    shortened = text if len(text) <= MAX_DETAILS else "...\n" + text[-MAX_DETAILS:]
    return f"{type(error).__name__}: {message}{place}\n{shortened}"
