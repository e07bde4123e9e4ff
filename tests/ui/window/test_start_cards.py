"""Templates on the start page: a picture of what they make where they can run, else the shape of the graph."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from tests.ui.running.look import shoot
from ui.app import specs

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.shell.main_window import MainWindow
    from ui.shell.start_page.card import WorkflowCard


class Shelves:
    """Model folders: those named are not there."""

    def __init__(self, *missing: str) -> None:
        self._missing = missing

    def find(self, kind: str, name: str) -> Path | None:
        return None if name in self._missing else Path(name)


def cards(
    window: MainWindow, qtbot: QtBot, shelves: Shelves, patch: pytest.MonkeyPatch
) -> dict[str, WorkflowCard]:
    patch.setattr(window.app, "specs", specs())
    patch.setattr(window.app, "run_service", SimpleNamespace(files=shelves, close=lambda: None))
    window.resize(1440, 900)
    window.start.refresh()
    qtbot.waitUntil(lambda: not window.start._waiting, timeout=20_000)
    return {card.path.stem: card for card in window.start.cards}


def test_templates_show_what_they_make(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for theme in ("dark", "light"):
        window.app.change(theme=theme)
        found = cards(window, qtbot, Shelves(), monkeypatch)
        assert len(found) > 20 and all(card.pictured for card in found.values())
        assert {card.accessibleDescription() for card in found.values()} == {"Ready"}
        shoot(window, f"templates_{theme}")


def test_a_template_that_cannot_run_shows_its_graph_and_what_it_lacks(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = cards(window, qtbot, Shelves("practice/ink.safetensors"), monkeypatch)
    lacking = {name for name, card in found.items() if not card.pictured}
    assert "lora_mix" in lacking and "text_to_image" not in lacking
    assert found["lora_mix"].accessibleDescription() == "Needs practice/ink.safetensors"
    shoot(window, "templates_lacking")
    monkeypatch.undo()
    qtbot.mouseClick(found["text_to_image"], Qt.MouseButton.LeftButton)
    assert window.tabs.count() == 1
