from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from nodegraph.edits import SetParam
from nodegraph.model.graph import Graph, Node
from tests.ui.canvas.hand import NONE
from tests.ui.params.conftest import Desk, MakeDesk
from ui.editors.color import ColorEditor, parsed
from ui.editors.file import FileEditor, relative


def test_colours_are_typed_or_picked(run_service: Desk) -> None:
    assert [parsed(t) for t in ("#FF0000", "f00", "red", "#12", "no")] == [
        "#ff0000",
        "#ff0000",
        "#ff0000",
        None,
        None,
    ]
    run_service.click(run_service.row("all", "color"))
    editor = run_service.rows.editor
    assert isinstance(editor, ColorEditor)
    run_service.type("nonsense!")
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.rows.box is not None and "#rrggbb" in run_service.rows.box.hint.text()
    editor.line.selectAll()
    run_service.type("teal")
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.value("all", "color") == "#008080"
    run_service.click(run_service.row("all", "color"))
    run_service.hit(Qt.Key.Key_Down)
    editor = run_service.rows.editor
    assert isinstance(editor, ColorEditor) and editor.open_popup is not None
    picker = editor.open_popup
    QTest.mouseClick(picker, Qt.MouseButton.LeftButton, NONE, picker.square.topLeft().toPoint())  # type: ignore[attr-defined]  # a picker
    assert run_service.value("all", "color") == "#ffffff"
    run_service.hit(Qt.Key.Key_Escape)
    assert run_service.value("all", "color") == "#008080"


def test_files_are_dropped_and_kept_relative(run_service: Desk, tmp_path: Path) -> None:
    run_service.editor.mark_saved(tmp_path / "flow.json", None)
    assert relative(Path("/elsewhere/a.png"), tmp_path / "flow.json") == "/elsewhere/a.png"
    run_service.click(run_service.row("all", "image_file"))
    editor = run_service.rows.editor
    assert isinstance(editor, FileEditor)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "in" / "a.png"))])
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, NONE)
    QApplication.sendEvent(editor, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, NONE)
    QApplication.sendEvent(editor, drop)
    assert run_service.value("all", "image_file") == "in/a.png"
    assert editor.line.text() == "in/a.png"


def test_a_folder_is_chosen_as_a_folder(make_desk: MakeDesk, tmp_path: Path) -> None:
    run_service = make_desk(Graph.of(Node("f", "Folder")))
    run_service.editor.mark_saved(tmp_path / "flow.json", None)
    (tmp_path / "shots").mkdir()
    run_service.click(run_service.row("f", "place"))
    editor = run_service.rows.editor
    assert isinstance(editor, FileEditor)
    QTest.mouseClick(editor.browse, Qt.MouseButton.LeftButton)
    dialog = editor.open_popup
    assert isinstance(dialog, QFileDialog) and dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.selectFile(str(tmp_path / "shots"))
    dialog.accept()
    assert run_service.value("f", "place") == "shots"


def test_a_row_shows_its_colour_as_a_swatch_and_none_for_what_is_no_colour(run_service: Desk) -> None:
    def inks() -> set[str]:
        image = run_service.canvas.grab().toImage()
        spot = run_service.view(run_service.row("all", "color")) * image.devicePixelRatio()
        return {image.pixelColor(x, spot.y()).name() for x in range(image.width())}

    assert "#ff8000" in inks()
    run_service.editor.apply(SetParam("all", "color", "#008080"))
    QTest.qWait(300)
    assert "#008080" in inks() and "#ff8000" not in inks()
    run_service.editor.apply(SetParam("all", "color", "nonsense"))
    QTest.qWait(300)
    assert "#008080" not in inks()
