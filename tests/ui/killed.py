"""A scripted editing session in a process of its own, made to be killed.

Of its two documents the second is large where the kind of session says so; where it says "saving" both are
saved again and again meanwhile.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from nodegraph.edits import AddNodes, Edit, Move, RemoveNodes, SetParam
from nodegraph.journal import codec
from nodegraph.model.graph import Graph, Node
from tests.ui.catalogue import SPECS, text_to_picture
from ui.document.editor import Editor

State = tuple[int, int, str]
"""Steps done, steps there are, and a digest of the graph."""


def fingerprint(index: int, count: int, graph: Graph) -> State:
    return (index, count, sha256(json.dumps(codec.encode(graph)).encode()).hexdigest())


def state(editor: Editor) -> State:
    return fingerprint(editor.stack.index(), editor.stack.count(), editor.graph)


def beginnings(kind: str) -> list[Graph]:
    """What the documents begin with: the usual seven nodes, or two thousand."""
    usual = text_to_picture()
    if kind != "large":
        return [usual, usual]
    many = (
        Node(f"node_{n}", "KSampler", params={"steps": n + 1}, pos=(n % 50 * 300, n // 50 * 400))
        for n in range(2000)
    )
    return [usual, Graph(nodes={node.id: node for node in many})]


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
    most = 500 if len(nodes) > 1000 and rng.random() < 0.3 else 3
    return Move({name: (number, rng.random()) for name in rng.sample(nodes, min(most, len(nodes)))})


def main(seed: int, log: Path, kind: str) -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from tests.ui.standin import StandIn
    from ui.shell.application import Application

    qt = QApplication([])
    app = Application(qt, SPECS, StandIn)
    window = app.start()
    editors = []
    for graph in beginnings(kind):
        view = window.documents.new()
        view.editor.push("Begin", graph)
        editors.append(view.editor)
    file = log.open("w", buffering=1)
    file.write(f"{time.time()} begin\n")
    steps = play(editors, seed)

    def step() -> None:
        touched = next(steps)
        if kind == "saving":
            window.documents._write(window.tabs.views()[touched], log.with_name(f"{touched}.json"))
        file.write(f"{time.time()} {touched}\n")

    timer = QTimer()
    timer.timeout.connect(step)
    timer.start(4)
    qt.exec()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
