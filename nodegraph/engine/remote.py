"""The engine in a child process: what happens there costs a run and never the document."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from nodegraph.engine.local import Options
from nodegraph.engine.protocol import pack, read_frame, unpack_event
from nodegraph.formats.native import carried
from nodegraph.model.graph import Graph
from nodegraph.node_api import events
from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase

Listener = Callable[[events.Event], None]

WORKER = "nodegraph.engine.worker"
"""The module that is run as the child."""
FORCED = "The run did not stop when asked, so the engine was started anew."
STILLBORN = 3
"""So many children in a row may die before they are ready; then something is wrong that a restart does not mend."""


class RemoteEngine:
    """One long-lived child. `listener` is called from a thread of this engine, one event at a time.

    A child that dies, hangs after a cancel longer than `grace` seconds, or sends what is no message is replaced
    by a new one; a run under way then ends with a sentence, and the next run finds what the disk tier kept.
    """

    def __init__(
        self, options: Options, listener: Listener, *, grace: float = 5.0, library: str = ""
    ) -> None:
        self._options = options
        self._listener = listener
        self.grace = grace
        self._library = library
        self._lock = threading.RLock()
        # Apart from the lock, so that a child that no longer reads can be killed while a request to it hangs.
        self._pipe = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._running = False
        self._node = ("", "")
        self._closing = False
        self._stillborn = 0
        self._timer: threading.Timer | None = None
        self._reader: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._running

    @property
    def process(self) -> int:
        """The child's process id, 0 if there is none."""
        return self._child.pid if self._child else 0

    def start(self) -> None:
        """Start the child and return at once; EngineState events tell how far it is."""
        with self._lock:
            self._closing = False
            self._spawn()

    def submit(
        self,
        graph: Graph,
        targets: Sequence[str] | None = None,
        *,
        base: Path | None = None,
        document: str = "",
        allowed: Sequence[str] | None = None,
    ) -> None:
        """Run the graph of a document; everything about it comes as events, RunFinished last.

        `allowed` are files that nodes may read, as for `LocalEngine.run`.
        """
        with self._lock:
            self._running = True
            self._node = ("", "")
            self._stillborn = 0
            if self._child is None:
                self._spawn()
            child = self._child
        self._listener(events.EngineState("running"))
        request = {
            "do": "run",
            "graph": carried(graph),
            "targets": list(targets) if targets is not None else None,
            "base": str(base or Path()),
            "document": document,
            "allowed": None if allowed is None else list(allowed),
        }
        # To this child and no later one: should it die meanwhile, its end is the end of this run.
        self._request(request, child=child)

    def cancel(self) -> None:
        """Ask the run to stop; if it has not within the grace time, the child is replaced."""
        with self._lock:
            if not self._running or self._timer is not None:
                return
            self._timer = threading.Timer(self.grace, self.kill)
            self._timer.daemon = True
            self._timer.start()
        self._request({"do": "cancel"})

    def look(self, node: str, output: str, size: int = 512, document: str = "") -> None:
        """Ask for a picture and facts of a result, at most `size` pixels long; Shown is the answer."""
        self._request({"do": "look", "node": node, "output": output, "size": size, "document": document})

    def channels(self, node: str, output: str, item: int = 0, size: int = 256, document: str = "") -> None:
        """Ask for the channels of one item of a latent, each at most `size` pixels long; Channels is the answer."""
        head = {"do": "channels", "node": node, "output": output, "document": document}
        self._request({**head, "item": item, "size": size})

    def recall(
        self,
        graph: Graph,
        number: int,
        *,
        base: Path | None = None,
        document: str = "",
        keys_of: Sequence[str] = (),
        allowed: Sequence[str] | None = None,
    ) -> None:
        """Ask which results of a graph are kept, and make them ready to be looked at; AtHand is the answer.

        It brings the keys of the nodes `keys_of`. `allowed` are files that may be read, as for `LocalEngine.run`.
        """
        head = {"do": "recall", "number": number, "document": document, "keys_of": list(keys_of)}
        head["allowed"] = None if allowed is None else list(allowed)
        self._request({**head, "graph": carried(graph), "base": str(base or Path())})

    def gauge(self) -> None:
        """Ask for memory figures; Gauge is the answer."""
        self._request({"do": "gauge"})

    def purge(self, *, disk: bool) -> None:
        """Free memory: results and models; if asked also results on disk. Gauge is the answer."""
        self._request({"do": "purge", "disk": disk})

    def animate(self, frames: Sequence[events.Picture], path: Path, seconds: float = 0.25) -> None:
        """Ask for a file of pictures of one size that move; Exported is the answer."""
        first = frames[0]
        head = {"do": "animate", "path": str(path), "seconds": seconds}
        size = {"width": first.width, "height": first.height}
        self._request({**head, **size}, b"".join(frame.pixels for frame in frames))

    def kill(self) -> None:
        """End the child at once; a new one takes its place."""
        with self._lock:
            if self._child is not None:
                self._child.kill()

    def close(self) -> None:
        """End the child for good."""
        with self._lock:
            self._closing = True
            child, reader = self._child, self._reader
            self._stop_timer()
        if child is not None:
            child.kill()
            child.wait()
        if reader is not None and reader is not threading.current_thread():
            reader.join(timeout=5)

    def _spawn(self) -> None:
        home = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH", "")]))
        child = subprocess.Popen(
            [sys.executable, "-m", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Threads that wait must sleep: spinning ones take the processor from the window and from each other.
            env={"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "30000", **os.environ, "PYTHONPATH": path},
        )
        options = {key: _plain(value) for key, value in asdict(self._options).items()}
        _send(child.stdin, pack({"do": "open", "options": options, "library": self._library}))
        self._child = child
        self._reader = threading.Thread(target=self._read, args=(child,), daemon=True)
        self._reader.start()

    def _request(
        self, request: dict[str, Any], payload: bytes = b"", child: subprocess.Popen[bytes] | None = None
    ) -> None:
        with self._pipe:
            child = child or self._child
            _send(child.stdin if child else None, pack(request, payload))

    def _read(self, child: subprocess.Popen[bytes]) -> None:
        why = ""
        assert child.stdout is not None
        try:
            while (frame := read_frame(child.stdout)) is not None:
                self._hear(unpack_event(*frame))
        except LoadError as error:
            why = str(error)
        except (OSError, ValueError):
            why = "The connection to the engine broke."
        child.kill()
        code = child.wait()
        _shut(child.stdin)
        _shut(child.stdout)
        self._ended(child, why or _cause(code))

    def _hear(self, event: events.Event) -> None:
        if isinstance(event, events.NodeStarted):
            self._node = (event.node, event.title)
        if isinstance(event, events.RunFinished):
            with self._lock:
                self._running = False
                self._stop_timer()
            self._listener(event)
            self._listener(events.EngineState("ready"))
            return
        if isinstance(event, events.EngineState) and event.state == "ready":
            self._stillborn = 0
        self._listener(event)

    def _ended(self, child: subprocess.Popen[bytes], why: str) -> None:
        """The child is gone: put another in its place, then say so and end the run.

        In this order, and under the lock, so that a run asked for meanwhile is neither lost nor left hanging.
        """
        with self._lock:
            if self._closing or child is not self._child:
                return
            ran, self._running = self._running, False
            cancelled = self._timer is not None
            self._stop_timer()
            self._stillborn += 1
            alive = self._stillborn <= STILLBORN
            if alive:
                self._spawn()
            else:
                self._child = None
        if ran:
            self._report(why, cancelled)
        state = (
            ("starting", Phrase("restarting the engine"))
            if alive
            else ("stopped", Phrase("The engine does not start: {why}", why=why))
        )
        self._listener(events.EngineState(*state))

    def _report(self, why: str, cancelled: bool) -> None:
        node, title = self._node
        if not cancelled and node:
            self._listener(events.NodeFailed(node, title, why))
        error = FORCED if cancelled else why
        self._listener(events.RunFinished(False, (), (), (), 0.0, cancelled=cancelled, error=error))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return os.path.abspath(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _send(stream: IO[bytes] | None, data: bytes) -> None:
    """Write to a child; that it is gone is noticed where it is read."""
    if stream is None:
        return
    try:
        stream.write(data)
        stream.flush()
    except (BrokenPipeError, ValueError, OSError):
        return


def _shut(stream: IO[bytes] | None) -> None:
    try:
        if stream is not None:
            stream.close()
    except OSError:
        pass


def _cause(code: int) -> str:
    if code == -9:
        return "The engine was ended by the system, most likely for want of memory; make the picture smaller and retry."
    if code < 0:
        return (
            f"The engine crashed (signal {-code}) while this node ran; it has been started again, so retry."
        )
    return f"The engine stopped (exit code {code}) while this node ran; it has been started again, so retry."
