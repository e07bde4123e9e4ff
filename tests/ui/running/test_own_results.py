"""What is shown is what the engine made: results are recognised by its keys, and documents do not mix."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from nodegraph.edits import SetParam
from nodegraph.edits.document import Document
from nodegraph.model.graph import Graph, Node, Port, Source, Subgraph
from tests.ui.running.graphs import WAIT, painting, wait_over
from tests.ui.running.painting_nodes import SPECS
from tests.ui.running.started import Start, parts, wait_done
from ui.document.editor import Editor
from ui.runs.run_queries import flat, inner_spot, result_spots, spot_of

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from nodegraph.node_api import events
    from ui.runs.document_run import DocumentRun
    from ui.runs.result_store import Result
    from ui.runs.runner import Runner


def beginning(kind: str, **values: str) -> Graph:
    """A node of a kind instead of the words -> paint -> show."""
    graph = painting()
    return graph.with_nodes([Node("words", kind, params=dict(values))])


def has_results(runner: Runner, count: int) -> bool:
    return len(runner.results.all()) == count


def test_a_file_that_is_overwritten_makes_another_result(
    qtbot: QtBot, runner: Runner, tmp_path: Path
) -> None:
    file = tmp_path / "words.txt"
    file.write_text("a red fox")
    sheet = runner.open(Editor(SPECS, Document(beginning("test/Read", file=str(file)))), "doc")
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: len(runner.results.all()) == 1, timeout=WAIT)
    first = sheet.shown["show"]
    file.write_text("a blue boat on the lake")
    runner.run(sheet)
    wait_over(qtbot, runner, 2)
    qtbot.waitUntil(lambda: len(runner.results.all()) == 2, timeout=WAIT)
    assert sheet.shown["show"] != first
    newest, oldest = runner.results.all()
    assert newest.identity != oldest.identity
    # The old picture comes back with the old contents.
    file.write_text("a red fox")
    with qtbot.waitSignal(sheet.resulted, timeout=WAIT) as found:
        runner.recall(sheet)
    assert found.args == [oldest]


def test_a_file_that_was_overwritten_brings_no_old_picture_back(
    qtbot: QtBot, runner: Runner, tmp_path: Path
) -> None:
    file = tmp_path / "words.txt"
    file.write_text("a red fox")
    sheet = runner.open(Editor(SPECS, Document(beginning("test/Read", file=str(file)))), "doc")
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: len(runner.results.all()) == 1, timeout=WAIT)
    file.write_text("a blue boat on the lake")
    came: list[Result] = []
    sheet.resulted.connect(came.append)
    before = dict(sheet.keys)
    runner.recall(sheet)
    qtbot.waitUntil(lambda: sheet.keys.get("paint") not in (None, before["paint"]), timeout=WAIT)
    assert came == []
    # What would run again is marked.
    assert sheet.state.of("paint").status == sheet.state.of("show").status == "stale"


def test_a_node_that_never_caches_makes_a_new_result_each_time(qtbot: QtBot, runner: Runner) -> None:
    sheet = runner.open(Editor(SPECS, Document(beginning("test/Now"))), "doc")
    for number in (1, 2, 3):
        runner.run(sheet)
        wait_over(qtbot, runner, number)
        qtbot.waitUntil(partial(has_results, runner, number), timeout=WAIT)
    assert len({result.identity for result in runner.results.all()}) == 3


def test_documents_with_the_same_names_do_not_mix(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> None:
    other = runner.open(Editor(SPECS, Document(painting(text="a blue boat"))), "other")
    came: list[tuple[str, Result]] = []
    for one in (sheet, other):
        one.resulted.connect(lambda result, one=one: came.append((one.key, result)))
    reasons: dict[str, str] = {}
    runner.told.connect(lambda job, event: reasons.setdefault(job.document, getattr(event, "reason", "")))
    runner.run(sheet)
    runner.run(other)
    wait_over(qtbot, runner, 2)
    qtbot.waitUntil(lambda: len(came) == 2, timeout=WAIT)
    assert [key for key, _ in came] == ["doc", "other"]
    assert [result.document for _, result in came] == ["doc", "other"]
    # A look at the first document finds its own picture, though the other one ran after it.
    shown: list[events.Shown] = []
    for key in ("doc", "other"):
        runner.bridge.look("paint", "image", shown.append, 64, key)
    qtbot.waitUntil(lambda: len(shown) == 2, timeout=WAIT)
    assert shown[0].picture != shown[1].picture and shown[0].key != shown[1].key
    assert [one.document for one in shown] == ["doc", "other"]
    assert "changed" not in str(other.state.of("words").reason), "It was never run before."


def nested() -> Graph:
    """words -> a subgraph that paints -> show."""
    inner = Subgraph(
        "Group",
        {"paint": Node("paint", "test/Paint")},
        (Port("words", "paint", "words"),),
        (Port("picture", "paint", "image"),),
    )
    nodes = [
        Node("words", "test/Words"),
        Node("group", "subgraph/Group", inputs={"words": (Source("words", "number"),)}),
        Node("show", "test/Show", inputs={"image": (Source("group", "picture"),)}),
    ]
    return Graph({node.id: node for node in nodes}, subgraphs={"Group": inner})


def test_what_a_subgraph_makes_is_found_where_the_engine_has_it() -> None:
    graph = nested()
    assert inner_spot(graph, ("group", "picture")) == ("group/paint", "image")
    assert spot_of(graph, SPECS, "group") == spot_of(graph, SPECS, "show") == ("group/paint", "image")
    assert result_spots(flat(graph), SPECS, None) == [("show", ("group/paint", "image"))]


def test_what_is_made_inside_a_subgraph_is_seen(qtbot: QtBot, runner: Runner) -> None:
    sheet = runner.open(Editor(SPECS, Document(nested())), "doc")
    seen: list[str] = []
    sheet.picture.connect(lambda node, _: seen.append(node))
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: len(runner.results.all()) == 1, timeout=WAIT)
    qtbot.waitUntil(lambda: {"group/paint", "show"} <= set(seen), timeout=WAIT)
    assert sheet.previewed == {"group/paint"}


@pytest.mark.parametrize("inside", [False, True])
def test_a_preview_of_a_nested_node_is_on_the_canvases(start: Start, inside: bool) -> None:
    app = start()
    view = app.windows[0].documents.new()
    view.editor.push("Begin", nested())
    assert app.run_service is not None
    sheet = app.run_service.sheet(view)
    assert sheet is not None
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.fill(QColor("#336699"))
    if inside:
        assert view.levels.enter("group")
    sheet.show("group/paint", picture)
    assert view.base.state.preview("group") is not None  # type: ignore[attr-defined]  # a Canvas
    if not inside:
        # It is there as well for whoever goes in later.
        assert view.levels.enter("group")
    assert view.levels.front.state.preview("paint") is not None  # type: ignore[attr-defined]  # a Canvas


def test_an_edit_brings_back_only_its_own_result(qtbot: QtBot, runner: Runner, sheet: DocumentRun) -> None:
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: len(runner.results.all()) == 1, timeout=WAIT)
    [first] = runner.results.all()
    sheet.editor.apply(SetParam("paint", "seed", 5))
    came: list[Result] = []
    sheet.resulted.connect(came.append)
    before = dict(sheet.keys)
    qtbot.waitUntil(lambda: sheet.keys.get("paint") != before["paint"], timeout=WAIT)
    assert came == []
    with qtbot.waitSignal(sheet.resulted, timeout=WAIT) as found:
        sheet.editor.stack.undo()
    assert found.args == [first]


@pytest.mark.parametrize(
    ("inside", "target", "last"), [(False, "group", "group"), (True, "group/paint", "paint")]
)
def test_run_to_a_node_of_a_subgraph_runs_it(
    qtbot: QtBot, start: Start, inside: bool, target: str, last: str
) -> None:
    app = start()
    window, run_panels, _ = parts(app)
    wait_done(qtbot, run_panels, 1)
    view = window.documents.new()
    view.editor.push("Begin", nested())
    if inside:
        assert view.levels.enter("group")
    view.level.selection.set([last])
    canvas = view.levels.front
    canvas.setFocus()
    QTest.keyClick(canvas, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    wait_done(qtbot, run_panels, 2)
    job = run_panels.run_service.runner.queue.over[0]
    assert job.targets == (target,) and job.state == "done" and job.ran >= 1
    sheet = run_panels.sheet
    assert sheet is not None and sheet.state.of("group/paint").status == "done"
