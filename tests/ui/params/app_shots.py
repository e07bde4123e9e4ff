"""Pictures of the app view: `python -m tests.ui.params.app_shots FOLDER [THEME] [SCALE]`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"


def main(folder: Path, theme: str, scale: str) -> None:
    """Save pictures of the app view of the first example: as drafted, and while it is arranged."""
    os.environ["QT_SCALE_FACTOR"] = scale
    os.environ["NODEGRAPH_HOME"] = tempfile.mkdtemp()
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter
    from PySide6.QtWidgets import QApplication

    from nodegraph.cli.opening import node_types
    from nodegraph.edits import SetExpression
    from ui.canvas.canvas import Canvas
    from ui.panels.app_view.panel import AppPanel
    from ui.shell.app_view_switch import toggle
    from ui.shell.application import Application

    qt = QApplication.instance() or QApplication([])
    assert isinstance(qt, QApplication)
    app = Application(qt, node_types(), Canvas)
    app.change(theme=theme)
    window = app.start()
    window.resize(1180, 860)
    view = window.documents.open(Path("workflows/text_to_image.json"))
    assert view is not None
    toggle(window)
    panel = view.app
    assert isinstance(panel, AppPanel)
    picture = QImage(512, 512, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    light = QLinearGradient(QPoint(0, 0), QPoint(0, 512))
    light.setColorAt(0, QColor("#7fb2e5"))
    light.setColorAt(1, QColor("#4f7a3a"))
    painter.fillRect(picture.rect(), light)
    painter.end()
    panel.stage.show_picture(picture)

    def shoot(name: str) -> None:
        end = time.monotonic() + 0.6
        while time.monotonic() < end:
            qt.processEvents()
        window.grab().save(str(folder / f"{theme}-{scale}-{name}.png"))

    shoot("app")
    panel.toggle_arranging(True)
    view.editor.apply(SetExpression("size", "height", "size.widht * 2"))
    view.editor.apply(SetExpression("sampler", "steps", "size.width / 4"))
    shoot("app-arranged")
    for shown in window.tabs.views():
        window.documents.drop(shown, keep=False)
    app.end()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(sys.argv[2:] or ["dark", "1"]))
