"""Files dropped on a window: workflows open, pictures and folders ask which of two ways, models find their loaders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent

from nodegraph.edits import AddNodes, SetParam, SetParams
from nodegraph.model.graph import Graph, Node, Point, readable_id
from nodegraph.model.spec import IMAGE_FOLDER, NodeSpec, Param, Scalar
from nodegraph.node_api import runtime
from nodegraph.support.errors import LoadError
from nodegraph.support.image_metadata.folders import counted
from ui.config.model_files import kind_of, model_files
from ui.document import workflow_file
from ui.document.image_reader import has_image, image_in
from ui.document.requirements import PRACTICE, PRACTICE_SIDE
from ui.document.selection import Selected
from ui.editors.file import relative
from ui.i18n.translate import translate_message
from ui.shell.drop_zones import NODE, NOTE, PICTURE, Target, Way, Zone, Zones, holds, zones_for

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext

MOST, SEEN = 64, 10_000
"""At most so many loaders are made of a dropped folder, of which at most so many entries are looked at."""
OPENED = 8
"""At most so many workflows of a dropped folder are opened."""
FOLDER_KINDS = {"pictures": "picture", "models": "model", "workflows": "workflow"}


def picture_loader(specs: Mapping[str, NodeSpec]) -> tuple[NodeSpec, Param] | None:
    """The node type that reads a picture from a file, and its parameter."""
    for spec in specs.values():
        for param in spec.params:
            if param.file == "image" and any(out.type == "Image" for out in spec.outputs):
                return spec, param
    return None


def picture_param(node: Node, specs: Mapping[str, NodeSpec]) -> Param | None:
    """The parameter by which a node reads a picture from a file, unless it comes over a link."""
    spec = specs.get(node.type)
    params = spec.params if spec is not None else ()
    return next((p for p in params if p.file == "image" and p.name not in node.inputs), None)


def folder_loader(specs: Mapping[str, NodeSpec]) -> tuple[NodeSpec, Param] | None:
    """The node type that reads a folder of pictures, and its parameter."""
    for spec in specs.values():
        for param in spec.params:
            if param.file == IMAGE_FOLDER:
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


def unfolded(folder: Path) -> list[Path]:
    """The files of the kind that a folder is taken for, by name."""
    kind = FOLDER_KINDS.get(holds(folder), "")
    inside = sorted((p for p in islice(folder.iterdir(), SEEN) if p.is_file()), key=lambda p: counted(p.name))
    return [path for path in inside if kind and workflow_file.kind(path) == kind]


class Drops(QObject):
    """Takes files for one window."""

    def __init__(self, window: CommandContext) -> None:
        super().__init__(window)
        self._window = window
        self.zones = Zones(window)
        # The selection of the nodes made last, which the next pasted picture does not replace.
        self._made: Selected | None = None

    def enter(self, event: QDragEnterEvent) -> None:
        """Accept files; show the zones that say what can be done with them."""
        paths, data = _files(event), event.mimeData()
        if not paths and not has_image(data):
            return
        event.acceptProposedAction()
        pictures = not paths or any(workflow_file.kind(path) == "picture" for path in paths)
        self.zones.open(zones_for(paths) if paths else PICTURE[:1], self._targets() if pictures else ())

    def move(self, event: QDragMoveEvent) -> None:
        """Light the zone under the pointer."""
        self.zones.point(event.position())
        event.acceptProposedAction()

    def leave(self, event: QDragLeaveEvent) -> None:
        """The files went elsewhere."""
        self.zones.hide()

    def drop(self, event: QDropEvent) -> None:
        """Take the files."""
        zone, paths, data = self.zones.at(event.position()), _files(event), event.mimeData()
        self.zones.hide()
        event.acceptProposedAction()
        if zone is None:
            return
        if zone.way == "note" and self._window.view is not None:
            self._window.view.canvas.put_in_note(data, zone.into)
            paths = [path for path in paths if workflow_file.kind(path) != "picture"]
        elif not paths:
            self._window.documents.put_picture(image_in(data), zone.into)
        if paths:
            self.take(paths, zone.way, zone.into)

    def take(self, paths: Iterable[Path], way: Way | None = None, into: str = "") -> None:
        """Do with files what a zone offers, by default the first one; no workflow opens over the current tab.

        The first picture goes into the node `into`, where there is one; what is pasted into the selected node.
        """
        paths = list(paths)
        if way is None and not into:
            into = self._selected_loader()
        way = way or zones_for(paths)[0].way
        first = next((path for path in paths if workflow_file.kind(path) == "picture"), None)
        if into and first is not None and way in ("load", "node") and self._put_into(into, first):
            paths.remove(first)
        loaded: list[Path] = []
        for path in paths:
            if not path.is_dir():
                loaded += self._sorted([path], way)
            elif way == "models" and holds(path) == "models":
                self._adopt_folder(path)
            elif holds(path) == "model" or (way == "batch" and holds(path) == "pictures"):
                loaded.append(path)
            else:
                loaded += self._unfolded(path, way)
        if loaded:
            self._load(loaded)

    def _targets(self) -> list[Target]:
        """The notes and nodes in sight that take a picture."""
        view = self._window.view
        if view is None or view.app is not None:
            return []
        corner = view.widget.mapTo(self._window, view.widget.rect().topLeft())
        notes: Mapping[str, QRect] = view.canvas.note_places() or {}
        nodes: Mapping[str, QRect] = view.canvas.picture_places() or {}
        found = [
            Target(Zone("node", NODE, "picture", k), rect.translated(corner)) for k, rect in nodes.items()
        ]
        return found + [Target(Zone("note", NOTE, "note", k), r.translated(corner)) for k, r in notes.items()]

    def _selected_loader(self) -> str:
        """The one selected node, if it reads a picture from a file and was not just made for a picture."""
        view = self._window.view
        chosen = view.level.selection.nodes if view is not None else frozenset()
        if view is None or len(chosen) != 1 or view.level.selection.now is self._made:
            return ""
        name = next(iter(chosen))
        return name if picture_param(view.level.graph.nodes[name], view.level.specs) is not None else ""

    def _put_into(self, name: str, picture: Path) -> bool:
        """Let a node read this picture; False where it reads none."""
        view = self._window.view
        node = view.level.graph.nodes.get(name) if view is not None else None
        param = picture_param(node, view.level.specs) if view is not None and node is not None else None
        if view is None or param is None:
            return False
        return view.level.apply(SetParam(name, param.name, relative(picture, view.editor.path)))

    def _sorted(self, paths: list[Path], way: Way) -> list[Path]:
        """Open the workflows among files; the others."""
        left = []
        for path in paths:
            kind = workflow_file.kind(path)
            if kind == "workflow" or (kind == "picture" and way == "workflow"):
                self._window.documents.open(path)
            else:
                left.append(path)
        return left

    def _unfolded(self, folder: Path, way: Way) -> list[Path]:
        """Open the workflows of a folder; its pictures or models. What is too much is said."""
        try:
            found = unfolded(folder)
        except OSError as error:
            text = self.tr("The folder {name} cannot be read: {why}")
            self._window.say(text.format(name=folder.name, why=error.strerror or error))
            return []
        workflows = bool(found) and workflow_file.kind(found[0]) == "workflow"
        most = OPENED if workflows else MOST
        left = self._sorted(found[:most], way)
        if len(found) > most:
            text = self.tr("{name} holds {count} files of this kind; the first {most} were taken.")
            self._window.say(text.format(name=folder.name, count=len(found), most=most))
        elif not found:
            text = self.tr("The folder {name} holds no pictures, models or workflows that can be loaded.")
            self._window.say(text.format(name=folder.name))
        return left

    def _adopt_folder(self, folder: Path) -> None:
        try:
            count = runtime.installed().adopt_folder(model_files(), folder)
        except LoadError as error:
            self._window.say(translate_message(error))
            return
        text = self.tr("{name} is a folder of models now: {count} are known from it.")
        if count == 1:
            text = self.tr("{name} is a folder of models now: 1 is known from it.")
        self._window.say(text.format(name=folder.name, count=count))

    def _load(self, paths: list[Path]) -> None:
        view = self._window.view or self._window.documents.new()
        editor = view.level
        x, y = view.drop_place()
        nodes: list[Node] = []
        for path in paths:
            if path.is_dir() and holds(path) == "pictures":
                value, found = relative(path, view.editor.path), folder_loader(editor.specs)
            elif workflow_file.kind(path) == "picture":
                value, found = relative(path, view.editor.path), picture_loader(editor.specs)
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
            self._made = editor.selection.now
            view.canvas.reveal(node.id for node in nodes)

    def _model(self, path: Path) -> tuple[str, tuple[NodeSpec, Param] | None]:
        """Make a model file known; its name and loader, or none where nothing is to be added."""
        view = self._window.view
        if view is None or not (path.is_dir() or workflow_file.kind(path) == "model"):
            self._window.say(
                self.tr("No node loads {name}. Drop workflows, pictures or models.").format(name=path.name)
            )
            return "", None
        editor = view.level
        try:
            known = runtime.installed().adopt(model_files(), path)
        except LoadError as error:
            self._window.say(translate_message(error))
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


def _files(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
