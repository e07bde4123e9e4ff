from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit

from nodegraph.edits import AddNodes, RemoveNodes, SetParam, SetTitle
from nodegraph.edits.document import Document
from nodegraph.model.graph import Node
from tests.ui.catalogue import SPECS, text_to_picture
from ui.config.settings import Settings
from ui.document.editor import Editor
from ui.i18n.labels import read_value
from ui.panels.outline.text import Ref, partners
from ui.panels.outline.tree import Outline, PartnerPopup
from ui.theme.appearance import Appearance

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def outline(qtbot: QtBot) -> Iterator[Outline]:
    editor = Editor(SPECS, Document(text_to_picture()))
    made = Outline(editor, Appearance.of(Settings(), True))
    editor.setParent(made)
    made.resize(400, 800)
    qtbot.addWidget(made)
    made.show()
    yield made


def editor_of(outline: Outline) -> Editor:
    return outline._editor


def go(outline: Outline, index: QModelIndex) -> None:
    assert index.isValid()
    outline.tree.expand(index.parent())
    outline.tree.setCurrentIndex(index)
    outline.tree.setFocus()


def chosen_ranges(outline: Outline) -> list[tuple[int, int]]:
    chosen = outline.tree.selectionModel().selection()
    parts = (chosen.at(number) for number in range(chosen.count()))
    return [(part.top(), part.bottom()) for part in parts]


def names(outline: Outline) -> list[str]:
    return [outline.model.index(row, 0).data() for row in range(outline.model.rowCount())]


def test_it_lists_nodes_frames_and_notes(outline: Outline) -> None:
    assert names(outline) == [
        "Load checkpoint",
        "Encode prompt",
        "Encode prompt",
        "Empty latent",
        "KSampler",
        "VAE decode",
        "Save picture",
        "Prompts",
        "First steps",
    ]


def test_an_opened_node_lists_ports_links_and_values(outline: Outline) -> None:
    outline.tree.expand(outline.model.row_of("node", "sampler"))
    parent = outline.model.row_of("node", "sampler")
    rows = [
        (outline.model.index(row, 0, parent).data(), outline.model.index(row, 1, parent).data())
        for row in range(outline.model.rowCount(parent))
    ]
    assert ("Model", "← Load checkpoint (checkpoint) › Model") in rows
    assert ("Steps", "30") in rows
    assert ("Latent", "→ VAE decode (decode) › Latent") in rows


def test_it_follows_the_document(outline: Outline) -> None:
    editor = editor_of(outline)
    steps = outline.model.port_row("sampler", "steps", "param")
    editor.apply(SetParam("sampler", "steps", 41))
    assert steps.siblingAtColumn(1).data() == "41"
    editor.apply(SetTitle("save", "Result"))
    editor.apply(AddNodes((Node("new", "KSampler"),)))
    editor.apply(RemoveNodes(("checkpoint",)))
    assert names(outline)[0] == "Encode prompt"
    assert "Result" in names(outline)
    assert names(outline)[-1] == "KSampler"
    model = outline.model.port_row("sampler", "model", "input")
    assert model.siblingAtColumn(1).data() == ""
    editor.stack.setIndex(0)
    assert sorted(names(outline)) == sorted(names(Outline(editor, outline._look)))


def test_the_model_keeps_qts_rules(outline: Outline) -> None:
    tester = QAbstractItemModelTester(outline.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    editor = editor_of(outline)
    outline.model.port_row("sampler", "steps", "param")
    for number in range(5):
        editor.apply(RemoveNodes(("decode",)))
        editor.stack.undo()
        editor.apply(SetParam("sampler", "steps", number))
    tester.deleteLater()


def test_a_value_is_typed_with_the_keyboard_alone(outline: Outline) -> None:
    go(outline, outline.model.port_row("sampler", "steps", "param"))
    QTest.keyClick(outline.tree, Qt.Key.Key_Return)
    line = outline.tree.viewport().findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, "5000")
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.qWait(10)
    assert editor_of(outline).graph.nodes["sampler"].params["steps"] == 1000


def test_a_node_is_renamed_with_f2(outline: Outline) -> None:
    go(outline, outline.model.row_of("node", "save"))
    QTest.keyClick(outline.tree, Qt.Key.Key_F2)
    line = outline.tree.viewport().findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, "Result")
    QTest.keyClick(line, Qt.Key.Key_Return)
    QTest.qWait(10)
    assert editor_of(outline).graph.nodes["save"].title == "Result"


def test_a_port_is_linked_and_unlinked_with_the_keyboard_alone(outline: Outline, qtbot: QtBot) -> None:
    editor = editor_of(outline)
    go(outline, outline.model.port_row("sampler", "negative", "input"))
    QTest.keyClick(outline.tree, Qt.Key.Key_Delete)
    assert "negative" not in editor.graph.nodes["sampler"].inputs
    QTest.keyClick(outline.tree, Qt.Key.Key_Return)
    popup = outline.findChild(PartnerPopup)
    assert isinstance(popup, PartnerPopup)
    QTest.keyClicks(popup.line, "prompt")
    QTest.keyClick(popup.line, Qt.Key.Key_Return)
    assert editor.graph.nodes["sampler"].inputs["negative"][0].output == "conditioning"


def test_delete_removes_the_selected_nodes_as_one_step(outline: Outline) -> None:
    editor = editor_of(outline)
    editor.selection.set(["save", "decode"])
    outline.tree.setFocus()
    QTest.keyClick(outline.tree, Qt.Key.Key_Delete)
    assert editor.graph.nodes.keys() & {"save", "decode"} == set()
    assert editor.stack.count() == 1


def test_selection_goes_both_ways(outline: Outline) -> None:
    editor = editor_of(outline)
    go(outline, outline.model.row_of("node", "decode"))
    assert editor.selection.nodes == {"decode"}
    editor.selection.set(["save", "prompt"], notes=["note"])
    rows = outline.tree.selectionModel().selectedRows()
    assert {row.data() for row in rows} == {"Save picture", "Encode prompt", "First steps"}


def test_the_menu_mutes_and_the_filter_hides(outline: Outline) -> None:
    editor = editor_of(outline)
    go(outline, outline.model.row_of("node", "sampler"))
    menu = outline.menu()
    next(action for action in menu.actions() if action.text() == "Mute").trigger()
    assert editor.graph.nodes["sampler"].mode == "mute"
    menu.deleteLater()
    QTest.keyClicks(outline.filter, "is:muted")
    shown = [r for r in range(outline.model.rowCount()) if not outline.tree.isRowHidden(r, QModelIndex())]
    assert [outline.model.index(row, 0).data() for row in shown] == ["KSampler"]


def test_partners_fit_and_make_no_circle() -> None:
    graph = text_to_picture()
    found = set(partners(graph, SPECS, Ref("decode", "latent", False)))
    assert found == {Ref("latent", "latent", True), Ref("sampler", "latent", True)}
    forward = {ref.node for ref in partners(graph, SPECS, Ref("sampler", "latent", True))}
    assert "decode" in forward
    assert forward & {"sampler", "checkpoint", "prompt"} == set()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("steps", " 12 ", 12),
        ("steps", "x", None),
        ("steps", "0", 1),
        ("cfg", "1e999", 100.0),
        ("sampler", "HEUN", "heun"),
        ("sampler", "no", None),
    ],
)
def test_typed_values_are_read_as_the_parameter_takes_them(name: str, text: str, value: object) -> None:
    param = SPECS["KSampler"].param(name)
    assert param is not None
    assert read_value(param, text) == value


def test_every_row_speaks(outline: Outline) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    row = outline.model.port_row("sampler", "model", "input")
    assert row.data(role) == "input Model, ← Load checkpoint (checkpoint) › Model"
    assert outline.model.row_of("node", "sampler").data(role) == "KSampler, sampler"
    assert outline.tree.accessibleName()


def test_many_parts_come_as_one_insertion_and_are_selected_as_one_range(outline: Outline) -> None:
    editor = editor_of(outline)
    inserted: list[tuple[int, int]] = []
    outline.model.rowsInserted.connect(lambda _parent, first, last: inserted.append((first, last)))
    before = outline.model.rowCount()
    nodes = [Node(f"n{number}", "KSampler") for number in range(50)]
    assert editor.apply(AddNodes(tuple(nodes)))
    assert inserted == [(before, before + 49)]
    assert outline.model.index(before, 1).data() == "n0"
    assert outline.model.index(before + 49, 1).data() == "n49"
    editor.selection.set([node.id for node in nodes])
    assert chosen_ranges(outline) == [(before, before + 49)]
    editor.selection.set(["n0", "n1", "n5"])
    assert chosen_ranges(outline) == [
        (before, before + 1),
        (before + 5, before + 5),
    ]
