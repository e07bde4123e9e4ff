"""Adding nodes and changing the selected ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ui.actions.action import Action, keys
from ui.actions.edit import has_document, has_frames, has_nodes, has_selection, on_canvas
from ui.i18n import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from ui.view import Canvas
    from ui.window import MainWindow

SIDES = (
    ("left", QT_TRANSLATE_NOOP("Actions", "Align &left edges"), "Ctrl+Alt+Left"),
    ("center", QT_TRANSLATE_NOOP("Actions", "Align &centres"), ""),
    ("right", QT_TRANSLATE_NOOP("Actions", "Align &right edges"), "Ctrl+Alt+Right"),
    ("top", QT_TRANSLATE_NOOP("Actions", "Align &tops"), "Ctrl+Alt+Up"),
    ("middle", QT_TRANSLATE_NOOP("Actions", "Align &middles"), ""),
    ("bottom", QT_TRANSLATE_NOOP("Actions", "Align &bottoms"), "Ctrl+Alt+Down"),
)
"""Side, title and keys of the actions that align nodes."""


def _several(window: MainWindow) -> bool:
    return window.view is not None and len(window.view.editor.selection.nodes) > 1


def _aligning() -> Iterator[Action]:
    for side, title, sequence in SIDES:
        run = on_canvas(partial(_align, side))
        yield Action(
            f"node.align_{side}", title, run, "Node/Align", keys(sequence), enabled=_several, scope="canvas"
        )
    for across, title in (
        (True, QT_TRANSLATE_NOOP("Actions", "Space out &horizontally")),
        (False, QT_TRANSLATE_NOOP("Actions", "Space out &vertically")),
    ):
        yield Action(
            f"node.distribute_{'across' if across else 'down'}",
            title,
            on_canvas(partial(_distribute, across)),
            "Node/Align",
            words="distribute gaps equal",
            enabled=_several,
            scope="canvas",
            group=2,
        )


def _align(side: str, canvas: Canvas) -> None:
    canvas.align(side)


def _distribute(across: bool, canvas: Canvas) -> None:
    canvas.distribute(across)


ACTIONS = (
    Action(
        "node.add",
        QT_TRANSLATE_NOOP("Actions", "&Add node…"),
        lambda w: w.popups.add_node(),
        "Node",
        keys("Tab / Shift+A", ComfyUI="Tab / N", Blender="Shift+A"),
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
        "node.arrange",
        QT_TRANSLATE_NOOP("Actions", "&Lay out selection"),
        on_canvas(lambda c: c.arrange(True)),
        "Node",
        keys("L", Blender="Alt+L"),
        words="arrange tidy auto layout",
        enabled=has_nodes,
        scope="canvas",
        group=4,
    ),
    Action(
        "node.arrange_all",
        QT_TRANSLATE_NOOP("Actions", "Lay out &everything"),
        on_canvas(lambda c: c.arrange(False)),
        "Node",
        keys("Shift+L", Blender="Alt+Shift+L"),
        words="arrange tidy auto layout",
        enabled=has_document,
        scope="canvas",
        group=4,
    ),
    Action(
        "node.straighten",
        QT_TRANSLATE_NOOP("Actions", "&Straighten links"),
        on_canvas(lambda c: c.straighten()),
        "Node",
        keys("Q"),
        words="align",
        enabled=has_selection,
        scope="canvas",
        group=4,
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
    *_aligning(),
)
"""What the Node menu holds."""
