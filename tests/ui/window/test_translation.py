from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QTabBar,
    QTextBrowser,
    QWidget,
)

from nodegraph.analysis.explain import explain
from nodegraph.edits import Batch, RemoveNodes, SetParam
from nodegraph.node_api import events
from nodegraph.support.errors import NodeFailed
from nodegraph.support.messages import Phrase, joined
from tests.ui.catalogue import SPECS, text_to_picture
from tests.ui.window.hand import crash, furnish
from ui.canvas.canvas import Canvas
from ui.canvas.interaction.fitting import Fitting
from ui.canvas.interaction.keyboard import described_port, ports_in_order, spoken
from ui.canvas.scene.geometry import PortRef
from ui.config.templates import templates
from ui.i18n.language import FIELD
from ui.i18n.translate import PseudoTranslator, pseudo
from ui.panels.explain.panel import VOICE
from ui.panels.problems.validation import validation_of
from ui.runs.engine_client import SAID, worded
from ui.shell.actions.action import PRESETS
from ui.shell.actions.table import ACTIONS
from ui.shell.dialogs.settings import SettingsDialog
from ui.shell.dialogs.shortcuts import ShortcutsDialog
from ui.shell.main_window import MainWindow
from ui.shell.menus import MENUS
from ui.shell.translations.extracting import texts

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

WORD = re.compile(r"[A-Za-z]{2,}")
KEYS = re.compile(r"^(([A-Z][a-z]+|F\d+|.)(\+|, |\s+|$))+$")
OTHERS = ("Nodes", "Templates")
"""What a test's own node types and the user's own words are asked for in."""


class Listening(PseudoTranslator):
    """Remembers what it was asked for; Qt's own texts are none of ours."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[tuple[str, str]] = set()

    def translate(self, context: str, text: str, disambiguation: str | None = None, n: int = -1) -> str:
        if WORD.search(FIELD.sub("", text)) and not context.startswith("Q") and context != "CloseButton":
            self.asked.add((context, text))
        return super().translate(context, text, disambiguation, n)


@pytest.fixture
def foreign(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """A window with everything in it, in a language that nobody speaks."""
    translator = Listening()
    qapp.installTranslator(translator)
    app = furnish(qapp, tmp_path)
    yield app.windows[0]
    qapp.removeTranslator(translator)
    crash(app)
    written = {text.source for text in texts()}
    ours = {text for context, text in translator.asked if context not in OTHERS}
    assert ours - written == set(), "these texts are not written out for translators"


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every text that our own code paints from now on."""
    found: set[str] = set()
    draw = QPainter.drawText

    def spy(painter: QPainter, *args: Any) -> None:
        found.update(text for text in args if isinstance(text, str))
        draw(painter, *args)

    monkeypatch.setattr(QPainter, "drawText", spy)
    return found


def data_words() -> set[str]:
    """Names that are not the program's own: of nodes in the graph, of types, of files, of keymaps; and values."""
    graph = text_to_picture()
    words = {*PRESETS, *graph.nodes, "JSON", "RGB"}
    for spec in SPECS.values():
        words |= {spec.type} | {item.type for item in (*spec.inputs, *spec.outputs)}
        words |= {str(param.default) for param in spec.params if not param.choices}
    for node in graph.nodes.values():
        words |= {str(value) for value in node.params.values()}
    words |= {note.text for note in graph.notes.values()}
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
        named = all(part in words for part in re.split(r" · |: ", plain)) or plain in words
        known = named or "⟦" in plain or plain[:1] in ("←", "→") or KEYS.match(plain)
        if WORD.search(plain) and not known:
            found.add((where, plain))
    return found


def plain_words(texts: Iterable[str], words: set[str]) -> set[str]:
    """The texts that are neither translated nor names; an elided one counts by its beginning."""
    found = set()
    for text in texts:
        known = (
            re.sub(r" \(\d+\)$", "", text) in words
            or "⟦" in text
            or any(w.startswith(text.split("…")[0]) for w in words if "…" in text)
        )
        if WORD.search(text) and not known and not KEYS.match(text):
            found.add(text)
    return found


def test_no_text_of_the_program_is_left_untranslated(foreign: MainWindow) -> None:
    window = foreign
    words = data_words() | {str(path) for path in templates()}
    found = missed(window, words)
    view = window.documents.new()
    view.editor.push(pseudo("Begin"), text_to_picture())
    for name in window.docks.docks:
        if not window.docks.shown(name):
            window.docks.toggle(name)
    outline = window.docks.panel("outline")
    for steps in (1, 2):
        view.editor.apply(SetParam("sampler", "steps", steps))
    broken = Batch((SetParam("sampler", "steps", 0), RemoveNodes(("decode",))), "Break")
    view.editor.push(pseudo("Break"), broken.apply(view.editor.graph))
    validation_of(view.editor).check()
    assert len(validation_of(view.editor).problems) == 3
    found |= missed(window, words)
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


def test_what_actions_say_paint_and_call_their_steps_is_translated(
    foreign: MainWindow, painted: set[str]
) -> None:
    """Everything that can be done with a selection is done, and what is then said and seen is read."""
    window, words = foreign, data_words()
    view = window.documents.new()
    view.editor.push(pseudo("Begin"), text_to_picture())
    said: set[str] = set()
    window.bar.messageChanged.connect(said.add)
    labels: set[str] = set()
    for action in ACTIONS:
        if action.id.split(".")[0] not in ("node", "edit", "view") or action.title.endswith("…"):
            continue
        view.editor.push(pseudo("Again"), text_to_picture())
        view.editor.selection.set(["sampler", "decode", "prompt"])
        for frame in view.editor.graph.frames:
            view.editor.selection.set((), (), [frame])
        action.run(window)
        view.widget.grab()
        labels |= {view.editor.stack.text(at) for at in range(view.editor.stack.count())}
        if window.popups.current is not None:
            window.popups.current.give_up()
    assert len(labels) > 10
    assert plain_words(said, words) == set()
    assert {label for label in labels if "⟦" not in label} == set()
    assert plain_words(painted, words) == set()


def test_what_the_canvas_says_of_nodes_and_links_is_translated(foreign: MainWindow) -> None:
    view = foreign.documents.new()
    view.editor.push(pseudo("Begin"), text_to_picture())
    canvas = view.widget
    assert isinstance(canvas, Canvas)
    scene = canvas.scene
    spoken_of = [spoken(scene, name) for name in scene.nodes]
    spoken_of += [
        described_port(scene, port) for name in scene.nodes.values() for port in ports_in_order(name)
    ]
    fitting = Fitting(scene, (PortRef("sampler", "latent", True),))
    refused = [fitting.judge(port) for box in scene.nodes.values() for port in ports_in_order(box)]
    spoken_of += [verdict.why for verdict in refused if verdict.port is None]
    assert len(spoken_of) > 40
    assert [text for text in spoken_of if "⟦" not in text] == []


def test_menus_and_actions_are_translated(foreign: MainWindow) -> None:
    window = foreign
    assert all("⟦" in action.text() for action in window.menus.actions.values())
    assert all("⟦" in menu.title() for menu in window.menus.menus.values())
    assert len(window.menus.menus) == len(MENUS)
    assert len(window.menus.actions) == len(ACTIONS)


def test_pseudo_keeps_the_names_in_braces() -> None:
    assert pseudo("Save {name}") == "⟦Šávé {name}···⟧"
    assert pseudo("") == ""


def test_pages_of_text_and_the_app_view_are_translated(foreign: MainWindow, painted: set[str]) -> None:
    """Help, the workflow in words, what can be copied of it, and the app view."""
    window, words = foreign, data_words()
    view = window.documents.new()
    view.editor.push(pseudo("Begin"), text_to_picture())
    view.editor.selection.set(["sampler"])
    for name in ("help", "explain"):
        if not window.docks.shown(name):
            window.docks.toggle(name)
        page = window.docks.panel(name)
        text = page if isinstance(page, QTextBrowser) else page.findChild(QTextBrowser)
        assert isinstance(text, QTextBrowser)
        lines = [line.strip() for line in text.toPlainText().splitlines() if line.strip()]
        assert len(lines) > 8
        assert plain_words(lines, words) == set()
    copied = explain(view.editor.graph, view.editor.specs, VOICE).splitlines()
    assert len(copied) > 8 and plain_words(filter(None, map(str.strip, copied)), words) == set()
    window.menus.actions["view.app"].trigger()
    assert view.app is not None
    QTest.qWait(50)
    view.app.grab()
    assert missed(view.app, words) == set()
    assert plain_words(painted, words) == set()


def test_what_a_run_says_is_translated(foreign: MainWindow) -> None:
    assert foreign.run_panels is not None
    why = joined([Phrase("{name} set to {value}", name="steps", value="30")], "{first}, {next}")
    for event in (
        events.NodeStarted("a", "KSampler", why),
        events.Message("a", Phrase("The picture does not fit into memory at once; it is done in tiles.")),
        events.EngineState("starting", Phrase("reading the node types")),
        events.NodeFailed("a", "KSampler", NodeFailed("a", "KSampler", "no").phrase),
    ):
        told = worded(event)
        said = [getattr(told, name) for name in SAID if getattr(told, name, "")]
        assert said and all("⟦" in text for text in said)
    assert worded(events.Message("a", "what a user wrote")).text == "what a user wrote"  # type: ignore[union-attr]
