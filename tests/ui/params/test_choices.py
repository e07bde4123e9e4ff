from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.canvas.hand import NONE
from tests.ui.params.conftest import Desk, Folders
from ui.editors.choice import ChoiceEditor, ChoiceList


def test_a_click_turns_a_switch(desk: Desk) -> None:
    desk.click(desk.row("all", "upscale"))
    assert desk.value("all", "upscale") is True and desk.steps == 1
    desk.click(desk.row("all", "upscale"))
    assert desk.value("all", "upscale") is False
    assert desk.rows.open("all", "upscale", by_key=True)
    desk.hit(Qt.Key.Key_Space)
    assert desk.value("all", "upscale") is True
    desk.hit(Qt.Key.Key_Return)
    assert desk.value("all", "upscale") is False
    desk.hit(Qt.Key.Key_Escape)
    assert desk.rows.editor is None


def choices(desk: Desk, name: str) -> ChoiceList:
    desk.click(desk.row("all", name))
    editor = desk.rows.editor
    assert isinstance(editor, ChoiceEditor) and isinstance(editor.open_popup, ChoiceList)
    return editor.open_popup


def test_a_click_opens_the_choices_and_enter_takes_one(desk: Desk) -> None:
    popup = choices(desk, "sampler")
    assert [popup.rows.row(n).id for n in range(3)] == ["euler", "heun", "dpmpp_2m"]  # type: ignore[union-attr]  # three rows
    assert popup.current() is not None and popup.current().id == "euler"  # type: ignore[union-attr]  # see left
    desk.hit(Qt.Key.Key_Down)
    desk.hit(Qt.Key.Key_Return)
    assert desk.value("all", "sampler") == "heun"
    assert desk.rows.editor is None and desk.steps == 1


def test_a_click_elsewhere_gives_the_choice_up(desk: Desk) -> None:
    choices(desk, "sampler")
    desk.click((-30, 500))
    QTest.qWait(1)
    assert desk.rows.editor is None and desk.steps == 0


def test_choosing_with_the_mouse(desk: Desk) -> None:
    popup = choices(desk, "sampler")
    rect = popup.list.visualRect(popup.rows.index(2))
    QTest.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, NONE, rect.center())
    assert desk.value("all", "sampler") == "dpmpp_2m"


def test_model_files_stand_in_folders_and_are_searched(desk: Desk, folders: Folders) -> None:
    folders.kinds["checkpoints"] += tuple(f"many/model {n:02}.safetensors" for n in range(20))
    popup = choices(desk, "checkpoint")
    ids = [popup.rows.row(n).id for n in range(popup.rows.rowCount())]  # type: ignore[union-attr]  # all there
    assert ids[:3] == ["practice.safetensors", "anime/", "anime/dream.safetensors"]
    desk.type("photo")
    assert popup.current() is not None and popup.current().id == "real/photo.safetensors"  # type: ignore[union-attr]  # see left
    desk.hit(Qt.Key.Key_Return)
    assert desk.value("all", "checkpoint") == "real/photo.safetensors"


def test_letters_on_a_choice_search_at_once(desk: Desk, folders: Folders) -> None:
    folders.kinds["checkpoints"] += tuple(f"model {n:02}.safetensors" for n in range(20))
    assert desk.rows.open("all", "checkpoint", by_key=True)
    desk.type("l")
    desk.type("ine")
    desk.hit(Qt.Key.Key_Return)
    assert desk.value("all", "checkpoint") == "anime/line.safetensors"


def test_an_empty_folder_says_so(desk: Desk, folders: Folders) -> None:
    folders.kinds.clear()
    popup = choices(desk, "checkpoint")
    assert popup.foot.text() == "There is no checkpoints file yet."
