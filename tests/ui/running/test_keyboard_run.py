"""Without a mouse: write a prompt, choose a sampler, run, and go on in the app view; the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from tests.ui.running.look import shoot
from tests.ui.running.real import User, launched
from tests.ui.running.test_newcomer import shown
from ui.panels.app_view.panel import AppPanel

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

KEY = Qt.Key
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def press(*keys: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    for key in keys:
        QTest.keyClick(focus(), key, modifiers)
        QTest.qWait(1)


def type_in(text: str) -> None:
    QTest.keyClicks(focus(), text)


def go(user: User, node: str, row: int) -> None:
    """Find a node, go inside, down to a row, and edit it."""
    press(KEY.Key_F, modifiers=CTRL)
    type_in(node)
    press(KEY.Key_Return)
    assert user.sheet.editor.selection.active == node
    press(KEY.Key_Return, *[KEY.Key_Down] * row, KEY.Key_Return)


def rows_before(user: User, node: str, name: str) -> int:
    spec = user.sheet.editor.specs[user.sheet.editor.graph.nodes[node].type]
    shown_rows = [s.name for s in spec.sockets] + [p.name for p in spec.params if not p.advanced]
    return shown_rows.index(name)


def value(user: User, node: str, name: str) -> object:
    return user.sheet.editor.graph.nodes[node].params[name]


def test_prompt_picker_run_and_app_view_by_keys_alone(qtbot: QtBot, qapp: QApplication) -> None:
    with launched(qtbot, qapp) as user:
        user.wait_runs(1)
        first = shown(user)
        user.canvas.setFocus()
        go(user, "prompt", rows_before(user, "prompt", "text"))
        assert isinstance(focus(), QPlainTextEdit)
        press(KEY.Key_Home, modifiers=CTRL)
        press(KEY.Key_Right, modifiers=CTRL)
        press(KEY.Key_Right, modifiers=CTRL | SHIFT)
        type_in("blue ")
        press(KEY.Key_Left, KEY.Key_Left)
        press(KEY.Key_Up, KEY.Key_Up, modifiers=CTRL)
        press(KEY.Key_Return, modifiers=CTRL)
        assert str(value(user, "prompt", "text")).startswith("a (blue:1.1) house")
        go(user, "sampler", rows_before(user, "sampler", "sampler"))
        assert isinstance(focus(), QLineEdit)
        type_in("heun")
        press(KEY.Key_Return)
        assert value(user, "sampler", "sampler") == "heun"
        press(KEY.Key_Escape)
        press(KEY.Key_Return, modifiers=CTRL)
        # Ctrl+Enter in the prompt has kept it and run.
        user.wait_runs(3)
        user.wait(lambda: shown(user) != first)

        press(KEY.Key_M, modifiers=ALT)
        view = user.window.view
        assert view is not None and isinstance(view.app, AppPanel)
        panel = view.app
        for _ in range(40):
            if isinstance(focus(), QPlainTextEdit) and panel.isAncestorOf(focus()):
                break
            press(KEY.Key_Tab)
        assert panel.form.rows[0].isAncestorOf(focus())
        press(KEY.Key_A, modifiers=CTRL)
        type_in("a white house in the snow")
        done = len(user.run_panels.run_service.runner.queue.over)
        before = panel.stage.viewer.image
        press(KEY.Key_Return, modifiers=CTRL)
        user.wait_runs(done + 1)
        assert value(user, "prompt", "text") == "a white house in the snow"
        user.wait(lambda: panel.stage.viewer.image != before)
        strip = panel.stage.strip
        assert strip is not None and strip.rows.rowCount() >= 3
        QTest.qWait(200)
        shoot(user.window, "keyboard_app")
        newest = panel.stage.viewer.image
        for _ in range(60):
            if focus() is strip:
                break
            press(KEY.Key_Tab)
        assert focus() is strip
        press(KEY.Key_Right)
        user.wait(lambda: panel.stage.viewer.image != newest)
        press(KEY.Key_M, modifiers=ALT)
        assert view.app is None
