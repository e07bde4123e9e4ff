"""What can be done with a result's file, and live mode of each document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QFileDialog

from nodegraph.formats import native
from nodegraph.formats.native import dumps, loads
from nodegraph.model.graph import Graph, Node
from tests.ui.running.graphs import WAIT
from tests.ui.running.look import DARK
from tests.ui.running.started import Start, parts, wait_done
from ui.panels.results.strip import ResultStrip
from ui.runs.result_store import Result

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.runs.document_run import DocumentRun
    from ui.runs.runner import Runner


def test_a_copy_is_saved_and_the_folder_shown(
    qtbot: QtBot, runner: Runner, sheet: DocumentRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.run(sheet)
    qtbot.waitUntil(lambda: len(runner.results.all()) == 1, timeout=WAIT)
    [result] = runner.results.all()
    qtbot.waitUntil(lambda: Path(result.path).is_file(), timeout=WAIT)
    strip = ResultStrip(runner.results, DARK)
    qtbot.addWidget(strip)
    said: list[str] = []
    strip.status.connect(said.append)
    # The ending of the file is kept, and a file of that name is never replaced without a question.
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "copy"), ""))
    strip.save_copy(result)
    assert (tmp_path / "copy.png").read_bytes() == Path(result.path).read_bytes()
    assert loads(dumps(native.load(tmp_path / "copy.png")), "copy") == loads(result.workflow, "result")
    (tmp_path / "copy.png").write_text("precious")
    strip.save_copy(result)
    assert (tmp_path / "copy.png").read_text() == "precious" and "there already" in said[-1]
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    strip.show_in_folder(result)
    assert opened == [str(Path(result.path).parent)]
    Path(result.path).unlink()
    strip.show_in_folder(result)
    strip.save_copy(result)
    assert len(opened) == 1 and "no longer there" in said[-2] and "cannot be written" in said[-1]


@pytest.mark.parametrize("text", ["fox", "é" * 400, "Ã© 猫 \U0001f98a " * 40])
def test_the_own_copy_of_a_picture_carries_the_workflow(
    qtbot: QtBot, runner: Runner, tmp_path: Path, text: str
) -> None:
    graph = Graph.of(Node("words", "test/Words", params={"text": text}))
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0)
    made = Result("Fox", "doc", "words", "image", "words", "key", dumps(graph))
    kept = runner.results.add(image, made)
    qtbot.waitUntil(lambda: Path(kept.path).is_file(), timeout=WAIT)
    assert native.load(Path(kept.path)) == graph


def test_live_mode_is_of_each_document_and_off_for_new_ones(qtbot: QtBot, start: Start) -> None:
    window, run_panels, sheet = parts(start())
    wait_done(qtbot, run_panels, 1)
    run_panels.set_live(True)
    first = window.view
    window.documents.new()
    assert not run_panels.live and not run_panels.queue.live.isChecked()
    assert first is not None
    window.tabs.setCurrentWidget(first)
    assert run_panels.live and run_panels.queue.live.isChecked()
    run_panels.set_live(False)
    window.tabs.setCurrentIndex(1)
    window.tabs.setCurrentWidget(first)
    assert not run_panels.live and sheet.is_live is False
