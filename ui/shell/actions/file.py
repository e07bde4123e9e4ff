"""Files, tabs and windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.i18n.translate import QT_TRANSLATE_NOOP
from ui.shell.actions.action import Action, keys

if TYPE_CHECKING:
    from ui.shell.command_context import CommandContext


def _has_document(window: CommandContext) -> bool:
    return window.view is not None


def _unsaved(window: CommandContext) -> bool:
    return window.view is not None and (window.view.editor.unsaved or window.view.editor.path is None)


ACTIONS = (
    Action(
        "file.new",
        QT_TRANSLATE_NOOP("Actions", "&New workflow"),
        lambda w: w.documents.new(),
        "File",
        keys("Ctrl+N", ComfyUI="Ctrl+Alt+N"),
        words="create empty document tab",
    ),
    Action(
        "file.open",
        QT_TRANSLATE_NOOP("Actions", "&Open…"),
        lambda w: w.documents.ask_open(),
        "File",
        keys("Ctrl+O"),
        words="load workflow picture",
    ),
    Action(
        "file.save",
        QT_TRANSLATE_NOOP("Actions", "&Save"),
        lambda w: w.documents.save(),
        "File",
        keys("Ctrl+S"),
        words="write disk",
        enabled=_unsaved,
        group=2,
        needs_values=True,
    ),
    Action(
        "file.save_as",
        QT_TRANSLATE_NOOP("Actions", "Save &as…"),
        lambda w: w.documents.save_as(),
        "File",
        keys("Ctrl+Shift+S"),
        words="copy rename file",
        enabled=_has_document,
        group=2,
        needs_values=True,
    ),
    Action(
        "file.export_comfyui",
        QT_TRANSLATE_NOOP("Actions", "To &ComfyUI…"),
        lambda w: w.documents.export_comfyui(api=False),
        "File/Export",
        words="comfyui write save workflow json",
        enabled=_has_document,
    ),
    Action(
        "file.export_comfyui_api",
        QT_TRANSLATE_NOOP("Actions", "To ComfyUI's &server…"),
        lambda w: w.documents.export_comfyui(api=True),
        "File/Export",
        words="comfyui api prompt write save json",
        enabled=_has_document,
    ),
    Action(
        "file.reload",
        QT_TRANSLATE_NOOP("Actions", "&Reload from disk"),
        lambda w: w.documents.reload(),
        "File",
        keys("", ComfyUI="R"),
        words="revert refresh",
        enabled=lambda w: w.view is not None and w.view.editor.path is not None,
        group=2,
    ),
    Action(
        "file.close",
        QT_TRANSLATE_NOOP("Actions", "&Close tab"),
        lambda w: w.documents.close(),
        "File",
        keys("Ctrl+W"),
        enabled=_has_document,
        group=3,
    ),
    Action(
        "file.reopen",
        QT_TRANSLATE_NOOP("Actions", "Reopen closed &tab"),
        lambda w: w.documents.reopen(),
        "File",
        keys("Ctrl+Shift+T"),
        words="undo close recent",
        enabled=lambda w: w.documents.can_reopen,
        group=3,
    ),
    Action(
        "file.quit",
        QT_TRANSLATE_NOOP("Actions", "&Quit"),
        lambda w: w.app.quit(),
        "File",
        keys("Ctrl+Q"),
        words="exit",
        group=4,
    ),
    Action(
        "window.next_tab",
        QT_TRANSLATE_NOOP("Actions", "&Next tab"),
        lambda w: w.tabs.step(1),
        "Window",
        keys("Ctrl+Tab / Ctrl+PgDown"),
        enabled=lambda w: w.tabs.count() > 1,
    ),
    Action(
        "window.previous_tab",
        QT_TRANSLATE_NOOP("Actions", "&Previous tab"),
        lambda w: w.tabs.step(-1),
        "Window",
        keys("Ctrl+Shift+Tab / Ctrl+PgUp"),
        enabled=lambda w: w.tabs.count() > 1,
    ),
    Action(
        "window.tear_off",
        QT_TRANSLATE_NOOP("Actions", "&Move tab to new window"),
        lambda w: w.documents.tear_off(),
        "Window",
        words="detach tear off separate",
        enabled=lambda w: w.tabs.count() > 1,
        group=2,
    ),
    Action(
        "window.join",
        QT_TRANSLATE_NOOP("Actions", "Move tab to the &other window"),
        lambda w: w.documents.join(),
        "Window",
        words="back attach join merge",
        enabled=lambda w: w.view is not None and len(w.app.windows) > 1,
        group=2,
    ),
)
"""What the File and Window menus hold."""
