"""Where the editor starts."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from nodegraph.model.spec import NodeSpec
from ui.config import paths, settings
from ui.shell.display import open_display

FACTOR = "QT_SCALE_FACTOR"


def main(files: Sequence[Path]) -> int:
    """Open the editor with these files and stay until its windows are closed; the exit code.

    Raises LoadError where no window can be opened.
    """
    # All that is made until the window shows stays: looking through it for what is not needed takes a tenth of a start.
    gc.disable()
    before = os.environ.get(FACTOR)
    _scale(before)
    qt = open_display()
    from PySide6.QtCore import QTimer

    from ui.canvas.canvas import Canvas
    from ui.i18n.language import speak
    from ui.runs.run_service import RunService
    from ui.shell.application import Application
    from ui.shell.garbage_collection import Sweeper

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    qt.setApplicationName("nodegraph")
    qt.setDesktopFileName("nodegraph")
    speak(qt, settings.load(paths.settings_file()).language)
    app = Application(qt, specs(), Canvas)
    app.run_service = RunService(app)
    app.start(files)
    QTimer.singleShot(0, lambda: Sweeper(qt))
    try:
        code = qt.exec()
    finally:
        app.end()
    if app.again:
        from ui.shell.shutdown import start_again

        _put_back(before)
        return start_again()
    return code


def _scale(asked: str | None) -> None:
    """Qt takes the scale of everything from the environment, once; one that stands there already is multiplied."""
    try:
        factor = float(asked or 1)
    except ValueError:
        return
    os.environ[FACTOR] = str(factor * settings.load(paths.settings_file()).scale / 100)


def _put_back(asked: str | None) -> None:
    if asked is None:
        os.environ.pop(FACTOR, None)
    else:
        os.environ[FACTOR] = asked


def specs() -> Mapping[str, NodeSpec]:
    """The node types of the installed packages, read from their catalogues."""
    from nodegraph.node_api.catalogue import installed

    return installed(paths.cache_folder())
