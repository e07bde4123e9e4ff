"""The engine's own process: `python -m nodegraph.engine.worker`, spoken to over its standard input and output."""

from __future__ import annotations

import importlib
import os
import queue
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, BinaryIO

from nodegraph import events
from nodegraph.engine.wire import pack_event, read_frame
from nodegraph.errors import LoadError, NodegraphError

PROGRESS_SECONDS = 0.1
PREVIEW_SECONDS = 0.125


class Worker:
    """Runs requests one after another; "cancel" is heard while a run is under way."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._requests: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._last: dict[tuple[type, str], float] = {}
        self._engine: Any = None

    def run(self) -> None:
        """Serve until the other side closes."""
        threading.Thread(target=self._listen, daemon=True).start()
        while (request := self._requests.get()) is not None:
            try:
                self._serve(request)
            except NodegraphError as error:
                self._send(_failed(str(error)))
            except Exception as error:  # noqa: BLE001 - one bad request must not end the engine
                self._send(
                    _failed(f"something went wrong inside the engine ({type(error).__name__}: {error})")
                )

    def _listen(self) -> None:
        try:
            while (frame := read_frame(self._incoming)) is not None:
                request = frame[0]
                if request.get("do") == "cancel":
                    if self._engine is not None:
                        self._engine.cancel()
                else:
                    self._requests.put(request)
        except LoadError:
            pass
        self._requests.put(None)

    def _serve(self, request: Mapping[str, Any]) -> None:
        match request["do"]:
            case "open":
                self._open(request)
            case "run":
                self._run(request)
            case "look":
                self._send(self._engine.look(request["node"], request["output"], int(request.get("size", 512))))
            case "gauge":
                self._send(self._engine.gauge())
            case "purge":
                self._engine.cache.clear(disk=bool(request.get("disk")))
                self._send(self._engine.gauge())

    def _open(self, request: Mapping[str, Any]) -> None:
        from nodegraph.engine.local import LocalEngine

        self._send(events.EngineState("starting", "reading the node types"))
        library = None
        if request.get("library"):
            module, _, function = request["library"].partition(":")
            library = getattr(importlib.import_module(module), function)()
        self._engine = LocalEngine(options=options_from(request["options"]), library=library)
        self._send(events.CatalogueRead(catalogue_text(self._engine.library)))
        self._send(events.EngineState("ready"))
        if library is None:
            self._send(events.EngineState("ready", "loading torch"))
            self._engine.warm_up()
            self._send(events.EngineState("ready"))

    def _run(self, request: Mapping[str, Any]) -> None:
        from nodegraph.fileformat import loads

        graph = loads(request["graph"], "the workflow")
        targets = request.get("targets")
        self._last.clear()
        base = Path(request.get("base") or ".")
        self._engine.run(graph, targets, on_event=self._tell, base=base, workflow=request["graph"])

    def _tell(self, event: events.Event) -> None:
        """Send an event; progress and previews only as often as an eye follows."""
        if isinstance(event, events.Progress | events.Preview):
            pause = PROGRESS_SECONDS if isinstance(event, events.Progress) else PREVIEW_SECONDS
            spot, now = (type(event), event.node), time.monotonic()
            last = isinstance(event, events.Progress) and event.step == event.total
            if now - self._last.get(spot, 0.0) < pause and not last:
                return
            self._last[spot] = now
        self._send(event)

    def _send(self, event: events.Event) -> None:
        try:
            self._outgoing.write(pack_event(event))
            self._outgoing.flush()
        except (BrokenPipeError, ValueError):
            os._exit(0)


def _failed(text: str) -> events.RunFinished:
    return events.RunFinished(False, (), (), (), 0.0, error=text)


def options_from(data: Mapping[str, Any]) -> Any:
    """Engine options from plain JSON data."""
    from nodegraph.engine.local import Options

    known = {item.name for item in fields(Options)}
    found = {key: value for key, value in data.items() if key in known}
    for key in ("cache_dir", "output", "remember"):
        if found.get(key):
            found[key] = Path(found[key])
    found["models"] = tuple(Path(folder) for folder in found.get("models", ()))
    return Options(**found)


def catalogue_text(library: Mapping[str, Any]) -> str:
    """The specs of a library as JSON."""
    import json

    return json.dumps({name: spec.to_json() for name, spec in library.items()})


def main() -> int:
    """Take the protocol's streams and give everything else that prints to stderr."""
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Worker(sys.stdin.buffer, outgoing).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
