from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
)
from PySide6.QtTest import QTest

from nodegraph.edits import SetParam
from nodegraph.formats.native import dumps
from tests.ui.params.catalogue import SPECS
from tests.ui.params.conftest import Desk
from ui.editors.seed import SeedEditor
from ui.runs.result_store import Result, Results
from ui.runs.seed_history import MOST, PastSeeds, past_seeds, seed_of
from ui.runs.seeds import draw, mode_of, seed_line

ALT = Qt.KeyboardModifier.AltModifier


def picture() -> QImage:
    found = QImage(64, 64, QImage.Format.Format_RGB32)
    found.fill(QColor("#336699"))
    return found


def ran(run_service: Desk, results: Results, seed: int) -> None:
    """A run came to a picture."""
    run_service.editor.apply(SetParam("all", "seed", seed))
    made = Result(str(seed), "doc", "all", "latent", "all", str(seed), dumps(run_service.graph))
    results.add(picture(), made)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "results")


def test_the_last_ten_seeds_are_offered_newest_first_and_once(run_service: Desk, results: Results) -> None:
    PastSeeds(run_service.editor, "doc", results)
    for seed in (*range(100, 112), 105):
        ran(run_service, results, seed)
    found = [seed.value for seed in past_seeds(run_service.editor, "all", "seed")]
    assert len(found) == MOST and found[0] == 105 and found[1:3] == [111, 110] and found.count(105) == 1
    run_service.rows.open("all", "seed", by_key=True)
    editor = run_service.rows.editor
    assert isinstance(editor, SeedEditor)
    run_service.hit(Qt.Key.Key_H, ALT)
    menu = editor.open_past()
    assert [action.text() for action in menu.actions()] == [str(value) for value in found]
    assert not menu.actions()[0].icon().isNull()
    menu.actions()[2].trigger()
    assert run_service.value("all", "seed") == 110
    menu.close()
    results.close()


def test_without_runs_it_says_so(run_service: Desk) -> None:
    run_service.rows.open("all", "seed", by_key=True)
    editor = run_service.rows.editor
    assert isinstance(editor, SeedEditor)
    menu = editor.open_past()
    assert [action.isEnabled() for action in menu.actions()] == [False]
    menu.close()


def test_the_seed_of_a_result_is_told(run_service: Desk, results: Results) -> None:
    ran(run_service, results, 4242)
    assert seed_of(results.all()[0], SPECS) == "seed 4242" == seed_line(run_service.graph, SPECS)
    results.close()


def test_modes_go_round_by_keys_and_decide_the_next_run(run_service: Desk) -> None:
    run_service.rows.open("all", "seed", by_key=True)
    seen = []
    for _ in range(3):
        run_service.hit(Qt.Key.Key_S, ALT)
        seen.append(mode_of(run_service.graph.nodes["all"], "seed"))
        if seen[-1] == "next":
            assert draw(run_service.graph, SPECS, {"all.seed": 9})[1] == {"all.seed": 10}
    assert seen == ["new", "next", "fixed"]
    assert draw(run_service.graph, SPECS, {})[1] == {}
    run_service.hit(Qt.Key.Key_D, ALT)
    assert run_service.value("all", "seed") != 7
    run_service.hit(Qt.Key.Key_Escape)
    QTest.qWait(1)
    assert run_service.value("all", "seed") == 7


def test_a_seed_is_typed_drawn_and_given_a_mode(run_service: Desk) -> None:
    start = run_service.row("all", "seed", 0.4)
    run_service.drag(start, start + QPointF(50, 0))
    assert run_service.value("all", "seed") == 7
    run_service.double_click(start)
    editor = run_service.rows.editor
    assert isinstance(editor, SeedEditor)
    run_service.type("42")
    run_service.hit(Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    assert mode_of(run_service.graph.nodes["all"], "seed") == "new"
    QTest.mouseClick(editor.mode, Qt.MouseButton.LeftButton)
    assert mode_of(run_service.graph.nodes["all"], "seed") == "next"
    run_service.editor.stack.undo()
    assert mode_of(run_service.graph.nodes["all"], "seed") == "new"
    assert editor.mode.text() == "New"
    QTest.mouseClick(editor.dice, Qt.MouseButton.LeftButton)
    drawn = run_service.value("all", "seed")
    assert drawn not in (7, 42)
    assert editor.line.text() == str(drawn)


def test_the_largest_seed_is_kept_to_the_last_digit(run_service: Desk) -> None:
    run_service.double_click(run_service.row("all", "seed", 0.4))
    run_service.type(str(2**64 - 1))
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.value("all", "seed") == 2**64 - 1
