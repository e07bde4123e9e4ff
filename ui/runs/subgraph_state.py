"""Runs of nodes inside subgraphs, as the level that one looks at shows them: a node stands for all that is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ui.runs.node_state import IDLE, NodeRun, RunStatus

ORDER: tuple[RunStatus, ...] = ("stale", "done", "cached")
"""What a subgraph is when none of its nodes runs or failed: the first of these that one of them is."""


def at_level(level: str, names: Iterable[str]) -> set[str]:
    """The nodes of a level ("" for the document, "group/" for what is in `group`) that hold these or are these."""
    return {name[len(level) :].partition("/")[0] for name in names if name.startswith(level)}


def seen(runs: Mapping[str, NodeRun], level: str, node: str) -> NodeRun:
    """What a node of a level does: its own run, or where it stands for a subgraph what those inside come to."""
    own = runs.get(level + node, IDLE)
    inside = [run for name, run in runs.items() if name.startswith(f"{level}{node}/")]
    for status in ("failed", "running"):
        found = next((run for run in inside if run.status == status), None)
        if found is not None:
            return found
    if own.status == "queued" or not inside:
        return own
    whole: RunStatus = next((s for s in ORDER if any(run.status == s for run in inside)), "idle")
    seconds = sum(run.seconds for run in inside)
    return NodeRun(whole, seconds=seconds, bytes=max(run.bytes for run in inside))
