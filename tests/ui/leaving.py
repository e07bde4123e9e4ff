"""The real editor in a process of its own: opened, used and left in the way that the first argument names."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import ui.app
from nodegraph.edits import Move
from ui.shell.application import Application
from ui.shell.garbage_collection import Sweeper

ROOT = Path(__file__).parents[2]


def leave(how: str) -> None:
    """Use every panel, make some steps, and go."""
    qt = QApplication.instance()
    assert qt is not None
    assert not gc.isenabled() and gc.get_freeze_count() > 10_000
    assert any(isinstance(child, Sweeper) for child in qt.children())
    app = next(child for child in qt.children() if isinstance(child, Application))
    window = app.windows[0]
    for view in window.tabs.views():
        for number in range(20):
            view.editor.apply(Move({next(iter(view.editor.graph.nodes)): (number, number)}))
        view.editor.stack.setIndex(7)
        view.editor.stack.setClean()
    for name in window.docks.docks:
        window.docks.toggle(name)
    {"close": window.close, "quit": app.quit, "exit": QApplication.quit}[how]()


if __name__ == "__main__":
    QTimer.singleShot(0, lambda: QTimer.singleShot(300, lambda: leave(sys.argv[1])))
    sys.exit(ui.app.main(sorted(ROOT.glob("workflows/*.json"))[:3]))
