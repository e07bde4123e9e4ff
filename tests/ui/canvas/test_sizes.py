from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage

from nodegraph.cli.opening import node_types
from nodegraph.edits import Move, SetParam
from nodegraph.edits.document import Document
from nodegraph.formats.native import load
from nodegraph.model.graph import Source
from ui.canvas.canvas import Canvas
from ui.canvas.interaction.tips import tip
from ui.canvas.rendering.paint_sizes import place_of_text
from ui.canvas.scene.boxes import LinkBox, LinkKey
from ui.canvas.scene.picture_size import picture_size
from ui.canvas.scene.scene import Scene
from ui.document.editor import Editor
from ui.theme import DARK

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

FLOW = Path(__file__).parents[3] / "workflows" / "text_to_image.json"
KEY = LinkKey("decode", "latent")


@pytest.fixture
def canvas(qtbot: QtBot) -> Canvas:
    editor = Editor(node_types(), Document(load(FLOW)))
    made = Canvas(editor, DARK)
    editor.setParent(made)
    qtbot.addWidget(made)
    made.resize(1400, 900)
    made.show()
    editor.apply(Move({"decode": (1000.0, 0.0), "save": (1300.0, 60.0)}))
    made.frame_all()
    made.zoom_to(1.0)
    return made


def test_the_size_on_a_link_follows_the_values_before_any_run(canvas: Canvas) -> None:
    link = canvas.scene.links[KEY]
    assert canvas.scene.sizes.of(link.source) == (128, 128)
    before = canvas.grab().toImage()
    canvas.editor.apply(SetParam("size", "width", 896))
    assert canvas.scene.sizes.of(Source("decode", "image")) == (896, 128)
    rect = place_of_text(link, canvas.scene, 60.0)
    assert rect is not None
    after = canvas.grab().toImage()
    at = canvas.camera.to_view(rect.topLeft()).toPoint()
    assert before.copy(at.x(), at.y(), 60, 15) != after.copy(at.x(), at.y(), 60, 15)


def test_it_stands_where_no_node_covers_it(canvas: Canvas) -> None:
    link = canvas.scene.links[KEY]
    rect = place_of_text(link, canvas.scene, 60.0)
    assert rect is not None and not canvas.scene.nodes_in(rect)
    canvas.editor.apply(Move({"decode": (760.0, 0.0)}))
    assert place_of_text(canvas.scene.links[KEY], canvas.scene, 60.0) is None


def test_the_tooltip_of_a_link_says_it_too(canvas: Canvas) -> None:
    middle = canvas.scene.links[KEY].path().pointAtPercent(0.9)
    found = canvas.hit(canvas.camera.to_view(QPointF(middle)))
    assert found.link == KEY and "Latent, 128 × 128" in tip(canvas.scene, canvas.state, found)


def test_only_ordinary_files_of_this_machine_are_looked_at(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    QImage(30, 20, QImage.Format.Format_RGB32).save(str(picture))
    assert picture_size(str(picture)) == (30, 20)
    (tmp_path / "b.png").write_bytes(b"no picture")
    for path in (
        "a.png",
        str(tmp_path),
        str(tmp_path / "b.png"),
        "//host/share/a.png",
        "/dev/zero",
        "",
        "\0",
    ):
        assert picture_size(path) is None


def test_where_a_size_stands_is_worked_out_once(canvas: Canvas, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[LinkKey] = []

    def counted(link: LinkBox, scene: Scene, width: float) -> QRectF | None:
        asked.append(link.key)
        return place_of_text(link, scene, width)

    monkeypatch.setattr("ui.canvas.rendering.paint_sizes.place_of_text", counted)
    canvas.editor.apply(SetParam("size", "width", 640))
    for _ in range(4):
        canvas.zoom_by(1.03)
        canvas.grab()
    assert asked.count(KEY) == 1
    canvas.editor.apply(Move({"decode": (1040.0, 16.0)}))
    canvas.grab()
    assert asked.count(KEY) == 2
