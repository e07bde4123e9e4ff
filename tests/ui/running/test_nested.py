from __future__ import annotations

from ui.runs.node_state import IDLE, NodeRun
from ui.runs.subgraph_state import at_level, seen

DONE, RUNS = NodeRun("done", seconds=2.0, bytes=10), NodeRun("running", step=3, total=9)


def test_names_are_seen_from_their_level() -> None:
    names = ["load", "group/a", "group/deep/b", "other/c"]
    assert at_level("", names) == {"load", "group", "other"}
    assert at_level("group/", names) == {"a", "deep"}
    assert at_level("group/deep/", names) == {"b"}


def test_a_subgraph_does_what_is_done_in_it() -> None:
    runs = {"group/a": DONE, "group/deep/b": RUNS, "load": DONE}
    assert seen(runs, "", "group") == RUNS and seen(runs, "group/", "deep") == RUNS
    assert seen(runs, "", "load") == DONE and seen(runs, "", "nobody") == IDLE
    runs["group/deep/b"] = NodeRun("failed", message="No memory.")
    assert seen(runs, "", "group").message == "No memory."
    runs["group/deep/b"] = DONE
    assert seen(runs, "", "group") == NodeRun("done", seconds=4.0, bytes=10)
    runs["group/a"] = NodeRun("stale")
    assert seen(runs, "", "group").status == "stale"


def test_a_subgraph_waits_until_one_of_its_nodes_begins() -> None:
    runs = {"group": NodeRun("queued"), "group/a": DONE}
    assert seen(runs, "", "group").status == "queued"
    assert seen(runs | {"group/a": RUNS}, "", "group") == RUNS
