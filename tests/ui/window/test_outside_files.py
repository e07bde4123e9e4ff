"""Opening a workflow opens no file that it names outside its folder; the artist is asked once, before a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QImage

from nodegraph.edits.document import Document
from nodegraph.edits.values import SetParam
from nodegraph.formats import native
from nodegraph.model.graph import Graph, Node, Port, Source, Subgraph
from nodegraph.model.spec import NodeSpec, Output, Param
from nodegraph.support.regular_files import is_remote
from tests.ui.params.catalogue import SPECS
from tests.ui.window.hand import answer, crash
from ui.canvas.canvas import Canvas
from ui.config import paths
from ui.document import outside_files
from ui.document.editor import Editor
from ui.shell.application import Application

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


def naming(name: str) -> Graph:
    return Graph.of(Node("n", "Everything", params={"image_file": name}))


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    found = tmp_path / "elsewhere" / "secret.png"
    found.parent.mkdir()
    found.write_bytes(b"")
    return found


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    (tmp_path / "project" / "pictures").mkdir(parents=True)
    (tmp_path / "project" / "pictures" / "own.png").write_bytes(b"")
    return tmp_path / "project" / "flow.json"


def test_files_of_its_own_folder_are_open_to_a_workflow(flow: Path) -> None:
    own = str(flow.parent / "pictures" / "own.png")
    pasted = paths.pasted_folder() / "pasted.png"
    pasted.parent.mkdir(parents=True)
    pasted.write_bytes(b"")
    for name in ("pictures/own.png", "pictures/../pictures/own.png", own, str(pasted), "missing.png", ""):
        assert not outside_files.outside_files(naming(name), SPECS, flow), name


@pytest.mark.parametrize("how", ["absolute", "up", "link", "nested", "unsaved"])
def test_others_are_named(flow: Path, secret: Path, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place: Path | None = flow
    graph = naming(str(secret))
    if how == "up":
        graph = naming("../elsewhere/secret.png")
    elif how == "link":
        (flow.parent / "link.png").symlink_to(secret)
        graph = naming("link.png")
    elif how == "nested":
        inner = Subgraph("G", naming(str(secret)).nodes, (Port("image_file", "n", "image_file"),))
        graph = Graph.of(Node("g", "subgraph/G"))
        graph = Graph(graph.nodes, subgraphs={"G": inner})
    elif how == "unsaved":
        monkeypatch.chdir(secret.parent)
        graph, place = naming("secret.png"), None
    [name] = outside_files.outside_files(graph, SPECS, place)
    outside_files.allow([outside_files.full_name(name, place)])
    assert not outside_files.outside_files(graph, SPECS, place), "It is asked for once."


@pytest.mark.parametrize(
    "name", ["//host/share/a.png", r"\\host\share\a.png", "/\\host/a", r"\\?\UNC\host\a"]
)
def test_another_machine_is_not_even_asked(flow: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def touch(path: object, *_: object, **__: object) -> bool:
        raise AssertionError(path)

    for ask in ("lexists", "realpath", "exists", "isfile"):
        monkeypatch.setattr(os.path, ask, touch)
    monkeypatch.setattr("ui.document.outside_files._allowed", list)
    assert is_remote(name)
    assert outside_files.outside_files(naming(name), SPECS, flow) == {name}


@pytest.mark.skipif(sys.platform == "win32", reason="has no fifos in folders")
@pytest.mark.parametrize("reply", ["Cancel", "Allow"])
def test_opening_reads_nothing_and_running_asks_once(
    window_of_kinds: Application, flow: Path, secret: Path, reply: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    native.save(naming(str(secret)), flow)
    opened: list[str] = []
    monkeypatch.setattr("ui.canvas.scene.scene.picture_size", lambda path: opened.append(path))
    window = window_of_kinds.windows[0]
    view = window.documents.open(flow)
    assert view is not None
    assert isinstance(view.base, Canvas)
    view.base.scene._size_of(str(secret))
    assert opened == [] and view.editor.unconfirmed_files() == [str(secret)]
    answer(reply)
    assert window.documents.may_run() is (reply == "Allow")
    if reply == "Allow":
        assert window.documents.may_run(), "Nothing is asked again."
        view.base.scene._size_of(str(secret))
        assert opened == [str(secret)]
        again = window.documents.open(flow)
        assert again is not None and again.editor.unconfirmed_files() == []


def test_a_file_that_is_named_over_a_link_is_asked_for_too(flow: Path, secret: Path) -> None:
    specs = {
        "Read": NodeSpec("Read", "Read", "x", params=(Param("file", "Text", "", file="image"),)),
        "Words": NodeSpec(
            "Words", "Words", "x", params=(Param("text", "Text", ""),), outputs=(Output("text", "Text"),),
            constant="text",
        ),
    }  # fmt: skip
    graph = Graph.of(
        Node("r", "Read", inputs={"file": (Source("w", "text"),)}),
        Node("w", "Words", params={"text": str(secret)}),
    )
    assert outside_files.outside_files(graph, specs, flow) == {str(secret)}


def test_the_engine_may_read_what_was_chosen_and_not_what_a_file_named(
    qapp: QApplication, flow: Path, secret: Path, tmp_path: Path
) -> None:
    editor = Editor(SPECS, Document(naming(str(secret)), flow))
    editor.unconfirmed = outside_files.outside_files(editor.graph, SPECS, flow)
    assert str(secret) not in editor.readable_files()
    chosen = tmp_path / "chosen.png"
    chosen.write_bytes(b"")
    editor.apply(SetParam("n", "image_file", str(chosen)))
    assert str(chosen) in editor.readable_files()
    editor.apply(SetParam("n", "image_file", str(secret)))
    assert str(secret) not in editor.readable_files(), "Typed again it is still what the file named."
    editor.unconfirmed = frozenset()
    assert str(secret) in editor.readable_files(), "The artist agreed."
    editor.apply(SetParam("n", "image_file", "../up.png"))
    assert str(flow.parent.parent / "up.png") in editor.readable_files()
    for odd in ("a\0b", "\ud800.png", "x" * 5000):
        editor.apply(SetParam("n", "image_file", odd))
        assert editor.readable_files() == (str(paths.pasted_folder()),)


@pytest.mark.skipif(sys.platform == "win32", reason="has other rights")
def test_a_pasted_picture_is_the_owners_alone(window_of_kinds: Application) -> None:
    window = window_of_kinds.windows[0]
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    picture.fill(0)
    window.documents.put_picture(picture)
    [file] = paths.pasted_folder().iterdir()
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700


def test_a_template_is_asked_about_like_any_file(
    window_of_kinds: Application, flow: Path, secret: Path
) -> None:
    native.save(naming(str(secret)), flow)
    view = window_of_kinds.windows[0].documents.open_template(flow)
    assert view is not None and view.editor.unconfirmed_files() == [str(secret)]


@pytest.fixture
def window_of_kinds(qapp: QApplication, qtbot: QtBot) -> Iterator[Application]:
    app = Application(qapp, SPECS, Canvas)
    app.start()
    yield app
    crash(app)
