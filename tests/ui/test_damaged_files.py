"""No damaged file of the editor's own keeps it from starting: what is sound is used, the rest is set aside."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import tracemalloc
from base64 import b64decode
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph.edits import AddNote, Edit, SetParam
from nodegraph.formats.native import dumps, loads
from nodegraph.jobs.job import Job
from nodegraph.jobs.queue import JobQueue
from nodegraph.journal.history import Step
from nodegraph.journal.journal import Journal
from nodegraph.journal.recovery import Recovered, recover
from nodegraph.journal.stamp import Stamp
from nodegraph.model.graph import Graph, Note
from nodegraph.support import damaged_files
from nodegraph.support.regular_files import open_regular, read_regular
from tests.ui.catalogue import SPECS, text_to_picture
from tests.ui.standin import StandIn
from tests.ui.window.hand import crash
from ui.config import paths, session
from ui.config import settings as settings_file
from ui.config.settings import Settings
from ui.runs.result_store import Result, Results
from ui.shell.application import Application

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot


@pytest.fixture(autouse=True)
def nothing_reported() -> Iterator[None]:
    damaged_files.set_aside.clear()
    yield
    damaged_files.set_aside.clear()


@lru_cache
def sound_bytes() -> bytes:
    """What the same journal holds, for examples that are changed again and again."""
    with tempfile.TemporaryDirectory() as folder:
        return sound_journal(Path(folder)).read_bytes()


def sound_journal(folder: Path) -> Path:
    """A journal with every kind of line."""
    graph = AddNote(Note("n", "words", (0.0, 0.0))).apply(text_to_picture())
    journal = Journal.create(folder, graph, None, None, False)
    for number in (1, 2, 3):
        before, graph = graph, SetParam("sampler", "steps", number).apply(graph)
        journal.push(Step(f"Step {number}", graph, "drag"), before)
    before, graph = graph, SetParam("sampler", "steps", 4).apply(graph)
    journal.write()
    journal.amend(before, graph)
    journal.move(1)
    other = SetParam("sampler", "cfg", 3.0).apply(SetParam("sampler", "steps", 1).apply(before))
    journal.push(Step("Other", other), SetParam("sampler", "steps", 1).apply(before))
    file = folder / "flow.json"
    file.write_text("{}")
    journal.saved(file, Stamp.of(file))
    journal.draft("Typed", other, SetParam("sampler", "steps", 77).apply(other))
    journal.close()
    return journal.path


def check(found: Recovered | None) -> None:
    """What came back can be shown, saved and read again, at every step."""
    if found is None:
        return
    history = found.history
    try:
        for index in range(len(history.steps) + 1):
            graph = history.at(index)
            assert set(loads(dumps(graph)).nodes) == set(graph.nodes)
        for branch in history.branches:
            assert 0 <= branch.at <= len(history.steps)
        assert 0 <= history.index <= len(history.steps) and -1 <= history.saved <= len(history.steps)
    finally:
        found.journal.close()


def test_the_sound_journal_comes_back_whole(tmp_path: Path) -> None:
    found = recover(sound_journal(tmp_path))
    assert found is not None and damaged_files.set_aside == []
    assert found.history.graph.nodes["sampler"].params["steps"] == 77
    assert [step.label for step in found.history.steps] == ["Step 1", "Other", "Typed"]
    assert [branch.at for branch in found.history.branches] == [1]
    check(found)


FAST = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FAST
@given(st.data())
def test_changed_bytes_do_no_harm(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("journals") / "a.journal"
    found = bytearray(sound_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = int(data.draw(st.floats(0, 1)) * max(0, len(found) - 1))
        match data.draw(st.sampled_from(["put", "cut", "twice", "end"])):
            case "put":
                found[place : place + 1] = data.draw(st.binary(max_size=3))
            case "cut":
                del found[place : place + data.draw(st.integers(1, 60))]
            case "twice":
                found[place:place] = found[place : place + data.draw(st.integers(1, 200))]
            case _:
                del found[place + 1 :]
    path.write_bytes(bytes(found))
    check(recover(path))
    assert damaged_files.set_aside == [] or all(kept.exists() for kept in damaged_files.set_aside)
    damaged_files.set_aside.clear()


ODD: list[Any] = [
    None, True, -1, 0, 1, 2**70, 1e308, -0.5, "", "x", "a" * 5000, "\x00", "\ud800", "<b>", "../..", [], [1], ["x"],
    [[1, 2]], {}, {"x": 1}, {"id": 3}, [0] * 5, "Infinity", "run",
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a JSON value."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


def changed(value: Any, path: tuple[Any, ...], draw: Callable[..., Any]) -> Any:
    """The value with the part at the end of a way replaced, taken out, doubled or renamed."""
    if not path:
        return draw(st.sampled_from(ODD))
    found = deepcopy(value)
    inside = found
    for key in path[:-1]:
        inside = inside[key]
    how, last = draw(st.sampled_from(["odd", "gone", "rename"])), path[-1]
    if how == "odd":
        inside[last] = draw(st.sampled_from(ODD))
    elif how == "gone" or isinstance(inside, list):
        del inside[last]
    else:
        inside[draw(st.sampled_from(["x", "a.b", "", "sampler", "id"]))] = inside.pop(last)
    return found


@FAST
@given(st.data())
def test_changed_records_do_no_harm(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.mktemp("journals") / "a.journal"
    lines = sound_bytes().splitlines()
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(lines) - 1))
        event = json.loads(lines[at])
        way = data.draw(st.sampled_from(list(places(event))))
        lines[at] = json.dumps(changed(event, way, data.draw)).encode()
    order = data.draw(st.sampled_from(["same", "turned", "twice"]))
    if order == "turned":
        lines = [lines[0], *reversed(lines[1:])]
    elif order == "twice":
        lines += lines[1:]
    path.write_bytes(b"\n".join(lines) + b"\n")
    check(recover(path))
    damaged_files.set_aside.clear()


def with_node(id: str = "z", **fields: Any) -> dict[str, Any]:
    """A change that adds a node called z."""
    return {"nodes": {"set": {"z": {"id": id, "type": "KSampler", **fields}}}}


DEEP = json.loads("[" * 300 + "]" * 300)
AIMED: dict[str, Any] = {
    "a link to nothing": with_node(inputs={"model": [{"node": "no", "output": "x"}]}),
    "a circle": with_node(inputs={"model": [{"node": "z", "output": "x"}]}),
    "another id": with_node("y"),
    "a place beyond the canvas": with_node(pos=[1e300, 0]),
    "a mode": with_node(mode="fly"),
    "a value": with_node(params={"steps": [1]}),
    "a huge value": with_node(params={"steps": 2**80}),
    "a node gone under its links": {"nodes": {"gone": ["checkpoint"]}},
    "an order that forgets": {"nodes": {"order": ["sampler"]}},
    "a frame of nothing": {"frames": {"set": {"f": {"id": "f", "members": ["no"]}}}},
    "a note on nothing": {"notes": {"set": {"m": {"id": "m", "on": "no"}}}},
    "a subgraph in itself": {
        "subgraphs": {"set": {"S": {"name": "S", "nodes": {"i": {"id": "i", "type": "subgraph/S"}}}}}
    },
    "deep": {"extra": DEEP},
    "a deep view": {"view": {"x": DEEP}},
}


@pytest.mark.parametrize("name", AIMED)
def test_aimed_records_are_refused_and_what_stood_before_is_used(tmp_path: Path, name: str) -> None:
    graph = text_to_picture()
    journal = Journal.create(tmp_path, graph, None, None, False)
    journal.push(Step("One", SetParam("sampler", "steps", 1).apply(graph)), graph)
    journal.close()
    line = json.dumps({"do": "push", "label": "Bad", "merge": "", "change": AIMED[name]}).encode()
    more = journal.path.read_bytes().splitlines()[1]
    journal.path.write_bytes(journal.path.read_bytes() + line + b"\n" + more + b"\n")
    found = recover(journal.path)
    assert found is not None and [step.label for step in found.history.steps] == ["One"]
    [kept] = damaged_files.set_aside
    assert kept.read_bytes().startswith(line) and kept.read_bytes().endswith(more + b"\n")
    check(found)


def test_a_journal_damaged_from_the_start_is_set_aside_and_met_no_more(tmp_path: Path) -> None:
    path = sound_journal(tmp_path)
    path.write_bytes(b"{" + path.read_bytes())
    assert recover(path) is None and not path.exists()
    [kept] = damaged_files.set_aside
    assert kept.exists() and kept.suffix == ".broken"


def test_a_journal_takes_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodegraph.journal.recovery.MAX_KEPT_PARTS", 2000)
    graph = text_to_picture()
    journal = Journal.create(tmp_path, graph, None, None, False)
    for number in range(2000):
        before, graph = graph, SetParam("sampler", "steps", number % 90 + 1).apply(graph)
        journal.push(Step(str(number), graph), before)
    journal.close()
    found = recover(journal.path)
    assert found is not None and found.history.graph == graph
    parts = sum(len(step.graph.nodes) + 1 for step in found.history.steps)
    assert parts <= 2000 and found.history.steps[-1].label == "1999"
    found.journal.close()


@pytest.mark.skipif(sys.platform == "win32", reason="has no resource limits")
def test_a_line_without_end_takes_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    tracemalloc.start()
    assert recover(path) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400 << 20


@pytest.mark.skipif(sys.platform == "win32", reason="has no fifos in folders")
@pytest.mark.parametrize("what", ["fifo", "device", "folder", "link to a device"])
def test_only_regular_files_are_read(tmp_path: Path, what: str) -> None:
    path = tmp_path / "a.journal"
    if what == "fifo":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "device":
        path = Path("/dev/zero")
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(OSError):
        open_regular(path)
    with pytest.raises(OSError):
        read_regular(path, 1 << 20)
    assert Stamp.of(path) is None and recover(path) is None


def waiting(folder: Path) -> Path:
    """A queue of two jobs on disk."""
    path = folder / "queue.jsonl"
    queue = JobQueue(path)
    for number in (1, 2):
        queue.add(
            Job(f"job{number}", text_to_picture(), "seed 1", "doc", ".", ("save",), {"sampler.seed": 7})
        )
    return path


@FAST
@given(st.data())
def test_a_damaged_queue_gives_what_is_sound_of_it(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = waiting(tmp_path_factory.mktemp("queue"))
    lines = path.read_bytes().splitlines()
    event = json.loads(lines[0])
    way = data.draw(st.sampled_from(list(places(event))))
    lines[0] = json.dumps(changed(event, way, data.draw)).encode()
    path.write_bytes(b"\n".join(lines) + b"\n")
    queue = JobQueue(path)
    assert queue.waiting[-1].id == "job2"
    for job in queue.waiting:
        assert job.again("x").to_json()["label"] == job.label
    assert len(queue.waiting) == 2 or (
        damaged_files.set_aside and damaged_files.set_aside[0].read_bytes() == lines[0] + b"\n"
    )
    damaged_files.set_aside.clear()


@FAST
@given(st.data())
def test_a_damaged_session_and_settings_take_defaults(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("home")
    tab = session.TabState("/a/flow.json", "abc", {"x": 1.0, "inside": [{"node": "g"}]})
    window = session.WindowState("AAAA", "BBBB", (tab,), 0)
    for path, sound in (
        (folder / "session.json", {"windows": [asdict(window)]}),
        (folder / "settings.json", Settings(keys={"a": ("Ctrl+K",)}, recent=("/a",)).to_json()),
    ):
        plain = json.loads(json.dumps(sound))
        way = data.draw(st.sampled_from(list(places(plain))))
        path.write_text(json.dumps(changed(plain, way, data.draw)))
    for state in session.load(folder / "session.json"):
        assert isinstance(state.current, int) and all(isinstance(one.path, str) for one in state.tabs)
        b64decode(state.geometry)
        assert not any(os.path.exists(one.path) for one in state.tabs)
    found = settings_file.load(folder / "settings.json")
    assert Settings.from_json(json.loads(json.dumps(found.to_json()))) == found
    damaged_files.set_aside.clear()


def test_graphs_of_a_journal_are_those_of_a_file(tmp_path: Path) -> None:
    """What edits make is never taken for damage."""
    graph = text_to_picture()
    journal = Journal.create(tmp_path, graph, None, None, False)
    steps: list[Edit] = [SetParam("sampler", "steps", 9), AddNote(Note("a", "x", (1, 2), on="sampler"))]
    for number, edit in enumerate(steps):
        before, graph = graph, edit.apply(graph)
        journal.push(Step(str(number), graph), before)
    journal.push(Step("All", Graph()), graph)
    journal.close()
    found = recover(journal.path)
    assert found is not None and len(found.history.steps) == 3 and damaged_files.set_aside == []
    check(found)


@FAST
@given(st.data())
def test_damaged_results_are_set_aside(
    qapp: QApplication, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("results")
    sound = Result(
        "seed 1", "doc", "n", "image", "save", "key", "{}", 1.0, str(folder / "a.png"), True, "a", 5.0, 8, 8
    )
    for id in ("a", "b"):
        kept = {**asdict(sound), "id": id, "path": str(folder / f"{id}.png")}
        (folder / f"{id}.json").write_text(json.dumps(kept))
    plain = json.loads((folder / "a.json").read_text())
    way = data.draw(st.sampled_from(list(places(plain))))
    (folder / "a.json").write_text(json.dumps(changed(plain, way, data.draw)))
    results = Results(folder)
    found = results.all()
    assert "b" in [result.id for result in found]
    for result in found:
        assert Path(result.path).parent == folder or not result.own
    assert len(found) == 2 or [kept.name for kept in damaged_files.set_aside] == ["a.json.broken"]
    results.close()
    damaged_files.set_aside.clear()


def test_the_editor_starts_whatever_lies_in_its_folders(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path
) -> None:
    graph = text_to_picture()
    journals = paths.journal_folder()
    good = Journal.create(journals, graph, None, None, False)
    good.push(Step("One", SetParam("sampler", "steps", 77).apply(graph)), graph)
    good.close()
    (journals / "a.journal").write_bytes(b"{}\n" * 10)
    (journals / "b.journal").write_bytes(os.urandom(1000))
    (journals / "c.journal").mkdir()
    if sys.platform != "win32":
        os.mkfifo(journals / "d.journal")
        (journals / "e.journal").symlink_to("/dev/zero")
    broken = {
        "windows": [{"geometry": "AAAA", "docks": "////", "current": 10**9, "tabs": [{"path": "x" * 5000}]}]
    }
    paths.session_file().write_text(json.dumps(broken))
    for start in (1, 2):
        app = Application(qapp, SPECS, StandIn)
        window = app.start()
        [view] = [v for one in app.windows for v in one.tabs.views()]
        assert view.editor.graph.nodes["sampler"].params["steps"] == 77
        text = window.bar.currentMessage()
        assert ("a.journal.broken" in text and "b.journal.broken" in text) is (start == 1)
        crash(app)
