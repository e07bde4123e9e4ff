"""How the time of each editing command grows with the workflow: sizes n, 2n, 4n, as seconds and as ratios.

A ratio is the time at one size by the time at half of it: 2 is linear, 4 grows with the square.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.canvas import specs, world
from nodegraph.edits import Batch, Edit, SetPortals
from nodegraph.edits.paste import copied, pasted, without_loose_links
from nodegraph.edits.subgraphs import MakeSubgraph
from nodegraph.formats.native import dumps, loads
from nodegraph.model.graph import Frame, Graph, Note

if TYPE_CHECKING:
    from ui.canvas.canvas import Canvas

Prepare = Callable[["Canvas"], object]
Command = Callable[["Canvas"], object]

SUSPECT = 3.2
"""A ratio above this between the two largest sizes is named at the end."""


def workflow(nodes: int) -> Graph:
    """A grid of nodes with as many links, a frame around each and a note in each frame."""
    graph = world(nodes, nodes)
    names = list(graph.nodes)
    frames, notes = {}, {}
    for number, name in enumerate(names):
        x, y = graph.nodes[name].pos
        frames[f"f{number}"] = Frame(f"f{number}", "Frame", (name,), (x - 8, y - 40, 272.0, 330.0))
        notes[f"t{number}"] = Note(f"t{number}", "words", (x, y + 240), (120.0, 40.0))
    return replace(graph, frames=frames, notes=notes)


def plain_workflow(nodes: int) -> Graph:
    """A grid of nodes with as many links and nothing else."""
    return world(nodes, nodes)


def _everything(canvas: Canvas) -> None:
    canvas.stage.selection.clear()
    canvas.select_all()


def _frames(canvas: Canvas) -> None:
    canvas.stage.selection.set((), (), canvas.stage.graph.frames)


def _links(canvas: Canvas) -> None:
    canvas.stage.selection.set((), [(k.target, k.input, k.index) for k in canvas.scene.links])


def _copied(canvas: Canvas) -> None:
    _everything(canvas)
    canvas.copy()


def _linked_portals(canvas: Canvas) -> None:
    canvas.apply(SetPortals(tuple(canvas.stage.graph.links()), "p"))
    _links(canvas)


def _folded(canvas: Canvas) -> None:
    canvas.apply(MakeSubgraph(tuple(canvas.stage.graph.nodes), "Whole", "whole"))
    canvas.stage.selection.set(["whole"])


def _many_folded(canvas: Canvas) -> None:
    """Every node becomes a subgraph of its own."""
    names = list(canvas.stage.graph.nodes)
    edits: list[Edit] = [MakeSubgraph((name,), f"G {name}", f"g_{name}") for name in names]
    canvas.apply(Batch(tuple(edits), "Fold"))
    canvas.stage.selection.set([f"g_{name}" for name in names])


def _muted(canvas: Canvas) -> None:
    _everything(canvas)
    canvas.toggle_mode("mute")


def _one(canvas: Canvas) -> None:
    canvas.stage.selection.set([next(iter(canvas.stage.graph.nodes))])


def _drag(canvas: Canvas) -> None:
    from ui.canvas.interaction.gestures.move import moved_by
    from ui.canvas.rendering.highlights import Moving

    graph = canvas.stage.graph
    moving = Moving(frozenset(graph.nodes), frozenset(graph.frames), frozenset(graph.notes))
    canvas.apply(moved_by(canvas.stage, moving, (64.0, 64.0)))


def _text(canvas: Canvas) -> None:
    loads(dumps(canvas.stage.graph), "growth")


def _part(canvas: Canvas) -> None:
    graph = canvas.stage.graph
    pasted(graph, without_loose_links(copied(graph, [*graph.nodes, *graph.frames, *graph.notes])))


COMMANDS: dict[str, tuple[Prepare, Command]] = {
    "paste": (_copied, lambda c: c.paste()),
    "paste_linked": (_copied, lambda c: c.paste(keep_inputs=True)),
    "paste_edit": (_everything, _part),
    "duplicate": (_everything, lambda c: c.duplicate()),
    "copy": (_everything, lambda c: c.copy()),
    "delete": (_everything, lambda c: c.delete()),
    "delete_half": (
        lambda c: c.stage.selection.set(list(c.stage.graph.nodes)[::2]),
        lambda c: c.delete(),
    ),
    "sever": (_everything, lambda c: c.delete(False)),
    "delete_frames": (_frames, lambda c: c.delete()),
    "delete_notes": (
        lambda c: c.stage.selection.set((), (), (), c.stage.graph.notes),
        lambda c: c.delete(),
    ),
    "delete_links": (_links, lambda c: c.delete()),
    "mute": (_everything, lambda c: c.toggle_mode("mute")),
    "unmute": (_muted, lambda c: c.toggle_mode("mute")),
    "mute_frames": (_frames, lambda c: c.toggle_mode("mute")),
    "mute_links": (_links, lambda c: c.toggle_mode("mute")),
    "lock_frames": (_frames, lambda c: c.toggle_lock()),
    "collapse": (_everything, lambda c: c.collapse()),
    "collapse_frames": (_frames, lambda c: c.collapse()),
    "pin": (_everything, lambda c: c.pin()),
    "hide_unlinked": (_everything, lambda c: c.hide_unlinked()),
    "fold_rows": (_everything, lambda c: c.fold_rows()),
    "colour": (_everything, lambda c: c.set_color("#cc6677")),
    "portals": (_links, lambda c: c.toggle_portals()),
    "portals_away": (_linked_portals, lambda c: c.toggle_portals()),
    "make_subgraph": (_everything, lambda c: c.make_subgraph()),
    "unpack": (_folded, lambda c: c.unpack()),
    "unpack_many": (_many_folded, lambda c: c.unpack()),
    "arrange": (_everything, lambda c: c.arrange()),
    "arrange_all": (_everything, lambda c: c.arrange(False)),
    "straighten": (_everything, lambda c: c.straighten()),
    "align": (_everything, lambda c: c.align("left")),
    "distribute": (_everything, lambda c: c.distribute(True)),
    "nudge": (_everything, lambda c: c.nudge(8.0, 8.0)),
    "move": (_everything, _drag),
    "undo": (_muted, lambda c: c.editor.stack.undo()),
    "select_all": (lambda c: c.stage.selection.clear(), lambda c: c.select_all()),
    "select_linked": (_one, lambda c: c.select_linked(True)),
    "select_similar": (_one, lambda c: c.select_similar()),
    "add_frame": (_everything, lambda c: c.add_frame()),
    "frame_all": (_everything, lambda c: c.frame_all()),
    "save_load": (_one, _text),
}
"""What is prepared without being measured, and the command."""


def opened(graph: Graph) -> Canvas:
    """A shown canvas of the graph."""
    from nodegraph.edits.document import Document
    from ui.canvas.canvas import Canvas
    from ui.document.editor import Editor
    from ui.theme import DARK

    canvas = Canvas(Editor(specs(), Document(graph)), DARK)
    canvas.set_motion(False)
    canvas.resize(1440, 900)
    canvas.show()
    canvas.frame_all()
    canvas.repaint()
    return canvas


def measured(name: str, nodes: int, make: Callable[[int], Graph] = workflow) -> float:
    """Seconds that a command takes, to the end of the frame that shows its effect."""
    from PySide6.QtWidgets import QApplication

    prepare, command = COMMANDS[name]
    canvas = opened(make(nodes))
    prepare(canvas)
    canvas.repaint()
    gc.collect()
    begun = time.process_time()
    command(canvas)
    canvas.repaint()
    took = time.process_time() - begun
    canvas.close()
    canvas.deleteLater()
    QApplication.processEvents()
    return took


def pasted_in_window(nodes: int) -> float:
    """Seconds of its own thread that a whole window takes to paste so many nodes, to the return to its event loop.

    A second paste is measured: the first one is still selected then, as it is for an artist who pastes twice. The
    journal is written by a thread of its own.
    """
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QApplication

    from nodegraph.edits.document import Document
    from ui.canvas.canvas import Canvas
    from ui.document.editor import Editor
    from ui.shell.application import Application

    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    with TemporaryDirectory() as home:
        os.environ["NODEGRAPH_HOME"] = home
        # A session that is there already: no first-launch document opens.
        (Path(home) / "session.json").touch()
        app = Application(qt, specs(), Canvas, QSize(1920, 1080))
        window = app.start()
        window.documents._show(Editor(app.specs, Document(plain_workflow(nodes))))
        assert window.view is not None
        canvas = window.view.base
        assert isinstance(canvas, Canvas)
        canvas.set_motion(False)
        _copied(canvas)
        canvas.paste()
        canvas.editor.stack.undo()
        QApplication.processEvents()
        gc.collect()
        begun = time.thread_time()
        canvas.paste()
        took = time.thread_time() - begun
        app.end()
    return took


def main(argv: list[str]) -> dict[str, object]:
    """Seconds of each command at the largest size, and the ratios from size to size."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks growth", description=__doc__)
    parser.add_argument("--nodes", type=int, default=3000, help="the largest size")
    parser.add_argument(
        "--only", nargs="*", default=list(COMMANDS), choices=list(COMMANDS), metavar="COMMAND"
    )
    options = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication(sys.argv[:1])
    sizes = [options.nodes // 4, options.nodes // 2, options.nodes]
    figures: dict[str, object] = {"sizes": sizes}
    suspects = []
    for name in options.only:
        times = [max(measured(name, size), 1e-6) for size in sizes]
        ratios = [round(b / a, 2) for a, b in pairwise(times)]
        figures[f"{name}_s"] = round(times[-1], 3)
        figures[f"{name}_ratios"] = ratios
        if ratios[-1] > SUSPECT and times[-1] > 0.05:
            suspects.append(name)
    figures["grow_with_the_square"] = suspects
    if "paste" in options.only:
        alone = measured("paste", options.nodes, plain_workflow)
        window = pasted_in_window(options.nodes)
        figures["paste_window_s"] = round(window, 3)
        figures["paste_window_by_canvas"] = round(window / alone, 2)
    del app
    return figures
