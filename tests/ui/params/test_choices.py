from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.canvas.hand import NONE
from tests.ui.params.conftest import Desk, Folders
from ui.editors.choice import ChoiceEditor, ChoiceList


def test_a_click_turns_a_switch(run_service: Desk) -> None:
    run_service.click(run_service.row("all", "upscale"))
    assert run_service.value("all", "upscale") is True and run_service.steps == 1
    run_service.click(run_service.row("all", "upscale"))
    assert run_service.value("all", "upscale") is False
    assert run_service.rows.open("all", "upscale", by_key=True)
    run_service.hit(Qt.Key.Key_Space)
    assert run_service.value("all", "upscale") is True
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.value("all", "upscale") is False
    run_service.hit(Qt.Key.Key_Escape)
    assert run_service.rows.editor is None


def choices(run_service: Desk, name: str) -> ChoiceList:
    run_service.click(run_service.row("all", name))
    editor = run_service.rows.editor
    assert isinstance(editor, ChoiceEditor) and isinstance(editor.open_popup, ChoiceList)
    return editor.open_popup


def test_a_click_opens_the_choices_and_enter_takes_one(run_service: Desk) -> None:
    popup = choices(run_service, "sampler")
    assert [popup.rows.row(n).id for n in range(3)] == ["euler", "heun", "dpmpp_2m"]  # type: ignore[union-attr]  # three rows
    assert popup.current() is not None and popup.current().id == "euler"  # type: ignore[union-attr]  # see left
    run_service.hit(Qt.Key.Key_Down)
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.value("all", "sampler") == "heun"
    assert run_service.rows.editor is None and run_service.steps == 1


def test_a_click_elsewhere_gives_the_choice_up(run_service: Desk) -> None:
    choices(run_service, "sampler")
    run_service.click((-30, 500))
    QTest.qWait(1)
    assert run_service.rows.editor is None and run_service.steps == 0


def test_choosing_with_the_mouse(run_service: Desk) -> None:
    popup = choices(run_service, "sampler")
    rect = popup.list.visualRect(popup.rows.index(2))
    QTest.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, NONE, rect.center())
    assert run_service.value("all", "sampler") == "dpmpp_2m"


def test_model_files_stand_in_folders_and_are_searched(run_service: Desk, folders: Folders) -> None:
    folders.kinds["checkpoints"] += tuple(f"many/model {n:02}.safetensors" for n in range(20))
    popup = choices(run_service, "checkpoint")
    ids = [popup.rows.row(n).id for n in range(popup.rows.rowCount())]  # type: ignore[union-attr]  # all there
    assert ids[:3] == ["practice.safetensors", "anime/", "anime/dream.safetensors"]
    run_service.type("photo")
    assert popup.current() is not None and popup.current().id == "real/photo.safetensors"  # type: ignore[union-attr]  # see left
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.value("all", "checkpoint") == "real/photo.safetensors"


def test_letters_on_a_choice_search_at_once(run_service: Desk, folders: Folders) -> None:
    folders.kinds["checkpoints"] += tuple(f"model {n:02}.safetensors" for n in range(20))
    assert run_service.rows.open("all", "checkpoint", by_key=True)
    run_service.type("l")
    run_service.type("ine")
    run_service.hit(Qt.Key.Key_Return)
    assert run_service.value("all", "checkpoint") == "anime/line.safetensors"


def test_an_empty_folder_says_so(run_service: Desk, folders: Folders) -> None:
    folders.kinds.clear()
    popup = choices(run_service, "checkpoint")
    assert popup.foot.text() == "There is no checkpoints file yet."
