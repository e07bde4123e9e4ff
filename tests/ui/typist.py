"""The real editor in a process of its own: typed into until it is killed, or started again to say what came back.

`python -m tests.ui.typist type KIND FLOW LOG` types for ever; each line of LOG has the time after a key and how many
letters were typed. `python -m tests.ui.typist read FLOW LOG` writes the workflows that came back, as a JSON list.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import ui.app
from nodegraph.formats.native import dumps
from ui.canvas.canvas import Canvas
from ui.panels.canvas_editors import attach
from ui.shell.application import Application

EVERY_MS = 25
"""Between two keys: faster than any hand."""
NODES = {"prompt": ("prompt", "text"), "name": ("save", "prefix"), "seed": ("sampler", "seed")}
"""Kinds of fields, and the node and parameter that each is; notes and titles are written on the canvas."""


def letters(kind: str) -> str:
    """What is typed: of words that all differ, or digits of a number that stays valid."""
    if kind == "seed":
        return "1234567890123456789"
    return " ".join(f"word{number}" for number in range(2000))


def application() -> Application:
    """The editor of this process."""
    qt = QApplication.instance()
    assert qt is not None
    return next(child for child in qt.children() if isinstance(child, Application))


def begin(kind: str, log: Path) -> None:
    """Open a field and type into it."""
    view = application().windows[0].view
    assert view is not None and isinstance(view.base, Canvas)
    canvas = view.base
    if kind == "title":
        canvas.rename("sampler")
    elif kind == "note":
        canvas.edit_note("note")
    else:
        rows = attach(canvas, application().look)
        assert rows is not None and rows.open(*NODES[kind], by_key=True)
    field = QApplication.focusWidget() or canvas.focusWidget()
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    written = log.open("w", buffering=1)
    left = iter(enumerate(letters(kind), 1))
    timer = QTimer(canvas)

    def press() -> None:
        number, letter = next(left, (0, ""))
        if number:
            QTest.keyClicks(field, letter)
            written.write(f"{time.time()} {number}\n")

    timer.timeout.connect(press)
    timer.start(EVERY_MS)


def read(log: Path) -> None:
    """Write what came back, and end."""
    views = [view for window in application().windows for view in window.tabs.views()]
    log.with_suffix(".part").write_text(json.dumps([dumps(view.editor.graph) for view in views]))
    log.with_suffix(".part").replace(log)
    os._exit(0)


def main(arguments: list[str]) -> int:
    """Start the editor as its user does."""
    *what, flow, log = arguments
    if what[0] == "type":
        QTimer.singleShot(0, lambda: QTimer.singleShot(0, lambda: begin(what[1], Path(log))))
        return ui.app.main([Path(flow)])
    QTimer.singleShot(0, lambda: QTimer.singleShot(0, lambda: read(Path(log))))
    return ui.app.main([])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
