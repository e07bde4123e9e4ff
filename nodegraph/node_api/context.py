"""What a running node may do besides returning a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from nodegraph.node_api import events
from nodegraph.support.errors import Cancelled
from nodegraph.support.messages import phrase


@dataclass(frozen=True, slots=True)
class Places:
    """Where files may be written and what they carry.

    `output` is the only folder a node may write to. `workflow` is the JSON of the running graph, which saved
    pictures carry unless `metadata` is off. `base` is the folder relative input paths start from. `made_with` is the
    record of machine, versions and files (nodegraph/analysis/made_with.py) that they carry beside the workflow.
    """

    output: Path
    base: Path
    workflow: str = ""
    metadata: bool = True
    made_with: str = ""


@dataclass(slots=True)
class Context:
    """Handed to a node function that asks for it; valid while that function runs.

    `models` makes descriptions of weights real; what it is belongs to the nodes that use it. A node whose result is
    less exact than it should be, for want of memory, says so by `makeshift`: the next run makes it anew.
    """

    node: str
    places: Places
    emit: Callable[[events.Event], None]
    stop: Event
    models: Any = None
    written: list[str] = field(default_factory=list)
    makeshift: bool = False

    def check(self) -> None:
        """Raise Cancelled if the run was cancelled; call it wherever work can stop."""
        if self.stop.is_set():
            raise Cancelled

    def progress(self, step: int, total: int, text: str = "") -> None:
        """Say that `step` of `total` is done; raises Cancelled."""
        self.check()
        self.emit(events.Progress(self.node, step, total, text))

    def preview(self, picture: Callable[[], Any] | Any) -> None:
        """Show a picture of the work so far (uint8 rows x columns x 3, or a function that makes it)."""
        self.emit(events.Preview(self.node, picture))

    def say(self, text: str, /, **values: object) -> None:
        """Tell the artist something that is no error; a template with its values can be said in other languages."""
        self.emit(events.Message(self.node, phrase(text, **values)))

    def wrote(self, path: Path) -> None:
        """Report a file that this node has written; it must lie in the output folder."""
        self.written.append(str(path))
