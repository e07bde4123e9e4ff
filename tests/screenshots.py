"""Pictures of the editor for the documentation: `python -m tests.screenshots [FOLDER]`, by default `docs/`.

The default workflow and one of 200 nodes, dark and light, at 100 and 200 percent. Each scale takes a process of
its own. What is shown is computed: the practice model runs the workflow before the picture is taken.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QApplication

from nodegraph.formats import native
from nodegraph.model.graph import Frame, Graph, Node, Source
from ui.app import specs
from ui.canvas.canvas import Canvas
from ui.runs.run_service import RunService
from ui.shell.application import Application
from ui.shell.document_view import DocumentView
from ui.shell.main_window import MainWindow

ROOT = Path(__file__).parents[1]
WORKFLOW = ROOT / "workflows" / "text_to_image.json"
SIZE = (1440, 900)
BYTES = 400_000
"""The largest picture that the documentation holds."""


def many(count: int = 200) -> Graph:
    """Variations of the default workflow, side by side in frames, until there are `count` nodes."""
    part = native.load(WORKFLOW)
    width = max(node.pos[0] for node in part.nodes.values()) + 400.0
    height = max(node.pos[1] for node in part.nodes.values()) + 560.0
    columns = 5
    nodes: dict[str, Node] = {}
    frames: dict[str, Frame] = {}
    number = 0
    while len(nodes) < count:
        at = ((number % columns) * width, (number // columns) * height)
        inside = [_copy(node, number, at) for node in part.nodes.values()][: count - len(nodes)]
        nodes |= {node.id: node for node in inside}
        left, top = min(n.pos[0] for n in inside) - 40, min(n.pos[1] for n in inside) - 80
        title = f"Seed {number + 1}"
        names = tuple(node.id for node in inside)
        frames[f"frame_{number}"] = Frame(
            f"frame_{number}", title, names, (left, top, width - 60, height - 260)
        )
        number += 1
    return Graph(nodes=nodes, frames=frames)


def _copy(node: Node, number: int, at: tuple[float, float]) -> Node:
    inputs = {
        name: tuple(Source(f"{source.node}_{number}", source.output) for source in sources)
        for name, sources in node.inputs.items()
    }
    params = dict(node.params) | ({"seed": number + 1} if "seed" in node.params else {})
    pos = (node.pos[0] + at[0], node.pos[1] + at[1])
    return replace(node, id=f"{node.id}_{number}", inputs=inputs, params=params, pos=pos)


def wait(until: Callable[[], bool], seconds: float) -> None:
    """Let the window live until something is so, at most so long."""
    clock = QElapsedTimer()
    clock.start()
    while not until() and clock.elapsed() < seconds * 1000:
        QApplication.processEvents()
        time.sleep(0.005)


def settle(seconds: float = 0.6) -> None:
    """Let everything be drawn sharply."""
    wait(lambda: False, seconds)


def shoot(window: MainWindow, path: Path) -> None:
    """Save the window as a small PNG."""
    settle()
    window.grab().save(str(path))
    with Image.open(path) as picture:
        small = picture.convert("RGB")
    small.save(path, optimize=True)
    if path.stat().st_size > BYTES:
        small.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}: {small.width} x {small.height}, {path.stat().st_size / 1000:.0f} kB")


def run(app: Application, view: DocumentView) -> None:
    """Compute the document and wait until its pictures are there."""
    run_service = app.run_service
    assert run_service is not None
    sheet = run_service.sheet(view)
    assert sheet is not None
    run_service.runner.run(sheet)
    wait(lambda: run_service.runner.queue.running is not None, 30)
    wait(lambda: run_service.runner.queue.running is None and not run_service.runner.queue.waiting, 240)


def shots(folder: Path, scale: int) -> None:
    """Take the pictures of one scale."""
    qt = QApplication([])
    app = Application(qt, specs(), Canvas)
    app.run_service = RunService(app)
    window = app.start([WORKFLOW])
    window.resize(*SIZE)
    default = window.view
    assert default is not None
    run(app, default)
    app.change(minimap=False)
    large = window.documents.new()
    large.editor.push("200 nodes", many())
    for theme in ("dark", "light"):
        app.change(theme=theme)
        window.tabs.setCurrentWidget(default)
        default.editor.selection.set(["save"])
        settle(0.2)
        default.canvas.frame_all()
        shoot(window, folder / f"editor_{theme}_{scale}.png")
        window.tabs.setCurrentWidget(large)
        window.docks.toggle("results")
        settle(0.2)
        large.canvas.frame_all()
        shoot(window, folder / f"nodes_200_{theme}_{scale}.png")
        window.docks.toggle("results")
    for view in window.tabs.views():
        window.documents.drop(view, keep=False)
    window.close()
    app.end()


def main(folder: Path) -> None:
    """Take all pictures, each scale in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for scale in (100, 200):
        with tempfile.TemporaryDirectory() as home:
            environment = {
                **os.environ,
                "NODEGRAPH_HOME": home,
                "QT_QPA_PLATFORM": "offscreen",
                "QT_SCALE_FACTOR": str(scale / 100),
            }
            command = [sys.executable, "-m", "tests.screenshots", str(folder), str(scale)]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    if len(sys.argv) > 2:
        shots(target, int(sys.argv[2]))
    else:
        main(target)
