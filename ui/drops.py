"""Files dropped on a window: a workflow opens, a picture asks which of two ways, a model finds its loader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from nodegraph import runtime
from nodegraph.edits import AddNodes, SetParams
from nodegraph.errors import LoadError
from nodegraph.graph import Graph, Node, Point, readable_id
from nodegraph.spec import NodeSpec, Param, Scalar
from ui import diskfile
from ui.i18n import said
from ui.icons import paint
from ui.params.modelfiles import kind_of, model_files
from ui.running.needs import PRACTICE, PRACTICE_SIDE

if TYPE_CHECKING:
    from ui.window import MainWindow

MOST, SEEN = 64, 10_000
"""At most so many loaders are made of a dropped folder, of which at most so many entries are looked at."""


def picture_loader(specs: Mapping[str, NodeSpec]) -> tuple[NodeSpec, Param] | None:
    """The node type that reads a picture from a file, and its parameter."""
    for spec in specs.values():
        for param in spec.params:
            if param.file in ("image", "images", "input") and any(
                out.type == "Image" for out in spec.outputs
            ):
                return spec, param
    return None


def model_loader(specs: Mapping[str, NodeSpec], kind: str) -> tuple[NodeSpec, Param] | None:
    """The node type that loads models of a kind ("checkpoints", "loras" ...), and its parameter."""
    for spec in specs.values():
        for param in spec.params:
            if kind_of(param) == kind:
                return spec, param
    return None


def added(
    graph: Graph, found: tuple[NodeSpec, Param], value: str, pos: Point, taken: Iterable[str] = ()
) -> Node:
    """A loader with its file."""
    spec, param = found
    id = graph.fresh_id(readable_id(spec.type), taken)
    return Node(id, spec.type, spec.version, params={param.name: value}, pos=pos)


def swapped(graph: Graph, specs: Mapping[str, NodeSpec], name: str, side: int = 0) -> SetParams | None:
    """The edit that puts a checkpoint in the place of the practice model; None where that is not used.

    With the `side` of the pictures that it was trained on, blank latents grow to the size that it is good at.
    """
    values: dict[str, dict[str, Scalar]] = {
        node.id: {param.name: name}
        for node in graph.nodes.values()
        for param in (specs[node.type].params if node.type in specs else ())
        if kind_of(param) == "checkpoints" and node.params.get(param.name, param.default) == PRACTICE
    }
    if values and side:
        values |= dict(_grown(graph, specs, side))
    return SetParams(values) if values else None


def _grown(graph: Graph, specs: Mapping[str, NodeSpec], side: int) -> Iterator[tuple[str, dict[str, Scalar]]]:
    """Width and height of the latents that are made from nothing, in the proportions they have."""
    for node in graph.nodes.values():
        spec = specs.get(node.type)
        params = [param for name in ("width", "height") if spec and (param := spec.param(name)) is not None]
        blank = spec is not None and not spec.sockets and any(out.type == "Latent" for out in spec.outputs)
        if not blank or len(params) < 2 or any(param.name in node.inputs for param in params):
            continue
        now = {param.name: node.params.get(param.name, param.default) for param in params}
        if all(isinstance(value, int) and value <= 2 * PRACTICE_SIDE for value in now.values()):
            yield node.id, {name: _whole(int(value) * side / PRACTICE_SIDE) for name, value in now.items()}


def _whole(pixels: float) -> int:
    """The next size that every family can make."""
    return max(64, round(pixels / 64) * 64)


def unfolded(paths: Iterable[Path]) -> list[Path]:
    """The files, and in the place of each folder the pictures and models in it, by name, at most `MOST`."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in islice(path.iterdir(), SEEN) if p.is_file())
            found += [p for p in inside if diskfile.kind(p) in ("picture", "model")][:MOST]
        else:
            found.append(path)
    return found


class Drops(QObject):
    """Takes files for one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.zones = Zones(window)

    def enter(self, event: QDragEnterEvent) -> None:
        """Accept files; show the zones where a picture is among them."""
        paths = _files(event)
        if not paths:
            return
        event.acceptProposedAction()
        pictures = any(diskfile.kind(path) == "picture" for path in paths)
        self.zones.open(two=pictures)

    def move(self, event: QDragMoveEvent) -> None:
        """Light the zone under the pointer."""
        self.zones.point(event.position())
        event.acceptProposedAction()

    def leave(self, event: QDragLeaveEvent) -> None:
        """The files went elsewhere."""
        self.zones.hide()

    def drop(self, event: QDropEvent) -> None:
        """Take the files."""
        as_workflow = self.zones.second(event.position())
        self.zones.hide()
        self.take(_files(event), as_workflow)
        event.acceptProposedAction()

    def take(self, paths: Iterable[Path], pictures_are_workflows: bool = False) -> None:
        """Open workflows (never over the current tab) and add loaders for pictures and models."""
        loaded: list[Path] = []
        for path in unfolded(paths):
            kind = diskfile.kind(path)
            if kind == "workflow" or (kind == "picture" and pictures_are_workflows):
                self._window.documents.open(path)
            else:
                loaded.append(path)
        if loaded:
            self._load(loaded)

    def _load(self, paths: list[Path]) -> None:
        view = self._window.view or self._window.documents.new()
        editor = view.level
        x, y = view.drop_place()
        nodes: list[Node] = []
        for path in paths:
            if diskfile.kind(path) == "picture":
                value, found = path.as_posix(), picture_loader(editor.specs)
            else:
                value, found = self._model(path)
                if found is None:
                    continue
            if found is None:
                self._window.say(self.tr("No node loads {name}.").format(name=path.name))
                continue
            place = (x, y + 220.0 * len(nodes))
            nodes.append(added(editor.graph, found, value, place, [node.id for node in nodes]))
        if nodes and editor.apply(AddNodes(tuple(nodes))):
            editor.selection.set(node.id for node in nodes)

    def _model(self, path: Path) -> tuple[str, tuple[NodeSpec, Param] | None]:
        """Make a model file known; its name and loader, or none where nothing is to be added."""
        view = self._window.view
        if view is None or diskfile.kind(path) != "model":
            self._window.say(
                self.tr("No node loads {name}. Drop workflows, pictures or models.").format(name=path.name)
            )
            return "", None
        editor = view.level
        try:
            known = runtime.installed().adopt(model_files(), path)
        except LoadError as error:
            self._window.say(said(error))
            return "", None
        kind, name = known.kind, known.name
        swap = swapped(editor.graph, editor.specs, name, known.side) if kind == "checkpoints" else None
        if swap is not None and editor.apply(swap):
            text = (
                self.tr(
                    "{name}, at {side} pixels, now takes the place of the practice model; undo brings that back."
                )
                if known.side
                else self.tr("{name} now takes the place of the practice model; undo brings that back.")
            )
            self._window.say(text.format(name=path.name, side=known.side))
            return name, None
        loader = model_loader(editor.specs, kind)
        if loader is None:
            text = self.tr("{name} is known now, and no node loads {kind}.")
            self._window.say(text.format(name=path.name, kind=kind))
        return name, loader


class Zones(QWidget):
    """The two halves shown while a picture is dragged over the window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._two = False
        self._lit = -1
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def open(self, two: bool) -> None:
        """Cover the window."""
        self._two, self._lit = two, -1
        area = self._window.centralWidget()
        if area is not None:
            self.setGeometry(area.geometry())
        self.raise_()
        self.show()

    def point(self, place: QPointF) -> None:
        """The pointer is at a place of the window."""
        lit = int(self.second(place)) if self._two else 0
        if lit != self._lit:
            self._lit = lit
            self.update()

    def second(self, place: QPointF) -> bool:
        """Whether a place of the window is in the zone that opens the picture's workflow."""
        return self._two and place.x() > self.geometry().center().x()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim the window and draw the zones."""
        look = self._window.app.look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), look.theme.color("canvas", 0.72))
        words = [(self.tr("Use as picture"), "picture"), (self.tr("Open its workflow"), "file")]
        if not self._two:
            words = [(self.tr("Drop to open or load"), "file")]
        width = (self.width() - 32 - 16 * (len(words) - 1)) / len(words)
        for number, (text, name) in enumerate(words):
            box = QRectF(16 + number * (width + 16), 16, width, self.height() - 32)
            lit = number == self._lit
            pen = painter.pen()
            pen.setColor(look.theme.color("accent" if lit else "outline"))
            pen.setWidthF(2 if lit else 1)
            pen.setStyle(Qt.PenStyle.SolidLine if lit else Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(look.theme.color("accent" if lit else "raised", 0.16 if lit else 0.5))
            painter.drawRoundedRect(box, 8, 8)
            center = box.center()
            color = look.theme.text if lit else look.theme.muted
            paint(painter, QRectF(center.x() - 16, center.y() - 36, 32, 32), name, color)
            painter.setPen(look.theme.color("text" if lit else "muted"))
            painter.setFont(look.font("large", bold=lit))
            line = QRectF(box.left(), center.y() + 4, box.width(), 32)
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)


def _files(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
