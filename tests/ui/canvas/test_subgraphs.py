from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton

from nodegraph.edits.subgraphs import MakeSubgraph
from nodegraph.formats.native import dumps
from tests.ui.canvas.hand import ALT, CTRL, RIGHT, SHIFT
from ui.canvas.canvas import Canvas
from ui.panels.subgraph_ports.panels import SubgraphPortPanel, SubgraphPortPanels
from ui.shell.view_state import go_to, place

if TYPE_CHECKING:
    from ui.shell.document_view import DocumentView
    from ui.shell.main_window import MainWindow
from tests.ui.canvas.inner import START, grouped, hand_of, inside


def test_keys_make_enter_leave_and_unpack(view: DocumentView) -> None:
    hand = inside(view)
    assert set(hand.graph.nodes) == {"prompt", "avoid"}
    assert not view.breadcrumbs.isHidden()
    hand.key(Qt.Key.Key_Escape)
    assert view.level is view.editor and view.breadcrumbs.isHidden()
    hand_of(view).key(Qt.Key.Key_G, CTRL | ALT)
    assert set(view.editor.graph.nodes) == set(START.nodes) and not view.editor.graph.subgraphs
    while view.editor.stack.canUndo():
        view.editor.stack.undo()
    assert dumps(view.editor.graph) == dumps(START)


def test_a_double_click_enters_and_a_crumb_leaves(view: DocumentView) -> None:
    name = grouped(view)
    hand = hand_of(view)
    box = hand.canvas.scene.nodes[name]
    hand.double_click((box.x + box.width / 2, box.y + box.height - 3))
    assert view.levels.inner
    crumb = next(b for b in view.breadcrumbs.findChildren(QToolButton) if b.isEnabled())
    QTest.mouseClick(crumb, Qt.MouseButton.LeftButton)
    assert not view.levels.inner and view.editor.selection.nodes == {name}


def test_edits_inside_are_steps_of_the_document(view: DocumentView) -> None:
    hand = inside(view)
    before = view.editor.graph
    at = hand.canvas.scene.nodes["prompt"].rect.topLeft() + QPointF(60, 10)
    hand.drag(at, at + QPointF(64, -40))
    assert view.editor.graph.subgraphs["Group"].nodes["prompt"].pos != START.nodes["prompt"].pos
    assert view.editor.graph.nodes is before.nodes
    view.editor.stack.undo()
    assert view.editor.graph is before and hand.canvas.scene.nodes["prompt"].node.pos == (352, 0)


def test_undoing_the_subgraph_from_inside_leads_out(view: DocumentView) -> None:
    hand = inside(view)
    QTest.keyClick(hand.canvas, Qt.Key.Key_Z, CTRL)
    QTest.qWait(20)
    assert view.level is view.editor and set(view.editor.graph.nodes) == set(START.nodes)


def rail(view: DocumentView, output: bool) -> SubgraphPortPanel:
    return next(r for r in view.widget.findChildren(SubgraphPortPanel) if r.output is output)


def test_a_link_dropped_on_the_rail_exposes_its_port(view: DocumentView) -> None:
    hand = inside(view)
    left = rail(view, False)
    assert [(p.name, p.node) for p in left.ports()] == [("clip", "prompt"), ("avoid_clip", "avoid")]
    left.list.setCurrentRow(0)
    QTest.keyClick(left.list, Qt.Key.Key_Delete)
    assert "clip" not in view.editor.graph.nodes["group"].inputs
    hand.drag(hand.port("prompt", "clip"), hand.canvas.camera.to_scene(QPointF(left.geometry().center())))
    assert [(p.name, p.node) for p in left.ports()] == [("avoid_clip", "avoid"), ("clip", "prompt")]


def test_a_parameter_is_exposed_by_keyboard_and_renamed_on_the_rail(view: DocumentView) -> None:
    hand = inside(view)
    hand.click(hand.title("prompt"))
    hand.key(Qt.Key.Key_Return)
    hand.key(Qt.Key.Key_Down)
    hand.key(Qt.Key.Key_E)
    left = rail(view, False)
    assert left.ports()[-1].port == "text"
    left.list.item(2).setText("What to paint")
    assert view.editor.graph.subgraphs["Group"].inputs[-1].name == "What to paint"
    hand.key(Qt.Key.Key_Escape)
    hand.key(Qt.Key.Key_Escape)
    assert isinstance(view.base, Canvas)
    assert view.base.scene.nodes["group"].spec.param("What to paint") is not None


def test_a_shared_subgraph_says_so_and_can_be_made_unique(view: DocumentView) -> None:
    grouped(view)
    hand_of(view).key(Qt.Key.Key_D, CTRL)
    hand_of(view).key(Qt.Key.Key_Tab)
    button = view.breadcrumbs.findChild(QPushButton)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert view.levels.inner[-1].editor.subgraph == "Group 2"
    assert set(view.editor.graph.subgraphs) == {"Group", "Group 2"}
    QTest.qWait(1)
    assert view.breadcrumbs.findChild(QPushButton) is None


def test_the_docks_show_the_level_and_saving_writes_the_document(
    window: MainWindow, view: DocumentView
) -> None:
    hand = inside(view)
    assert window.docks.panel("outline")._editor is view.level  # type: ignore[attr-defined]
    hand.click(hand.title("avoid"))
    assert window.view is view and view.editor.selection.nodes == {"group"}
    window.menus.actions["node.mute"].trigger()
    assert view.editor.graph.subgraphs["Group"].nodes["avoid"].mode == "mute"
    assert place(view)["inside"][0]["selected"] == {"nodes": ["avoid"], "active": "avoid"}
    assert set(view.editor.document.graph.nodes) > {"group", "sampler"}


def test_swapping_a_type_keeps_what_fits(window: MainWindow, view: DocumentView) -> None:
    hand = hand_of(view)
    hand.click(hand.title("save"))
    hand.key(Qt.Key.Key_S, SHIFT)
    popup = window.popups.current
    assert popup is not None
    QTest.keyClicks(popup.line, "ImageScale")
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    assert view.editor.graph.nodes["save"].type == "ImageScale"
    assert view.editor.graph.nodes["save"].inputs == START.nodes["save"].inputs


def test_the_search_and_the_outline_know_a_subgraphs_ports(window: MainWindow, view: DocumentView) -> None:
    name = grouped(view)
    hand = hand_of(view)
    hand.key(Qt.Key.Key_D, CTRL)
    (copy,) = view.editor.selection.nodes
    hand.drag(hand.port(copy, "clip"), (40.0, 560.0))
    popup = window.popups.current
    assert popup is not None
    QTest.keyClicks(popup.line, "checkpoint")
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    (source,) = view.editor.graph.nodes[copy].inputs["clip"]
    assert source.node not in START.nodes and source.output == "clip"
    outline = window.docks.panel("outline")
    rows = [outline.model.item(row).text() for row in range(outline.model.rowCount())]  # type: ignore[attr-defined]
    values = [outline.model.item(row, 1).text() for row in range(len(rows))]  # type: ignore[attr-defined]
    assert values[rows.index("Group")] == name


def test_the_menu_of_a_row_exposes_it_and_frames_and_links_have_their_own(
    window: MainWindow, view: DocumentView
) -> None:
    hand = inside(view)
    row = hand.canvas.scene.nodes["prompt"].layout.rows[-1]
    box = hand.canvas.scene.nodes["prompt"]
    hand.click((box.x + 40, box.y + row.y + 12), RIGHT)
    menu = menu_of(window)
    next(entry for entry in menu.actions() if entry.text().startswith("Expose")).trigger()
    menu.close()
    assert rail(view, False).ports()[-1].port == "text"
    hand.key(Qt.Key.Key_Escape)
    out = hand_of(view)
    out.click(out.along("decode", "latent", 0.5), RIGHT)
    menu = menu_of(window)
    assert window.menus.actions["node.portal"] in menu.actions()
    menu.close()


def menu_of(window: MainWindow) -> QMenu:
    QTest.qWait(1)
    return next(menu for menu in window.findChildren(QMenu) if menu.isVisible())


def test_a_setting_changed_inside_reaches_every_level(window: MainWindow, view: DocumentView) -> None:
    inner = inside(view).canvas
    window.app.change(theme="light", links="straight", density="large", snap=False)
    outer = view.base
    assert isinstance(outer, Canvas)
    assert inner is not outer
    for canvas in (inner, outer):
        assert canvas.theme.name == "Light"
        assert (canvas.scene.style, canvas.scene.metrics.density) == ("straight", "large")
        assert canvas.stage.habits.snap == 0.0
    view.levels.leave()
    assert outer.grab().toImage().pixelColor(4, 4).lightness() > 200


def test_where_one_stood_inside_a_subgraph_comes_back(view: DocumentView) -> None:
    hand = inside(view)
    hand.click(hand.title("avoid"))
    hand.canvas.set_view_state({"x": 40.0, "y": 30.0, "zoom": 1.5})
    kept = place(view)
    view.levels.leave()
    view.editor.selection.clear()
    go_to(view, json.loads(json.dumps(kept)))
    QTest.qWait(20)
    assert place(view)["inside"] == kept["inside"]
    assert place(view)["selected"] == kept["selected"]
    assert view.level.selection.nodes == {"avoid"} and view.canvas.view_state()["zoom"] == 1.5


@pytest.mark.parametrize(
    "odd", [{"inside": 3}, {"inside": [{"node": 7}]}, {"selected": {"nodes": [1, "gone"]}}]
)
def test_an_odd_place_is_left_out(view: DocumentView, odd: dict[str, object]) -> None:
    go_to(view, {"x": "no", "selected": 5, **odd})
    assert not view.levels.inner and not view.editor.selection.now


def test_a_row_dragged_on_the_rail_exposes_its_parameter_and_changes_nothing_else(view: DocumentView) -> None:
    view.editor.apply(MakeSubgraph(("latent", "sampler"), "Sampling", "group"))
    assert view.levels.enter("group")
    QTest.qWait(30)
    hand = hand_of(view)
    hand.canvas.zoom_to(1.0)
    port_panels = hand.canvas.port_panels
    assert isinstance(port_panels, SubgraphPortPanels)
    for name in ("steps", "sampler"):
        box = hand.canvas.scene.nodes["sampler"]
        before = dict(box.node.params), box.node.pos
        row = next(r for r in box.layout.rows if r.param is not None and r.param.name == name)
        start = QPointF(box.x + box.width / 2, box.y + row.y + row.height / 2)
        rail = hand.canvas.camera.to_scene(QPointF(port_panels.inputs.geometry().center()))
        hand.press(start)
        hand.move(start + (rail - start) * 0.5)
        hand.move(rail)
        hand.canvas.grab()
        hand.release(rail)
        node = view.level.graph.nodes["sampler"]
        assert (dict(node.params), node.pos) == before
        assert name in [port.name for port in port_panels.inputs.ports()]


def test_a_node_says_how_many_share_its_subgraph(view: DocumentView) -> None:
    name = grouped(view)
    hand = hand_of(view)
    alone = hand.canvas.scene.nodes[name].content
    assert hand.canvas.scene.nodes[name].uses == 1
    view.editor.selection.set([name])
    hand.canvas.duplicate()
    boxes = [box for box in hand.canvas.scene.nodes.values() if box.node.type.startswith("subgraph/")]
    assert [box.uses for box in boxes] == [2, 2] and hand.canvas.scene.nodes[name].content != alone
    view.editor.stack.undo()
    assert hand.canvas.scene.nodes[name].uses == 1
