"""What the engine says of the installation as it starts is shown, and once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from nodegraph.engine.options import Options
from nodegraph.engine.remote import RemoteEngine
from nodegraph.node_api import events
from tests.ui.running.graphs import WAIT
from tests.ui.running.started import Start, parts
from ui.panels.problems.panel import Problems

PACK = "The node pack frost is skipped: it raised ImportError: no module named ice."
FOLDER = "The model folder /models/gone does not exist; create it or take it out of the settings."


def test_remarks_of_the_engine_are_said_and_listed_once(qtbot: QtBot, start: Start) -> None:
    app = start()
    window, run_panels, _ = parts(app)
    run_service = app.run_service
    assert run_service is not None
    qtbot.waitUntil(
        lambda: run_panels.engine.text() == "ready" and run_service.runner.queue.running is None, timeout=WAIT
    )
    said: list[str] = []
    window.bar.messageChanged.connect(lambda text: said.append(text) if text else None)
    for sentence in (PACK, FOLDER, PACK):
        run_service.bridge.heard.emit(events.Message("", sentence))
    assert run_service.remarks[-2:] == [PACK, FOLDER]
    assert [text for text in said if PACK in text] == [PACK]
    assert len([text for text in said if FOLDER in text]) == 1
    window.docks.toggle("problems")
    panel = window.docks.docks["problems"].widget()
    assert isinstance(panel, Problems)
    assert [label.text() for label in panel.remarks][-2:] == [PACK, FOLDER]
    run_service.bridge.heard.emit(events.Message("", "A third."))
    assert [label.text() for label in panel.remarks][-3:] == [PACK, FOLDER, "A third."]


@pytest.mark.parametrize("folder", ["gone", "file"])
def test_the_engine_says_which_model_folders_are_not_read(qtbot: QtBot, tmp_path: Path, folder: str) -> None:
    heard: list[events.Event] = []
    (tmp_path / "file").write_text("no folder")
    engine = RemoteEngine(Options(models=(tmp_path / folder,), remember=tmp_path / "cache"), heard.append)
    engine.start()
    try:
        ready = events.EngineState("ready")
        qtbot.waitUntil(lambda: ready in heard, timeout=WAIT)
    finally:
        engine.close()
    texts = [event.text for event in heard if isinstance(event, events.Message) and not event.node]
    assert len([text for text in texts if str(tmp_path / folder) in text]) == 1, texts
