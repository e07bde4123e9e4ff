from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QTabBar,
    QWidget,
)

from nodegraph.edits import SetParam
from tests.ui.catalogue import SPECS, text_to_picture
from tests.ui.standin import StandIn
from ui.actions.action import PRESETS
from ui.actions.table import ACTIONS
from ui.application import Application
from ui.canvas.values import label_of
from ui.dialogs.settings import SettingsDialog
from ui.dialogs.shortcuts import ShortcutsDialog
from ui.i18n import PseudoTranslator, pseudo
from ui.menus import MENUS
from ui.start.templates import templates

if TYPE_CHECKING:
    from ui.window import MainWindow

WORD = re.compile(r"[A-Za-z]{2,}")
KEYS = re.compile(r"^(([A-Z][a-z]+|F\d+|.)(\+|, |\s+|$))+$")


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    translator = PseudoTranslator()
    qapp.installTranslator(translator)
    app = Application(qapp, SPECS, StandIn)
    window = app.start()
    yield window
    for view in window.tabs.views():
        window.documents.drop(view, keep=False)
    window.close()
    app.end()
    app.deleteLater()
    qapp.removeTranslator(translator)
    QTest.qWait(1)


def data_words() -> set[str]:
    """Names that are not the program's own: of nodes, of files, of keymaps."""
    graph = text_to_picture()
    words = {*SPECS, *PRESETS, *graph.nodes, "JSON"}
    for spec in SPECS.values():
        words |= {spec.title, spec.category, spec.help, *spec.keywords, *spec.params[0:0]}
        words |= {item.name for item in (*spec.sockets, *spec.params, *spec.outputs)}
        words |= {label_of(item.name) for item in (*spec.sockets, *spec.params, *spec.outputs)}
        words |= {item.type for item in (*spec.sockets, *spec.params, *spec.outputs)}
        words |= {str(param.default) for param in spec.params}
    for node in graph.nodes.values():
        words |= {str(value) for value in node.params.values()}
    return words | {frame.title for frame in graph.frames.values()} | {"First steps"}


def shown_texts(root: QWidget) -> Iterator[tuple[str, str]]:
    """Every text of a window that a person can read or hear, and where it stands."""
    for widget in (root, *root.findChildren(QWidget)):
        where = f"{type(widget).__name__} {widget.objectName()}"
        yield where, widget.windowTitle()
        yield where, widget.toolTip()
        yield where, widget.accessibleName()
        for action in widget.actions():
            yield where, action.text()
        if isinstance(widget, QLabel | QAbstractButton):
            yield where, widget.text()
        if isinstance(widget, QLineEdit):
            yield where, widget.placeholderText()
        if isinstance(widget, QComboBox):
            yield from ((where, widget.itemText(at)) for at in range(widget.count()))
        if isinstance(widget, QTabBar):
            yield from ((where, widget.tabText(at)) for at in range(widget.count()))
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            yield from ((where, text) for text in model_texts(widget.model()))


def model_texts(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    parent = parent or QModelIndex()
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    for column in range(columns):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(model.rowCount(parent)):
            index = model.index(row, column, parent)
            yield str(index.data() or "")
            found = index.data(Qt.ItemDataRole.UserRole)
            if hasattr(found, "hint"):
                yield found.detail
            if columns > 1 and model.rowCount(index):
                yield from model_texts(model, index)


def missed(root: QWidget, words: set[str]) -> set[tuple[str, str]]:
    found = set()
    for where, text in shown_texts(root):
        plain = text.replace("&", "").replace("•", "").strip()
        known = plain in words or "⟦" in plain or plain[:1] in ("←", "→") or KEYS.match(plain)
        if WORD.search(plain) and not known:
            found.add((where, plain))
    return found


def test_no_text_of_the_program_is_left_untranslated(window: MainWindow) -> None:
    words = data_words() | {str(path) for path in templates()}
    found = missed(window, words)
    view = window.documents.new()
    view.editor.push(pseudo("Begin"), text_to_picture())
    for name in ("history", "bookmarks"):
        window.docks.toggle(name)
    outline = window.docks.panel("outline")
    for steps in (1, 2):
        view.editor.apply(SetParam("sampler", "steps", steps))
    words |= {view.editor.stack.text(at) for at in range(view.editor.stack.count())}
    view.editor.selection.set(["sampler"])
    outline.model.port_row("sampler", "model", "input")  # type: ignore[attr-defined]
    found |= missed(window, words)
    for open_popup in (window.popups.add_node, window.popups.commands, window.popups.find):
        open_popup()
        found |= missed(window, words)
        assert window.popups.current is not None
        window.popups.current.give_up()
    for dialog in (SettingsDialog(window.app, window), ShortcutsDialog(window.app, window)):
        found |= missed(dialog, words)
        dialog.deleteLater()
    assert found == set()


def test_menus_and_actions_are_translated(window: MainWindow) -> None:
    assert all("⟦" in action.text() for action in window.menus.actions.values())
    assert all("⟦" in menu.title() for menu in window.menus.menus.values())
    assert len(window.menus.menus) == len(MENUS)
    assert len(window.menus.actions) == len(ACTIONS)


def test_pseudo_keeps_the_names_in_braces() -> None:
    assert pseudo("Save {name}") == "⟦Šávé {name}···⟧"
    assert pseudo("") == ""
