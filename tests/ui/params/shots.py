"""Pictures of every editor, to be looked at: `python -m tests.ui.params.shots FOLDER [THEME] [SCALE]`."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

CHOICES = (
    "# warm evenings\n{3::oil painting|etching} of __colours__ __animals/*__, __colour__ sky, embedding:ink\n"
    "{1-2$$ and $$a boat|a bridge|(a heron:1.2)}"
)
LONG = ", ".join(["a (red house:1.2) by a quiet lake in the morning mist, soft light on the water"] * 6)


def main(folder: Path, theme: str, scale: str) -> None:
    """Save one picture for each kind of editor."""
    os.environ["QT_SCALE_FACTOR"] = scale
    from PySide6.QtWidgets import QApplication, QWidget

    from nodegraph.edits import SetParam
    from nodegraph.edits.document import Document
    from nodegraph.model.graph import Node
    from tests.ui.params.catalogue import SPECS
    from tests.ui.params.conftest import Folders, graph
    from ui.canvas.canvas import Canvas
    from ui.config import model_files
    from ui.config.settings import Settings
    from ui.document.editor import Editor
    from ui.panels.canvas_editors import attach
    from ui.theme.appearance import Appearance
    from ui.theme.style import style_sheet

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    folders = Folders()
    folders.kinds["checkpoints"] += tuple(f"many/model {n:02}.safetensors" for n in range(14))
    model_files.model_files = lambda: folders  # type: ignore[assignment]  # stands in for real folders
    look = Appearance.of(Settings(theme=theme), True)
    app.setStyle("Fusion")
    app.setFont(look.font())
    app.setPalette(look.theme.qt_palette())
    app.setStyleSheet(style_sheet(look.theme, look.metrics))
    window = QWidget()
    window.resize(700, 560)
    folders.kinds |= {"wildcards": ("animals/cats.txt", "colours.txt"), "embeddings": ("ink.pt",)}
    wild = Node("wild", "Choices", params={"text": CHOICES}, pos=(0, 200))
    editor = Editor(SPECS, Document(graph().with_nodes([wild])))
    canvas = Canvas(editor, look.theme, window)
    canvas.resize(700, 560)
    canvas.camera.size = canvas.size().toSizeF()
    box = canvas.scene.nodes["all"].rect
    canvas.camera.look_at((box.x() + 270, box.y() + 250, 1.0))
    rows = attach(canvas, look)
    assert rows is not None
    window.show()
    window.activateWindow()
    for name in (
        "steps",
        "seed",
        "sampler",
        "checkpoint",
        "upscale",
        "color",
        "image_file",
        "name",
        "prompt",
        "long",
        "text",
    ):
        rows.close()
        if name == "long":
            editor.apply(SetParam("all", "prompt", LONG))
        node, param = ("wild", name) if name == "text" else ("all", "prompt" if name == "long" else name)
        rows.open(node, param, by_key=name not in ("sampler", "checkpoint"))
        if name == "steps":
            rows.editor.line.setText("24*")  # type: ignore[union-attr]  # open just now
            rows.editor.line.insert("2")  # type: ignore[union-attr]  # as above
            rows.editor._hint("24*2")  # type: ignore[union-attr]  # as typing does
        if name == "color":
            rows.editor.open_choices()  # type: ignore[union-attr]  # open just now
        for _ in range(60 if name in ("long", "text") else 3):
            app.processEvents()
            time.sleep(0.005)
        window.grab().save(str(folder / f"{theme}-{scale}-{name}.png"))
        popup = rows.editor.open_popup if rows.editor is not None else None
        if popup is not None:
            popup.close()
            rows.editor._popup = None  # type: ignore[union-attr]  # closed by force
    window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(sys.argv[2:] or ["dark", "1"]))
