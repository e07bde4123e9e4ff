"""How muted, bypassed and folded nodes look, and what is said of a bypass that lets nothing through."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QColor, QImage

from nodegraph.edits import SetMode
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import NodeSpec, Output, Socket
from tests.ui.canvas.catalogue import SPECS
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.canvas import Canvas
from ui.canvas.rendering.paint_nodes import NodePainter, passing
from ui.canvas.rendering.text import TextPainter
from ui.canvas.scene.metrics import Metrics
from ui.canvas.scene.scene import Scene
from ui.panels.problems.validation import validation_of
from ui.theme import THEMES, Theme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QApplication

    from ui.shell.document_view import DocumentView

SCALE = 4.0
MIX = NodeSpec(
    "Mix",
    "Mix",
    "images",
    sockets=(Socket("a", "Image"), Socket("b", "Image")),
    outputs=(Output("image", "Image"),),
)


def scene_of(*nodes: Node) -> Scene:
    made = Scene({**SPECS, "Mix": MIX}, Metrics())
    made.update(Graph.of(*nodes))
    return made


def painted(scene: Scene, name: str, theme: Theme) -> tuple[QImage, int]:
    """A node on black at four pixels a unit, and where it begins."""
    picture = NodePainter(theme, scene.metrics, TextPainter(1.0)).picture(scene.nodes[name], SCALE)
    return picture.pixmap.toImage(), picture.pad


def edge_of(image: QImage, pad: int, rows: Sequence[int]) -> list[int]:
    """How opaque the left outline is, down these rows."""
    return [image.pixelColor(pad, pad + row).alpha() for row in rows]


def gaps(values: list[int]) -> int:
    """How often a dashed line begins."""
    middle = (max(values) + min(values)) / 2
    drawn = [value > middle for value in values]
    return sum(now and not before for before, now in itertools.pairwise(drawn))


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_muted_node_has_40_percent_and_a_dashed_outline(qapp: QApplication, theme: Theme) -> None:
    scene = scene_of(Node("run", "VAEDecode"), Node("mute", "VAEDecode", mode="mute"))
    plain, pad = painted(scene, "run", theme)
    muted, _ = painted(scene, "mute", theme)
    below = pad + round(scene.nodes["run"].height * SCALE) - 12
    inside = plain.width() // 2, below
    assert plain.pixelColor(*inside).alpha() == 255
    assert abs(muted.pixelColor(*inside).alpha() - 0.4 * 255) <= 2
    assert distance(muted.pixelColor(*inside), plain.pixelColor(*inside)) <= 6
    rows = range(40, round(scene.nodes["run"].height * SCALE) - 40)
    assert gaps(edge_of(muted, pad, rows)) > 5 and gaps(edge_of(plain, pad, rows)) == 0


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_a_bypassed_node_is_tinted_purple_with_a_wire_through(qapp: QApplication, theme: Theme) -> None:
    scene = scene_of(Node("run", "ImageScale"), Node("by", "ImageScale", mode="bypass"))
    box = scene.nodes["by"]
    plain, pad = painted(scene, "run", theme)
    tinted, _ = painted(scene, "by", theme)
    x, y = pad + 8, pad + round(box.height * SCALE) - 12
    before, after = plain.pixelColor(x, y), tinted.pixelColor(x, y)
    purple = theme.color("bypass")
    assert 240 < purple.hue() < 320
    assert distance(after, purple) < distance(before, purple) and after != before
    start = passing(box, "image")
    assert start is not None and start.name == "image"
    middle = pad + round(box.width / 2 * SCALE)
    row = pad + round(start.y * SCALE)
    wire = [distance(tinted.pixelColor(middle, row + dy), purple) for dy in range(-3, 4)]
    around = distance(tinted.pixelColor(middle, row + 24), purple)
    assert min(wire) < around / 1.5


def distance(one: QColor, other: QColor) -> int:
    """How far two colours are apart, over all channels."""
    channels = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return sum(abs(a - b) for a, b in channels)


def test_the_wire_through_starts_at_the_input_that_passes() -> None:
    links = {"b": (Source("x", "image"),)}
    scene = scene_of(
        Node("x", "LoadImage"),
        Node("open", "Mix", mode="bypass"),
        Node("one", "Mix", mode="bypass", inputs=links),
        Node("none", "VAEDecode", mode="bypass"),
    )
    names = {name: passing(scene.nodes[name], "image") for name in ("open", "one", "none")}
    assert [port.name if port else "" for port in names.values()] == ["a", "b", ""]


def test_a_bypass_with_no_way_through_is_marked_before_any_run(view: DocumentView) -> None:
    view.editor.apply(SetMode(("decode",), "bypass"))
    validation = validation_of(view.editor)
    validation.check()
    (problem,) = validation.of("decode")
    assert "nothing can pass to its output image" in validation.markers()["decode"]["image"]
    canvas = view.widget
    assert isinstance(canvas, Canvas)
    box = canvas.scene.nodes["decode"]
    x, y = box.port_at("image", True)
    canvas.camera.look_at((x, y, 2.0))
    seen = canvas.grab().toImage()
    at = canvas.camera.to_view(canvas.camera.visible().center()).toPoint()
    ring = [seen.pixelColor(at.x() + dx, at.y()) for dx in range(10, 20)]
    assert any(color.red() > color.green() + 80 and color.red() > color.blue() + 60 for color in ring)
    assert validation.fix(problem)
    validation.check()
    assert not validation.of("decode") and view.editor.graph.nodes["decode"].mode == "run"


def test_advanced_parameters_are_folded_at_first_and_counted() -> None:
    scene = Scene(SPECS, Metrics())
    scene.update(graph_of(default_workflow()))
    labels = [row.label for row in scene.nodes["sampler"].layout.rows]
    assert labels[-1] == "Advanced (2)" and "Noise device" not in labels
    scene.toggle_fold("sampler")
    labels = [row.label for row in scene.nodes["sampler"].layout.rows]
    assert labels[-3:] == ["Advanced (2)", "Noise device", "Add noise"]
