from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nodegraph.edits import AddNodes, AddNote, Move
from nodegraph.formats import native
from nodegraph.model.graph import Node, Note
from nodegraph.model.note_images import NotePicture
from tests import models_maker
from tests.nodegraph.strategies import PNG
from tests.ui.catalogue import text_to_picture
from tests.ui.running.look import shoot
from tests.ui.window.hand import Start, opened
from tests.ui.window.person import Person
from ui.config.model_files import model_files
from ui.shell.document_view import DocumentView
from ui.shell.drop_zones import zones_for
from ui.shell.main_window import MainWindow

INK = Path(__file__).parents[3] / "nodes" / "practice" / "loras" / "ink.safetensors"


def held(*files: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in files])
    return data


def drop(window: MainWindow, place: QPoint, *files: Path) -> None:
    let_go(window, place, held(*files))


def let_go(window: MainWindow, place: QPoint, data: QMimeData) -> None:
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


def pictures_in(folder: Path, *names: str) -> None:
    image = QImage(6, 4, QImage.Format.Format_RGB32)
    image.fill(0x336699)
    folder.mkdir(exist_ok=True)
    for name in names:
        assert image.save(str(folder / name))


def test_a_dropped_folder_of_pictures_is_one_batch_or_a_node_each(window: MainWindow, tmp_path: Path) -> None:
    view = window.documents.new()
    folder = tmp_path / "shots"
    pictures_in(folder, "f10.png", "f9.png")
    (folder / "notes.txt").write_bytes(b"")
    pictures_in(folder / "deeper", "c.png")
    drop(window, QPoint(300, 400), folder)
    (node,) = view.editor.graph.nodes.values()
    assert node.type == "LoadImageFolder" and node.params == {"folder": folder.as_posix()}
    view.editor.stack.undo()
    drop(window, QPoint(window.width() - 50, 400), folder)
    names = [Path(str(node.params["image"])).name for node in view.editor.graph.nodes.values()]
    assert names == ["f9.png", "f10.png"]
    assert view.editor.stack.count() == 1


def test_a_pasted_folder_is_a_batch_and_much_is_said(window: MainWindow, tmp_path: Path) -> None:
    view = window.documents.new()
    for number in range(70):
        (tmp_path / f"{number}.png").write_bytes(b"")
    QApplication.clipboard().setMimeData(held(tmp_path))
    window.documents.paste()
    assert [node.type for node in view.editor.graph.nodes.values()] == ["LoadImageFolder"]
    drop(window, QPoint(window.width() - 50, 400), tmp_path)
    assert len(view.editor.graph.nodes) == 65
    assert "holds 70 files of this kind; the first 64 were taken" in window.bar.currentMessage()


def test_a_folder_of_models_is_offered_as_one(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    view = window.documents.new()
    folder = tmp_path / "mine"
    (folder / "loras").mkdir(parents=True)
    shutil.copy(INK, folder / "loras" / "a style.safetensors")
    pictures_in(folder / "loras", "a style.png")
    model_files.cache_clear()
    assert "a style.safetensors" not in model_files().names("loras")
    drop(window, QPoint(window.width() - 50, 400), folder)
    assert not view.editor.graph.nodes
    assert "mine is a folder of models now: 1 is known from it" in window.bar.currentMessage()
    assert "a style.safetensors" in model_files().names("loras")
    settings = tmp_path / "config" / "nodegraph" / "models.json"
    assert json.loads(settings.read_text()) == {"models": [str(folder)]}
    drop(window, QPoint(300, 400), folder / "loras")
    assert [node.params for node in view.editor.graph.nodes.values()] == [{"lora": "a style.safetensors"}]
    settings.write_text("broken")
    drop(window, QPoint(window.width() - 50, 400), folder / "loras")
    assert settings.read_text() == "broken" and "cannot be changed" in window.bar.currentMessage()


def test_a_folder_of_workflows_opens_them_and_an_empty_one_is_said(
    window: MainWindow, tmp_path: Path, flow: Path
) -> None:
    folder = tmp_path / "flows"
    folder.mkdir()
    for number in range(10):
        shutil.copy(flow, folder / f"{number}.json")
    drop(window, QPoint(300, 400), folder)
    assert window.tabs.count() == 8
    assert "holds 10 files of this kind; the first 8 were taken" in window.bar.currentMessage()
    (tmp_path / "empty").mkdir()
    drop(window, QPoint(300, 400), tmp_path / "empty")
    assert "The folder empty holds no pictures, models or workflows" in window.bar.currentMessage()


def noted(window: MainWindow, flow: Path) -> tuple[DocumentView, QPoint]:
    """A workflow with one note, and where that lies in the window."""
    view = opened(window, flow)
    view.editor.apply(AddNote(Note("n", "words", (0, -400), (320, 240))))
    view.canvas.frame_all()
    QTest.qWait(1)
    return view, view.widget.mapTo(window, view.canvas.note_places()["n"].center())


def test_a_picture_dropped_on_a_note_is_put_into_it(
    furnished: MainWindow, flow: Path, tmp_path: Path
) -> None:
    view, place = noted(furnished, flow)
    pictures_in(tmp_path, "cat.png")
    nodes = view.editor.graph.nodes
    drop(furnished, place, tmp_path / "cat.png")
    assert view.editor.graph.notes["n"].text == "words\n\n![cat](picture_1)"
    assert view.editor.graph.nodes == nodes
    drop(furnished, QPoint(60, 400), tmp_path / "cat.png")
    assert len(view.editor.graph.nodes) == len(nodes) + 1


def test_a_picture_is_pasted_into_the_selected_note(furnished: MainWindow, flow: Path) -> None:
    view, _ = noted(furnished, flow)
    count = len(view.editor.graph.nodes)
    picture = QImage(6, 4, QImage.Format.Format_RGB32)
    QApplication.clipboard().setImage(picture)
    view.editor.selection.set((), (), (), ["n"])
    view.widget.setFocus()
    QTest.keyClick(view.widget, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert view.editor.graph.notes["n"].pictures and len(view.editor.graph.nodes) == count
    view.editor.selection.clear()
    QTest.keyClick(view.widget, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(view.editor.graph.nodes) == count + 1


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


def test_a_picture_with_its_workflow_is_used_or_opened_by_where_it_is_dropped(
    window: MainWindow, tmp_path: Path
) -> None:
    picture = tmp_path / "made.png"
    plain = QImage(8, 8, QImage.Format.Format_RGB32)
    plain.setText("nodegraph", native.dumps(text_to_picture()))
    assert plain.save(str(picture))
    view = window.documents.new()
    drop(window, QPoint(window.width() // 4, 400), picture)
    assert window.tabs.count() == 1
    assert [node.type for node in view.editor.graph.nodes.values()] == ["LoadImage"]
    drop(window, QPoint(window.width() - 50, 400), picture)
    assert window.tabs.count() == 2 and len(view.editor.graph.nodes) == 1, "no tab is overwritten"
    opened_view = window.view
    assert opened_view is not None and opened_view.editor.graph == text_to_picture()


def test_what_comes_from_comfyui_is_a_new_tab_of_our_nodes(window: MainWindow, tmp_path: Path) -> None:
    view = window.documents.new()
    before = view.editor.graph
    theirs = '{"last_node_id": 1, "nodes": [{"id": 1, "type": "KSampler"}], "links": [], "version": 0.4}'
    (tmp_path / "theirs.json").write_text(theirs)
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    picture.setText("workflow", theirs)
    assert picture.save(str(tmp_path / "theirs.png"))
    right = QPoint(window.width() - 50, 400)
    for file in (tmp_path / "theirs.json", tmp_path / "theirs.png"):
        drop(window, right, file)
        assert window.view is not None and window.view is not view
        assert [node.type for node in window.view.editor.graph.nodes.values()] == ["KSampler"]
        assert f"{file.name} stays as it is" in window.bar.currentMessage()
    assert window.tabs.count() == 3 and view.editor.graph is before


def test_a_picture_without_a_file_is_dropped_as_one_from_a_browser(furnished: MainWindow, flow: Path) -> None:
    view, place = noted(furnished, flow)
    data = QMimeData()
    picture = QImage(6, 4, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    data.setImageData(picture)
    data.setUrls([QUrl("https://example.org/a.png")])
    count = len(view.editor.graph.nodes)
    let_go(furnished, place, data)
    assert view.editor.graph.notes["n"].text.endswith("![picture](picture_1)")
    assert len(view.editor.graph.nodes) == count
    let_go(furnished, QPoint(furnished.width() - 60, 400), data)
    (added,) = view.editor.selection.nodes
    assert QImage(str(view.editor.graph.nodes[added].params["image"])).pixelColor(3, 2).name() == "#336699"


def test_what_is_no_picture_is_not_lost_on_a_note(furnished: MainWindow, flow: Path, tmp_path: Path) -> None:
    _, place = noted(furnished, flow)
    pictures_in(tmp_path, "cat.png")
    other = Path(shutil.copy(flow, tmp_path / "other.json"))
    drop(furnished, place, tmp_path / "cat.png", other)
    assert furnished.tabs.count() == 2


def test_a_picture_in_a_note_outlives_a_crash(start: Start) -> None:
    window = start().windows[0]
    picture = NotePicture.of(PNG)
    view = window.documents.new()
    assert view.editor.apply(AddNote(Note("n", "![](p)", pictures={"p": picture})))
    assert view.editor.apply(Move({"n": (80.0, 0.0)}))
    window = start().windows[0]
    assert window.view is not None
    assert window.view.editor.graph.notes["n"].pictures == {"p": picture}
    window.view.editor.stack.undo()
    assert window.view.editor.graph.notes["n"] == Note("n", "![](p)", pictures={"p": picture})


def png(path: Path, workflow: str = "") -> Path:
    picture = QImage(6, 4, QImage.Format.Format_RGB32)
    picture.fill(0x336699)
    if workflow:
        picture.setText("workflow", workflow)
    assert picture.save(str(path))
    return path


def loader_place(window: MainWindow, view: DocumentView) -> QPoint:
    rect = next(iter(view.canvas.picture_places().values()))
    return view.widget.mapTo(window, rect.center())


def test_a_picture_dropped_on_a_loader_goes_into_it_and_the_loader_is_not_dimmed(
    person: Person, tmp_path: Path
) -> None:
    window, view = person.window, person.view
    count = len(person.graph.nodes)
    person.editor.apply(AddNodes((Node("picture", "LoadImage", pos=(0.0, 900.0)),)))
    person.canvas.frame_all()
    QTest.qWait(20)
    at = loader_place(window, view)
    inside = at + QPoint(0, 4)
    before = window.grab().toImage().pixelColor(inside)
    first = png(tmp_path / "first.png")
    data = held(first)
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(at, copy, data, left, none))
    QApplication.sendEvent(window, QDragMoveEvent(at, copy, data, left, none))
    zone = window.drops.zones.at(QPointF(at))
    assert zone is not None
    assert (zone.way, zone.into) == ("node", "picture")
    shoot(window, "drop_on_loader")
    assert window.grab().toImage().pixelColor(inside) == before
    QApplication.sendEvent(window, QDropEvent(QPointF(at), copy, data, left, none))
    assert len(person.graph.nodes) == count + 1
    assert str(person.node("picture").params["image"]).endswith("first.png")


def test_a_picture_pasted_on_the_selected_loader_goes_into_it(window: MainWindow, tmp_path: Path) -> None:
    view = window.documents.new()
    view.editor.apply(AddNodes((Node("picture", "LoadImage"),)))
    view.editor.selection.set(["picture"])
    QApplication.clipboard().setMimeData(held(png(tmp_path / "a.png")))
    window.documents.paste()
    assert set(view.editor.graph.nodes) == {"picture"}
    assert str(view.editor.graph.nodes["picture"].params["image"]).endswith("a.png")
    view.editor.selection.clear()
    window.documents.paste()
    assert len(view.editor.graph.nodes) == 2


def test_its_workflow_is_offered_only_where_a_picture_carries_one(tmp_path: Path, flow: Path) -> None:
    bare = zones_for([png(tmp_path / "bare.png")])
    assert [zone.way for zone in bare] == ["load"]
    full = zones_for([png(tmp_path / "full.png", flow.read_text())])
    assert [zone.way for zone in full] == ["load", "workflow"]
