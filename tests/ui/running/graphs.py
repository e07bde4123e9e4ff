"""Graphs of the test nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import Scalar

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from nodegraph.jobs.job import Job
    from ui.runs.document_run import DocumentRun
    from ui.runs.runner import Runner

WAIT = 60_000


def wait_over(qtbot: QtBot, runner: Runner, count: int) -> list[Job]:
    """Until so many jobs are over; the oldest first."""
    qtbot.waitUntil(lambda: len(runner.queue.over) >= count, timeout=WAIT)
    return list(reversed(runner.queue.over))


def wait_running(qtbot: QtBot, sheet: DocumentRun, node: str) -> None:
    """Until a node is at work."""
    qtbot.waitUntil(lambda: sheet.state.of(node).status == "running", timeout=WAIT)


def painting(sink: str = "test/Show", between: str = "", **values: Scalar) -> Graph:
    """words -> paint (-> between) -> sink; values go to paint, except `text`, `how` and `mode`."""
    text, how = values.pop("text", "a red fox"), values.pop("how", "kill")
    mode = values.pop("mode", "")
    last = "between" if between else "paint"
    nodes = [
        Node("words", "test/Words", params={"text": text}),
        Node(
            "paint",
            "test/Paint",
            params=values,
            inputs={"words": (Source("words", "number"),)},
            pos=(300, 0),
            extra={"seed_mode": {"seed": mode}} if mode else {},
        ),
        Node("show", sink, inputs={"image": (Source(last, "image"),)}, pos=(900, 0)),
    ]
    if between:
        inputs = {"image": (Source("paint", "image"),)}
        params = {"how": how} if between == "test/Die" else {}
        nodes.append(Node("between", between, params=params, inputs=inputs, pos=(600, 0)))
    return Graph.of(*nodes)
