from __future__ import annotations

from dataclasses import fields

from ui.config import paths
from ui.config.settings import Settings
from ui.shell.dialogs.settings import SettingsDialog
from ui.shell.main_window import MainWindow

ELSEWHERE = {"keys", "recent"}
"""Kept by the shortcuts dialog and by the menu of recent files."""


def test_every_setting_can_be_chosen(window: MainWindow) -> None:
    """The language only where there is one to choose."""
    assert "language" not in SettingsDialog(window.app, window).fields
    paths.translations_folder().mkdir(parents=True)
    (paths.translations_folder() / "nodegraph_de.qm").touch()
    dialog = SettingsDialog(window.app, window)
    assert {field.name for field in fields(Settings)} - ELSEWHERE == dialog.fields.keys()
