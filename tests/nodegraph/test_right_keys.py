"""The cache never gives what a fresh run would not: files named, mentioned, linked, and what "auto" means."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import GraphError
from nodegraph.engine.local import LocalEngine, Options
from nodegraph.execution import input_files
from nodegraph.execution.input_files import Contents
from nodegraph.execution.resolve import ResolvedNode
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import IMAGE_FOLDER, NodeSpec, Param
from nodegraph.node_api import events
from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.node_api.model_files import NoFiles
from nodegraph.node_api.runtime import Compute, PlainRuntime
from nodegraph.support.input_access import InputAccess
from tests.nodegraph.counting import Words, make, registry

NAMES = ("a", "b", "ab")
TEXTS = st.lists(st.sampled_from(["word:a", "word:b", "word:ab", "a", "b"]), max_size=4).map(" ".join)
WRITES = st.tuples(st.sampled_from(NAMES), st.sampled_from(["x", "y", None]))


class Wordy(PlainRuntime):
    """Model folders are the words beside the workflow; "auto" means what `auto` says once it is settled."""

    def __init__(self, folder: Path, auto: str = "float32", known: str = "") -> None:
        self.folder = folder
        self.auto = auto
        self.known = known
        self.asked = 0

    def open_files(self, models: Any) -> Words:
        return Words(self.folder)

    def facts(self, compute: Compute, *, settle: bool = False) -> list[tuple[str, str]]:
        if settle:
            self.asked += 1
            self.known = self.auto
        return [("dtype", self.known)]


def opened(folder: Path, nodes: Wordy) -> LocalEngine:
    options = Options(output=folder / "out", cache_dir=folder.parent / f"{folder.name}-cache")
    return LocalEngine(options=options, library=registry(), nodes=nodes)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["", "Text", "Doubt"]), st.lists(st.tuples(TEXTS, WRITES), min_size=1, max_size=5))
def test_a_mentioned_file_is_part_of_the_key(linked: str, moves: list[tuple[str, Any]]) -> None:
    """Whatever texts and files come and go, a kept result is what a fresh run gives."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "words"
        folder.mkdir()
        with opened(folder, Wordy(folder)) as kept:
            for text, (name, content) in moves:
                if content is None:
                    (folder / name).unlink(missing_ok=True)
                else:
                    (folder / name).write_text(content)
                    os.utime(folder / name, (1000, 1000))
                echo = (
                    make("echo", "Echo", links={"text": "text.text"})
                    if linked
                    else make("echo", "Echo", text=text)
                )
                graph = Graph.of(make("text", linked or "Text", value=text), echo)
                said = kept.run(graph, ["echo"], base=folder).value("echo")
                words = [
                    folder / part.removeprefix("word:") for part in text.split() if part.startswith("word:")
                ]
                read = {f"word:{path.name}": path.read_text() for path in words if path.is_file()}
                assert said == " ".join(read.get(part, part) for part in text.split())
                assert kept.run(graph, ["echo"], base=folder).ran == []


def test_only_what_a_text_mentions_reruns_it(tmp_path: Path) -> None:
    folder = tmp_path / "words"
    folder.mkdir()
    graph = Graph.of(make("one", "Echo", text="word:a"), make("other", "Echo", text="word:b c"))
    with opened(folder, Wordy(folder)) as engine:
        engine.run(graph, base=folder)
        (folder / "a").write_text("x")
        result = engine.run(graph, base=folder)
        assert result.ran == ["one"] and result.value("one") == "x"
        (folder / "a").write_text("y")
        [step] = engine.plan(graph, base=folder).steps
        assert (step.node, step.reason) == ("one", "file of text changed")


def test_a_file_named_over_a_link_is_read_every_time(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text("3")
    graph = Graph.of(make("name", "Doubt", value="n.txt"), make("r", "Read", links={"file": "name.text"}))
    with opened(tmp_path, Wordy(tmp_path)) as engine:
        assert engine.run(graph, ["r"], base=tmp_path).value("r") == 3
        (tmp_path / "n.txt").write_text("4")
        assert engine.plan(graph, ["r"], base=tmp_path).steps[-1].reason == "runs every time"
        assert engine.run(graph, ["r"], base=tmp_path).value("r") == 4


def test_a_makeshift_result_is_looked_at_but_not_believed(tmp_path: Path) -> None:
    rough = make("rough", "Rough", links={"number": "v.number"})
    after = make("after", "Add", links={"first": "rough.number"})
    save = make("save", "Save", links={"number": "after.number"})
    graph = Graph.of(make("v", "Value"), rough, after, save)
    with opened(tmp_path, Wordy(tmp_path)) as engine:
        assert engine.run(graph).ran == ["v", "rough", "after", "save"]
        assert engine.look("after", "number").facts != (("gone", "not computed, or no longer kept"),)
        assert [step.node for step in engine.plan(graph).steps] == ["rough", "after", "save"]
        assert engine.run(graph).ran == ["rough", "after", "save"]
    with opened(tmp_path, Wordy(tmp_path)) as engine:
        assert engine.run(graph).ran == ["rough", "after", "save"]


def test_a_constant_over_a_link_is_as_good_as_its_value(tmp_path: Path) -> None:
    folder = tmp_path / "words"
    folder.mkdir()
    (folder / "n").write_text("3")
    reads = make("r", "Read", links={"file": "name.text"})
    echo = make("e", "Echo", links={"text": "said.text"})
    graph = Graph.of(make("name", "Text", value="n"), reads, make("said", "Text", value="word:n"), echo)
    with opened(folder, Wordy(folder)) as engine:
        engine.run(graph, ["r", "e"], base=folder)
        (folder / "other").write_text("4")
        assert engine.run(graph, ["r", "e"], base=folder).ran == []
        (folder / "n").write_text("5")
        result = engine.run(graph, ["r", "e"], base=folder)
        assert sorted(result.ran) == ["e", "r"] and (result.value("r"), result.value("e")) == (5, "5")


def test_a_model_named_over_a_link_reruns_when_any_of_its_kind_changes(tmp_path: Path) -> None:
    folder = tmp_path / "words"
    folder.mkdir()
    (folder / "a").write_text("x")
    graph = Graph.of(make("name", "Doubt", value="a"), make("l", "Load", links={"model": "name.text"}))
    with opened(folder, Wordy(folder)) as engine:
        assert engine.run(graph, ["l"]).ran == ["name", "l"]
        assert engine.run(graph, ["l"]).ran == []
        (folder / "a").write_text("y")
        assert engine.run(graph, ["l"]).ran == ["l"]


def test_a_file_that_changes_during_the_run_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "n.txt"
    file.write_text("3")
    graph = Graph.of(make("r", "Read", file="n.txt"), make("a", "Add", links={"first": "r.number"}))
    told: list[str] = []

    def meddle(event: events.Event) -> None:
        if isinstance(event, events.NodeStarted) and event.node == "r":
            file.write_text("5")
        if isinstance(event, events.Message):
            told.append(event.text)

    with opened(tmp_path, Wordy(tmp_path)) as engine:
        assert engine.run(graph, base=tmp_path, on_event=meddle).value("a") == 5
        assert told == ["A file that it reads changed during the run; run it again."]
        file.write_text("3")
        assert engine.run(graph, base=tmp_path).value("a") == 3
    with opened(tmp_path, Wordy(tmp_path)) as engine:
        result = engine.run(graph, base=tmp_path)
        assert result.value("a") == 3 and result.ran == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["float32", "bfloat16"]), st.booleans()), min_size=1, max_size=6))
def test_what_auto_means_is_part_of_the_key(runs: list[tuple[str, bool]]) -> None:
    """Whatever "auto" is found to mean in each run, and whether that was remembered, a result of another
    meaning is never used, and one of the same is."""
    graph = Graph.of(make("v", "Value", number=1), make("a", "Add", links={"first": "v.number"}))
    with tempfile.TemporaryDirectory() as place:
        done: set[str] = set()
        for auto, remembers in runs:
            nodes = Wordy(Path(place), auto, auto if remembers else "")
            with opened(Path(place), nodes) as engine:
                planned = [step.node for step in engine.plan(graph).steps]
                assert nodes.asked == 0, "a plan measures nothing"
                result = engine.run(graph)
                assert result.ran == ([] if auto in done else ["v", "a"])
                assert nodes.asked == (0 if remembers and auto in done else 1)
                if remembers:
                    assert planned == result.ran
            done.add(auto)


@pytest.mark.parametrize("known", ["", "bfloat16"])
def test_a_choice_is_settled_once_an_engine(tmp_path: Path, known: str) -> None:
    nodes = Wordy(tmp_path, "float32", known)
    with opened(tmp_path, nodes) as engine:
        for number in (1, 2, 3):
            engine.run(Graph.of(make("v", "Value", number=number)))
    assert nodes.asked == 1


def named(folder: Path, kind: str, value: str) -> str | None:
    """What a parameter that names a file of a kind has of it."""
    spec = NodeSpec("test/Named", "Named", "test", params=(Param("it", "Text", "", file=kind),))
    item = ResolvedNode(Node("n", spec.type), spec, {"it": value}, {})
    return Contents(NoFiles(), Fingerprints(), InputAccess(folder), {}).of(item, "it")


def test_a_folder_counts_by_the_pictures_right_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "in"
    (place / "deeper").mkdir(parents=True)
    (place / "a.png").write_bytes(b"one")
    first = named(tmp_path, IMAGE_FOLDER, "in")
    (place / "notes.txt").write_bytes(b"beside")
    (place / "deeper" / "b.png").write_bytes(b"below")
    assert named(tmp_path, IMAGE_FOLDER, "in") == first
    (place / "b.png").write_bytes(b"two")
    second = named(tmp_path, IMAGE_FOLDER, "in")
    (place / "b.png").rename(place / "B.png")
    third = named(tmp_path, IMAGE_FOLDER, "in")
    (place / "B.png").unlink()
    assert named(tmp_path, IMAGE_FOLDER, "in") == first
    (place / "a.png").write_bytes(b"six")
    assert len({first, second, third, named(tmp_path, IMAGE_FOLDER, "in")}) == 4
    monkeypatch.setattr(input_files, "READ", 0)
    many = named(tmp_path, IMAGE_FOLDER, "in")
    (place / "a.png").write_bytes(b"seven")
    assert named(tmp_path, IMAGE_FOLDER, "in") != many
    with pytest.raises(GraphError, match="the folder 'gone' cannot be read"):
        named(tmp_path, IMAGE_FOLDER, "gone")


@pytest.mark.skipif(os.name == "nt", reason="these are names of other systems")
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("/", "it names a folder, not a file"),
        ("/dev", "it is a folder"),
        ("/dev/zero", "it is no ordinary file"),
    ],
)
def test_a_strangers_file_name_reads_no_disk_and_no_device(tmp_path: Path, value: str, why: str) -> None:
    with pytest.raises(GraphError, match=why):
        named(tmp_path, "image", value)
