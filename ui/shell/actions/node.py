"""Adding nodes and changing the selected ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.subgraphs.expand import is_instance
from ui.i18n.translate import QT_TRANSLATE_NOOP
from ui.shell.actions.action import Action, keys
from ui.shell.actions.edit import has_document, has_frames, has_nodes, has_selection, on_canvas
from ui.shell.subgraph_navigation import unique

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext


def _enter(window: CommandContext) -> None:
    view = window.view
    chosen = view.level.selection.nodes if view is not None else frozenset()
    if view is None or len(chosen) != 1 or not view.levels.enter(next(iter(chosen))):
        window.popups.add_node()


def _has_subgraph(window: CommandContext) -> bool:
    view = window.view
    return view is not None and any(
        is_instance(view.level.graph.nodes[n].type) for n in view.level.selection.nodes
    )


def _make_unique(window: CommandContext) -> None:
    view = window.view
    for name in sorted(view.level.selection.nodes) if view is not None else ():
        if view is not None and is_instance(view.level.graph.nodes[name].type):
            view.level.apply(unique(view.editor.graph, view.level.graph, name))


ACTIONS = (
    Action(
        "node.add",
        QT_TRANSLATE_NOOP("Actions", "&Add node…"),
        lambda w: w.popups.add_node(),
        "Node",
        keys("Shift+A", ComfyUI="Shift+A / N"),
        words="insert create search",
        enabled=has_document,
        scope="canvas",
    ),
    Action(
        "node.mute",
        QT_TRANSLATE_NOOP("Actions", "&Mute"),
        on_canvas(lambda c: c.toggle_mode("mute")),
        "Node",
        keys("M", ComfyUI="Ctrl+M", Nuke="D"),
        words="disable off skip branch",
        enabled=has_selection,
        scope="canvas",
        group=2,
    ),
    Action(
        "node.bypass",
        QT_TRANSLATE_NOOP("Actions", "&Bypass"),
        on_canvas(lambda c: c.toggle_mode("bypass")),
        "Node",
        keys("B", ComfyUI="Ctrl+B", Blender="Ctrl+M", Nuke="Shift+D"),
        words="pass through skip",
        enabled=has_selection,
        scope="canvas",
        group=2,
    ),
    Action(
        "node.collapse",
        QT_TRANSLATE_NOOP("Actions", "&Collapse"),
        on_canvas(lambda c: c.collapse()),
        "Node",
        keys("H", ComfyUI="Alt+C"),
        words="expand fold small",
        enabled=has_selection,
        scope="canvas",
        group=2,
    ),
    Action(
        "node.rows",
        QT_TRANSLATE_NOOP("Actions", "Fold or unfold r&ows"),
        on_canvas(lambda c: c.fold_rows()),
        "Node",
        keys("Alt+H"),
        words="sections advanced parameters show hide",
        enabled=has_nodes,
        scope="canvas",
        group=2,
    ),
    Action(
        "node.hide_unlinked",
        QT_TRANSLATE_NOOP("Actions", "&Hide unlinked ports"),
        on_canvas(lambda c: c.hide_unlinked()),
        "Node",
        keys("Ctrl+H"),
        words="show inputs sockets",
        enabled=has_nodes,
        scope="canvas",
        group=2,
    ),
    Action(
        "node.preview",
        QT_TRANSLATE_NOOP("Actions", "Hide or show pre&views"),
        on_canvas(lambda c: c.toggle_previews()),
        "Node",
        keys("Shift+H"),
        words="picture thumbnail eye",
        enabled=has_nodes,
        scope="canvas",
        group=2,
    ),
    Action(
        "node.swap",
        QT_TRANSLATE_NOOP("Actions", "S&wap for another type…"),
        lambda w: w.popups.swap_node(),
        "Node",
        keys("Shift+S"),
        words="replace change kind",
        enabled=has_nodes,
        scope="canvas",
        group=2,
    ),
    Action(
        "node.rename",
        QT_TRANSLATE_NOOP("Actions", "&Rename"),
        on_canvas(lambda c: c.rename_selected()),
        "Node",
        keys("Ctrl+F2", Blender="F2"),
        words="title name label write note",
        enabled=has_selection,
        scope="canvas",
        group=2,
    ),
    Action(
        "node.color",
        QT_TRANSLATE_NOOP("Actions", "C&olour…"),
        lambda w: w.popups.colours(),
        "Node",
        keys("Shift+C"),
        words="color tint hue paint node frame note",
        enabled=has_selection,
        scope="canvas",
        group=2,
    ),
    Action(
        "node.pin",
        QT_TRANSLATE_NOOP("Actions", "&Pin in place"),
        on_canvas(lambda c: c.pin()),
        "Node",
        keys("P"),
        words="lock position",
        enabled=has_nodes,
        scope="canvas",
        group=2,
    ),
    Action(
        "node.frame",
        QT_TRANSLATE_NOOP("Actions", "Put in a &frame"),
        on_canvas(lambda c: c.add_frame()),
        "Node",
        keys("Ctrl+J", ComfyUI="Ctrl+G", Nuke="Shift+B"),
        words="group backdrop box",
        enabled=has_document,
        scope="canvas",
        group=3,
    ),
    Action(
        "node.subgraph",
        QT_TRANSLATE_NOOP("Actions", "Make a s&ubgraph"),
        on_canvas(lambda c: c.make_subgraph()),
        "Node",
        keys("Ctrl+G", ComfyUI="Ctrl+Shift+E"),
        words="group nest fold macro",
        enabled=has_nodes,
        scope="canvas",
        group=3,
    ),
    Action(
        "node.unpack",
        QT_TRANSLATE_NOOP("Actions", "Unpac&k subgraph"),
        on_canvas(lambda c: c.unpack()),
        "Node",
        keys("Ctrl+Alt+G"),
        words="ungroup unfold expand",
        enabled=has_nodes,
        scope="canvas",
        group=3,
    ),
    Action(
        "node.enter",
        QT_TRANSLATE_NOOP("Actions", "&Go inside, or add a node"),
        _enter,
        "Node",
        keys("Tab"),
        words="subgraph open dive",
        enabled=has_document,
        scope="canvas",
        group=3,
    ),
    Action(
        "node.leave",
        QT_TRANSLATE_NOOP("Actions", "Go &out of the subgraph"),
        lambda w: w.view.levels.leave() if w.view is not None else None,
        "Node",
        keys("Shift+Tab"),
        words="up back close",
        enabled=lambda w: w.view is not None and bool(w.view.levels.inner),
        scope="canvas",
        group=3,
    ),
    Action(
        "node.rails",
        QT_TRANSLATE_NOOP("Actions", "Ports of the subgraph"),
        on_canvas(lambda c: c.focus_port_panels()),
        "Node",
        keys("I"),
        words="rail inputs outputs exposed section limits rename",
        enabled=lambda w: w.view is not None and bool(w.view.levels.inner),
        scope="canvas",
        group=3,
    ),
    Action(
        "node.unique",
        QT_TRANSLATE_NOOP("Actions", "Make su&bgraph unique"),
        _make_unique,
        "Node",
        words="separate own copy shared",
        enabled=_has_subgraph,
        scope="canvas",
        group=3,
    ),
    Action(
        "node.portal",
        QT_TRANSLATE_NOOP("Actions", "Draw links as po&rtals"),
        on_canvas(lambda c: c.toggle_portals()),
        "Node",
        keys("Shift+P"),
        words="hide wire send receive tunnel",
        enabled=has_selection,
        scope="canvas",
        group=4,
    ),
    Action(
        "node.note",
        QT_TRANSLATE_NOOP("Actions", "Add &note"),
        on_canvas(lambda c: c.add_note()),
        "Node",
        keys("N", ComfyUI="Shift+N", Nuke="Shift+N"),
        words="comment sticky text",
        enabled=has_document,
        scope="canvas",
        group=3,
    ),
    Action(
        "node.lock_frame",
        QT_TRANSLATE_NOOP("Actions", "L&ock frame"),
        on_canvas(lambda c: c.toggle_lock()),
        "Node",
        words="unlock fixed",
        enabled=has_frames,
        scope="canvas",
        group=3,
    ),
)
"""What the Node menu holds."""
