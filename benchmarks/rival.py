"""NodeGraphQt drawing the world of the canvas benchmark; for comparison only, and only where it is installed."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from typing import Any

from nodegraph.model.graph import Graph

FRAMES = 6


def measured(graph: Graph) -> dict[str, list[float]] | None:
    """Milliseconds a frame by the name of the hand's doing, or None where NodeGraphQt cannot be imported.

    Its nodes have the ports of ours and no rows for parameters, which spares it a third of the drawing.
    """
    os.environ.setdefault("QT_PREFERRED_BINDING", "PySide6")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        library: Any = importlib.import_module("NodeGraphQt")
    except ImportError:
        return None
    rival = _Rival(library, graph)
    return {
        "all_in_view": rival.frames(lambda _: rival.view.viewport().repaint()),
        "drag_500": rival.drag(list(rival.nodes)[:: max(1, len(rival.nodes) // 500)][:500]),
        "zoom": rival.zoom(),
        "pan": rival.pan(),
        "drag_one": rival.drag([rival.in_the_middle()]),
    }


class _Rival:
    def __init__(self, library: Any, graph: Graph) -> None:
        from PySide6.QtWidgets import QApplication

        self.app = QApplication.instance() or QApplication([])

        class Block(library.BaseNode):  # type: ignore[misc]  # the library has no types
            __identifier__ = "bench"
            NODE_NAME = "node"

            def __init__(self) -> None:
                super().__init__()
                for number in range(4):
                    self.add_input(f"input_{number}")
                for number in range(3):
                    self.add_output(f"output_{number}")

        self.rival = library.NodeGraph()
        self.rival.register_node(Block)
        self.view = self.rival.viewer()
        self.view.resize(1920, 1080)
        self.nodes = {
            name: self.rival.create_node("bench.Block", name, pos=list(node.pos), push_undo=False)
            for name, node in graph.nodes.items()
        }
        for link in graph.links():
            source = self.nodes[link.source.node].outputs()[link.source.output]
            source.connect_to(self.nodes[link.target].inputs()[link.input], push_undo=False)
        self.rival.clear_selection()
        self.view.show()
        self.see_all()

    def see_all(self) -> None:
        """Everything in the view."""
        for node in self.nodes.values():
            node.view.setSelected(True)
        self.rival.fit_to_selection()
        self.rival.clear_selection()
        self.settle()

    def settle(self) -> None:
        """Let everything that is still to be drawn be drawn."""
        for _ in range(5):
            self.app.processEvents()

    def frames(self, step: Callable[[int], object]) -> list[float]:
        """Milliseconds from each step's start until all that it made dirty is drawn."""
        found = []
        for index in range(FRAMES):
            begun = time.perf_counter()
            step(index)
            self.app.processEvents()
            found.append((time.perf_counter() - begun) * 1000)
        return found

    def zoom(self) -> list[float]:
        """Steps of the wheel, in and out again."""
        self.see_all()
        return self.frames(
            lambda i: self.view.set_zoom(self.view.get_zoom() + (0.1 if i < FRAMES // 2 else -0.1))
        )

    def pan(self) -> list[float]:
        """At 100 %, 24 pixels a frame."""
        self.rival.reset_zoom()
        self.settle()
        return self.frames(lambda _: self.view._set_viewer_pan(24, 12))

    def in_the_middle(self) -> str:
        """The node nearest to the middle of the view."""
        middle = self.view.viewport().rect().center()

        def away(name: str) -> int:
            item = self.nodes[name].view
            return int((self.view.mapFromScene(item.sceneBoundingRect().center()) - middle).manhattanLength())

        return min(self.nodes, key=away)

    def drag(self, names: list[str]) -> list[float]:
        """Items moved as the library's own drag moves them, pipes following."""
        views = [self.nodes[name].view for name in names]
        self.settle()

        def step(index: int) -> None:
            for view in views:
                view.moveBy(3, 2)

        return self.frames(step)
