"""Find from every level of a workflow with subgraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nodegraph.edits.subgraphs import MakeSubgraph

if TYPE_CHECKING:
    from ui.shell.document_view import DocumentView
    from ui.shell.main_window import MainWindow
from tests.ui.canvas.inner import grouped, hand_of


def test_find_goes_into_a_subgraph(window: MainWindow, view: DocumentView) -> None:
    grouped(view)
    window.popups.find()
    popup = window.popups.current
    assert popup is not None
    QTest.keyClicks(popup.line, "avoid")
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    assert view.levels.inner and view.level.selection.nodes == {"avoid"}


def finding(window: MainWindow, text: str) -> list[str]:
    """Find, and Enter on the first line; the lines there were."""
    window.popups.find()
    popup = window.popups.current
    assert popup is not None
    QTest.keyClicks(popup.line, text)
    found = [str(popup.rows.index(at, 0).data()) for at in range(popup.rows.rowCount())]
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    QTest.qWait(20)
    return found


def test_find_flies_to_a_node_two_subgraphs_down_and_out_again(
    window: MainWindow, view: DocumentView
) -> None:
    view.editor.apply(MakeSubgraph(("latent", "sampler"), "Sampling", "group"))
    view.editor.apply(MakeSubgraph(("group", "decode"), "Outer", "outer"))
    finding(window, "type:KSampler steps>2")
    assert [level.instance for level in view.levels.inner] == ["outer", "group"]
    assert view.level.selection.nodes == {"sampler"}
    canvas = hand_of(view).canvas
    goal = canvas.scene.nodes["sampler"].rect
    QTest.qWait(300)
    assert canvas.camera.visible().contains(goal) and canvas.camera.zoom == 1.0
    inner = view.levels.inner[-1]
    finding(window, "id:latent")
    assert view.levels.inner[-1] is inner and view.level.selection.nodes == {"latent"}
    finding(window, "id:save")
    assert not view.levels.inner and view.level.selection.nodes == {"save"}
    assert finding(window, "is:unknown") == []
    finding(window, "title:outer")
    assert view.editor.selection.nodes == {"outer"}


def test_find_flies_there_and_a_hand_on_the_canvas_ends_it(window: MainWindow, view: DocumentView) -> None:
    canvas = hand_of(view).canvas
    canvas.set_motion(True)
    canvas.camera.look_at((9000.0, 9000.0, 0.3))
    start = canvas.camera.place()
    finding(window, "id:save")
    assert canvas._flight is not None and canvas._flight.runs
    QTest.qWait(60)
    assert canvas.camera.place() not in (start, canvas._flight._to)
    QTest.qWait(300)
    assert canvas.camera.visible().contains(canvas.scene.nodes["save"].rect) and not canvas._flight.runs
    canvas.previous_view()
    assert canvas.camera.place() == start
    finding(window, "id:save")
    canvas.camera.look_at((5.0, 5.0, 1.0))
    there = canvas.camera.place()
    QTest.qWait(300)
    assert canvas.camera.place() == there
