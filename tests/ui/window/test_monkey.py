"""Somebody without a plan at the window, and what came to light that way."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.edits import AddNodes, RemoveNodes
from nodegraph.model.graph import Node
from tests.ui.window.hand import edit, opened
from tests.ui.window.keymap_canvas import subgraph
from tests.ui.window.monkey import toys
from tests.ui.window.person import Person
from ui.editors.rows import RowEditors
from ui.shell.main_window import MainWindow
from ui.widgets.popup import ChoicePopup

ROOT = Path(__file__).parents[3]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return toys(tmp_path)


def test_a_person_without_a_plan_breaks_nothing() -> None:
    """In a process of its own, in which no other test has left wrappers of widgets that are gone."""
    command = [sys.executable, "-m", "benchmarks", "monkey", "0.01", "5"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    figures = json.loads(done.stdout.splitlines()[-1])
    assert (figures["steps"] >= 1000, figures["raised"]) == (True, 0), done.stderr


def test_nothing_on_the_clipboard_pastes_nothing(window: MainWindow, flow: Path) -> None:
    view = opened(window, flow)
    before = view.editor.graph
    QApplication.clipboard().clear()
    window.documents.paste()
    assert view.editor.graph is before


def test_closing_the_live_workflow_ends_live_mode(furnished: MainWindow, flow: Path) -> None:
    run_panels = furnished.run_panels
    assert run_panels is not None
    view = opened(furnished, flow)
    run_panels.set_live(True)
    furnished.documents.drop(view, keep=False)
    QTest.qWait(1)
    assert run_panels.run_service.live.sheet is None
    opened(furnished, flow)
    run_panels.set_live(True)
    assert run_panels.live


def test_a_run_goes_on_when_another_window_was_closed(furnished: MainWindow, files: list[Path]) -> None:
    opened(furnished, files[1])
    other = furnished.app.new_window()
    other.show()
    other.close()
    QTest.qWait(1)
    run_panels = furnished.run_panels
    assert run_panels is not None
    run_panels.run()
    queue = run_panels.run_service.runner.queue
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


def test_a_subgraph_that_was_left_hears_no_more_of_the_document(person: Person) -> None:
    subgraph(person)
    person.key("Tab")
    assert person.view.levels.inner
    gc.disable()
    try:
        person.key("Escape")
        QTest.qWait(1)
        edit(person.view, 9)
    finally:
        gc.enable()
    assert not person.view.levels.inner


def test_find_given_up_selects_nothing_that_is_gone(person: Person) -> None:
    person.select("decode")
    person.key("Ctrl+F")
    person.write("sampler")
    person.editor.apply(RemoveNodes(("decode", "sampler")))
    person.key("Down")
    person.key("Escape")
    assert person.editor.selection.nodes <= person.graph.nodes.keys()
    person.canvas.distribute(True)
