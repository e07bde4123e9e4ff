"""The example workflows open tidily: nothing lies over anything else."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import get_args

import pytest
from PySide6.QtWidgets import QApplication

from nodegraph import load
from nodegraph.edits.document import Document
from nodegraph.node_api.catalogue import Catalogue, installed
from ui.canvas.canvas import Canvas
from ui.canvas.scene.geometry import MARGIN
from ui.canvas.scene.metrics import Density
from ui.config.settings import CHOICES
from ui.document.editor import Editor
from ui.i18n.node_texts import TranslatedSpecs
from ui.i18n.translate import PseudoTranslator
from ui.theme import DARK

WORKFLOWS = sorted((Path(__file__).resolve().parents[3] / "workflows").glob("*.json"))


@pytest.fixture(scope="module")
def specs() -> Catalogue:
    return installed()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_nothing_overlaps(path: Path, specs: Catalogue, qapp: QApplication) -> None:
    """At no density and no size of text."""
    graph = load(path)
    canvas = Canvas(Editor(specs, Document(graph)), DARK)
    for density, percent in itertools.product(get_args(Density), CHOICES["text_size"]):
        canvas.set_density(density, percent / 100)
        scene = canvas.scene
        boxes = [(name, node.x, node.y, node.width, node.height) for name, node in scene.nodes.items()]
        boxes += [(note.id, *note.pos, *note.size) for note in graph.notes.values()]
        for (one, x, y, wide, high), (other, left, top, width, height) in itertools.combinations(boxes, 2):
            beside = x + wide <= left or left + width <= x
            where = f"{density}, {percent} %"
            assert beside or y + high <= top or top + height <= y, f"{one} lies over {other}: {where}"
    assert canvas.editor.graph is graph and not canvas.editor.stack.count()
    canvas.deleteLater()


@pytest.mark.parametrize("percent", CHOICES["text_size"])
def test_longer_words_of_another_language_hardly_ever_overlap(
    percent: int, specs: Catalogue, qapp: QApplication
) -> None:
    """With every word a third longer: at most the width of a margin, wherever it is."""
    translator = PseudoTranslator()
    qapp.installTranslator(translator)
    try:
        for path in WORKFLOWS:
            canvas = Canvas(Editor(TranslatedSpecs(specs), Document(load(path))), DARK)
            canvas.set_density("normal", percent / 100)
            boxes = [box.rect for box in canvas.scene.nodes.values()]
            for one, other in itertools.combinations(boxes, 2):
                both = one.intersected(other)
                assert both.isEmpty() or min(both.width(), both.height()) <= MARGIN
            canvas.deleteLater()
    finally:
        qapp.removeTranslator(translator)
