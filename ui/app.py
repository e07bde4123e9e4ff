"""Where the editor starts."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from nodegraph.spec import NodeSpec
from ui import paths, settings


def main(files: Sequence[Path]) -> int:
    """Open the editor with these files and stay until its windows are closed; the exit code."""
    scale = settings.load(paths.settings_file()).scale
    if scale != 100 and "QT_SCALE_FACTOR" not in os.environ:
        os.environ["QT_SCALE_FACTOR"] = str(scale / 100)
    from PySide6.QtWidgets import QApplication

    from ui.application import Application
    from ui.canvas.canvas import Canvas
    from ui.running.desk import Desk

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    qt = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(qt, QApplication):
        return 2
    qt.setApplicationName("nodegraph")
    qt.setDesktopFileName("nodegraph")
    app = Application(qt, specs(), Canvas)
    app.desk = Desk(app)
    app.start(files)
    try:
        return qt.exec()
    finally:
        app.end()


def specs() -> Mapping[str, NodeSpec]:
    """The node types of the installed packages, read from their catalogues."""
    from nodegraph.catalogue import installed

    return installed(paths.cache_folder())
