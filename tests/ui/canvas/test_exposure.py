"""Sections and limits of what a subgraph exposes, by mouse and by keys: rail, node, inspector, outline, app view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from nodegraph.edits.app_form import reordered
from nodegraph.edits.exposure import SetLimits, SetSection
from nodegraph.model.graph import Port
from tests.ui.canvas.exposing import (
    dialog,
    down_to,
    middle,
    open_menu,
    port,
    press,
    railed,
    row_of,
    rows,
    texts,
)
from tests.ui.canvas.hand import ALT, SHIFT
from tests.ui.canvas.inner import hand_of
from ui.panels.app_view.panel import AppPanel
from ui.panels.exposure.dialogs import LimitsDialog, NameDialog
from ui.panels.inspector.panel import Inspector
from ui.panels.outline.tree import Outline
from ui.panels.problems.validation import fix_words, validation_of
from ui.shell.app_view_switch import toggle

if TYPE_CHECKING:
    from ui.shell.document_view import DocumentView
    from ui.shell.main_window import MainWindow


def test_by_keys_alone_a_parameter_gets_a_section_and_limits(
    window: MainWindow, view: DocumentView, group: str
) -> None:
    found = railed(view)
    down_to(found, "steps")
    begun = view.editor.stack.index()
    QTest.keyClick(found, Qt.Key.Key_Menu)
    menu = open_menu()
    press(menu, "Section", "New section…")
    menu.close()
    asked = dialog(window)
    assert isinstance(asked, NameDialog)
    QTest.keyClicks(asked.name, "Quality")
    QTest.keyClick(asked.name, Qt.Key.Key_Return)
    assert port(view, "steps").section == "Quality" and view.editor.stack.index() == begun + 1
    assert texts(found)[-2:] == ["Quality", "steps"] and found.chosen == "steps"
    QTest.keyClick(found, Qt.Key.Key_F10, SHIFT)
    menu = open_menu()
    press(menu, "Limits…")
    menu.close()
    limits = dialog(window)
    assert isinstance(limits, LimitsDialog) and "1 to 1000" in limits.note.text()
    QTest.keyClicks(limits.low, "60")
    QTest.keyClicks(limits.high, "8*5")
    assert not limits.done_button.isEnabled() and "smaller number comes first" in limits.wrong.text()
    limits.low.clear()
    QTest.keyClicks(limits.low, "4")
    assert limits.done_button.isEnabled() and not limits.wrong.isVisible()
    QTest.keyClick(limits.high, Qt.Key.Key_Return)
    assert (port(view, "steps").minimum, port(view, "steps").maximum) == (4, 40)
    assert view.editor.stack.index() == begun + 2
    assert "4 – 40" in found.item(found.count() - 1).data(Qt.ItemDataRole.AccessibleTextRole)
    QTest.keyClick(found, Qt.Key.Key_Escape)
    assert view.levels.inner and window.focusWidget() is view.widget
    view.editor.stack.undo()
    view.editor.stack.undo()
    assert port(view, "steps") == Port("steps", "sampler", "steps")


def test_alt_and_arrows_move_a_port_through_its_sections(view: DocumentView, group: str) -> None:
    view.editor.apply(SetSection("Sampling", "denoise", "Quality"))
    found = railed(view)
    assert texts(found)[-4:] == ["cfg", "width", "Quality", "denoise"]
    down_to(found, "cfg")
    for _ in range(2):
        QTest.keyClick(found, Qt.Key.Key_Down, ALT)
    assert port(view, "cfg").section == "Quality" and texts(found)[-3:] == ["Quality", "cfg", "denoise"]
    QTest.keyClick(found, Qt.Key.Key_Up, ALT)
    assert port(view, "cfg").section == "" and texts(found)[-3:] == ["cfg", "Quality", "denoise"]
    assert found.chosen == "cfg"
    QTest.keyClick(found, Qt.Key.Key_Down)
    assert found.section == "Quality"
    found.currentItem().setText("Look")
    assert port(view, "denoise").section == "Look" and found.section == "Look"
    QTest.keyClick(found, Qt.Key.Key_Delete)
    assert port(view, "denoise").section == "" and "Look" not in texts(found)


def test_a_row_dropped_below_a_heading_goes_into_its_section_and_a_socket_does_not(
    view: DocumentView, group: str
) -> None:
    view.editor.apply(SetSection("Sampling", "denoise", "Quality"))
    found = railed(view)
    end = found.count()
    begun = view.editor.stack.index()
    at = texts(found).index("steps")
    assert found.model().moveRows(QModelIndex(), at, 1, QModelIndex(), end)
    QTest.qWait(5)
    assert port(view, "steps").section == "Quality" and view.editor.stack.index() == begun + 1
    assert texts(found)[-3:] == ["Quality", "denoise", "steps"]
    found.model().moveRows(QModelIndex(), 0, 1, QModelIndex(), end)
    QTest.qWait(5)
    assert port(view, "model").section == "" and texts(found)[-3:] == ["Quality", "denoise", "steps"]


def test_the_node_shows_headings_that_fold(view: DocumentView, group: str) -> None:
    for name in ("cfg", "denoise"):
        view.editor.apply(SetSection("Sampling", name, "Quality"))
    assert rows(view) == ["Steps", "Width", "Quality", "CFG", "Denoise"]
    hand = hand_of(view)
    graph = view.editor.graph
    hand.click(middle(view, row_of(view, "Quality")))
    assert rows(view) == ["Steps", "Width", "Quality (2)"]
    hand.click(middle(view, row_of(view, "Quality (2)")))
    assert rows(view)[-1] == "Denoise"
    hand.key(Qt.Key.Key_H, ALT)
    assert rows(view) == ["Steps", "Width", "Quality (2)"]
    hand.key(Qt.Key.Key_H, ALT)
    assert rows(view)[-1] == "Denoise" and view.editor.graph is graph


def test_scrubbing_and_typing_stop_at_the_limits(view: DocumentView, group: str) -> None:
    view.editor.apply(SetLimits("Sampling", "steps", 10, 30))
    hand = hand_of(view)
    hand.canvas.zoom_to(1.0)
    box = hand.canvas.scene.nodes[group]
    hand.canvas.camera.look_at((box.rect.center().x(), box.rect.center().y(), 1.0))
    start = middle(view, row_of(view, "Steps"))
    for way, bound in ((150, 30), (-300, 10)):
        hand.press(start)
        for part in (0.1, 0.5, 1.0):
            hand.move(start + QPointF(way * part, 0))
        hand.release(start + QPointF(way, 0))
        assert view.editor.graph.nodes[group].params["steps"] == bound
    hand.double_click(start)
    line = QApplication.focusWidget()
    assert line is not None and line is not hand.canvas
    QTest.keyClicks(line, "9*9")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert view.editor.graph.nodes[group].params["steps"] == 30


def test_a_value_inside_beyond_the_limits_is_marked_and_mended_where_it_stands(
    view: DocumentView, group: str
) -> None:
    view.editor.apply(SetLimits("Sampling", "steps", 30, 40))
    validation = validation_of(view.editor)
    validation.check()
    (problem,) = validation.of(group, "steps")
    assert "steps" in validation.markers()[group] and fix_words(problem) == "Use 30"
    assert validation.fix(problem)
    validation.check()
    assert not validation.of(group)
    assert view.editor.graph.subgraphs["Sampling"].nodes["sampler"].params["steps"] == 30
    assert "steps" not in view.editor.graph.nodes[group].params


def test_a_folded_section_is_marked_for_what_is_wrong_in_it(view: DocumentView, group: str) -> None:
    view.editor.apply(SetSection("Sampling", "width", "Size"))
    hand = hand_of(view)
    hand.canvas.scene.toggle_fold(group, "Size")
    hand.canvas.camera.look_at((*hand.canvas.scene.nodes[group].rect.center().toTuple(), 1.0))
    row = row_of(view, "Size (1)")
    edge = hand.view(middle(view, row) - QPointF(0, row.height / 2 - 1))

    def red() -> bool:
        validation_of(view.editor).check()
        image = hand.canvas.grab().toImage()
        near = (image.pixelColor(edge.x() + 30, edge.y() + dy) for dy in (-1, 0, 1))
        return any(color.red() > color.green() + 60 for color in near)

    assert not red()
    view.editor.apply(SetLimits("Sampling", "width", 16, 64))
    assert red()


def test_the_inspector_has_headings_and_the_menu_of_a_row_changes_the_subgraph(
    window: MainWindow, view: DocumentView, group: str
) -> None:
    view.editor.apply(SetSection("Sampling", "cfg", "Quality"))
    window.docks.docks["inspector"].show()
    QTest.qWait(20)
    panel = window.docks.panel("inspector")
    assert isinstance(panel, Inspector)
    labels = panel.findChildren(QLabel)
    headings = [label.text() for label in labels if label.property("role") == "heading"]
    assert headings == ["Parameters", "Quality", "Inputs"]
    menu = panel.rows["steps"].menu()
    press(menu, "On subgraph Sampling", "Section", "Quality")
    assert port(view, "steps").section == "Quality"
    QTest.qWait(10)
    menu = panel.rows["steps"].menu()
    press(menu, "On subgraph Sampling", "Rename…")
    asked = dialog(window)
    assert isinstance(asked, NameDialog)
    QTest.keyClicks(asked.name, "cfg")
    assert "not taken" in asked.wrong.text() and not asked.done_button.isEnabled()
    asked.name.clear()
    QTest.keyClicks(asked.name, "count")
    QTest.keyClick(asked.name, Qt.Key.Key_Return)
    assert port(view, "count").port == "steps"
    view.editor.apply(SetLimits("Sampling", "count", 3, None))
    QTest.qWait(10)
    menu = panel.rows["count"].menu()
    press(menu, "On subgraph Sampling", "Lift limits")
    assert not port(view, "count").limited
    QTest.qWait(10)
    press(panel.rows["count"].menu(), "On subgraph Sampling", "Hide from outside")
    assert "count" not in [p.name for p in view.editor.graph.subgraphs["Sampling"].inputs]


def test_the_outline_offers_the_same_and_stays_where_it_was(
    window: MainWindow, view: DocumentView, group: str
) -> None:
    outline = window.docks.panel("outline")
    assert isinstance(outline, Outline)
    outline.tree.expand(outline.model.row_of("node", group))
    outline.tree.setCurrentIndex(outline.model.port_row(group, "steps", "param"))
    press(outline.menu(), "On subgraph Sampling", "Section", "New section…")
    asked = dialog(window)
    assert isinstance(asked, NameDialog)
    QTest.keyClicks(asked.name, "Quality")
    QTest.keyClick(asked.name, Qt.Key.Key_Return)
    assert port(view, "steps").section == "Quality"
    parent = outline.model.row_of("node", group)
    names = [outline.model.index(row, 0, parent).data() for row in range(outline.model.rowCount(parent))]
    assert names[-5:] == ["CFG", "Denoise", "Width", "Steps", "Latent"]
    assert outline.tree.currentIndex().siblingAtColumn(0).data() == "Steps"
    press(outline.menu(), "On subgraph Sampling", "Limits…")
    limits = dialog(window)
    assert isinstance(limits, LimitsDialog)
    QTest.keyClicks(limits.high, "5000")
    QTest.keyClick(limits.high, Qt.Key.Key_Return)
    assert port(view, "steps").maximum == 1000
    index = outline.tree.currentIndex().siblingAtColumn(1)
    outline.model.setData(index, "2000")
    assert view.editor.graph.nodes[group].params["steps"] == 1000


def test_the_app_view_shows_headings_where_a_section_begins(
    window: MainWindow, view: DocumentView, group: str
) -> None:
    for name in ("cfg", "denoise"):
        view.editor.apply(SetSection("Sampling", name, "Quality"))
    keys = ((group, "width"), (group, "cfg"), (group, "denoise"), ("prompt", "text"))
    view.editor.apply(reordered(view.editor.graph, keys))
    toggle(window)
    panel = view.app
    assert isinstance(panel, AppPanel)

    def heads() -> list[str]:
        return [row.heading.text() if row.heading.isVisibleTo(row) else "" for row in panel.form.rows]

    assert heads() == ["", "Quality", "", ""]
    panel.form.put((group, "width"), 2)
    assert heads() == ["Quality", "", "Quality", ""] or heads() == ["Quality", "", "", ""]
    view.editor.apply(SetSection("Sampling", "cfg", ""))
    assert "Quality" in heads() and heads()[0] == ""
