"""The queue without an engine: order, what survives a restart, labels, seeds."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.edits.exposure import SetLimits
from nodegraph.edits.ports import AddPort
from nodegraph.edits.subgraphs import MakeSubgraph
from nodegraph.jobs.job import Job
from nodegraph.jobs.queue import JobQueue
from nodegraph.model.graph import Graph, Node, Port, Source
from nodegraph.model.spec import Scalar
from nodegraph.node_api.events import RunFinished, Written
from tests.ui.canvas.worlds import default_workflow, graph_of
from tests.ui.catalogue import SPECS
from tests.ui.running.graphs import painting
from tests.ui.running.painting_nodes import SPECS as PAINTING
from ui.runs.job_labels import label
from ui.runs.run_queries import coarse, identity, prompt_of, result_spots, upstream
from ui.runs.seeds import draw, mode_of, shown_seeds, shows, with_mode


def job(name: str) -> Job:
    return Job(
        name, painting(seed=len(name)), f"label {name}", "doc", targets=("show",), seeds={"paint.seed": 3}
    )


def told(ok: bool = True, cancelled: bool = False, error: str = "") -> RunFinished:
    return RunFinished(ok, ("a", "b"), ("c",), (Written("b", "p.png"),), 1.5, cancelled, error)


def ids(jobs: tuple[Job, ...]) -> str:
    return "".join(job.id for job in jobs)


def test_jobs_run_in_order_and_may_be_put_in_another() -> None:
    queue = JobQueue()
    for name in "abcd":
        queue.add(job(name))
    queue.add(job("e"), first=True)
    assert ids(queue.waiting) == "eabcd"
    queue.move("d", 0)
    queue.move("e", 99)
    assert ids(queue.waiting) == "dabce"
    first = queue.start()
    assert first is not None and first.id == "d" and first.state == "running"
    assert queue.start() is None
    done = queue.finish(told())
    assert done is not None and (done.state, done.ran, done.cached, done.outputs) == (
        "done",
        2,
        1,
        ("p.png",),
    )
    assert queue.remove("b") is not None and ids(queue.waiting) == "ace" and ids(queue.over) == "d"
    copy = queue.again("d", first=True)
    assert copy is not None and copy.state == "waiting" and copy.seeds == {"paint.seed": 3}
    assert queue.waiting[0].id == copy.id != "d"
    assert queue.edit("a", painting(seed=9), "new") and queue.find("a").label == "new"  # type: ignore[union-attr]  # just edited
    assert not queue.edit("d", painting(), "gone")


@pytest.mark.parametrize(
    ("event", "state"),
    [(told(), "done"), (told(False, True), "stopped"), (told(False, error="It broke."), "failed")],
)
def test_an_outcome_is_kept_and_the_next_follows(event: RunFinished, state: str) -> None:
    queue = JobQueue()
    queue.add(job("a"))
    queue.add(job("b"))
    queue.start()
    done = queue.finish(event)
    assert done is not None and done.state == state and done.error == event.error
    assert (found := queue.start()) is not None and found.id == "b"


def test_a_pause_holds_back_what_waits_and_can_be_set_after_a_job() -> None:
    queue = JobQueue()
    queue.add(job("a"))
    queue.add(job("b"))
    queue.pause_after = "a"
    queue.start()
    queue.finish(told())
    assert queue.paused and queue.start() is None
    queue.pause(False)
    assert (found := queue.start()) is not None and found.id == "b"


def test_what_waits_and_runs_survives_a_restart_and_waits_paused(tmp_path: Path) -> None:
    path = tmp_path / "queue.jsonl"
    queue = JobQueue(path)
    for name in "abc":
        queue.add(job(name))
    queue.start()
    again = JobQueue(path)
    assert ids(again.waiting) == "abc" and again.paused and again.restored == 3
    for old, new in zip("abc", again.waiting, strict=True):
        assert new == job(old)
    queue.finish(told())
    queue.start()
    queue.finish(told())
    assert ids(JobQueue(path).waiting) == "c"


@given(
    st.lists(st.one_of(st.text(), st.sampled_from(['{"id": 1}', "[]", "null", '{"targets": 3}'])), max_size=6)
)
def test_a_damaged_file_costs_only_the_damaged_lines(
    tmp_path_factory: pytest.TempPathFactory, junk: list[str]
) -> None:
    path = tmp_path_factory.mktemp("queue") / "queue.jsonl"
    queue = JobQueue(path)
    queue.add(job("a"))
    good = path.read_text("utf-8")
    path.write_text("\n".join(junk) + "\n" + good, encoding="utf-8", errors="replace")
    assert ids(JobQueue(path).waiting) == "a"


def test_labels_say_what_changed() -> None:
    before = graph_of(default_workflow())
    sampler, prompt = before.nodes["sampler"], before.nodes["prompt"]

    def after(*nodes: Node, removed: tuple[str, ...] = ()) -> str:
        return label(before, before.with_nodes(nodes, removed), SPECS)

    def values(node: Node, **params: Scalar) -> Node:
        return replace(node, params={**node.params, **params})

    assert label(None, before, SPECS).startswith("a lighthouse on a cliff")
    assert after() == "again"
    assert after(replace(sampler, pos=(9, 9))) == "again"
    assert after(values(sampler, steps=30)) == "steps 24 → 30"
    assert after(values(sampler, seed=5, cfg=7.0)) == "seed 5, cfg 6.5 → 7"
    text = str(prompt.params["text"]).replace("lighthouse", "castle")
    assert after(values(prompt, text=text)) == "lighthouse → castle"
    assert after(replace(sampler, mode="mute")) == "KSampler muted"
    assert after(Node("lora", "LoraLoader")) == "+ Load LoRA"
    assert after(removed=("save",)) == "− Save picture"
    many = values(sampler, seed=1, steps=2, cfg=3.0, denoise=0.5, sampler="heun")
    assert after(many) == "seed 1, steps 24 → 2, cfg 6.5 → 3 and 2 more"


def test_seeds_are_drawn_when_queued_and_count_on() -> None:
    fixed = painting(seed=5)
    assert draw(fixed, PAINTING, {}) == (fixed, {})
    graph, drawn = draw(painting(seed=5, mode="new"), PAINTING, {}, lambda limit: min(limit - 1, 77))
    assert drawn == {"paint.seed": 77} and graph.nodes["paint"].params["seed"] == 77
    counting = painting(seed=5, mode="next")
    first, seeds = draw(counting, PAINTING, {})
    assert first.nodes["paint"].params["seed"] == 5
    second, seeds = draw(counting, PAINTING, seeds)
    assert second.nodes["paint"].params["seed"] == 6 and seeds == {"paint.seed": 6}
    assert draw(counting, PAINTING, {"paint.seed": 2**64 - 1})[1] == {"paint.seed": 0}
    linked = replace(counting.nodes["paint"], inputs={"seed": (Source("words", "number"),)})
    assert draw(counting.with_nodes([linked]), PAINTING, {})[1] == {}


def grouped(mode: str, **limits: int) -> Graph:
    """The painting's node in a subgraph, its seed inside counted or drawn; with limits it is exposed."""
    graph = MakeSubgraph(("paint",), "In/side.1", "group").apply(painting(seed=5, mode=mode))
    if limits:
        graph = AddPort("In/side.1", Port("a.b", "paint", "seed")).apply(graph)
        graph = SetLimits("In/side.1", "a.b", limits["least"], limits["most"]).apply(graph)
        graph = graph.with_nodes([with_mode(graph.nodes["group"], "a.b", "new" if mode == "new" else "next")])
    return graph


def test_seeds_inside_subgraphs_are_drawn_and_shown() -> None:
    graph = grouped("next")
    first, seeds = draw(graph, PAINTING, {})
    assert first.subgraphs["In/side.1"].nodes["paint"].params["seed"] == 5
    second, seeds = draw(graph, PAINTING, seeds)
    (key,) = seeds
    assert second.subgraphs["In/side.1"].nodes["paint"].params["seed"] == seeds[key] == 6
    (edit,) = shown_seeds(graph, seeds)
    assert shows(edit.apply(graph), key, 6) and not shows(graph, key, 6)
    assert shown_seeds(painting(), seeds) == [] and not shows(painting(), key, 6)


def test_drawn_and_counted_seeds_keep_to_the_limits_of_a_subgraph() -> None:
    for state in range(20):
        graph = grouped("new", least=10, most=14)
        drawn, seeds = draw(graph, PAINTING, {}, random.Random(state).randrange)
        assert drawn.nodes["group"].params["a.b"] == seeds["group.a.b"] in range(10, 15)
    graph = grouped("next", least=10, most=14)
    assert draw(graph, PAINTING, {})[1]["group.a.b"] == 10
    assert draw(graph, PAINTING, {"group.a.b": 14})[1]["group.a.b"] == 10
    assert shows(draw(graph, PAINTING, {})[0], "group.a.b", 10)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**31))
def test_random_seeds_are_in_range(shown: int, state: int) -> None:
    chance = random.Random(state)
    _, drawn = draw(painting(seed=shown, mode="new"), PAINTING, {}, chance.randrange)
    assert 0 <= drawn["paint.seed"] < 2**32


def test_the_mode_of_a_seed_is_kept_with_the_node() -> None:
    node = replace(painting().nodes["paint"], extra={"other": 1})
    for mode in ("new", "next", "fixed"):
        node = with_mode(node, "seed", mode)
        assert mode_of(node, "seed") == mode and node.extra["other"] == 1
    assert dict(node.extra) == {"other": 1}
    assert mode_of(replace(node, extra={"seed_mode": [1]}), "seed") == "fixed"


def test_a_graph_is_known_by_what_it_computes() -> None:
    graph = graph_of(default_workflow())
    same = graph.with_nodes([replace(graph.nodes["sampler"], pos=(1, 1), title="x"), Node("lone", "Number")])
    name = identity(graph, SPECS, None)
    assert identity(same, SPECS, None) == name != identity(graph, SPECS, ["decode"])
    for key, value in (("steps", 25), ("cfg", 6), ("denoise", True)):
        node = graph.nodes["sampler"]
        other = graph.with_nodes([replace(node, params={**node.params, key: value})])
        assert identity(other, SPECS, None) != name


def test_what_a_graph_shows_and_says() -> None:
    graph = graph_of(default_workflow())
    assert result_spots(graph, SPECS, None) == [("save", ("decode", "image"))]
    assert result_spots(graph, SPECS, ["sampler"]) == [("sampler", ("sampler", "latent"))]
    assert prompt_of(graph, SPECS).startswith("a lighthouse")
    assert upstream(graph, ["latent"]) == {"latent"}
    few = coarse(graph, SPECS)
    assert few is not None and few.nodes["sampler"].params["steps"] == 4
    assert coarse(few, SPECS) is None
    assert isinstance(few, Graph)


@pytest.mark.parametrize("allowed", [None, (), ("/a/b.png", "c")])
def test_the_files_that_a_waiting_job_may_read_are_kept(allowed: tuple[str, ...] | None) -> None:
    data = json.loads(json.dumps(Job("a", painting(), "label", allowed=allowed).to_json()))
    assert Job.from_json(data).allowed == allowed
    if allowed is None:
        # A job that an earlier version kept.
        del data["allowed"]
        assert Job.from_json(data).allowed is None
    for wrong in ([1], "ab", 3, {"a": 1}, ["a\0"]):
        with pytest.raises((TypeError, ValueError)):
            Job.from_json({**data, "allowed": wrong})
