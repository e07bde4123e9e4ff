"""The display that windows open on; where there is none, one sentence instead of Qt's abort."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from nodegraph.support.errors import LoadError

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType
    from PySide6.QtWidgets import QApplication

INSTEAD = "or work without a window, as in: nodegraph run FILE."
CANNOT = "nodegraph: the editor cannot open a window"


def open_display() -> QApplication:
    """Qt's application. Raises LoadError where no display is set or Qt's libraries are missing.

    Where Qt cannot use the display it ends the process itself; its last words are then ours, and the code is 2.
    """
    named = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    if sys.platform == "linux" and not any(os.environ.get(name) for name in named):
        raise LoadError(
            "the editor cannot open a window: there is no display; set DISPLAY or WAYLAND_DISPLAY, {instead}",
            instead=INSTEAD,
        )
    try:
        from PySide6.QtCore import QtMsgType, qInstallMessageHandler
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        raise LoadError(
            "the editor cannot open a window: {why}; install what is missing, {instead}",
            why=error,
            instead=INSTEAD,
        ) from None
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    said: list[str] = []

    def listen(kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
        if kind == QtMsgType.QtFatalMsg:
            why = " ".join((said or [text])[0].split()).rstrip(".")
            print(f"{CANNOT}: {why}; check the display, {INSTEAD}", file=sys.stderr, flush=True)
            os._exit(2)
        said.append(text)

    before = qInstallMessageHandler(listen)
    try:
        made = QApplication(sys.argv[:1])
    finally:
        qInstallMessageHandler(before)
    for text in said:
        print(text, file=sys.stderr)
    return made
