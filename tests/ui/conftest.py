from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, session and journals of a test never touch those of the user."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("NODEGRAPH_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a window open."""
    yield
    from PySide6.QtWidgets import QApplication

    if isinstance(QApplication.instance(), QApplication):
        left = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
        for widget in left:
            widget.close()
        assert not left, left
