"""The engine's own process: `python -m nodegraph.engine.worker`, spoken to over its standard input and output."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, BinaryIO

from nodegraph.engine.protocol import pack_event, read_frame
from nodegraph.node_api import events
from nodegraph.support.errors import LoadError, NodegraphError
from nodegraph.support.logs import open_log
from nodegraph.support.messages import Phrase

LOG = logging.getLogger("nodegraph.engine.worker")

PACE_SECONDS = 0.12
"""So often progress is said, and a preview made and sent, while a node runs; the previews in between are made when it
is done."""
HELD = 256
"""So many wait for that; of more, every second one is given up."""

Request = tuple[dict[str, Any], bytes]


class Worker:
    """Runs requests one after another; "cancel", "look" and "gauge" are heard while a run is under way.

    Questions are answered between two steps of the run, by its own thread, so that nothing is read while it changes.
    """

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._requests: queue.Queue[Request | None] = queue.Queue()
        self._questions: queue.Queue[dict[str, Any]] = queue.Queue()
        self._asked = 0
        self._cancelled = 0
        self._current = 0
        self._last: dict[tuple[type, str], float] = {}
        self._held: list[events.Preview] = []
        self._previews = 0
        self._engine: Any = None

    def run(self) -> None:
        """Serve until the other side closes."""
        threading.Thread(target=self._listen, daemon=True).start()
        while (request := self._requests.get()) is not None:
            head, payload = request
            try:
                self._answer()
                self._serve(head, payload)
            except (NodegraphError, OSError) as error:
                self._send(_failed(head, str(error)))
            except Exception as error:
                LOG.exception("a request failed inside the engine")
                text = f"something went wrong inside the engine ({type(error).__name__}: {error})"
                self._send(_failed(head, text))

    def _listen(self) -> None:
        try:
            while (frame := read_frame(self._incoming)) is not None:
                self._take(*frame)
        except LoadError:
            pass
        self._requests.put(None)

    def _take(self, request: dict[str, Any], payload: bytes) -> None:
        match request.get("do"):
            case "cancel":
                # Runs that wait or have not begun to listen are meant as well: see _tell.
                self._cancelled = self._asked
                if self._engine is not None:
                    self._engine.cancel()
            case "look" | "channels" | "gauge":
                self._questions.put(request)
                self._requests.put(({"do": "answer"}, b""))
            case "run":
                self._asked += 1
                self._requests.put(({**request, "number": self._asked}, payload))
            case _:
                self._requests.put((request, payload))

    def _answer(self) -> None:
        """Answer what was asked meanwhile."""
        while self._engine is not None:
            try:
                request = self._questions.get_nowait()
            except queue.Empty:
                return
            match request["do"]:
                case "gauge":
                    self._send(self._engine.gauge())
                case "channels":
                    self._channels(request)
                case _:
                    self._look(request)

    def _look(self, request: Mapping[str, Any]) -> None:
        node, output, document = _spot(request)
        try:
            self._send(self._engine.look(node, output, int(request.get("size", 512)), document))
        except NodegraphError as error:
            self._send(events.Shown(node, output, None, (("gone", str(error)),), document=document))

    def _channels(self, request: Mapping[str, Any]) -> None:
        node, output, document = _spot(request)
        try:
            item, size = int(request["item"]), int(request["size"])
            self._send(self._engine.channels(node, output, item, size, document))
        except NodegraphError:
            self._send(events.Channels(node, output, document=document))

    def _serve(self, request: Mapping[str, Any], payload: bytes) -> None:
        match request["do"]:
            case "open":
                self._open(request)
            case "run":
                self._run(request)
            case "recall":
                self._recall(request)
            case "purge":
                self._engine.free(disk=bool(request.get("disk")))
                self._send(self._engine.gauge())
            case "animate":
                self._engine.animate(_frames(request, payload), Path(request["path"]), request["seconds"])
                self._send(events.Exported(request["path"]))

    def _open(self, request: Mapping[str, Any]) -> None:
        from nodegraph.engine.local import LocalEngine
        from nodegraph.node_api.catalogue import Catalogue

        self._send(events.EngineState("starting", Phrase("reading the node types")))
        library = nodes = None
        if request.get("library"):
            module, _, function = request["library"].partition(":")
            library = getattr(importlib.import_module(module), function)()
            if isinstance(library, tuple):
                library, nodes = library
        self._engine = LocalEngine(options=options_from(request["options"]), library=library, nodes=nodes)
        self._send(events.CatalogueRead(catalogue_text(self._engine.node_types)))
        node_types = self._engine.node_types
        for fault in node_types.faults if isinstance(node_types, Catalogue) else ():
            self._send(events.Message("", fault.sentence))
        for remark in self._engine.files.remarks():
            self._send(events.Message("", remark))
        self._send(events.EngineState("ready"))
        if library is None:
            self._send(events.EngineState("ready", Phrase("loading torch")))
            self._engine.warm_up()
            self._send(events.EngineState("ready"))

    def _run(self, request: Mapping[str, Any]) -> None:
        from nodegraph.formats.native import loads

        graph = loads(request["graph"], "the workflow")
        targets = request.get("targets")
        self._last.clear()
        base = Path(request.get("base") or ".")
        self._current = request["number"]
        if self._cancelled >= self._current:
            self._send(events.RunFinished(False, (), (), (), 0.0, cancelled=True))
            return
        document = str(request.get("document", ""))
        self._engine.run(
            graph,
            targets,
            on_event=self._tell,
            base=base,
            workflow=request["graph"],
            document=document,
            allowed=_allowed(request),
        )

    def _recall(self, request: Mapping[str, Any]) -> None:
        from nodegraph.formats.native import loads

        kept: tuple[str, ...] = ()
        keys: tuple[tuple[str, str], ...] = ()
        document = str(request.get("document", ""))
        # A graph that cannot run has no results either; why it cannot is said when it shall run.
        with contextlib.suppress(NodegraphError):
            graph = loads(request["graph"], "the workflow")
            base = Path(request.get("base") or ".")
            kept = self._engine.recall(graph, base=base, document=document, allowed=_allowed(request))
            keys = self._engine.keys_of(map(str, request.get("keys_of", ())), document)
        self._send(events.AtHand(int(request["number"]), kept, keys))

    def _tell(self, event: events.Event) -> None:
        """Send an event; progress and previews only as often as an eye follows.

        A cancel that came after the run was asked for and before it listened is passed on here.
        """
        if self._cancelled >= self._current:
            self._engine.cancel()
        self._answer()
        if isinstance(event, events.Preview):
            self._previews += 1
            event = replace(event, index=self._previews)
            if not self._due(event, PACE_SECONDS):
                self._held = [*(self._held if len(self._held) < HELD else self._held[::2]), event]
                return
        elif isinstance(event, events.Progress):
            if not self._due(event, PACE_SECONDS) and event.step != event.total:
                return
        else:
            held, self._held, self._previews = self._held, [], 0
            for preview in held:
                self._send(preview)
        self._send(event)

    def _due(self, event: events.Progress | events.Preview, pause: float) -> bool:
        spot, now = (type(event), event.node), time.monotonic()
        due = now - self._last.get(spot, 0.0) >= pause
        if due:
            self._last[spot] = now
        return due

    def _send(self, event: events.Event) -> None:
        try:
            self._outgoing.write(pack_event(event))
            self._outgoing.flush()
        except (BrokenPipeError, ValueError):
            os._exit(0)


def _allowed(request: Mapping[str, Any]) -> tuple[Path, ...] | None:
    """The files that a request allows nodes to read; None where it leaves that to the options."""
    allowed = request.get("allowed")
    return None if allowed is None else tuple(map(Path, allowed))


def _spot(request: Mapping[str, Any]) -> tuple[str, str, str]:
    """The node, the output and the document that a question is about."""
    return str(request.get("node")), str(request.get("output")), str(request.get("document", ""))


def _failed(request: Mapping[str, Any], text: str) -> events.Event:
    """The end of what was asked for, with a sentence."""
    if request.get("do") == "animate":
        return events.Exported(str(request.get("path")), text)
    if request.get("do") in ("open", "run"):
        return events.RunFinished(False, (), (), (), 0.0, error=text)
    return events.Message("", text)


def _frames(request: Mapping[str, Any], payload: bytes) -> list[events.Picture]:
    width, height = int(request["width"]), int(request["height"])
    size = width * height * 3
    if size < 1 or len(payload) % size:
        raise LoadError("The pictures to export are of another size than was said.")
    starts = range(0, len(payload), size)
    return [events.Picture(width, height, payload[start : start + size]) for start in starts]


def options_from(data: Mapping[str, Any]) -> Any:
    """Engine options from plain JSON data."""
    from nodegraph.engine.local import Options

    known = {item.name for item in fields(Options)}
    found = {key: value for key, value in data.items() if key in known}
    for key in ("cache_dir", "output", "remember"):
        if found.get(key):
            found[key] = Path(found[key])
    if found.get("allowed") is not None:
        found["allowed"] = tuple(Path(place) for place in found["allowed"])
    found["models"] = tuple(Path(folder) for folder in found.get("models", ()))
    return Options(**found)


def catalogue_text(library: Mapping[str, Any]) -> str:
    """The specs of a library as JSON."""
    import json

    return json.dumps({name: spec.to_json() for name, spec in library.items()})


def main() -> int:
    """Take the protocol's streams and give everything else that prints to stderr."""
    open_log(process="engine")
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Worker(sys.stdin.buffer, outgoing).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
