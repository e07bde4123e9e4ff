"""Where nodes lie: laying out, straightening, aligning, spacing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ui.i18n.translate import QT_TRANSLATE_NOOP
from ui.shell.actions.action import Action, keys
from ui.shell.actions.edit import has_document, has_nodes, has_selection, on_canvas

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext
    from ui.shell.document_view import Canvas

SIDES = (
    ("left", QT_TRANSLATE_NOOP("Actions", "Align &left edges"), "Ctrl+Alt+Left"),
    ("center", QT_TRANSLATE_NOOP("Actions", "Align &centres"), ""),
    ("right", QT_TRANSLATE_NOOP("Actions", "Align &right edges"), "Ctrl+Alt+Right"),
    ("top", QT_TRANSLATE_NOOP("Actions", "Align &tops"), "Ctrl+Alt+Up"),
    ("middle", QT_TRANSLATE_NOOP("Actions", "Align &middles"), ""),
    ("bottom", QT_TRANSLATE_NOOP("Actions", "Align &bottoms"), "Ctrl+Alt+Down"),
)
"""Side, title and keys of the actions that align nodes."""


def _several(window: CommandContext) -> bool:
    return window.view is not None and len(window.view.level.selection.nodes) > 1


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
    *_aligning(),
)
"""What the Node menu holds at its end."""
