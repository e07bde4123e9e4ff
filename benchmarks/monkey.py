"""Anything at all done to the real window, from a seed: `monkey [MINUTES] [SEED]`; a nonzero `raised` is a defect."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

ROUND = 1000
"""Steps after which every graph is looked at and every tab closed, so that memory can be compared."""


def main(argv: list[str]) -> dict[str, object]:
    """Steps, what was raised or warned of, and megabytes after the first round and at the end."""
    minutes, seed = (float(argv[0]) if argv else 20.0), (int(argv[1]) if len(argv) > 1 else 1)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NODEGRAPH_HOME"] = str(Path(folder) / "home")
        return _figures(Path(folder), minutes * 60, seed)


def _figures(folder: Path, seconds: float, seed: int) -> dict[str, object]:
    from PySide6.QtWidgets import QApplication

    from tests.ui.catalogue import SPECS
    from tests.ui.running.painting_nodes import SPECS as PAINTING
    from tests.ui.window.hand import crash, furnish
    from tests.ui.window.monkey import Monkey, toys

    qt = QApplication([])
    files = toys(folder)
    app = furnish(qt, folder, {**SPECS, **PAINTING})
    monkey = Monkey(app, seed, files)
    heard: list[str] = []
    _listen(lambda text: heard.append(f"{text}\n  after {list(monkey.did)[-8:]}"))
    memory: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        monkey.run(ROUND)
        monkey.check()
        monkey.close_all()
        gc.collect()
        memory.append(_megabytes())
    crash(app)
    for text in dict.fromkeys(heard):
        print(text, file=sys.stderr)
    return {
        "steps": monkey.steps,
        "raised": len(heard),
        "memory_after_one_round_mb": memory[0],
        "memory_at_the_end_mb": memory[-1],
        "memory_at_most_mb": max(memory),
    }


def _listen(told: Callable[[str], object]) -> None:
    """Hear of every exception that nobody caught and every warning of Qt."""
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    def said(kind: QtMsgType, _context: object, text: str) -> None:
        if "plugin does not support" not in text:
            told(f"{kind.name}: {text}")

    qInstallMessageHandler(said)
    sys.excepthook = lambda *raised: told("".join(traceback.format_exception(*raised)))
    threading.excepthook = lambda args: told(f"in a thread: {args.exc_value!r}")
    sys.unraisablehook = lambda args: told(f"unraisable: {args.exc_value!r} of {args.object!r}")


def _megabytes() -> float:
    """What the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
