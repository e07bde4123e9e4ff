"""The editor of a newcomer: from launch to window and first picture without a click, then live mode.

Live: seconds from a changed word, or a dragged number, to its new picture in the viewer, the quiet time included.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.runs.document_run import DocumentRun

LONGEST_MS = 120_000


def arrival(sheet: DocumentRun, since: float) -> float:
    """Seconds from `since` until a picture has arrived and the window has painted it."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    sheet.arrived.connect(loop.quit)
    QTimer.singleShot(LONGEST_MS, loop.quit)
    loop.exec()
    sheet.arrived.disconnect(loop.quit)
    painted = QEventLoop()
    QTimer.singleShot(0, painted.quit)
    painted.exec()
    return time.perf_counter() - since


def main(argv: list[str]) -> dict[str, object]:
    """`python -m benchmarks live [ROUNDS]`; the interpreter's own start is not in the launch."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as home:
        os.environ["NODEGRAPH_HOME"] = home
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PySide6.QtCore import QEventLoop, QSize, QTimer
        from PySide6.QtWidgets import QApplication

        from nodegraph.edits import SetParam
        from ui.app import specs
        from ui.canvas.canvas import Canvas
        from ui.runs.run_service import RunService
        from ui.shell.application import Application

        qt = QApplication([])
        app = Application(qt, specs(), Canvas, QSize(1920, 1080))
        app.run_service = RunService(app)
        window = app.start()
        window.grab()
        opened = time.perf_counter() - began
        sheet = window.run_panels.sheet if window.run_panels is not None else None
        assert sheet is not None
        first = arrival(sheet, began)
        words: list[float] = []
        numbers: list[float] = []
        for round in range(int(argv[0]) if argv else 9):
            for taken, edit in (
                (
                    words,
                    SetParam("prompt", "text", f"a {('blue', 'green', 'white')[round % 3]} castle {round}"),
                ),
                (numbers, SetParam("sampler", "cfg", 3.0 + round / 4)),
            ):
                settle = QEventLoop()
                QTimer.singleShot(1500, settle.quit)
                settle.exec()
                since = time.perf_counter()
                sheet.editor.apply(edit)
                taken.append(arrival(sheet, since))
        app.end()
    return {
        "window_s": opened,
        "first_picture_s": first,
        "changed_word_s": statistics.median(words),
        "dragged_number_s": statistics.median(numbers),
        "slowest_s": max(words + numbers),
    }
