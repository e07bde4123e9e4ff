from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from nodegraph.edits import SetParam
from nodegraph.formats import native
from tests.ui.catalogue import text_to_picture
from tests.ui.window.hand import answer, edit, opened, steps
from ui.shell.main_window import MainWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def test_a_file_changed_by_someone_else_is_noticed_and_can_be_loaded(
    window: MainWindow, flow: Path, qtbot: QtBot
) -> None:
    view = opened(window, flow)
    edit(view, 5)
    theirs = SetParam("sampler", "steps", 99).apply(text_to_picture())
    native.save(theirs, flow)
    qtbot.waitUntil(view.bar.isVisible, timeout=3000)
    qtbot.mouseClick(view.bar.reload, Qt.MouseButton.LeftButton)
    assert (steps(view), view.editor.unsaved, view.bar.isVisible()) == (99, False, False)
    view.editor.stack.undo()
    assert steps(view) == 5


def test_a_file_written_again_with_the_same_contents_is_not_changed(window: MainWindow, flow: Path) -> None:
    view = opened(window, flow)
    flow.write_bytes(flow.read_bytes())
    view.look_at_disk()
    assert not view.bar.isVisible()


@pytest.mark.parametrize(("button", "kept"), [("Replace", 5), ("Cancel", 99)])
def test_saving_over_a_changed_file_asks(window: MainWindow, flow: Path, button: str, kept: int) -> None:
    view = opened(window, flow)
    edit(view, 5)
    native.save(SetParam("sampler", "steps", 99).apply(text_to_picture()), flow)
    answer(button)
    window.documents.save()
    assert native.load(flow).nodes["sampler"].params["steps"] == kept


def test_a_folder_that_cannot_be_written_is_a_sentence(
    window: MainWindow, flow: Path, tmp_path: Path
) -> None:
    view = opened(window, flow)
    (tmp_path / "file").write_text("")
    assert not window.documents._write(view, tmp_path / "file" / "flow.json")
    assert "flow.json" in window.bar.currentMessage()


def test_a_damaged_file_is_a_sentence_and_no_tab(window: MainWindow, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    assert window.documents.open(bad) is None
    assert window.tabs.count() == 0
    assert "bad.json" in window.bar.currentMessage()


def test_undoing_everything_gives_the_file_byte_for_byte(window: MainWindow, flow: Path) -> None:
    before = flow.read_bytes()
    view = opened(window, flow)
    for number in range(40):
        edit(view, number)
    view.editor.stack.setIndex(0)
    assert window.documents._write(view, flow)
    assert flow.read_bytes() == before


def test_closing_the_tab_of_a_file_that_was_deleted_asks(
    window: MainWindow, flow: Path, qtbot: QtBot
) -> None:
    view = opened(window, flow)
    flow.unlink()
    qtbot.waitUntil(lambda: view.editor.unsaved, timeout=5000)
    assert view.bar.isVisible() and not view.bar.reload.isVisible()
    answer("Cancel")
    assert not window.documents.close(view)
    assert window.documents.save(view) and flow.exists()
    assert not view.editor.unsaved and not view.bar.isVisible()


@pytest.mark.parametrize(("button", "kept"), [("Replace", 5), ("Cancel", 30)])
def test_a_read_only_file_is_not_replaced_without_asking(
    window: MainWindow, flow: Path, button: str, kept: int
) -> None:
    view = opened(window, flow)
    edit(view, 5)
    flow.chmod(0o444)
    answer(button)
    window.documents.save()
    assert native.load(flow).nodes["sampler"].params["steps"] == kept
