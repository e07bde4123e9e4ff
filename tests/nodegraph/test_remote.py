"""The engine in a child process: what it does when the child is killed, hangs, or talks nonsense."""

from __future__ import annotations

import contextlib
import io
import os
import queue
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.engine.local import Options
from nodegraph.engine.protocol import MARK, pack, pack_event, read_frame, unpack_event
from nodegraph.engine.remote import RemoteEngine
from nodegraph.model.graph import Graph
from nodegraph.node_api import events
from nodegraph.node_api.context import Context
from nodegraph.node_api.declare import node
from nodegraph.node_api.registry import Registry
from nodegraph.support.errors import LoadError
from tests.nodegraph.counting import FUNCTIONS, Number, make

WAIT = 30.0


@node("test/Nap")
def nap(ctx: Context, number: Number, *, seconds: float = 1.0, deaf: bool = False) -> Number:
    """Take a while; a deaf one does not hear a cancel."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.002)
        if not deaf:
            ctx.progress(1, 1)
    return number


@node("test/Die")
def die(number: Number, *, how: str = "kill") -> Number:
    """End the process, or send rubbish to the other side."""
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "exit":
        os._exit(3)
    for handle in range(3, 12):
        try:
            # The second kind reads as the length of a message that never comes.
            os.write(handle, b"\xff" * 4096 if how == "garbage" else b"\x07" * 300)
        except OSError:
            continue
    time.sleep(5)
    return number


@node("test/Greedy")
def greedy(number: Number) -> Number:
    """Ask for more memory than there is."""
    raise MemoryError


def library() -> Registry:
    """The counting nodes and those above."""
    found = Registry()
    found.add_declared((*FUNCTIONS, nap, die, greedy))
    return found


class Ears:
    """Everything an engine said, in order."""

    def __init__(self) -> None:
        self.heard: queue.Queue[events.Event] = queue.Queue()

    def until(self, wanted: Callable[[events.Event], bool]) -> list[events.Event]:
        found: list[events.Event] = []
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            try:
                event = self.heard.get(timeout=0.1)
            except queue.Empty:
                continue
            found.append(event)
            if wanted(event):
                return found
        raise AssertionError(f"never came; heard {found}")

    def finished(self) -> events.RunFinished:
        last = self.until(lambda event: isinstance(event, events.RunFinished))[-1]
        assert isinstance(last, events.RunFinished)
        return last


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def engine(tmp_path: Path, ears: Ears) -> Iterator[RemoteEngine]:
    options = Options(output=tmp_path / "out", cache_dir=tmp_path / "cache")
    found = RemoteEngine(options, ears.heard.put, grace=0.5, library="tests.nodegraph.test_remote:library")
    found.start()
    yield found
    found.close()


def graph(kind: str = "Add", **params: object) -> Graph:
    """value -> a -> last."""
    links: dict[str, str | list[str]] = {"number" if kind != "Add" else "first": "a.number"}
    return Graph.of(
        make("value", "Value", number=3),
        make("a", "Add", links={"first": "value.number"}, plus=1),
        make("last", kind, links=links, **params),
    )


def test_a_run_in_a_child_tells_all_and_keeps_its_cache(engine: RemoteEngine, ears: Ears) -> None:
    engine.submit(graph())
    said = ears.until(lambda event: isinstance(event, events.RunFinished))
    assert [e.node for e in said if isinstance(e, events.NodeStarted)] == ["value", "a", "last"]
    assert any(isinstance(e, events.CatalogueRead) and "test/Add" in e.text for e in said)
    engine.submit(graph())
    assert ears.finished().ran == ()
    engine.look("last", "number")
    shown = ears.until(lambda event: isinstance(event, events.Shown))[-1]
    assert isinstance(shown, events.Shown) and ("value", "4") in shown.facts
    engine.gauge()
    gauge = ears.until(lambda event: isinstance(event, events.Gauge))[-1]
    assert isinstance(gauge, events.Gauge) and gauge.process > 1_000_000


@pytest.mark.parametrize("how", ["kill", "crash", "exit", "garbage", "announced"])
def test_a_child_that_dies_costs_the_run_and_no_more(engine: RemoteEngine, ears: Ears, how: str) -> None:
    engine.submit(graph("Die", how=how))
    said = ears.until(lambda event: isinstance(event, events.RunFinished))
    failed = [e for e in said if isinstance(e, events.NodeFailed)]
    assert [e.node for e in failed] == ["last"] and failed[0].message.startswith("The engine")
    engine.submit(graph())
    again = ears.finished()
    assert again.ok and again.ran == ("last",)


def test_want_of_memory_is_a_sentence(engine: RemoteEngine, ears: Ears) -> None:
    engine.submit(graph("Greedy"))
    said = ears.until(lambda event: isinstance(event, events.RunFinished))
    failed = [e for e in said if isinstance(e, events.NodeFailed)]
    assert "not enough memory" in failed[0].message


@pytest.mark.parametrize("deaf", [False, True])
def test_cancel_is_asked_for_and_then_forced(engine: RemoteEngine, ears: Ears, deaf: bool) -> None:
    engine.submit(graph("Nap", seconds=60.0, deaf=deaf))
    ears.until(lambda event: isinstance(event, events.NodeStarted) and event.node == "last")
    engine.cancel()
    ended = ears.finished()
    assert ended.cancelled and bool(ended.error) == deaf
    engine.submit(graph())
    again = ears.finished()
    assert again.ok and again.ran == ("last",)


def test_a_cancel_right_after_the_start_is_not_lost(engine: RemoteEngine, ears: Ears) -> None:
    ears.until(lambda event: isinstance(event, events.EngineState) and event.state == "ready")
    engine.grace = 60.0
    child = engine.process
    for _ in range(20):
        engine.submit(graph("Nap", seconds=60.0))
        engine.cancel()
        assert ears.finished().cancelled
    assert engine.process == child


def test_questions_are_answered_while_a_run_goes_on(engine: RemoteEngine, ears: Ears) -> None:
    engine.submit(graph("Nap", seconds=30.0))
    ears.until(lambda event: isinstance(event, events.NodeStarted) and event.node == "last")
    engine.look("a", "number")
    engine.gauge()
    shown = ears.until(lambda event: isinstance(event, events.Shown))[-1]
    assert isinstance(shown, events.Shown) and ("value", "4") in shown.facts
    gauge = ears.until(lambda event: isinstance(event, events.Gauge))[-1]
    assert isinstance(gauge, events.Gauge) and 0 < gauge.disk < gauge.disk_limit
    engine.cancel()
    assert ears.finished().cancelled


def test_a_child_that_reads_no_more_is_killed_all_the_same(engine: RemoteEngine, ears: Ears) -> None:
    ears.until(lambda event: isinstance(event, events.EngineState) and event.state == "ready")
    os.kill(engine.process, signal.SIGSTOP)
    many = Graph.of(*(make(f"n{i}", "Value", number=i) for i in range(20_000)))
    asking = threading.Thread(target=engine.submit, args=(many,))
    asking.start()
    time.sleep(0.3)
    assert asking.is_alive()
    engine.kill()
    asking.join(timeout=5)
    assert not asking.is_alive() and not ears.finished().ok
    engine.submit(graph())
    assert ears.finished().ok


def test_what_cannot_be_exported_is_a_sentence(engine: RemoteEngine, ears: Ears, tmp_path: Path) -> None:
    engine.animate([events.Picture(1, 1, b"abc")], tmp_path / "moving.webp")
    told = ears.until(lambda event: isinstance(event, events.Exported))[-1]
    assert isinstance(told, events.Exported) and "cannot write" in told.error


def test_fifty_kills_at_random_moments(engine: RemoteEngine, ears: Ears) -> None:
    chance = random.Random(7)
    ears.until(lambda event: isinstance(event, events.EngineState) and event.state == "ready")
    for index in range(50):
        engine.submit(graph("Nap", seconds=0.5 + index / 1000))
        time.sleep(chance.random() * 0.15)
        with contextlib.suppress(ProcessLookupError):
            os.kill(engine.process, signal.SIGKILL)
        assert not ears.finished().ok
    engine.submit(graph())
    assert ears.finished().ok


def test_a_bad_graph_is_a_sentence_and_the_engine_goes_on(engine: RemoteEngine, ears: Ears) -> None:
    engine.submit(Graph.of(make("a", "Add")))
    assert "input first is not linked" in ears.finished().error
    engine.submit(graph())
    assert ears.finished().ok


def test_events_survive_the_wire(tmp_path: Path) -> None:
    sent: list[events.Event] = [
        events.RunStarted(("a", "b"), ()),
        events.Progress("a", 1, 2, "text"),
        events.NodeFailed("a", "A", "why", ("x = 1",)),
        events.RunFinished(True, ("a",), ("b",), (events.Written("a", "p.png"),), 1.5),
        events.Preview("a", events.Picture(2, 1, b"abcdef")),
        events.Shown("a", "image", None, (("shape", "1"),)),
        events.Gauge(1, 2, 3, 4, 5, 6, 7),
        events.Exported("a.webp", "why"),
    ]
    path = tmp_path / "frames"
    path.write_bytes(b"".join(pack_event(event) for event in sent))
    with path.open("rb") as stream:
        assert [unpack_event(*frame) for frame in iter(lambda: read_frame(stream), None)] == sent


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 8,
        b"\x00\x00",
        pack({"kind": "Nothing", "data": {}}),
        pack({"kind": "Progress", "data": {"step": 1}}),
        pack({"kind": "Preview", "data": {"node": "a"}, "picture": {"width": 100, "height": 100}}, b"short"),
        pack({"data": 7}),
        MARK + b"\x00\x00\x00\x08\x00\x00\x00\x04[1]]",
        MARK + b"\x10\x00\x00\x01",
    ],
)
def test_garbage_is_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "frames"
    path.write_bytes(data)
    with path.open("rb") as stream, pytest.raises(LoadError, match=r"^The engine"):
        frame = read_frame(stream)
        assert frame is not None
        unpack_event(*frame)


@given(st.binary(min_size=4, max_size=40).filter(lambda data: not data.startswith(MARK)))
def test_garbage_is_known_by_its_first_letters(data: bytes) -> None:
    stream = io.BytesIO(data)
    with pytest.raises(LoadError, match="no message"):
        read_frame(stream)
    assert stream.tell() == len(MARK), "a pipe would wait for what never comes"


def test_an_engine_that_cannot_start_says_so_and_gives_up(tmp_path: Path, ears: Ears) -> None:
    engine = RemoteEngine(Options(output=tmp_path), ears.heard.put, library="no_such_module:library")
    engine.start()
    ears.until(lambda event: isinstance(event, events.RunFinished) and "no_such_module" in event.error)
    state = "starting"
    for _ in range(20):
        engine.kill()
        event = ears.until(lambda event: isinstance(event, events.EngineState) and event.state != "ready")[-1]
        assert isinstance(event, events.EngineState)
        state = event.state
        if state == "stopped":
            break
    assert state == "stopped"
    engine.close()
