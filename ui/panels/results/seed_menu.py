"""What a seed's menu offers: draw, keep, the mode for each run, and the seeds of earlier pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction, QActionGroup, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QMenu

from nodegraph.edits import Batch, SetParam
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.errors import LoadError
from ui.document.editor import Editor
from ui.editors.seed import SetSeedMode
from ui.i18n.translate import plain, tr
from ui.runs.result_store import Result, Results
from ui.runs.seeds import MODES, SeedMode, drawn_seed, mode_of

EARLIER = 10
"""So many seeds are offered again."""
THUMB = 40


def earlier_seeds(
    results: Results, node: str, type_id: str, param: str, most: int = EARLIER
) -> list[tuple[int, Result]]:
    """The seeds that this node had for the newest pictures, each once, with the picture it made."""
    found: dict[int, Result] = {}
    for result in results.all():
        try:
            kept = result.graph().nodes.get(node)
        except LoadError:
            continue
        seed = kept.params.get(param) if kept is not None and kept.type == type_id else None
        if isinstance(seed, int) and seed not in found:
            found[seed] = result
        if len(found) == most:
            break
    return list(found.items())


def fill_seed_menu(menu: QMenu, editor: Editor, results: Results, node: str, param: str) -> None:
    """Put the entries for one seed into a menu."""
    found = editor.graph.nodes[node]
    spec = spec_of(editor.graph, found.type, editor.specs)
    known = spec.param(param) if spec is not None else None
    if known is None:
        return
    now = found.params.get(param, known.default)
    _entry(menu, tr("SeedMenu", "Draw a seed now"), lambda: _set(editor, node, param, drawn_seed(known)))
    keep = _entry(
        menu, tr("SeedMenu", "Keep this seed"), lambda: editor.apply(SetSeedMode(node, param, "fixed"))
    )
    keep.setEnabled(mode_of(found, param) != "fixed")
    menu.addSeparator()
    _modes(menu, editor, node, param)
    earlier = [
        (seed, result) for seed, result in earlier_seeds(results, node, found.type, param) if seed != now
    ]
    below = menu.addMenu(tr("SeedMenu", "Earlier seeds"))
    below.setEnabled(bool(earlier))
    below.setStyleSheet(f"QMenu {{ icon-size: {THUMB}px; }}")
    for seed, result in earlier:
        entry = _entry(below, str(seed), partial(_keep, editor, node, param, seed))
        entry.setToolTip(plain(result.label))
        results.small(result, partial(_picture, entry))


def _modes(menu: QMenu, editor: Editor, node: str, param: str) -> None:
    words: dict[SeedMode, str] = {
        "fixed": tr("SeedMenu", "Same seed for every run"),
        "new": tr("SeedMenu", "New seed for every run"),
        "next": tr("SeedMenu", "Next seed for every run (+1)"),
    }
    group = QActionGroup(menu)
    for mode in MODES:
        entry = _entry(menu, words[mode], partial(editor.apply, SetSeedMode(node, param, mode)))
        entry.setCheckable(True)
        entry.setChecked(mode_of(editor.graph.nodes[node], param) == mode)
        group.addAction(entry)


def _entry(menu: QMenu, words: str, call: Callable[[], object]) -> QAction:
    entry = menu.addAction(words)
    entry.triggered.connect(lambda _on=False: call())
    return entry


def _set(editor: Editor, node: str, param: str, seed: int) -> None:
    editor.apply(SetParam(node, param, seed))


def _keep(editor: Editor, node: str, param: str, seed: int) -> None:
    """An earlier seed is taken to be used, so it stays."""
    edits = (SetParam(node, param, seed), SetSeedMode(node, param, "fixed"))
    editor.apply(Batch(edits, edits[0].title))


def _picture(entry: QAction, image: QImage) -> None:
    try:
        entry.setIcon(QIcon(QPixmap.fromImage(image).scaled(QSize(THUMB, THUMB))))
    except RuntimeError:
        # The menu was closed before the picture was read.
        return
