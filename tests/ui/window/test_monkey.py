"""Somebody without a plan at the window, and what came to light that way."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph import fileformat
from nodegraph.edits import AddNodes
from nodegraph.graph import Node
from tests.ui.running.graphs import painting
from tests.ui.window.hand import opened
from tests.ui.window.monkey import Monkey
from tests.ui.window.person import Person
from ui.params.rows import RowEditors
from ui.popup import ChoicePopup
from ui.window import MainWindow


@pytest.fixture
def files(flow: Path, tmp_path: Path) -> list[Path]:
    """What there is to drop: workflows, a picture, a broken file, a folder."""
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    (tmp_path / "folder").mkdir()
    assert picture.save(str(tmp_path / "cat.png")) and picture.save(str(tmp_path / "folder" / "dog.png"))
    (tmp_path / "broken.json").write_text("{")
    fileformat.save(painting(seconds=0.2), tmp_path / "painting.json")
    return [flow, *(tmp_path / name for name in ("painting.json", "cat.png", "broken.json", "folder"))]


def test_a_person_without_a_plan_breaks_nothing(furnished: MainWindow, files: list[Path]) -> None:
    monkey = Monkey(furnished.app, 5, files)
    monkey.run(400)
    monkey.check()


def test_nothing_on_the_clipboard_pastes_nothing(window: MainWindow, flow: Path) -> None:
    view = opened(window, flow)
    before = view.editor.graph
    QApplication.clipboard().clear()
    window.documents.paste()
    assert view.editor.graph is before


def test_closing_the_live_workflow_ends_live_mode(furnished: MainWindow, flow: Path) -> None:
    bench = furnished.bench
    assert bench is not None
    view = opened(furnished, flow)
    bench.set_live(True)
    furnished.documents.drop(view, keep=False)
    QTest.qWait(1)
    assert bench.desk.live.sheet is None
    opened(furnished, flow)
    bench.set_live(True)
    assert bench.live


def test_a_run_goes_on_when_another_window_was_closed(furnished: MainWindow, files: list[Path]) -> None:
    opened(furnished, files[1])
    other = furnished.app.new_window()
    other.show()
    other.close()
    QTest.qWait(1)
    bench = furnished.bench
    assert bench is not None
    bench.run()
    queue = bench.desk.runner.queue
    for _ in range(400):
        QTest.qWait(20)
        if queue.over:
            break
    assert queue.over[0].state == "done"


def test_a_node_taken_away_under_its_open_list_takes_nothing_with_it(person: Person) -> None:
    person.editor.apply(AddNodes((Node("late", "KSampler", pos=(352, 620)),)))
    person.select("late")
    person.canvas.frame_selected()
    rows = person.canvas.findChild(RowEditors)
    assert rows is not None
    rows.open("late", "sampler")
    lists = person.window.findChildren(ChoicePopup)
    assert len(lists) == 1
    person.editor.stack.undo()
    QTest.qWait(1)
    person.hand.click((0, -40))
    QTest.qWait(1)
    assert not person.window.findChildren(ChoicePopup)
