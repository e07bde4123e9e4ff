"""Starts that cannot go well, each told in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nodegraph.support import json_store
from tests.ui.window.hand import Start, edit, opened, steps
from ui.config import paths, settings
from ui.config.settings import Settings

ROOT = Path(__file__).parents[3]


def start_editor(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return subprocess.run(
        [sys.executable, "-m", "nodegraph", "edit"],
        cwd=ROOT,
        env={**kept, "NODEGRAPH_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
@pytest.mark.parametrize("environment", [{}, {"DISPLAY": ":4711"}, {"QT_QPA_PLATFORM": "nosuch"}])
def test_without_a_display_one_sentence_says_what_to_do(tmp_path: Path, environment: dict[str, str]) -> None:
    done = start_editor(tmp_path, **environment)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("nodegraph: the editor cannot open a window: ")
    assert line.endswith("or work without a window, as in: nodegraph run FILE.")


@pytest.mark.parametrize("text", ["{", "[1]", '"text"', "\x00", "[" * 100_000])
def test_broken_files_of_the_editor_are_set_aside_and_told(start: Start, flow: Path, text: str) -> None:
    for file in (paths.settings_file(), paths.session_file(), paths.usage_file()):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    window = start().windows[0]
    assert window.app.settings == Settings()
    assert "kept as" in window.bar.currentMessage() and "broken" in window.bar.currentMessage()
    window.app.change(theme="light")
    assert settings.load(paths.settings_file()).theme == "light"
    assert paths.settings_file().with_name("settings.json.broken").read_text() == text
    assert json_store.set_aside == []
    assert opened(window, flow)


def test_keys_that_are_none_leave_those_of_the_preset(start: Start) -> None:
    odd = {"keymap": 7, "keys": {"file.save": ["Nonsense+Q", "Ctrl+"], "no.such": ["F9"], "edit.undo": 3}}
    paths.settings_file().write_text(json.dumps(odd))
    window = start().windows[0]
    assert window.app.settings.keymap == "Default"
    assert window.keys["edit.undo"] == ("Ctrl+Z",)


def test_without_a_folder_to_write_to_the_editor_works_and_says_so(
    start: Start, flow: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NODEGRAPH_HOME", str(tmp_path / "file" / "home"))
    window = start().windows[0]
    said: list[str] = []
    window.bar.messageChanged.connect(said.append)
    view = opened(window, flow)
    for number in (1, 2, 3):
        edit(view, number)
    window.app.save_session(wait=True)
    assert steps(view) == 3
    assert [text for text in said if "kept safe from a crash" in text] != []
    assert window.documents.save(view)
    assert not view.editor.unsaved


@pytest.mark.skipif(sys.platform == "win32", reason="has no limits of this kind")
def test_a_full_disk_costs_neither_the_file_nor_the_journal(start: Start, flow: Path) -> None:
    import resource

    app = start()
    view = opened(app.windows[0], flow)
    before = flow.read_bytes()
    edit(view, 1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, hard))
    try:
        for number in range(2, 40):
            edit(view, number)
        assert not app.windows[0].documents.save(view)
        assert "flow.json could not be saved" in app.windows[0].bar.currentMessage()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert flow.read_bytes() == before and view.editor.unsaved
    assert list(flow.parent.glob(".*.tmp")) == []
    edit(view, 99)
    [again] = start().windows[0].tabs.views()
    assert (steps(again), again.editor.stack.count()) == (99, 40)
