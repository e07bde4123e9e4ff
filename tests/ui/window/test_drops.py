from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication

from nodegraph.graph import Graph, Node, Source
from tests import models_maker
from tests.ui.window.hand import opened
from ui.app import specs
from ui.drops import swapped
from ui.params.modelfiles import model_files
from ui.window import MainWindow

INK = Path(__file__).parents[3] / "nodes" / "practice" / "loras" / "ink.safetensors"


def drop(window: MainWindow, place: QPoint, *files: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(place, copy, data, left, none))
    QApplication.sendEvent(window, QDragMoveEvent(place, copy, data, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(place), copy, data, left, none))


def test_a_dropped_workflow_opens_in_a_tab_of_its_own(window: MainWindow, flow: Path) -> None:
    view = opened(window, flow)
    drop(window, QPoint(700, 400), flow)
    assert window.tabs.count() == 2
    assert not view.editor.unsaved


def test_dropped_models_and_pictures_become_their_loaders(window: MainWindow, tmp_path: Path) -> None:
    view = window.documents.new()
    lora = Path(shutil.copy(INK, tmp_path / "a style.safetensors"))
    base = models_maker.write_file(models_maker.sd1(), tmp_path / "sd15.safetensors")
    model_files.cache_clear()
    picture = tmp_path / "cat.png"
    drop(window, QPoint(300, 400), lora, base, picture)
    nodes = {node.type: node.params for node in view.editor.graph.nodes.values()}
    assert nodes == {
        "LoraLoader": {"lora": "a style.safetensors"},
        "CheckpointLoader": {"checkpoint": "sd15.safetensors"},
        "LoadImage": {"image": picture.as_posix()},
    }
    assert view.editor.stack.count() == 1
    assert not window.drops.zones.isVisible()


def test_a_picture_dropped_on_the_right_half_opens_its_workflow(window: MainWindow, tmp_path: Path) -> None:
    view = window.documents.new()
    bare = tmp_path / "bare.png"
    bare.write_bytes(b"\x89PNG\r\n\x1a\n")
    drop(window, QPoint(window.width() - 50, 400), bare)
    assert view.editor.graph.nodes == {}
    assert "bare.png" in window.bar.currentMessage()


def test_a_dropped_folder_brings_a_loader_for_each_picture_in_it(window: MainWindow, tmp_path: Path) -> None:
    view = window.documents.new()
    for name in ("b.png", "a.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.png").write_bytes(b"")
    drop(window, QPoint(300, 400), tmp_path)
    names = [Path(str(node.params["image"])).name for node in view.editor.graph.nodes.values()]
    assert names == ["a.png", "b.png"]


def test_a_pasted_picture_becomes_its_loader(window: MainWindow) -> None:
    view = window.documents.new()
    picture = QImage(6, 4, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    QApplication.clipboard().setImage(picture)
    window.documents.paste()
    window.documents.paste()
    kept = {str(node.params["image"]) for node in view.editor.graph.nodes.values()}
    assert len(view.editor.graph.nodes) == 2 and len(kept) == 1
    assert QImage(kept.pop()).pixelColor(3, 2).name() == "#336699"


def test_a_browsers_picture_is_pasted_and_an_address_alone_says_what_to_do(
    window: MainWindow, flow: Path
) -> None:
    view = opened(window, flow)
    before = len(view.editor.graph.nodes)
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.png")])
    QApplication.clipboard().setMimeData(data)
    window.documents.paste()
    assert len(view.editor.graph.nodes) == before
    assert "copy the picture itself" in window.statusBar().currentMessage()
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.png")])
    picture = QImage(8, 6, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    data.setImageData(picture)
    QApplication.clipboard().setMimeData(data)
    window.documents.paste()
    assert len(view.editor.graph.nodes) == before + 1


def test_blank_latents_grow_with_the_model_in_their_proportions() -> None:
    sizes = {"width": 192, "height": 128}
    graph = Graph.of(
        Node("model", "CheckpointLoader", params={"checkpoint": "practice"}),
        Node("small", "EmptyLatent", params=sizes),
        Node("large", "EmptyLatent", params={"width": 640, "height": 640}),
        Node("scaled", "LatentScale", params=sizes, inputs={"latent": (Source("small", "latent"),)}),
    )
    edit = swapped(graph, specs(), "real.safetensors", 1024)
    assert edit is not None
    after = edit.apply(graph).nodes
    assert after["model"].params["checkpoint"] == "real.safetensors"
    assert (after["small"].params["width"], after["small"].params["height"]) == (1536, 1024)
    assert after["large"] == graph.nodes["large"] and after["scaled"] == graph.nodes["scaled"]
    plain = swapped(graph, specs(), "real.safetensors")
    assert plain is not None and plain.apply(graph).nodes["small"] == graph.nodes["small"]
    assert swapped(edit.apply(graph), specs(), "other.safetensors", 1024) is None
