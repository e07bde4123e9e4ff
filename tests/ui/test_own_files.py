"""The editor's own files: readable by their owner alone, without leftovers, not overwritten by another editor."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nodegraph.journal.lock import exclusive
from nodegraph.journal.recovery import recover
from nodegraph.support import leftovers
from nodegraph.support.atomic import replacing
from nodegraph.support.private_files import make_private_folder
from tests.ui.journals import graph, journal_of
from ui.config import paths, settings
from ui.config.settings import Settings
from ui.config.usage import Usage
from ui.document import workflow_file
from ui.widgets.question import Choice, ask

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

posix = pytest.mark.skipif(sys.platform == "win32", reason="has other rights")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_folders_and_files_are_the_owners_alone(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir(mode=0o755)
    make_private_folder(old / "new" / "deeper")
    assert mode(old / "new") == mode(old / "new" / "deeper") == 0o700
    make_private_folder(old)
    assert mode(old) == 0o700
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    make_private_folder(shared)
    assert mode(shared) == 0o1777, "A folder that many share is left as it is."


@posix
def test_journal_settings_and_queue_are_private(tmp_path: Path) -> None:
    from nodegraph.jobs.queue import JobQueue

    journal = journal_of(tmp_path / "journals")
    settings.save(Settings(), tmp_path / "config" / "settings.json")
    queue = JobQueue(tmp_path / "state" / "queue.jsonl")
    queue.clear()
    queue._write()
    from nodegraph.jobs.job import Job

    queue.add(Job("a", graph(1), "label"))
    for path in (journal.path, tmp_path / "config" / "settings.json", tmp_path / "state" / "queue.jsonl"):
        assert mode(path) == 0o600 and mode(path.parent) == 0o700, path
    journal.close()
    # One of an earlier version becomes so.
    journal.path.chmod(0o644)
    found = recover(journal.path)
    assert found is not None and mode(found.journal.path) == 0o600
    found.journal.close()


@posix
def test_a_workflow_keeps_the_rights_of_other_files(tmp_path: Path) -> None:
    workflow_file.write(graph(1), tmp_path / "flow.json")
    mask = os.umask(0)
    os.umask(mask)
    assert mode(tmp_path / "flow.json") == 0o666 & ~mask


def test_leftovers_of_a_kill_are_swept(tmp_path: Path) -> None:
    code = (
        "import sys, os; from pathlib import Path; from nodegraph.support.atomic import replacing\n"
        "with replacing(Path(sys.argv[1])) as temporary: temporary.write_text('half'); os._exit(9)"
    )
    flow = tmp_path / "flow.json"
    for name in ("flow.json", "other.json"):
        subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], check=False)
    [left, other] = sorted(tmp_path.iterdir(), key=lambda path: "other" in path.name)
    assert leftovers.sweep(tmp_path) == 0, "Another process may write it just now."
    for path in (left, other):
        os.utime(path, (time.time() - 7200,) * 2)
    for name in (".hidden", "a.tmp", ".a.tmp", ".flow.json.ABC.tmp"):
        (tmp_path / name).write_text("mine")
        os.utime(tmp_path / name, (time.time() - 7200,) * 2)
    workflow_file.write(graph(1), flow)
    assert not left.exists() and other.exists()
    assert leftovers.sweep(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [".hidden", "a.tmp", ".a.tmp", ".flow.json.ABC.tmp", "flow.json"]
    )
    with replacing(flow) as temporary:
        assert leftovers.TEMPORARY.fullmatch(temporary.name)
        temporary.write_text("{}")


def test_two_editors_keep_each_others_settings() -> None:
    path = paths.settings_file()
    settings.save(Settings(theme="dark"), path)
    mine = settings.load(path)
    # Another editor writes meanwhile.
    settings.save(Settings(theme="dark", links="straight", recent=("/theirs",)), path)
    with exclusive(path):
        now = settings.newest(path, mine)
    assert (now.links, now.recent) == ("straight", ("/theirs",))
    path.unlink()
    assert settings.newest(path, mine) == mine


def test_two_editors_change_settings_one_after_the_other(qapp: QApplication, qtbot: QtBot) -> None:
    from tests.ui.catalogue import SPECS
    from tests.ui.standin import StandIn
    from tests.ui.window.hand import crash
    from ui.shell.application import Application

    first, second = (Application(qapp, SPECS, StandIn) for _ in range(2))
    first.change(theme="light")
    second.change(links="straight")
    first.remember(Path("/a.json"))
    second.remember(Path("/b.json"))
    kept = settings.load(paths.settings_file())
    assert (kept.theme, kept.links) == ("light", "straight")
    assert [Path(name).name for name in kept.recent] == ["b.json", "a.json"]
    for app in (first, second):
        crash(app)


def test_two_editors_count_together() -> None:
    path = paths.usage_file()
    first, second = Usage(path), Usage(path)
    for usage in (first, second, first):
        usage.used("KSampler", 1.0)
    first.save()
    second.save()
    second.save()
    assert Usage(path).habits["KSampler"].count == 3


def test_a_question_never_shows_markup(qapp: QApplication, qtbot: QtBot) -> None:
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication as App
    from PySide6.QtWidgets import QLabel, QMessageBox

    formats: list[Qt.TextFormat] = []
    name = "<img src='/etc/passwd'><b>flow</b>"

    def look() -> None:
        box = App.activeModalWidget()
        assert isinstance(box, QMessageBox)
        labels = [label for label in box.findChildren(QLabel) if "flow" in label.text()]
        formats.extend(label.textFormat() for label in labels)
        box.reject()

    QTimer.singleShot(50, look)
    ask(None, f"Replace “{name}”?", f"{name} is there.", (Choice("stay", "Cancel", "no"),))
    assert formats and set(formats) == {Qt.TextFormat.PlainText}
