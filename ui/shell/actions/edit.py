"""Undo, clipboard, selection and finding."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ui.i18n.translate import QT_TRANSLATE_NOOP
from ui.shell.actions.action import Action, keys

if TYPE_CHECKING:
    from ui.document.editor import Editor
    from ui.shell.command_context import CommandContext
    from ui.shell.document_view import Canvas


def on_canvas(do: Callable[[Canvas], object]) -> Callable[[CommandContext], object]:
    """An action done by the canvas of the open document."""

    def run(window: CommandContext) -> object:
        return do(window.view.canvas) if window.view is not None else None

    return run


def on_document(do: Callable[[Editor], None]) -> Callable[[CommandContext], object]:
    """An action done to the open document."""

    def run(window: CommandContext) -> None:
        if window.view is not None:
            do(window.view.level)

    return run


def has_document(window: CommandContext) -> bool:
    """Whether a document is open."""
    return window.view is not None


def has_nodes(window: CommandContext) -> bool:
    """Whether a node is selected."""
    return window.view is not None and bool(window.view.level.selection.nodes)


def has_frames(window: CommandContext) -> bool:
    """Whether a frame is selected."""
    return window.view is not None and bool(window.view.level.selection.frames)


def has_selection(window: CommandContext) -> bool:
    """Whether anything is selected."""
    return window.view is not None and bool(window.view.level.selection.now)


def _cut_severed(window: CommandContext) -> None:
    """Shift+Delete is the cut key of some systems, so that what is deleted by it is on the clipboard too."""
    if window.view is not None:
        window.view.canvas.copy()
        window.view.canvas.delete(False)


ACTIONS = (
    Action(
        "edit.undo",
        QT_TRANSLATE_NOOP("Actions", "&Undo"),
        on_document(lambda editor: editor.stack.undo()),
        "Edit",
        keys("Ctrl+Z"),
        words="back step",
        enabled=lambda w: w.view is not None and w.view.editor.stack.canUndo(),
    ),
    Action(
        "edit.redo",
        QT_TRANSLATE_NOOP("Actions", "&Redo"),
        on_document(lambda editor: editor.stack.redo()),
        "Edit",
        keys("Ctrl+Shift+Z / Ctrl+Y"),
        words="again forward",
        enabled=lambda w: w.view is not None and w.view.editor.stack.canRedo(),
    ),
    Action(
        "edit.cut",
        QT_TRANSLATE_NOOP("Actions", "Cu&t"),
        lambda w: w.documents.cut(),
        "Edit",
        keys("Ctrl+X"),
        enabled=has_selection,
        scope="canvas",
        group=2,
    ),
    Action(
        "edit.copy",
        QT_TRANSLATE_NOOP("Actions", "&Copy"),
        on_canvas(lambda c: c.copy()),
        "Edit",
        keys("Ctrl+C / Ctrl+Ins"),
        words="clipboard json",
        enabled=has_selection,
        scope="canvas",
        group=2,
    ),
    Action(
        "edit.paste",
        QT_TRANSLATE_NOOP("Actions", "&Paste"),
        lambda w: w.documents.paste(),
        "Edit",
        keys("Ctrl+V / Shift+Ins"),
        words="clipboard json picture",
        enabled=has_document,
        scope="canvas",
        group=2,
    ),
    Action(
        "edit.paste_linked",
        QT_TRANSLATE_NOOP("Actions", "Paste keeping &inputs"),
        lambda w: w.documents.paste(keep_inputs=True),
        "Edit",
        keys("Ctrl+Shift+V"),
        words="clipboard links",
        enabled=has_document,
        scope="canvas",
        group=2,
    ),
    Action(
        "edit.duplicate",
        QT_TRANSLATE_NOOP("Actions", "&Duplicate"),
        on_canvas(lambda c: c.duplicate()),
        "Edit",
        keys("Ctrl+D", Blender="Shift+D", Nuke="Alt+C"),
        words="clone copy",
        enabled=has_selection,
        scope="canvas",
        group=2,
    ),
    Action(
        "edit.duplicate_linked",
        QT_TRANSLATE_NOOP("Actions", "Duplicate keeping inp&uts"),
        on_canvas(lambda c: c.duplicate(keep_inputs=True)),
        "Edit",
        keys("Ctrl+Shift+D", Nuke="Alt+K"),
        words="clone links",
        enabled=has_selection,
        scope="canvas",
        group=2,
    ),
    Action(
        "edit.delete",
        QT_TRANSLATE_NOOP("Actions", "De&lete"),
        on_canvas(lambda c: c.delete(True)),
        "Edit",
        keys("Del / Backspace", Blender="X / Del"),
        words="remove heal",
        enabled=has_selection,
        scope="canvas",
        group=3,
    ),
    Action(
        "edit.sever",
        QT_TRANSLATE_NOOP("Actions", "Cut without &healing links"),
        _cut_severed,
        "Edit",
        keys("Shift+Del"),
        words="remove delete cut sever clipboard",
        enabled=has_selection,
        scope="canvas",
        group=3,
    ),
    Action(
        "edit.select_all",
        QT_TRANSLATE_NOOP("Actions", "Select &all"),
        on_canvas(lambda c: c.select_all()),
        "Edit",
        keys("Ctrl+A", Blender="A"),
        enabled=has_document,
        scope="canvas",
        group=4,
    ),
    Action(
        "edit.select_none",
        QT_TRANSLATE_NOOP("Actions", "Select &nothing"),
        on_document(lambda editor: editor.selection.clear()),
        "Edit",
        keys("Ctrl+Shift+A", Blender="Alt+A"),
        words="clear deselect",
        enabled=has_selection,
        scope="canvas",
        group=4,
    ),
    Action(
        "edit.select_after",
        QT_TRANSLATE_NOOP("Actions", "Select what &follows"),
        on_canvas(lambda c: c.select_linked(True)),
        "Edit/Select",
        keys("Ctrl+Shift+Right", Blender="L"),
        words="downstream linked to",
        enabled=has_nodes,
        scope="canvas",
    ),
    Action(
        "edit.select_before",
        QT_TRANSLATE_NOOP("Actions", "Select what comes &before"),
        on_canvas(lambda c: c.select_linked(False)),
        "Edit/Select",
        keys("Ctrl+Shift+Left", Blender="Shift+L"),
        words="upstream linked from",
        enabled=has_nodes,
        scope="canvas",
    ),
    Action(
        "edit.select_similar",
        QT_TRANSLATE_NOOP("Actions", "Select the same &type"),
        on_canvas(lambda c: c.select_similar()),
        "Edit/Select",
        keys("Shift+G"),
        words="similar grouped",
        enabled=has_nodes,
        scope="canvas",
    ),
    Action(
        "edit.find",
        QT_TRANSLATE_NOOP("Actions", "&Find in workflow…"),
        lambda w: w.popups.find(),
        "Edit",
        keys("Ctrl+F", Nuke="Ctrl+F / /"),
        words="search node parameter value note",
        enabled=has_document,
        group=5,
    ),
    Action(
        "edit.palette",
        QT_TRANSLATE_NOOP("Actions", "Command pa&lette…"),
        lambda w: w.popups.commands(),
        "Edit",
        keys("Ctrl+P", Blender="F3 / Ctrl+P"),
        words="run action search",
        group=5,
    ),
    Action(
        "edit.settings",
        QT_TRANSLATE_NOOP("Actions", "&Settings…"),
        lambda w: w.popups.settings(),
        "Edit",
        keys("Ctrl+,"),
        words="preferences options theme scale",
        group=6,
    ),
    Action(
        "edit.keys",
        QT_TRANSLATE_NOOP("Actions", "&Keyboard shortcuts…"),
        lambda w: w.popups.shortcuts(),
        "Edit",
        keys("Ctrl+K"),
        words="rebind keymap blender nuke comfyui",
        group=6,
    ),
)
"""What the Edit menu holds."""
