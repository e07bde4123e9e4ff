"""Milliseconds that editing values takes: a list of 5,000 model files, a prompt of 2,200 words, 1,000 expressions.

Each is wall time with every event worked off and everything painted, the window drawn offscreen.
"""

from __future__ import annotations

import gc
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from nodegraph.edits import SetParam
from nodegraph.edits.document import Document
from nodegraph.expressions.evaluate import with_expressions_evaluated
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.node_api.model_files import NoFiles

FILES = tuple(f"folder {n % 40}/some model {n}.safetensors" for n in range(5000))
WILDCARDS = tuple(f"folder {n % 40}/some words {n}.txt" for n in range(5000))
WORDS = "a (quiet:1.2) lake, {red|blue} house in __some words 7__ light, embedding:ink " * 220
NODE = NodeSpec(
    "Values",
    "Values",
    "test",
    params=(
        Param("model", "Text", FILES[0], choices_from="checkpoints", file="model:checkpoints"),
        Param("prompt", "Text", "", widget="multiline", mentions="wildcards"),
        Param("width", "Int", 512, minimum=0, maximum=2**32),
    ),
)


class Folders(NoFiles):
    """Stands for model folders with 5,000 files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self, kind: str) -> Sequence[str]:
        """The files."""
        return {"checkpoints": FILES, "wildcards": WILDCARDS}.get(kind, ())

    def find(self, kind: str, name: str) -> Path | None:
        """Where a file would be."""
        return self._folder / name


def taken(work: Callable[[], object]) -> float:
    """Milliseconds until all that follows from `work` is done and painted."""
    from PySide6.QtWidgets import QApplication

    begin = time.perf_counter()
    work()
    QApplication.processEvents()
    return (time.perf_counter() - begin) * 1000


def expressions(count: int) -> float:
    """Milliseconds to work out a chain of expressions after the first value changed."""
    chain = (
        Node(f"n{i}", "Values", extra={"expressions": {"width": f"n{i - 1}.width + 1"}})
        for i in range(1, count)
    )
    graph = Graph.of(Node("n0", "Values", params={"width": 1}), *chain)
    times = []
    for value in range(7):
        changed = SetParam("n0", "width", value).apply(graph)
        begin = time.perf_counter()
        graph = with_expressions_evaluated(changed, {"Values": NODE})
        times.append((time.perf_counter() - begin) * 1000)
    return median(times[1:])


def main(argv: list[str]) -> dict[str, float]:
    """Medians in milliseconds."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("NODEGRAPH_HOME", tempfile.mkdtemp())
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from ui.canvas.canvas import Canvas
    from ui.config import model_files
    from ui.config.settings import Settings
    from ui.document.editor import Editor
    from ui.editors.choice import ChoiceEditor, ChoiceList
    from ui.editors.text import PromptEditor
    from ui.editors.tokens import counter
    from ui.panels.canvas_editors import attach
    from ui.theme.appearance import Appearance
    from ui.theme.style import style_sheet

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    look = Appearance.of(Settings(theme="dark"), True)
    app.setStyleSheet(style_sheet(look.theme, look.metrics))
    model_files.model_files = lambda: Folders(Path(tempfile.mkdtemp()))  # type: ignore[assignment]  # stands in for real folders
    editor = Editor({"Values": NODE}, Document(Graph.of(Node("a", "Values"))))
    canvas = Canvas(editor, look.theme)
    canvas.resize(1280, 800)
    canvas.show()
    canvas.activateWindow()
    canvas.frame_all()
    QTest.qWait(300)
    # As the editor does once its window shows.
    gc.freeze()
    rows = attach(canvas, look)
    assert rows is not None
    opened, keys = [], []
    for _ in range(7):
        rows.close()
        rows.open("a", "model", by_key=True)
        choice = rows.editor
        assert isinstance(choice, ChoiceEditor)
        opened.append(taken(choice.open_choices))
        popup = choice.open_popup
        assert isinstance(popup, ChoiceList)
        for letter in "model 49":
            keys.append(taken(partial(QTest.keyClicks, popup.line, letter)))
        popup.give_up()
    counted: list[object] = []
    counter().counted.connect(lambda _text, chunks: counted.append(chunks))
    begin = time.perf_counter()
    editor.apply(SetParam("a", "prompt", WORDS))
    rows.open("a", "prompt", by_key=True)
    page = rows.editor
    assert isinstance(page, PromptEditor)
    while not counted and time.perf_counter() - begin < 30:
        QTest.qWait(10)
    first_count = (time.perf_counter() - begin) * 1000

    def press(text: str) -> list[float]:
        times = []
        for letter in text:
            times.append(taken(partial(QTest.keyClicks, page.page, letter)))
            QTest.qWait(5)
        return times

    typed = press("a quick brown fox jumps over the lazy dog, and then some more words ")
    paused = taken(page.commit)
    opened_names, *followed = press("__words 49")
    names = page.completion.list
    assert names is not None
    QTest.keyClick(names, Qt.Key.Key_Escape)
    raised = [
        taken(partial(QTest.keyClick, page.page, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier))
        for _ in range(7)
    ]
    app.clipboard().setText(WORDS)
    page.page.selectAll()
    pasted = taken(page.page.paste)
    return {
        "picker_open_ms": opened[0],
        "picker_open_again_ms": median(opened[1:]),
        "picker_key_ms": median(keys),
        "picker_key_worst_ms": max(keys),
        "prompt_key_ms": median(typed),
        "prompt_key_worst_ms": max(typed),
        "prompt_kept_ms": paused,
        "prompt_paste_ms": pasted,
        "prompt_weight_ms": median(raised),
        "prompt_weight_worst_ms": max(raised),
        "names_open_ms": opened_names,
        "names_key_ms": median(followed),
        "names_key_worst_ms": max(followed),
        "first_token_count_ms": first_count,
        "expressions_1000_ms": expressions(1000),
    }
