"""The example workflows open tidily: nothing lies over anything else."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from nodegraph import load
from nodegraph.catalogue import Catalogue, installed
from ui.canvas.geometry import Metrics
from ui.canvas.scene import Scene
from ui.canvas.text import TextPainter

WORKFLOWS = sorted((Path(__file__).resolve().parents[3] / "workflows").glob("*.json"))


@pytest.fixture(scope="module")
def specs() -> Catalogue:
    return installed()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_nothing_overlaps(path: Path, specs: Catalogue, qapp: QApplication) -> None:
    graph = load(path)
    scene = Scene(specs, Metrics(measure=TextPainter().measure))
    scene.update(graph)
    boxes = [(name, node.x, node.y, node.width, node.height) for name, node in scene.nodes.items()]
    boxes += [(note.id, *note.pos, *note.size) for note in graph.notes.values()]
    for (one, x, y, wide, high), (other, left, top, width, height) in itertools.combinations(boxes, 2):
        beside = x + wide <= left or left + width <= x
        assert beside or y + high <= top or top + height <= y, f"{one} and {other} lie over each other"
