"""A context for calling node functions plainly."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

from nodegraph import Context
from nodegraph.node_api import events
from nodegraph.node_api.context import Places


class Recorder:
    """Keeps the events of one call; `context` is handed to the node."""

    def __init__(
        self, folder: Path, *, workflow: str = "", metadata: bool = True, models: Any = None
    ) -> None:
        self.events: list[events.Event] = []
        self.stop = Event()
        places = Places(folder / "output", folder, workflow, metadata)
        self.context = Context("node", places, self.events.append, self.stop, models)

    def written(self) -> list[Path]:
        return [Path(path) for path in self.context.written]

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]
