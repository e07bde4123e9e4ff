from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from nodegraph.model.graph import Source
from nodegraph.model.spec import NodeSpec, Output, Socket
from tests.ui.catalogue import SPECS, text_to_picture
from tests.ui.running.look import shoot
from tests.ui.standin import StandIn
from ui.canvas.interaction.dragged_links import DraggedLinks
from ui.canvas.scene.geometry import PortRef
from ui.config.usage import Usage
from ui.search.add_node.popup import AddNodePopup
from ui.search.find.popup import FindPopup
from ui.shell.application import Application
from ui.widgets.popup import ChoicePopup

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ui.shell.document_view import DocumentView
    from ui.shell.main_window import MainWindow

ENTER = Qt.Key.Key_Return
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def app(qapp: QApplication, qtbot: QtBot) -> Iterator[Application]:
    made = Application(qapp, SPECS, StandIn)
    made.start()
    yield made
    for window in list(made.windows):
        for view in window.tabs.views():
            window.documents.drop(view, keep=False)
        window.close()
    made.end()
    made.deleteLater()
    QTest.qWait(1)


@pytest.fixture
def window(app: Application) -> MainWindow:
    return app.windows[0]


@pytest.fixture
def view(window: MainWindow) -> DocumentView:
    made = window.documents.new()
    made.editor.push("Begin", text_to_picture())
    return made


def popup(window: MainWindow) -> ChoicePopup:
    assert window.popups.current is not None
    return window.popups.current


def type_in(window: MainWindow, text: str) -> list[str]:
    """Type into the open popup; the titles it lists."""
    QTest.keyClicks(popup(window).line, text)
    rows = popup(window).rows
    return [str(rows.index(row).data()) for row in range(rows.rowCount())]


def press(
    window: MainWindow, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(popup(window).line, key, modifier)


def test_tab_adds_a_node_wired_to_the_selected_one(window: MainWindow, view: DocumentView) -> None:
    view.editor.selection.set(["checkpoint"])
    QTest.keyClick(view.widget, Qt.Key.Key_Tab)
    assert isinstance(popup(window), AddNodePopup)
    assert type_in(window, "lora")[0] == "Load LoRA"
    press(window, ENTER)
    node = view.editor.graph.nodes["lora_loader"]
    assert node.inputs["model"] == (Source("checkpoint", "model"),)
    assert view.editor.selection.nodes == {"lora_loader"}
    assert window.popups.current is None
    assert view.editor.stack.undoText() == "Add LoraLoader"


def test_ctrl_enter_adds_it_alone(window: MainWindow, view: DocumentView) -> None:
    view.editor.selection.set(["checkpoint"])
    QTest.keyClick(view.widget, Qt.Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    type_in(window, "lora")
    press(window, ENTER, CTRL)
    assert view.editor.graph.nodes["lora_loader"].inputs == {}


def test_a_query_that_finds_nothing_says_so(window: MainWindow, view: DocumentView) -> None:
    window.popups.add_node()
    assert not popup(window).none.isVisible()
    assert type_in(window, "qqq") == [] and popup(window).none.isVisible()
    shoot(window, "nothing_found")
    press(window, Qt.Key.Key_Backspace)
    press(window, Qt.Key.Key_Backspace)
    press(window, Qt.Key.Key_Backspace)
    assert not popup(window).none.isVisible()
    press(window, Qt.Key.Key_Escape)


def test_escape_and_a_click_elsewhere_change_nothing(
    window: MainWindow, view: DocumentView, qtbot: QtBot
) -> None:
    before = view.editor.graph
    window.popups.add_node()
    press(window, Qt.Key.Key_Escape)
    assert window.popups.current is None
    window.popups.add_node()
    qtbot.mouseClick(view.widget, Qt.MouseButton.LeftButton)
    assert window.popups.current is None
    assert view.editor.graph is before


def test_a_link_dropped_on_nothing_offers_what_takes_it(window: MainWindow, view: DocumentView) -> None:
    view.widget.search_requested.emit(QPointF(40, 60), DraggedLinks((PortRef("checkpoint", "model", True),)))  # type: ignore[attr-defined]
    assert type_in(window, "") == ["KSampler", "Load LoRA", "LoRA", "Sample and decode", "Reroute point"]
    type_in(window, "sample and")
    press(window, ENTER)
    after = view.editor.graph
    assert after.nodes["ksampler"].inputs["model"] == (Source("checkpoint", "model"),)
    assert after.nodes["vae_decode"].inputs["latent"] == (Source("ksampler", "latent"),)
    view.editor.stack.undo()
    assert "ksampler" not in view.editor.graph.nodes


def test_what_was_used_comes_first_next_time(window: MainWindow, view: DocumentView) -> None:
    window.popups.add_node()
    assert type_in(window, "")[0] != "Save picture"
    type_in(window, "save")
    press(window, ENTER)
    window.popups.add_node()
    assert type_in(window, "")[0] == "Save picture"


def test_arrows_move_and_wrap(window: MainWindow, view: DocumentView) -> None:
    window.popups.add_node()
    press(window, Qt.Key.Key_Up)
    row = popup(window).current()
    assert row is not None
    assert (
        row.id
        == popup(window).rows.index(popup(window).rows.rowCount() - 1).data(Qt.ItemDataRole.UserRole).id
    )


def test_the_palette_runs_an_action_and_greys_what_cannot_be_done(
    window: MainWindow, view: DocumentView
) -> None:
    QTest.keyClick(window, Qt.Key.Key_P, CTRL)
    assert type_in(window, "undo")[0] == "Undo"
    press(window, ENTER)
    assert view.editor.graph.nodes == {}
    window.popups.commands()
    assert type_in(window, "mute")[0] == "Mute"
    row = popup(window).rows.row(0)
    assert row is not None
    assert (row.id, row.enabled) == ("node.mute", False)
    assert popup(window).current() != row


def test_find_selects_as_it_goes_and_escape_puts_back(window: MainWindow, view: DocumentView) -> None:
    view.editor.selection.set(["save"])
    QTest.keyClick(window, Qt.Key.Key_F, CTRL)
    assert isinstance(popup(window), FindPopup)
    assert type_in(window, "type:KSampler steps>20") == ["KSampler"]
    assert view.editor.selection.nodes == {"sampler"}
    press(window, Qt.Key.Key_Escape)
    assert view.editor.selection.nodes == {"save"}
    window.popups.find()
    type_in(window, "lake")
    press(window, ENTER)
    assert view.editor.selection.nodes == {"prompt"}
    assert ("fly_to_selected",) in view.widget.calls  # type: ignore[attr-defined]


def test_a_key_in_the_search_takes_less_than_a_frame_with_500_types(window: MainWindow) -> None:
    words = ("load", "image", "scale", "mask", "latent", "sample", "noise", "blend", "control", "sigma")
    specs = {
        f"pack/{a}{b}{n}": NodeSpec(
            f"pack/{a}{b}{n}",
            f"{a.title()} {b} {n}",
            a,
            sockets=(Socket("image", "Image"), Socket("mask", "Mask", optional=True)),
            outputs=(Output("image", "Image"),),
            help="Does what it says.",
        )
        for n in range(5)
        for a in words
        for b in words
    }
    made = AddNodePopup(window, window.app.look, specs, Usage())
    made.open_at(None, made.sizeHint())
    fastest = {}
    for text in ("l", "lo", "im sc", "ls", "e"):
        times = []
        for _ in range(5):
            made.line.clear()
            start = time.thread_time()
            QTest.keyClicks(made.line, text[:-1])
            made.repaint()
            start = time.thread_time()
            QTest.keyClicks(made.line, text[-1])
            made.repaint()
            times.append(time.thread_time() - start)
        fastest[text] = min(times)
    made.give_up()
    assert max(fastest.values()) < 0.016, fastest


def test_popups_are_gone_after_they_close(window: MainWindow, view: DocumentView) -> None:
    for _ in range(3):
        window.popups.add_node()
        press(window, Qt.Key.Key_Escape)
    QTest.qWait(1)
    assert window.findChildren(ChoicePopup) == []
