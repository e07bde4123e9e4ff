from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from tests.ui.params.conftest import Desk, Folders
from ui.editors import thumbs
from ui.editors.choice import ChoiceEditor, ChoiceList
from ui.editors.thumbs import SIDE, picture_beside, small


def picture(path: Path, width: int, height: int, color: str = "#cc3300") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    assert image.save(str(path))


@pytest.mark.parametrize("ending", [".png", ".jpg", ".preview.png", ".webp"])
def test_the_picture_beside_a_model_is_found_and_cut_square(tmp_path: Path, ending: str) -> None:
    model = tmp_path / "photo.v2.safetensors"
    picture(tmp_path / f"photo.v2{ending}", 400, 100)
    found = picture_beside(model, os.listdir(tmp_path))
    assert found is not None and found.name == f"photo.v2{ending}"
    image = small(found, 72)
    assert image is not None and (image.width(), image.height()) == (72, 72)
    assert picture_beside(tmp_path / "other.safetensors", os.listdir(tmp_path)) is None


def test_what_is_no_picture_or_too_large_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture at all")
    assert small(tmp_path / "a.png", 72) is None
    assert small(tmp_path / "gone.png", 72) is None
    picture(tmp_path / "b.png", 64, 64)
    monkeypatch.setattr(thumbs, "MOST_SIDE", 32)
    assert small(tmp_path / "b.png", 72) is None
    monkeypatch.setattr(thumbs, "MOST_SIDE", 8192)
    monkeypatch.setattr(thumbs, "MOST_BYTES", 10)
    assert small(tmp_path / "b.png", 72) is None


def test_the_list_of_models_shows_pictures_once_they_are_read(
    run_service: Desk, folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Folders, "find", lambda self, kind, name: tmp_path / name)
    picture(tmp_path / "anime" / "dream.png", 300, 300, "#cc3300")
    run_service.click(run_service.row("all", "checkpoint"))
    editor = run_service.rows.editor
    assert isinstance(editor, ChoiceEditor)
    popup = editor.open_popup
    assert isinstance(popup, ChoiceList) and popup.thumbs is not None
    for _ in range(100):
        QTest.qWait(10)
        if popup.thumbs.of("anime/dream.safetensors", SIDE) is not None:
            break
    QTest.qWait(20)
    row = next(
        n for n in range(popup.rows.rowCount()) if popup.rows.data(popup.rows.index(n)) == "dream.safetensors"
    )
    spot = popup.list.visualRect(popup.rows.index(row))
    shown = popup.list.viewport().grab().toImage()
    ratio = shown.devicePixelRatio()
    color = shown.pixelColor(round((spot.left() + 30) * ratio), round(spot.center().y() * ratio))
    assert color.red() > 150 and color.blue() < 60
    QTest.keyClick(popup.line, Qt.Key.Key_Escape)


def test_closing_at_once_leaves_no_thread_behind(run_service: Desk, folders: Folders, tmp_path: Path) -> None:
    folders.kinds["checkpoints"] = tuple(f"model {n}.safetensors" for n in range(400))
    for _ in range(5):
        run_service.rows.close()
        run_service.click(run_service.row("all", "checkpoint"))
        editor = run_service.rows.editor
        assert isinstance(editor, ChoiceEditor) and isinstance(editor.open_popup, ChoiceList)
        popup = editor.open_popup
        QTest.qWait(1)
        QTest.keyClick(popup.line, Qt.Key.Key_Escape)
    QTest.qWait(20)
    assert run_service.value("all", "checkpoint") == "practice.safetensors"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no fifos in folders")
def test_a_pipe_called_like_a_picture_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "photo.png")
    assert small(tmp_path / "photo.png", 72) is None
