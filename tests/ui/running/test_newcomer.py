"""A new user's first hour in half a minute: real events, the real engine, the practice model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageSequence
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPlainTextEdit

from nodegraph.formats import native
from tests.ui.canvas.hand import Hand
from tests.ui.running.heartbeat import heartbeat
from tests.ui.running.look import shoot
from tests.ui.running.real import User, launched
from tests.ui.window.test_drops import drop
from ui.panels.viewer.pixels import packed

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def shown(user: User) -> bytes:
    image = user.run_panels.viewer.viewer.image
    return b"" if image.isNull() else packed(image)


def key(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClick(widget, key, modifiers)


def text(words: str) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keyClicks(widget, words)


def change_a_word(user: User, hand: Hand) -> None:
    hand.click(user.row("prompt", "text"))
    user.wait(lambda: isinstance(QApplication.focusWidget(), QPlainTextEdit))
    key(Qt.Key.Key_Home, CTRL)
    key(Qt.Key.Key_Right, CTRL)
    key(Qt.Key.Key_Right, CTRL | SHIFT)
    text("blue ")
    key(Qt.Key.Key_Return, CTRL)


def drag_steps(user: User, hand: Hand) -> None:
    row = user.row("sampler", "steps")
    hand.drag(row, row + QPointF(48, 0), steps=12)


def pull_a_lora_in(user: User, hand: Hand) -> None:
    hand.drag(hand.port("checkpoint", "model", output=True), QPointF(480, -170))
    user.wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    text("lora")
    key(Qt.Key.Key_Return)
    lora = next(node for node in user.sheet.editor.graph.nodes.values() if node.type == "LoraLoader")
    assert lora.inputs["model"][0].node == "checkpoint"
    assert user.sheet.editor.graph.nodes["sampler"].inputs["model"][0].node == lora.id
    hand.click(user.row(lora.id, "lora"))
    user.wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    text("ink")
    key(Qt.Key.Key_Return)
    assert user.sheet.editor.graph.nodes[lora.id].params["lora"] == "practice/ink.safetensors"


def answer_dialog(path: Path) -> None:
    """Type a file's name into the dialog that comes up."""

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        line = dialog.findChild(QLineEdit)
        assert line is not None
        line.selectAll()
        QTest.keyClicks(line, str(path))
        QTest.keyClick(line, Qt.Key.Key_Return)

    QTimer.singleShot(300, answer)


def save_as(user: User, path: Path) -> None:
    answer_dialog(path)
    key(Qt.Key.Key_S, CTRL)


def export_the_film(user: User, path: Path) -> None:
    """As an animated WebP with a frame for each step."""
    answer_dialog(path)
    QTest.mouseClick(user.run_panels.viewer.export, Qt.MouseButton.LeftButton)
    user.wait(path.is_file)
    with Image.open(path) as film:
        assert film.format == "WEBP" and getattr(film, "n_frames", 1) == 20
        user.window.activateWindow()
        user.canvas.setFocus()
        assert len({frame.tobytes() for frame in ImageSequence.Iterator(film)}) > 10


def look_into_the_latent(user: User) -> None:
    """The sampler's latent, channel by channel, read from the running engine."""
    panel = user.run_panels.viewer
    hand = Hand(user.canvas)
    hand.click(hand.title("sampler"))
    user.wait(panel.latent.isVisible)
    QTest.mouseClick(panel.latent, Qt.MouseButton.LeftButton)
    user.wait(panel.grid.isVisible)
    assert len(panel.grid.planes) >= 4 and not panel.grid.warning.isVisible()
    assert all(plane.low < plane.mean < plane.high and plane.deviation > 0 for plane in panel.grid.planes)
    shoot(user.window, "newcomer_latent")
    user.sheet.editor.selection.set([])
    user.wait(panel.viewer.isVisible)


def drag_a_result_in(user: User) -> None:
    """The newest result becomes an image node; undo takes it away."""
    before = user.sheet.editor.graph
    result = user.run_panels.strip.rows.result(0)
    assert result is not None
    user.wait(Path(result.path).is_file)
    place = user.canvas.mapTo(user.window, QPoint(60, user.canvas.height() - 60))
    drop(user.window, place, Path(result.path))
    fresh = set(user.sheet.editor.graph.nodes) - set(before.nodes)
    assert {user.sheet.editor.graph.nodes[name].type for name in fresh} == {"LoadImage"}
    user.canvas.setFocus()
    key(Qt.Key.Key_Z, CTRL)
    assert user.sheet.editor.graph == before


def test_a_new_user_finds_everything_as_it_was(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    path = tmp_path / "mine.json"
    with launched(qtbot, qapp) as user:
        user.wait_runs(1)
        first = shown(user)
        assert (
            user.run_panels.viewer.viewer.image.width() == 128
            and user.run_panels.overlays.coach is not None
            and user.run_panels.overlays.coach.lesson == 0
        )
        shoot(user.window, "newcomer_first")
        export_the_film(user, tmp_path / "steps.webp")
        look_into_the_latent(user)
        hand = Hand(user.canvas)
        graph = user.sheet.editor.graph
        change_a_word(user, hand)
        with heartbeat() as heart:
            user.wait_runs(2)
        record_property("worst pause of the window's thread in ms", round(heart.own * 1000, 1))
        assert heart.own < 0.05
        assert str(user.sheet.editor.graph.nodes["prompt"].params["text"]).startswith("a blue house")
        assert shown(user) != first and user.run_panels.overlays.coach.lesson == 1
        drag_steps(user, hand)
        steps = user.sheet.editor.graph.nodes["sampler"].params["steps"]
        assert steps != 20
        pull_a_lora_in(user, hand)
        shoot(user.window, "newcomer_lora")
        key(Qt.Key.Key_Return, CTRL)
        user.wait_runs(3)
        inked = shown(user)
        shoot(user.window, "newcomer_inked")
        assert user.run_panels.overlays.coach.lesson == -1
        runs = len(user.run_panels.run_service.runner.queue.over)
        while user.sheet.editor.graph != graph:
            key(Qt.Key.Key_Z, CTRL)
        user.wait(lambda: shown(user) == first)
        while user.sheet.editor.stack.canRedo():
            key(Qt.Key.Key_Z, CTRL | SHIFT)
        user.wait(lambda: shown(user) == inked)
        assert len(user.run_panels.run_service.runner.queue.over) == runs
        drag_a_result_in(user)
        save_as(user, path)
        kept = user.sheet.editor.graph
        assert not user.sheet.editor.unsaved and native.load(path) == kept
        pictures = {node: user.canvas.state.preview(node) is not None for node in kept.nodes}
        assert pictures["sampler"] and pictures["save"]
        camera = user.canvas.view_state()
        assert user.window.close()
    with launched(qtbot, qapp) as user:
        assert user.sheet.editor.path == path and user.sheet.editor.graph == kept
        user.wait(lambda: shown(user) == inked)
        shown_on = lambda: {node: user.canvas.state.preview(node) is not None for node in kept.nodes}  # noqa: E731
        user.wait(lambda: shown_on() == pictures)
        seen = user.canvas.view_state()
        assert seen["zoom"] == camera["zoom"]
        assert all(abs(seen[name] - camera[name]) < 2 for name in ("x", "y")), (seen, camera)
        assert not user.run_panels.run_service.runner.queue.over and user.run_panels.overlays.coach is None
        shoot(user.window, "newcomer_reopened")
