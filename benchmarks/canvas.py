"""Milliseconds a frame of the canvas takes: 2,000 nodes, 5,000 links, 1920 x 1080, drawn offscreen."""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import time
from collections.abc import Callable
from statistics import median

from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import NodeSpec, Output, Param, Socket

TYPES = ("Model", "Clip", "Conditioning", "Latent", "Image", "Mask", "Vae")
FRAMES = 120


def specs() -> dict[str, NodeSpec]:
    """Seven node types of four inputs, three outputs and four parameters each."""
    found = {}
    for index, kind in enumerate(TYPES):
        around = [TYPES[(index + step) % len(TYPES)] for step in range(4)]
        found[kind] = NodeSpec(
            kind,
            f"{kind} node",
            ("loaders", "conditioning", "sampling", "latent", "image", "mask", "output")[index],
            sockets=tuple(Socket(f"input_{n}", "Any") for n in range(4)),
            params=(
                Param("seed", "Int", 0, widget="seed"),
                Param("steps", "Int", 20, widget="number"),
                Param("strength", "Float", 0.6, widget="slider", minimum=0.0, maximum=1.0),
                Param("sampler", "Text", "euler", widget="choice", choices=("euler", "heun")),
            ),
            outputs=tuple(Output(f"output_{n}", around[n]) for n in range(3)),
        )
    return found


def world(nodes: int, links: int, seed: int = 7) -> Graph:
    """A grid of nodes; links lead mostly to near followers, one in twenty to any later node."""
    rng = random.Random(seed)
    side = round(nodes**0.5)
    taken: dict[str, dict[str, tuple[Source, ...]]] = {f"n{i}": {} for i in range(nodes)}
    made = 0
    while made < links:
        target = rng.randrange(1, nodes)
        nearest = target - 1 if rng.random() < 0.7 else max(0, target - side)
        source = rng.randrange(0, target) if rng.random() < 0.05 else nearest
        inputs = taken[f"n{target}"]
        name = f"input_{rng.randrange(4)}"
        if name not in inputs:
            inputs[name] = (Source(f"n{source}", f"output_{rng.randrange(3)}"),)
            made += 1
    return Graph.of(
        *(
            Node(
                f"n{i}",
                TYPES[i % len(TYPES)],
                params={"seed": rng.randrange(10**6)},
                inputs=taken[f"n{i}"],
                pos=((i % side) * 288.0, (i // side) * 320.0),
            )
            for i in range(nodes)
        )
    )


class Bench:
    """One canvas and the ways to drive it with real events."""

    def __init__(self, nodes: int, links: int, cpu: bool = False) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PySide6.QtWidgets import QApplication

        from nodegraph.edits.document import Document
        from ui.canvas.canvas import Canvas
        from ui.document.editor import Editor
        from ui.theme import DARK

        self.clock = time.process_time if cpu else time.perf_counter
        self.app = QApplication.instance() or QApplication(sys.argv[:1])
        graph = world(nodes, links)
        begun = time.perf_counter()
        self.editor = Editor(specs(), Document(graph))
        self.canvas = Canvas(self.editor, DARK)
        self.canvas.resize(1920, 1080)
        self.canvas.show()
        self.canvas.camera.frame(self.canvas.scene.bounds())
        self.canvas.repaint()
        self.opened = time.perf_counter() - begun
        self.settle()

    def settle(self) -> None:
        """Let everything that is still to be drawn be drawn."""
        end = time.perf_counter() + 0.5
        while time.perf_counter() < end:
            self.app.processEvents()
            time.sleep(0.002)

    def frames(self, step: Callable[[int], None], number: int = FRAMES) -> list[float]:
        """Milliseconds from each step's start to its frame's end."""
        found = []
        for index in range(number):
            begun = self.clock()
            step(index)
            self.canvas.repaint()
            found.append((self.clock() - begun) * 1000)
        return found

    def at(self, zoom: float) -> None:
        """Look at the middle of the world at that zoom."""
        middle = self.canvas.scene.bounds().center()
        self.canvas.camera.look_at((middle.x(), middle.y(), zoom))
        self.canvas.update()
        self.settle()

    def all_in_view(self) -> list[float]:
        """Everything, far off."""
        self.canvas.frame_all()
        self.settle()
        return self.frames(lambda _: None)

    def pan(self) -> list[float]:
        """At 100 %, 24 pixels a frame with the middle button."""
        self.at(1.0)
        self._press(960, 540, "middle")
        found = self.frames(lambda i: self._move(960 + 24 * (i % 40), 540 + 12 * (i % 40), "middle"))
        self._release(960, 540, "middle")
        return found

    def zoom(self) -> list[float]:
        """By the wheel, from everything to 200 % and back."""
        self.canvas.frame_all()
        self.settle()
        return self.frames(lambda i: self.canvas.zoom_by(1.06 if i < FRAMES // 2 else 1 / 1.06))

    def sharp(self) -> list[float]:
        """From the last step of a zoom until the exact picture shows; 80 ms of it wait for the hand to rest."""
        found = []
        for step in range(5):
            self.canvas.frame_all()
            self.settle()
            while self.canvas.camera.zoom < 0.5:
                self.canvas.zoom_by(1.06 + 0.002 * step)
                self.canvas.repaint()
            begun = time.perf_counter()
            while not self.canvas.camera.steady:
                self.app.processEvents()
            self.canvas.repaint()
            found.append((time.perf_counter() - begun) * 1000)
        return found

    def drag_one(self) -> list[float]:
        """One node at 100 %."""
        self.at(1.0)
        self.editor.selection.clear()
        return self._drag(self._node_near_middle())

    def drag_many(self, number: int = 500) -> list[float]:
        """500 nodes with everything in view."""
        self.canvas.frame_all()
        self.settle()
        names = list(self.canvas.scene.nodes)[:: max(1, len(self.canvas.scene.nodes) // number)][:number]
        self.editor.selection.set(names)
        return self._drag(names[len(names) // 2])

    def box(self) -> list[float]:
        """A box that grows over everything."""
        self.canvas.frame_all()
        self.settle()
        self._press(4, 4)
        found = self.frames(lambda i: self._move(8 + i * 1900 / FRAMES, 8 + i * 1060 / FRAMES))
        self._release(1900, 1060)
        return found

    def undo_move(self) -> float:
        """Milliseconds to undo a move of 500 nodes, to the end of the next frame."""
        found = []
        for _ in range(9):
            self.editor.stack.redo() if self.editor.stack.canRedo() else None
            begun = self.clock()
            self.editor.stack.undo()
            self.canvas.repaint()
            found.append((self.clock() - begun) * 1000)
        return median(found)

    def idle(self, seconds: float = 10.0) -> float:
        """Percent of one core that the window takes while nothing happens."""
        from PySide6.QtCore import QEventLoop, QTimer

        self.settle()
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        before = time.process_time()
        loop.exec()
        return (time.process_time() - before) / seconds * 100

    def _drag(self, name: str) -> list[float]:
        box = self.canvas.scene.nodes[name]
        at = self.canvas.camera.to_view(box.rect.center())
        x, y = at.x(), self.canvas.camera.to_view(box.rect.topLeft()).y() + 8 * self.canvas.camera.zoom
        self._press(x, y)
        self._move(x + 6, y + 6)
        found = self.frames(lambda i: self._move(x + 8 + 3 * (i % 60), y + 8 + 2 * (i % 60)))
        self._release(x + 90, y + 60)
        return found

    def _node_near_middle(self) -> str:
        from PySide6.QtCore import QRectF

        middle = self.canvas.camera.visible().center()
        around = QRectF(middle.x() - 400, middle.y() - 400, 800, 800)
        boxes = self.canvas.scene.nodes_in(around)
        return min(boxes, key=lambda b: (b.rect.center() - middle).manhattanLength()).id

    def _press(self, x: float, y: float, button: str = "left") -> None:
        self._send("MouseButtonPress", x, y, button)

    def _move(self, x: float, y: float, button: str = "left") -> None:
        self._send("MouseMove", x, y, button)

    def _release(self, x: float, y: float, button: str = "left") -> None:
        self._send("MouseButtonRelease", x, y, button)

    def _send(self, kind: str, x: float, y: float, button: str) -> None:
        from PySide6.QtCore import QEvent, QPointF, Qt
        from PySide6.QtGui import QMouseEvent

        held = Qt.MouseButton.MiddleButton if button == "middle" else Qt.MouseButton.LeftButton
        none = Qt.MouseButton.NoButton
        point = QPointF(x, y)
        event = QMouseEvent(
            QEvent.Type[kind],
            point,
            self.canvas.mapToGlobal(point),
            none if kind == "MouseMove" else held,
            none if kind == "MouseButtonRelease" else held,
            Qt.KeyboardModifier.NoModifier,
        )
        self.app.sendEvent(self.canvas, event)


def main(argv: list[str]) -> dict[str, object]:
    """Medians and 95th percentiles in milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks canvas", description=__doc__)
    parser.add_argument("--nodes", type=int, default=2000)
    parser.add_argument("--links", type=int, default=5000)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds of watching an idle window")
    parser.add_argument("--cpu", action="store_true", help="this process's time, for a machine at work")
    parser.add_argument("--alone", action="store_true", help="do not measure NodeGraphQt beside it")
    options = parser.parse_args(argv)
    run_panels = Bench(options.nodes, options.links, options.cpu)
    figures: dict[str, object] = {"nodes": options.nodes, "links": options.links}
    figures["open_s"] = round(run_panels.opened, 3)
    for name, run in (
        ("all_in_view", run_panels.all_in_view),
        ("pan", run_panels.pan),
        ("zoom", run_panels.zoom),
        ("zoom_to_exact", run_panels.sharp),
        ("drag_one", run_panels.drag_one),
        ("drag_500", run_panels.drag_many),
    ):
        _note(figures, name, run())
    figures["undo_move_500_ms"] = round(run_panels.undo_move(), 2)
    _note(figures, "box_select", run_panels.box())
    figures["idle_cpu_percent"] = round(run_panels.idle(options.idle), 3)
    figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    if not options.alone:
        figures.update(_compared(options.nodes, options.links))
    return figures


def _compared(nodes: int, links: int) -> dict[str, object]:
    """Medians of NodeGraphQt on the same world."""
    from benchmarks.rival import measured

    found = measured(world(nodes, links))
    if found is None:
        return {"nodegraphqt": "not installed"}
    return {f"nodegraphqt_{name}_ms": round(median(frames), 2) for name, frames in found.items()}


def _note(figures: dict[str, object], name: str, frames: list[float]) -> None:
    ordered = sorted(frames)
    figures[f"{name}_ms"] = round(median(ordered), 2)
    figures[f"{name}_p95_ms"] = round(ordered[int(0.95 * (len(ordered) - 1))], 2)
