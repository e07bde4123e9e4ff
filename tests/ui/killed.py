"""A scripted editing session in a process of its own, made to be killed."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from nodegraph.edits import AddNodes, Edit, Move, RemoveNodes, SetParam
from nodegraph.graph import Graph, Node
from tests.ui.catalogue import SPECS, text_to_picture
from ui.editor import Editor
from ui.journal import codec

State = tuple[int, int, str]
"""Steps done, steps there are, and a digest of the graph."""


def fingerprint(index: int, count: int, graph: Graph) -> State:
    return (index, count, sha256(json.dumps(codec.encode(graph)).encode()).hexdigest())


def state(editor: Editor) -> State:
    return fingerprint(editor.stack.index(), editor.stack.count(), editor.graph)


def play(editors: list[Editor], seed: int) -> Iterator[int]:
    """Edit for ever: adding, deleting, scrubbing, dragging, undoing, jumping; which editor was touched."""
    rng = random.Random(seed)
    for number in range(10**9):
        at = rng.randrange(len(editors))
        editor = editors[at]
        nodes = list(editor.graph.nodes)
        what = rng.random()
        if what < 0.15 and editor.stack.count():
            editor.stack.setIndex(rng.randint(0, editor.stack.count()))
        elif what < 0.3:
            editor.apply(AddNodes((Node(editor.graph.fresh_id("node"), "KSampler", pos=(number, 0)),)))
        elif what < 0.35 and len(nodes) > 3:
            editor.apply(RemoveNodes((rng.choice(nodes),)))
        elif nodes:
            editor.apply(_drag(rng, nodes, number), merge=f"hold {number // 20}")
        yield at


def _drag(rng: random.Random, nodes: list[str], number: int) -> Edit:
    if rng.random() < 0.5:
        return SetParam(rng.choice(nodes), "steps", number)
    return Move({name: (number, rng.random()) for name in rng.sample(nodes, min(3, len(nodes)))})


def main(seed: int, log: Path) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from tests.ui.standin import StandIn
    from ui.application import Application

    qt = QApplication([])
    app = Application(qt, SPECS, StandIn)
    window = app.start()
    file = log.open("w", buffering=1)
    file.write(f"{time.time()} begin\n")
    editors = []
    for _ in range(2):
        view = window.documents.new()
        view.editor.push("Begin", text_to_picture())
        editors.append(view.editor)
    steps = play(editors, seed)

    def step() -> None:
        touched = next(steps)
        file.write(f"{time.time()} {touched}\n")

    timer = QTimer()
    timer.timeout.connect(step)
    timer.start(4)
    qt.exec()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
