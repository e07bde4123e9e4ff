"""What each node does in a run and did in the last one, from events; shown on the canvas no faster than eyes follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from PySide6.QtCore import QObject, Signal

from nodegraph.node_api import events

RunStatus = Literal["idle", "queued", "running", "cached", "done", "stale", "failed"]


@dataclass(frozen=True)
class NodeRun:
    """One node's part: `step` of `total` at `rate` steps a second, `reason` why it ran, `message` why it failed,
    `details` the traceback of that.

    `seconds`, `bytes` and `when` (of `time.time`) are those of its last run and stay while it is idle, cached or
    stale.
    """

    status: RunStatus = "idle"
    step: int = 0
    total: int = 0
    rate: float = 0.0
    text: str = ""
    reason: str = ""
    message: str = ""
    inputs: tuple[str, ...] = ()
    details: str = ""
    seconds: float = 0.0
    bytes: int = 0
    when: float = 0.0

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return self.step / self.total if self.total else 0.0

    @property
    def remaining(self) -> float:
        """Seconds until the last step at the rate so far; 0 where there is no rate yet."""
        return (self.total - self.step) / self.rate if self.rate else 0.0

    @property
    def line(self) -> str:
        """`12/20, 4.1 it/s, 2 s` while it runs; `0.8 s` when it is done."""
        if self.status == "running":
            parts = [f"{self.step}/{self.total}"] if self.total else []
            if self.rate:
                parts.append(f"{self.rate:.1f} it/s" if self.rate >= 1 else f"{1 / self.rate:.1f} s/it")
            if self.rate and self.remaining >= 1:
                parts.append(duration(self.remaining))
            return ", ".join(parts) or self.text
        return duration(self.seconds) if self.status == "done" else ""

    @property
    def cost(self) -> str:
        """`0.8 s, 12 MB`: what the last run of the node took."""
        return duration(self.seconds) + (f", {size(self.bytes)}" if self.bytes else "")


IDLE = NodeRun()


def duration(seconds: float) -> str:
    """`40 ms`, `2.5 s`, `3:20`."""
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def size(count: float) -> str:
    """`12 MB`; decimal, as disks are sold and files are listed."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 99.5 else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


class NodeStates(QObject):
    """The nodes of one document. Events go in; `changed` and `previewed` come out when it is flushed.

    `changed` names the nodes that look different, `previewed` gives the newest picture of a node.
    """

    changed = Signal(object)
    previewed = Signal(str, object)

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._runs: dict[str, NodeRun] = {}
        self._began: dict[str, tuple[float, int]] = {}
        self._touched: set[str] = set()
        self._pictures: dict[str, events.Picture] = {}
        self._newest: dict[str, int] = {}
        self.active = ""

    def of(self, node: str) -> NodeRun:
        """What a node does, or did."""
        return self._runs.get(node, IDLE)

    def nodes(self) -> dict[str, NodeRun]:
        """Every node there is something to say about."""
        return dict(self._runs)

    def failed(self) -> list[str]:
        """The nodes that failed in the last run."""
        return [name for name, run in self._runs.items() if run.status == "failed"]

    def queued(self, nodes: Iterable[str]) -> None:
        """These nodes are part of a job that waits."""
        for name in nodes:
            if self.of(name).status in ("idle", "stale"):
                self._set(name, replace(self.of(name), status="queued"))
        self.flush()

    def stale(self, nodes: Iterable[str]) -> None:
        """These nodes and no others would run again; what is running or queued stays so."""
        wanted = set(nodes)
        for name, run in list(self._runs.items()):
            if run.status == "stale" and name not in wanted:
                self._set(name, replace(run, status="done" if run.seconds else "cached"))
        for name in wanted:
            if self.of(name).status in ("done", "cached", "failed"):
                self._set(name, replace(self.of(name), status="stale", message="", details=""))
        self.flush()

    def known(self, nodes: Iterable[str]) -> None:
        """These nodes did nothing yet, and what they would make is kept from earlier runs."""
        for name in nodes:
            if self.of(name).status == "idle":
                self._set(name, replace(self.of(name), status="cached"))
        self.flush()

    def hear(self, event: events.Event) -> None:
        """Take in what the engine says about the run of this document; shown at the next flush."""
        match event:
            case events.RunStarted():
                self._started(event)
            case events.NodeStarted(node, _, reason):
                self.active = node
                self._began[node] = (self._clock(), 0)
                self._newest[node] = 0
                self._set(
                    node, replace(self.of(node), status="running", reason=reason, step=0, total=0, rate=0.0)
                )
            case events.Progress():
                self._progress(event)
            case events.Preview(node, picture, index) if isinstance(picture, events.Picture):
                if index >= self._newest.get(node, 0):
                    self._newest[node] = index
                    self._pictures[node] = picture
            case events.NodeFinished(node, seconds, count):
                run = self.of(node)
                self._set(
                    node,
                    replace(
                        run, status="done", seconds=seconds, bytes=count, step=run.total, when=time.time()
                    ),
                )
            case events.NodeFailed(node, _, message, inputs, details):
                failed = replace(
                    self.of(node), status="failed", message=message, inputs=inputs, details=details
                )
                self._set(node, failed)
            case events.RunFinished():
                self._finished(event)

    def flush(self) -> None:
        """Tell now what has changed."""
        if self._touched:
            touched, self._touched = frozenset(self._touched), set()
            self.changed.emit(touched)
        pictures, self._pictures = self._pictures, {}
        for node, picture in pictures.items():
            self.previewed.emit(node, picture)

    def forget(self) -> None:
        """No node is said anything about."""
        self._touched.update(self._runs)
        self._runs.clear()
        self.flush()

    def _started(self, event: events.RunStarted) -> None:
        for name, run in list(self._runs.items()):
            if run.status in ("queued", "running", "failed"):
                self._set(name, replace(run, status="idle", message="", inputs=(), details=""))
        for name in event.cached:
            self._set(name, replace(self.of(name), status="cached", message="", details="", reason=""))
        for name in event.steps:
            self._set(
                name,
                replace(self.of(name), status="queued", message="", inputs=(), details="", step=0, total=0),
            )

    def _progress(self, event: events.Progress) -> None:
        began, first = self._began.get(event.node, (self._clock(), 0))
        if event.step > 0 and first == 0:
            # The first step pays for loading and warming up; the rate counts from there.
            self._began[event.node] = (self._clock(), event.step)
        passed = self._clock() - began
        rate = (event.step - first) / passed if first and passed > 0 and event.step > first else 0.0
        run = self.of(event.node)
        kept = rate or (run.rate if run.total == event.total else 0.0)
        self._set(
            event.node,
            replace(run, status="running", step=event.step, total=event.total, rate=kept, text=event.text),
        )

    def _finished(self, event: events.RunFinished) -> None:
        self.active = ""
        for name in event.cached:
            if self.of(name).status != "done":
                self._set(name, replace(self.of(name), status="cached"))
        for name, run in list(self._runs.items()):
            if run.status in ("queued", "running"):
                self._set(name, replace(run, status="idle", step=0, total=0))

    def _set(self, name: str, run: NodeRun) -> None:
        if self._runs.get(name, IDLE) != run:
            self._runs[name] = run
            self._touched.add(name)
