"""Where one is in a document, as plain JSON data: the part seen, what is selected, the subgraphs gone into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QTimer

from nodegraph.analysis.starred import opens_as_app
from ui.document.editor import Editor
from ui.document.selection import Selection

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.shell.document_view import Canvas, DocumentView

KINDS = ("nodes", "frames", "notes")


def place(view: DocumentView) -> dict[str, Any]:
    """What the session keeps of a tab besides its file and its journal."""
    kept = _level(view.base, view.editor)
    inside = [{"node": one.instance, **_level(one.widget, one.editor)} for one in view.levels.inner]
    if inside:
        kept["inside"] = inside
    if (view.app is not None) != opens_as_app(view.editor.graph):
        kept["app"] = view.app is not None
    return kept


def go_to(view: DocumentView, kept: Mapping[str, Any]) -> None:
    """Go where `place` was; what is not there any more, or is odd, is left out."""
    _look(view.base, view.editor, kept)
    inside = kept.get("inside")
    for level in inside if isinstance(inside, list) else ():
        if not isinstance(level, dict) or not view.levels.enter(str(level.get("node")), frame=False):
            return
        _look(view.widget, view.level, level)
        # The bar with the way back takes its room only now.
        QTimer.singleShot(0, view.widget, partial(view.canvas.set_view_state, level))


def as_app(view: DocumentView, kept: Mapping[str, Any]) -> bool:
    """Whether the document is to be shown as its app: as it was left, or else as its author says."""
    left = kept.get("app")
    return left if isinstance(left, bool) else opens_as_app(view.editor.graph)


def _level(widget: QWidget, editor: Editor) -> dict[str, Any]:
    kept = dict(cast("Canvas", widget).view_state())
    selected = _selected(editor.selection)
    return {**kept, "selected": selected} if selected else kept


def _selected(selection: Selection) -> dict[str, Any]:
    found: dict[str, Any] = {kind: sorted(getattr(selection, kind)) for kind in KINDS}
    found["links"] = sorted(list(key) for key in selection.links)
    found["active"] = selection.active
    return {kind: ids for kind, ids in found.items() if ids}


def _look(widget: QWidget, editor: Editor, kept: Mapping[str, Any]) -> None:
    cast("Canvas", widget).set_view_state(kept)
    selected = kept.get("selected")
    if not isinstance(selected, dict):
        return
    links = [
        (one[0], one[1], one[2])
        for one in _list(selected.get("links"))
        if isinstance(one, list) and [type(part) for part in one] == [str, str, int]
    ]
    nodes, frames, notes = ([x for x in _list(selected.get(kind)) if isinstance(x, str)] for kind in KINDS)
    active = selected.get("active")
    editor.selection.set(nodes, links, frames, notes, active if isinstance(active, str) else "")
    editor.selection.prune(editor.graph)


def _list(value: object) -> Iterable[Any]:
    return value if isinstance(value, list) else ()
