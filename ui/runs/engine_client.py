"""The engine's process as the window sees it: one signal for everything it says, and no call that waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from nodegraph.engine.local import Options
from nodegraph.engine.remote import RemoteEngine
from nodegraph.model.graph import Graph
from nodegraph.node_api import events
from ui.config import paths
from ui.i18n.node_texts import translate_spec_text
from ui.i18n.translate import translate_message
from ui.runs.event_pacer import Inbox

DISK_BYTES = 10 << 30
"""So much of the disk may hold results."""
GRACE = 5.0
"""Seconds after a cancel until the process is replaced."""
FULL = 8192
"""The longest side of a picture that is looked at closely."""
PLANE = 256
"""The longest side of a channel of a latent."""

SAID = ("title", "text", "message", "reason", "error")
"""What of an event a person reads."""

Answer = Callable[[Any], object]
"""Gets the events.Shown or events.Channels that was asked for."""


def editor_options(models: Sequence[Path] = (), output: Path = Path("output")) -> Options:
    """How the editor runs its engine: results are kept on disk, node types read from code are remembered."""
    cache = paths.cache_folder()
    return Options(
        models=tuple(models),
        output=output,
        cache_dir=cache / "results",
        disk_bytes=DISK_BYTES,
        remember=cache,
    )


class EngineBridge(QObject):
    """Owns the engine. Everything asked of it is passed on by a thread, so that a busy child holds up no window."""

    heard = Signal(object)
    """An event of the engine, in the order they were said; emitted in the window's thread."""
    settled = Signal()
    """After one or more `heard`: all that was said until now has been told."""

    def __init__(
        self,
        options: Options,
        parent: QObject | None = None,
        *,
        library: str = "",
        grace: float = GRACE,
    ) -> None:
        super().__init__(parent)
        self._inbox = Inbox(self._hear, self)
        self._inbox.settled.connect(self.settled)
        self._engine = RemoteEngine(options, self._inbox.put, grace=grace, library=library)
        self._caller = ThreadPoolExecutor(1, "engine-caller")
        self._closed = False
        self.state = events.EngineState("stopped")
        self._looks: list[tuple[type[events.Shown | events.Channels], tuple[str, str, str], Answer]] = []
        self._recalls: dict[int, Callable[[events.AtHand], object]] = {}
        self._numbers = count(1)

    @property
    def process(self) -> int:
        """The child's process id, 0 if there is none."""
        return self._engine.process

    def start(self) -> None:
        """Start the child; EngineState events tell how far it is."""
        self.state = events.EngineState("starting")
        self._ask(self._engine.start)

    def run(
        self,
        graph: Graph,
        targets: Sequence[str] | None = None,
        base: Path | None = None,
        document: str = "",
        allowed: Sequence[str] | None = None,
    ) -> None:
        """Run the graph of a document; what happens comes as events, RunFinished last.

        Its nodes read no files outside `base` but those `allowed`; None leaves that to the engine.
        """
        self._ask(lambda: self._engine.submit(graph, targets, base=base, document=document, allowed=allowed))

    def cancel(self) -> None:
        """Stop the run within one step, or after the grace time by force."""
        self._ask(self._engine.cancel)

    def kill(self) -> None:
        """Replace the child at once, whatever it does."""
        self._engine.kill()

    def look(self, node: str, output: str, answer: Answer, size: int = FULL, document: str = "") -> None:
        """Ask for a result of a document's last run as a picture and facts; `answer` gets it, unless the child ends.

        Without a name it is that of the document that ran last.
        """
        self._looks.append((events.Shown, (document, node, output), answer))
        self._ask(lambda: self._engine.look(node, output, size, document))

    def channels(
        self,
        node: str,
        output: str,
        answer: Answer,
        item: int = 0,
        size: int = PLANE,
        document: str = "",
    ) -> None:
        """Ask for the channels of a latent of a document's last run; `answer` gets them, unless the child ends."""
        self._looks.append((events.Channels, (document, node, output), answer))
        self._ask(lambda: self._engine.channels(node, output, item, size, document))

    def recall(
        self,
        graph: Graph,
        base: Path,
        answer: Callable[[events.AtHand], object],
        document: str = "",
        keys_of: Sequence[str] = (),
        allowed: Sequence[str] | None = None,
    ) -> None:
        """Ask which nodes' results are kept, unless the child ends; from then on they can be looked at.

        The answer also has the keys of the nodes `keys_of`. `allowed` is as for `run`.
        """
        number = next(self._numbers)
        self._recalls[number] = answer
        kept = tuple(keys_of)
        self._ask(
            lambda: self._engine.recall(
                graph, number, base=base, document=document, keys_of=kept, allowed=allowed
            )
        )

    def gauge(self) -> None:
        """Ask for memory figures; Gauge is the answer."""
        self._ask(self._engine.gauge)

    def purge(self, *, disk: bool) -> None:
        """Free memory, and the disk if asked; Gauge is the answer."""
        self._ask(lambda: self._engine.purge(disk=disk))

    def animate(self, frames: Sequence[events.Picture], path: Path, seconds: float = 0.25) -> None:
        """Ask for an animated WebP of pictures of one size; Exported is the answer."""
        kept = tuple(frames)
        self._ask(lambda: self._engine.animate(kept, path, seconds))

    def close(self) -> None:
        """End the child and the thread; may be called twice."""
        if self._closed:
            return
        self._closed = True
        self._engine.kill()
        self._caller.shutdown(wait=True, cancel_futures=True)
        self._engine.close()

    def _ask(self, call: Callable[[], Any]) -> None:
        if not self._closed:
            self._caller.submit(call)

    def _hear(self, event: events.Event) -> None:
        if self._closed:
            return
        event = worded(event)
        if isinstance(event, events.EngineState):
            self.state = event
            if event.state in ("starting", "stopped"):
                self._looks.clear()
        self.heard.emit(event)
        if isinstance(event, events.Shown | events.Channels):
            self._answer(event)
        elif isinstance(event, events.AtHand):
            answer = self._recalls.pop(event.number, None)
            # One that was asked before was lost with the child it was asked of.
            self._recalls = {number: kept for number, kept in self._recalls.items() if number > event.number}
            if answer is not None:
                answer(event)

    def _answer(self, event: events.Shown | events.Channels) -> None:
        spot = (event.document, event.node, event.output)
        for index, (kind, asked, answer) in enumerate(self._looks):
            if (kind, asked) == (type(event), spot):
                del self._looks[index]
                answer(event)
                return


def worded(event: events.Event) -> events.Event:
    """What the engine says, in the user's language."""
    told = {name: getattr(event, name) for name in SAID if isinstance(getattr(event, name, None), str)}
    changes: dict[str, Any] = {
        name: translate_message(text) for name, text in told.items() if translate_message(text) != text
    }
    if "title" in told:
        changes["title"] = translate_spec_text(told["title"])
    return replace(event, **changes) if changes else event
