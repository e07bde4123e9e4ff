"""What runs do with the nodes of a document, shown on its canvas and on those of its open subgraphs."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QImage, QPixmap

from ui.canvas.scene.state import CanvasState, NodeState
from ui.runs.document_run import DocumentRun
from ui.runs.run_service import RunService
from ui.runs.subgraph_state import at_level, seen
from ui.shell.document_view import DocumentView


def attach(run_service: RunService, view: DocumentView) -> DocumentRun:
    """Follow a document from now on: its nodes show what runs do with them."""
    sheet = run_service.open(view.editor)
    state = getattr(view.base, "state", None)
    if isinstance(state, CanvasState):
        sheet.state.changed.connect(lambda nodes: _paint_all(run_service, sheet, view, nodes))
        sheet.picture.connect(lambda node, image: _show(view, node, image))
        view.levels.switched.connect(lambda *_: repaint(run_service, view))
    return sheet


def repaint(run_service: RunService, view: DocumentView) -> None:
    """Paint the state of every node, as when costs are shown or hidden, or another level is in front."""
    sheet = run_service.sheet(view)
    if sheet is not None:
        _paint_all(run_service, sheet, view, frozenset(sheet.state.nodes()))
        if view.levels.inner:
            for node, image in sheet.shown.items():
                _show(view, node, image)


def _paint_all(run_service: RunService, sheet: DocumentRun, view: DocumentView, nodes: object) -> None:
    """Paint these nodes on the document's canvas, and on those of the subgraphs gone into."""
    for level, state in _states(view):
        _paint(run_service, sheet, state, nodes, level)


def _paint(
    run_service: RunService, sheet: DocumentRun, state: CanvasState, nodes: object, level: str
) -> None:
    runs = sheet.state.nodes()
    costs = run_service.costs
    dearest = max((run.seconds for run in runs.values()), default=0.0)
    for node in at_level(level, nodes if isinstance(nodes, frozenset | dict | set) else ()):
        run = seen(runs, level, node)
        shown = costs and run.seconds > 0
        text = run.cost if shown and run.status != "running" else run.line if run.status == "running" else ""
        heat = min(1.0, run.seconds / dearest) if shown and dearest else 0.0
        state.set(node, NodeState(run.status, run.progress, text, run.message, heat))


def _states(view: DocumentView) -> Iterator[tuple[str, CanvasState]]:
    """What the canvases of a document show of its nodes, each with what the names of its nodes begin with."""
    level = ""
    for canvas, instance in [(view.base, ""), *((i.widget, i.instance) for i in view.levels.inner)]:
        level = f"{level}{instance}/" if instance else ""
        state = getattr(canvas, "state", None)
        if isinstance(state, CanvasState):
            yield level, state


def _show(view: DocumentView, node: str, image: QImage) -> None:
    """Show a picture on the node, and on the nodes of the subgraphs around it, which stand for all that is inside."""
    pixmap = QPixmap.fromImage(image)
    for level, state in _states(view):
        if node.startswith(level):
            state.set_preview(node[len(level) :].partition("/")[0], pixmap)
