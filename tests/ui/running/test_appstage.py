"""The picture beside the app view's form, over a real engine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from nodegraph.edits import SetParam
from nodegraph.edits.document import Document
from tests.ui.running.graphs import painting, wait_over
from tests.ui.running.look import DARK
from tests.ui.running.painting_nodes import SPECS
from ui.document.editor import Editor
from ui.panels.app_view.stage import Stage
from ui.runs.seeds import seed_line

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.runs.document_run import DocumentRun
    from ui.runs.runner import Runner


def test_it_follows_a_run_and_tells_size_and_seed(runner: Runner, sheet: DocumentRun, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    run_service = cast("Any", SimpleNamespace(runner=runner, results=runner.results))
    stage = Stage(DARK, run_service, sheet, parent)
    heard: list[bool] = []
    stage.running_changed.connect(heard.append)
    assert stage.viewer.image.isNull() and not stage.facts.text()
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: not stage.viewer.image.isNull() and not stage.running, timeout=20_000)
    assert heard[:1] == [True] and heard[-1:] == [False]
    image = stage.viewer.image
    seed = seed_line(sheet.editor.graph, sheet.editor.specs)
    assert stage.facts.text().split("   ") == [
        f"{image.width()} × {image.height()}",
        *([seed] if seed else []),
    ]
    assert not stage.caption.text() and stage.progress.value() == 0


def test_earlier_pictures_of_the_workflow_stand_below_and_are_looked_back_at(
    runner: Runner, sheet: DocumentRun, qtbot: QtBot
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    run_service = cast("Any", SimpleNamespace(runner=runner, results=runner.results))
    stage = Stage(DARK, run_service, sheet, parent)
    stage.show()
    strip = stage.strip
    assert strip is not None and not strip.isVisible()
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: strip.rows.rowCount() == 1 and not stage.viewer.image.isNull(), timeout=20_000)
    assert strip.isVisible()
    first = stage.viewer.image
    sheet.editor.apply(SetParam("words", "text", "another"))
    runner.run(sheet)
    wait_over(qtbot, runner, 2)
    qtbot.waitUntil(lambda: strip.rows.rowCount() == 2 and not stage.running, timeout=20_000)
    qtbot.waitUntil(lambda: stage.viewer.image != first, timeout=20_000)
    assert strip.currentIndex().row() == 0
    other = runner.open(Editor(SPECS, Document(painting())), "other")
    runner.run(other)
    wait_over(qtbot, runner, 3)
    QTest.keyClick(strip, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: stage.viewer.image == first, timeout=20_000)
    assert strip.rows.rowCount() == 2


def test_a_failure_is_said_under_the_picture(runner: Runner, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    sheet = runner.open(Editor(SPECS, Document(painting(between="test/Die", how="raise"))), "doc")
    run_service = cast("Any", SimpleNamespace(runner=runner, results=runner.results))
    stage = Stage(DARK, run_service, sheet, parent)
    runner.run(sheet)
    wait_over(qtbot, runner, 1)
    qtbot.waitUntil(lambda: "the brush broke" in stage.caption.text(), timeout=20_000)
    assert not stage.running
