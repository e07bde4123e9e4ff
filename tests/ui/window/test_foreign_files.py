"""Files that are not workflow files of ours, opened and saved with real keys: they stay as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from nodegraph.formats.native import dumps, load
from nodegraph.model.graph import Graph, Node
from tests.nodegraph.comfyui.saving import text_to_image
from tests.ui.catalogue import text_to_picture
from ui.shell.document_manager import Documents
from ui.shell.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(params=["comfyui", "picture"])
def foreign(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "comfyui":
        path = tmp_path / "harbour.json"
        path.write_text(json.dumps(text_to_image().data()))
        return path
    path, info = tmp_path / "harbour.png", PngInfo()
    info.add_itxt("nodegraph", dumps(text_to_picture()))
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)
    return path


def test_saving_asks_for_a_file(
    window: MainWindow, foreign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = foreign.read_bytes()
    view = window.documents.open(foreign)
    assert view is not None and view.editor.name == "harbour" and view.editor.path is None
    assert f"{foreign.name} stays as it is" in window.bar.currentMessage()
    target = tmp_path / "mine.json"
    monkeypatch.setattr(Documents, "choose_save", lambda self, view: target)
    QTest.keyClick(window, Qt.Key.Key_S, CTRL)
    assert foreign.read_bytes() == before
    assert load(target) == view.editor.graph and view.editor.name == "mine"


@pytest.mark.parametrize("api", [False, True])
def test_a_document_goes_to_comfyui_and_comes_back(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: bool
) -> None:
    path = tmp_path / "harbour.json"
    path.write_text(json.dumps(text_to_image().data()))
    view = window.documents.open(path)
    assert view is not None
    target = tmp_path / "back.json"
    monkeypatch.setattr(Documents, "choose_export", lambda self, view, api: target)
    window.menus.actions["file.export_comfyui_api" if api else "file.export_comfyui"].trigger()
    again = load(target)
    assert {n.type for n in again.nodes.values()} == {n.type for n in view.editor.graph.nodes.values()}
    assert again.nodes["ksampler"].params == view.editor.graph.nodes["ksampler"].params
    assert "back.json is written for ComfyUI" in window.bar.currentMessage()


def test_parts_without_an_equal_are_named_before_an_export(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "soft.json"
    path.write_text(dumps(Graph.of(Node("soft", "NotThere"))))
    assert window.documents.open(path) is not None
    target, asked = tmp_path / "back.json", []
    monkeypatch.setattr(Documents, "choose_export", lambda self, view, api: target)

    def refuse(parent: object, title: str, text: str, choices: object) -> str:
        asked.append(text)
        return "no"

    monkeypatch.setattr("ui.shell.document_manager.ask", refuse)
    window.menus.actions["file.export_comfyui"].trigger()
    assert "soft (NotThere) has no equal in ComfyUI" in asked[0] and not target.exists()
