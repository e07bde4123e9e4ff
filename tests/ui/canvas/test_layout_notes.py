"""Laying out never puts a node over a note."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from nodegraph.model.graph import Frame, Graph, Note
from tests.ui.canvas.catalogue import SPECS
from tests.ui.canvas.worlds import default_workflow, graph_of
from ui.canvas.interaction.arrange import arranged
from ui.canvas.rendering.text import TextPainter
from ui.canvas.scene.metrics import Metrics
from ui.canvas.scene.scene import Scene

TEXT = Frame("text", "Text", ("prompt", "avoid"), (320, -64, 336, 480))
spots = st.tuples(st.integers(-200, 1400), st.integers(-200, 700))
sizes = st.tuples(st.integers(80, 400), st.integers(48, 300))


def covered(graph: Graph) -> list[tuple[str, str]]:
    scene = Scene(SPECS, Metrics(measure=TextPainter().measure))
    scene.update(graph)
    return [
        (note.id, box.id)
        for note in graph.notes.values()
        for box in scene.nodes.values()
        if box.rect.intersects(QRectF(*note.pos, *note.size))
    ]


@settings(max_examples=40)
@given(st.lists(st.tuples(spots, sizes), min_size=1, max_size=4), st.booleans())
def test_after_a_layout_no_node_lies_over_a_note(
    qapp: object, notes: list[tuple[tuple[int, int], tuple[int, int]]], framed: bool
) -> None:
    made = tuple(
        Note(f"n{number}", "words", (float(x), float(y)), (float(w), float(h)))
        for number, ((x, y), (w, h)) in enumerate(notes)
    )
    graph = graph_of(default_workflow(), (TEXT,) if framed else (), made)
    scene = Scene(SPECS, Metrics(measure=TextPainter().measure))
    scene.update(graph)
    edit = arranged(scene, None)
    assert edit is not None
    after = edit.apply(graph)
    before = set(covered(graph))
    assert not [
        pair
        for pair in covered(after)
        if pair not in before or after.nodes[pair[1]].pos != graph.nodes[pair[1]].pos
    ]


def test_a_pinned_note_goes_along_with_its_node(qapp: object) -> None:
    note = Note("memo", "words", (0.0, 400.0), (120.0, 48.0), on="checkpoint")
    nodes = default_workflow()
    graph = graph_of(nodes, (), (note,))
    scene = Scene(SPECS, Metrics(measure=TextPainter().measure))
    scene.update(graph)
    edit = arranged(scene, None)
    assert edit is not None
    after = edit.apply(graph)
    old, new = graph.nodes["checkpoint"].pos, after.nodes["checkpoint"].pos
    assert not covered(after)
    shifted = (note.pos[0] + new[0] - old[0], note.pos[1] + new[1] - old[1])
    assert after.notes["memo"].pos == shifted
