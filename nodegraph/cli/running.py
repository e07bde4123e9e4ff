"""`nodegraph run`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from nodegraph.cli.console import drawing
from nodegraph.cli.exit_codes import CANCELLED, DONE, FAILED
from nodegraph.cli.opening import document_of, node_types, open_engine, open_workflow
from nodegraph.cli.progress import Bar
from nodegraph.engine.local import LocalEngine
from nodegraph.engine.protocol import to_json
from nodegraph.engine.result import Result
from nodegraph.formats.native import carried
from nodegraph.node_api import events


def run(arguments: argparse.Namespace) -> int:
    """Run a workflow; files written are named on stdout, or every event as JSON."""
    specs = node_types()
    graph = open_workflow(arguments, specs)
    with open_engine(arguments, specs) as engine, _interruptible(engine):
        bar = Bar(drawing()) if sys.stderr.isatty() and not arguments.json else None
        listener = _json_line if arguments.json else bar.show if bar else _quiet
        base = Path(arguments.file).parent
        for remark in engine.files.remarks():
            print(f"nodegraph: {remark}", file=sys.stderr)
        result = engine.run(
            graph,
            arguments.to,
            on_event=listener,
            base=base,
            workflow=carried(graph),
            document=document_of(arguments),
        )
        if bar:
            bar.close()
    return _conclude(result, arguments.json, arguments.debug)


def _conclude(result: Result, as_json: bool, debug: bool) -> int:
    if result.cancelled:
        print("nodegraph: cancelled.", file=sys.stderr)
        return CANCELLED
    if result.failed:
        print(f"nodegraph: {result.error}", file=sys.stderr)
        for line in result.failed.inputs:
            print(f"  {line}", file=sys.stderr)
        if debug and result.failed.details:
            print(result.failed.details, file=sys.stderr)
        return FAILED
    if not as_json:
        for output in result.outputs:
            print(output.path)
        print(
            f"done in {result.seconds:.1f} s: {len(result.ran)} nodes ran, {len(result.cached)} were cached",
            file=sys.stderr,
        )
    return DONE


def _json_line(event: events.Event) -> None:
    if not isinstance(event, events.Preview):
        print(json.dumps(to_json(event)), flush=True)


def _quiet(event: events.Event) -> None:
    if isinstance(event, events.Message):
        print(f"{event.node or 'nodegraph'}: {event.text}", file=sys.stderr)


@contextmanager
def _interruptible(engine: LocalEngine) -> Iterator[None]:
    """The first Ctrl+C cancels within a step; a second one ends the program at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous: Callable[[int, FrameType | None], Any] | int | None = signal.getsignal(signal.SIGINT)

    def cancel(number: int, frame: FrameType | None) -> None:
        engine.cancel()
        signal.signal(signal.SIGINT, previous)

    signal.signal(signal.SIGINT, cancel)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
