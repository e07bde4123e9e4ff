"""Runs graphs as the command line does: one workflow as JSON on each line of standard input.

Prints the seconds that each node took, as a line of JSON. Other benchmarks start it beside what they measure.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from nodegraph import LocalEngine, Options, events
from nodegraph.fileformat import loads


def main(argv: list[str]) -> None:
    """`python -m benchmarks.headless OUTPUT [MODELS...]`."""
    options = Options(output=Path(argv[0]), models=tuple(map(Path, argv[1:])))
    with LocalEngine(options=options) as engine:
        for line in sys.stdin:
            taken: dict[str, float] = {}

            def hear(event: events.Event, taken: dict[str, float] = taken) -> None:
                if isinstance(event, events.NodeFinished):
                    taken[event.node] = event.seconds

            result = engine.run(loads(line, "the benchmark"), on_event=hear)
            if not result.ok:
                sys.exit(result.error)
            print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
