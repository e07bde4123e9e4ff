"""Which gesture begins, by what was pressed, with what, and what is held."""

from __future__ import annotations

from PySide6.QtCore import Qt

from nodegraph.edits import SetVia
from ui.canvas.interaction.dragged_links import DraggedLinks, link_of
from ui.canvas.interaction.gesture_context import ALT, CTRL, SHIFT, Gesture, Pointer
from ui.canvas.interaction.gestures.choose import BoxSelect, Lasso
from ui.canvas.interaction.gestures.copy_drag import CopyDrag
from ui.canvas.interaction.gestures.link import LinkDrag
from ui.canvas.interaction.gestures.look_around import Pan, SpaceHeld, ZoomHeld
from ui.canvas.interaction.gestures.move import MoveThings
from ui.canvas.interaction.gestures.move_nodes import MoveNodes
from ui.canvas.interaction.gestures.press import LinkPress, MenuPress
from ui.canvas.interaction.gestures.shape import MoveReroute, ResizeThing
from ui.canvas.interaction.gestures.stroke import CutHeld, Purpose, Stroke, rerouted
from ui.canvas.scene.boxes import LinkKey
from ui.canvas.scene.geometry import PortRef
from ui.canvas.scene.hit import Hit
from ui.canvas.scene.scene import Scene, link_source
from ui.canvas.walking import Walking

STROKES: dict[tuple[Qt.KeyboardModifier, ...], Purpose] = {
    (CTRL,): "cut",
    (CTRL, ALT): "mute",
    (SHIFT,): "reroute",
}


def gesture_for(canvas: Walking, pointer: Pointer, found: Hit) -> Gesture | None:
    """The gesture that a press begins, or None."""
    if pointer.button == Qt.MouseButton.MiddleButton:
        return Pan(canvas.stage, pointer)
    if pointer.button == Qt.MouseButton.RightButton:
        for modifiers, purpose in STROKES.items():
            if pointer.only(*modifiers):
                return Stroke(canvas.stage, pointer, purpose)
        return MenuPress(canvas.stage, pointer, found, canvas.show_menu)
    if pointer.button == Qt.MouseButton.LeftButton:
        return _left(canvas, pointer, found)
    return None


def _left(canvas: Walking, pointer: Pointer, found: Hit) -> Gesture | None:
    stage = canvas.stage
    if found.kind == "port" and found.port is not None:
        return link_from(canvas, pointer, found.port)
    if found.kind == "frame_button":
        canvas.frame_button(found.frame, found.part)
        return None
    if found.kind in ("resize", "frame_resize", "note_resize") and not pointer.held(SHIFT):
        return ResizeThing(stage, pointer, found)
    if found.kind in ("title", "row", "node", "resize"):
        return _on_node(canvas, pointer, found)
    if found.kind == "reroute" and found.link is not None:
        if pointer.only(ALT):
            remove_reroute(canvas, found.link, found.point)
            return None
        return MoveReroute(stage, found.link, found.point)
    if found.kind in ("link", "portal") and found.link is not None:
        return LinkPress(stage, pointer, found.link, found.along)
    if found.kind in ("frame", "note"):
        return MoveThings(stage, pointer, found)
    return Lasso(stage, pointer) if pointer.only(CTRL, ALT) else BoxSelect(stage, pointer)


def _on_node(canvas: Walking, pointer: Pointer, found: Hit) -> Gesture | None:
    if pointer.only(ALT, SHIFT):
        return CopyDrag(canvas.stage, pointer, found, canvas.copy_by)
    if pointer.only(CTRL, SHIFT):
        canvas.view_requested.emit(found.node)
        return None
    if found.row is not None and found.row.kind == "fold" and pointer.only():
        canvas.scene.toggle_fold(found.node, found.row.section)
        canvas.update()
        return None
    if found.row is not None and found.row.param is not None and pointer.only():
        taken = canvas.row_gesture(pointer, found) if canvas.row_gesture else None
        if taken is not None:
            return taken
    return MoveNodes(canvas.stage, pointer, found)


def link_from(canvas: Walking, pointer: Pointer, port: PortRef) -> LinkDrag | None:
    """A new link from a port; a linked input gives its link into the hand, Ctrl on an output takes all."""
    stage, scene = canvas.stage, canvas.scene
    if port.output:
        leaving = tuple(sorted(scene.leaving(port.node, port.name)))
        if pointer.held(CTRL) and leaving:
            return LinkDrag(stage, pointer, DraggedLinks(inputs_of(leaving), leaving))
        return LinkDrag(stage, pointer, DraggedLinks((port,)))
    key = LinkKey(port.node, port.name, port.index)
    link = scene.links.get(key)
    if link is not None and link.source.node in scene.nodes:
        return LinkDrag(stage, pointer, DraggedLinks((link_source(link.source),), (key,)))
    return LinkDrag(stage, pointer, DraggedLinks((port,)))


def inputs_of(keys: tuple[LinkKey, ...]) -> tuple[PortRef, ...]:
    """The inputs at which links end."""
    return tuple(PortRef(key.target, key.input, False, key.index) for key in keys)


def held_key(canvas: Walking, key: int, modifiers: Qt.KeyboardModifier) -> Gesture | None:
    """The gesture that lasts while a key is held."""
    if modifiers & (CTRL | ALT) and key != Qt.Key.Key_Space:
        return None
    if key == Qt.Key.Key_Space:
        return SpaceHeld(canvas.stage)
    if key == Qt.Key.Key_Z and not modifiers:
        return ZoomHeld(canvas.stage)
    return CutHeld(canvas.stage) if key == Qt.Key.Key_Y else None


def double_click(canvas: Walking, pointer: Pointer, found: Hit) -> bool:
    """What a double-click does; False where it is a press like any other."""
    if pointer.button != Qt.MouseButton.LeftButton or not pointer.only():
        return False
    if found.kind == "empty":
        canvas.search_requested.emit(pointer.scene, None)
    elif found.kind == "link" and found.link is not None:
        add_reroute(canvas, canvas.scene, found.link, pointer)
    elif found.kind == "portal" and found.link is not None:
        canvas.name_portal(found.link, found.along)
    elif found.kind == "reroute" and found.link is not None:
        remove_reroute(canvas, found.link, found.point)
    elif found.kind == "title":
        canvas.rename(found.node)
    elif found.kind == "frame":
        canvas.rename(found.frame)
    elif found.kind == "note":
        canvas.edit_note(found.note)
    elif found.kind == "row" and found.row is not None and found.row.param is not None:
        canvas.activate_row(found.node, found.row)
    elif found.kind in ("node", "row"):
        canvas.node_activated.emit(found.node)
    else:
        return False
    return True


def add_reroute(canvas: Walking, scene: Scene, key: LinkKey, pointer: Pointer) -> None:
    """Put a point on a link where it was double-clicked."""
    link = link_of(scene.graph, key)
    point = (pointer.scene.x(), pointer.scene.y())
    canvas.editor.apply(rerouted(scene.links[key], link, point))


def remove_reroute(canvas: Walking, key: LinkKey, point: int) -> None:
    """Take a point off a link."""
    link = link_of(canvas.scene.graph, key)
    via = tuple(p for index, p in enumerate(link.source.via) if index != point)
    canvas.editor.apply(SetVia(link, via))
