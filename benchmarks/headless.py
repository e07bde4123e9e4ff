"""An engine process for the editor that also runs graphs as the command line does: nobody hears of steps or pictures.

Whoever measures says which by the seed of the sampler: even is headless. Both take turns in one process, because two
processes alike differ by some six percent, for as long as they live, in where their memory happens to lie.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.engine.worker import Worker
from nodegraph.formats.native import loads
from nodegraph.node_api import events

NODE = "sampler"


class Either(Worker):
    """The editor's engine process, with headless runs between."""

    def _run(self, request: Mapping[str, Any]) -> None:
        graph = loads(request["graph"], "the benchmark")
        if int(str(graph.nodes[NODE].params["seed"])) % 2:
            super()._run(request)
            return
        kept: list[events.Event] = []

        def hear(event: events.Event) -> None:
            if isinstance(event, events.NodeFinished | events.RunFinished):
                kept.append(event)

        base = Path(request.get("base") or ".")
        self._engine.run(graph, request.get("targets"), on_event=hear, base=base, workflow=request["graph"])
        for event in kept:
            self._send(event)


def main() -> None:
    """As the editor's own engine process begins."""
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Either(sys.stdin.buffer, outgoing).run()


if __name__ == "__main__":
    main()
