"""Where a workflow is saved to, and what can be opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PySide6.QtWidgets import QFileDialog

from nodegraph.formats import native
from tests.ui.catalogue import text_to_picture
from tests.ui.window.hand import answer, opened
from ui.document import workflow_file
from ui.shell.main_window import MainWindow


def choose(monkeypatch: pytest.MonkeyPatch, name: Path) -> None:
    """Let the dialog answer with a name, as it was typed."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(name), ""))


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("portrait", "portrait.json"),
        ("portrait v1.2", "portrait v1.2.json"),
        ("portrait.json", "portrait.json"),
        ("portrait.JSON", "portrait.JSON"),
        ("portrait.png", "portrait.png.json"),
        ("a.b.c", "a.b.c.json"),
        ("portrait.", "portrait..json"),
    ],
)
def test_a_name_gets_the_ending_of_workflows(
    window: MainWindow, flow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, made: str
) -> None:
    view = opened(window, flow)
    choose(monkeypatch, tmp_path / typed)
    assert window.documents.save_as(view)
    assert view.editor.path == tmp_path / made
    assert native.load(tmp_path / made) == view.editor.graph


@pytest.mark.parametrize("reply", ["Cancel", "Replace"])
def test_a_file_is_replaced_only_after_a_question(
    window: MainWindow, flow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: str
) -> None:
    view = opened(window, flow)
    there = tmp_path / "portrait.json"
    there.write_text("precious")
    choose(monkeypatch, tmp_path / "portrait")
    answer(reply)
    assert window.documents.save_as(view) is (reply == "Replace")
    assert (there.read_text() == "precious") is (reply == "Cancel")
    assert (view.editor.path == there) is (reply == "Replace")


def test_open_offers_every_format_that_carries_a_workflow(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters: list[str] = []

    def choose_none(*args: str) -> tuple[list[str], str]:
        filters.append(args[3])
        return [], ""

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", choose_none)
    window.documents.ask_open()
    offered = filters[0].partition(";;")[0].partition("(")[2].rstrip(")").split()
    assert offered == [f"*{suffix}" for suffix in workflow_file.CARRIERS]
    assert {"*.json", "*.png", "*.webp", "*.jpg", "*.jpeg", "*.tif", "*.tiff"} <= set(offered)


@pytest.mark.parametrize("suffix", workflow_file.CARRIERS)
def test_a_file_of_each_offered_ending_gives_its_workflow(tmp_path: Path, suffix: str) -> None:
    graph = text_to_picture()
    path = tmp_path / f"flow{suffix}"
    if suffix == workflow_file.OWN_SUFFIX:
        native.save(graph, path)
    else:
        tag = Image.Exif()
        tag[270] = f"nodegraph:{native.dumps(graph)}"
        info = PngInfo()
        info.add_itxt("nodegraph", native.dumps(graph))
        kind = {".jfif": "JPEG", ".apng": "PNG"}.get(suffix)
        Image.new("RGB", (8, 8)).save(path, kind, exif=tag, pnginfo=info)
    assert workflow_file.read(path).graph.nodes.keys() == graph.nodes.keys()
