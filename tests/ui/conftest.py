from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui.shell.garbage_collection import sweep

# A screen of 1920 x 1080; by itself the platform has one of 800 x 800, smaller than any the editor is made for.
os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={Path(__file__).with_name('screen.json')}"


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


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """Python looks for cycles in this thread alone, as in the editor: see ui/shell/garbage_collection.py."""
    gc.disable()
    yield
    sweep()


_status = 0


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the tests ended."""
    global _status
    _status = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave without PySide6's own clean-up: after hundreds of windows its table of wrappers sometimes holds one
    that is gone (seen in destroyQCoreApplication), and it crashes after every test has passed. That the editor
    itself ends well is held by test_exit."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_status)
