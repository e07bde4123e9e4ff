from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.journal import codec
from nodegraph.journal.history import Branch, History, Step
from nodegraph.journal.recovery import recover, recoverable
from nodegraph.journal.stamp import Stamp
from nodegraph.model.graph import Frame, Graph, Node, Note, Port, Source, Subgraph
from nodegraph.model.note_images import NotePicture
from tests.nodegraph.strategies import PNG
from tests.ui.journals import graph, journal_of

names = st.sampled_from(["a", "b", "c", "d_2"])
numbers = st.integers(-9, 9).map(float)
points = st.tuples(numbers, numbers)
finite = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.one_of(st.booleans(), st.integers(-5, 5), finite, st.text(max_size=4))
limits = st.none() | st.integers(-9, 9)


@st.composite
def node_maps(draw: st.DrawFn) -> dict[str, Node]:
    """Nodes under their ids; each takes its inputs from those before it, so that there is no circle."""
    found: dict[str, Node] = {}
    for name in draw(st.lists(names, unique=True, max_size=4)):
        sources = st.builds(
            Source,
            st.sampled_from(list(found) or ["none"]),
            st.just("out"),
            st.booleans(),
            st.tuples(points),
            st.sampled_from(["", "P"]),
        )
        found[name] = draw(
            st.builds(
                Node,
                st.just(name),
                st.sampled_from(["KSampler", "pack/Gone"]),
                params=st.dictionaries(names, scalars, max_size=2),
                inputs=st.dictionaries(names, st.tuples(sources), max_size=2) if found else st.just({}),
                pos=points,
                size=st.none() | points,
                title=st.text(max_size=3),
                mode=st.sampled_from(["run", "mute"]),
                collapsed=st.booleans(),
                extra=st.dictionaries(st.text(max_size=2), st.lists(st.integers()), max_size=1),
            )
        )
    return found


@st.composite
def graph_values(draw: st.DrawFn) -> Graph:
    """Graphs as edits make them: nothing in them names what is not there."""
    nodes = draw(node_maps())
    texts = st.text(max_size=3)
    on = st.sampled_from(["", *nodes])
    frames = [Frame("f1", draw(texts), tuple(nodes)[:1]), Frame("f2", draw(texts), tuple(nodes)[1:2])]
    notes = [Note("n1", draw(texts), draw(points), on=draw(on)), Note("n2", draw(texts), draw(points))]
    subgraphs = {}
    for name in draw(st.lists(names, unique=True, max_size=2)):
        inner = draw(node_maps())
        ports = st.builds(
            Port,
            names,
            st.sampled_from(list(inner) or ["none"]),
            names,
            st.sampled_from(["", "Quality"]),
            limits,
            limits,
        )
        inputs = draw(st.lists(ports, max_size=1 if inner else 0))
        extra = draw(st.dictionaries(names, st.integers(), max_size=1))
        subgraphs[name] = Subgraph(name, inner, tuple(inputs), extra=extra)
    return Graph(
        nodes,
        {frame.id: frame for frame in draw(st.permutations(frames))[: draw(st.integers(0, 2))]},
        {note.id: note for note in draw(st.permutations(notes))[: draw(st.integers(0, 2))]},
        subgraphs,
        draw(st.dictionaries(names, st.integers(), max_size=4)),
    )


graphs = graph_values()


def same(one: Graph, other: Graph) -> bool:
    parts = (*codec.PARTS, *codec.WHOLE)
    return one == other and all(list(getattr(one, p)) == list(getattr(other, p)) for p in parts)


@given(graphs, graphs)
def test_a_delta_makes_the_other_graph_order_included(before: Graph, after: Graph) -> None:
    through_json = json.loads(json.dumps(codec.delta(before, after)))
    assert same(codec.apply(before, through_json), after)


operations = st.lists(
    st.one_of(
        st.tuples(st.just("push"), graphs),
        st.tuples(st.just("amend"), graphs),
        st.tuples(st.just("move"), st.floats(0, 1)),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(operations, st.integers(0, 12))
def test_everything_comes_back(
    tmp_path_factory: pytest.TempPathFactory, done: list[tuple[str, object]], flush_at: int
) -> None:
    folder = tmp_path_factory.mktemp("journals")
    journal, expected = journal_of(folder), History(graph(0))
    for number, (what, value) in enumerate(done):
        before = expected.graph
        if what == "push" and isinstance(value, Graph):
            step = Step(f"step {number}", value, "")
            journal.push(step, before)
            expected.push(step)
        elif what == "amend" and isinstance(value, Graph) and expected.index == len(expected.steps) > 0:
            journal.amend(before, value)
            expected.amend(value)
        elif what == "move" and isinstance(value, float):
            expected.move(round(value * len(expected.steps)))
            journal.move(expected.index)
        if number == flush_at:
            journal.write()
    journal.close()
    found = recover(recoverable(folder)[0])
    assert found is not None
    assert found.history == expected
    assert same(found.history.graph, expected.graph)
    found.journal.remove()
    assert recoverable(folder) == []


def test_a_line_cut_off_by_a_crash_is_dropped_and_the_journal_goes_on(tmp_path: Path) -> None:
    journal = journal_of(tmp_path)
    journal.push(Step("one", graph(1)), graph(0))
    journal.close()
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole + b'{"do":"push","label":"tw')
    found = recover(journal.path)
    assert found is not None
    assert [step.label for step in found.history.steps] == ["one"]
    found.journal.push(Step("two", graph(2)), graph(1))
    found.journal.close()
    again = recover(journal.path)
    assert again is not None
    assert [step.label for step in again.history.steps] == ["one", "two"]
    assert again.history.graph == graph(2)
    again.journal.close()


@given(cut=st.floats(0, 1), junk=st.binary(max_size=6))
@settings(max_examples=60)
def test_a_damaged_journal_gives_a_whole_beginning(
    tmp_path_factory: pytest.TempPathFactory, cut: float, junk: bytes
) -> None:
    folder = tmp_path_factory.mktemp("journals")
    journal = journal_of(folder)
    for number in range(1, 6):
        journal.push(Step(str(number), graph(number)), graph(number - 1))
    journal.close()
    data = journal.path.read_bytes()
    journal.path.write_bytes(data[: int(cut * len(data))] + junk)
    found = recover(journal.path)
    if found is not None:
        assert [step.label for step in found.history.steps] == ["1", "2", "3", "4", "5"][
            : found.history.index
        ]
        found.journal.close()


def test_an_undone_end_becomes_a_branch(tmp_path: Path) -> None:
    journal = journal_of(tmp_path)
    journal.push(Step("one", graph(1)), graph(0))
    journal.move(0)
    journal.push(Step("other", graph(2)), graph(0))
    journal.close()
    found = recover(journal.path)
    assert found is not None
    assert found.history.branches == [Branch(0, (Step("one", graph(1)),))]
    found.journal.close()


def test_saving_is_remembered_with_the_file(tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    file.write_text("{}")
    journal = journal_of(tmp_path)
    journal.push(Step("one", graph(1)), graph(0))
    journal.saved(file, Stamp.of(file))
    journal.close()
    found = recover(journal.path)
    assert found is not None
    assert (found.path, found.history.clean) == (file, True)
    assert found.stamp is not None
    assert found.stamp.holds(file)
    file.write_text("{ }")
    assert not found.stamp.holds(file)
    found.journal.close()


def test_a_journal_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from nodegraph.model.graph import Graph\n"
        "from nodegraph.journal.journal import Journal\n"
        "j = Journal.create(Path(sys.argv[1]), Graph(), None, None, True)\n"
        "j.write(); print('up', flush=True)\n"
        "sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None
        assert child.stdin is not None
        child.stdout.readline()
        assert recover(recoverable(tmp_path)[0]) is None
        child.kill()
    found = recover(recoverable(tmp_path)[0])
    assert found is not None
    found.journal.close()


def test_the_journal_keeps_a_picture_and_writes_it_once() -> None:
    picture = NotePicture.of(PNG)
    graph = Graph(notes={"n": Note("n", "![](p)", pictures={"p": picture})})
    moved = Graph(notes={"n": replace(graph.notes["n"], pos=(8.0, 8.0))})
    bare = Graph(notes={"n": replace(graph.notes["n"], pictures={})})
    assert codec.decode(json.loads(json.dumps(codec.encode(graph)))) == graph
    change = json.dumps(codec.delta(graph, moved))
    assert picture.text() not in change
    assert codec.apply(graph, json.loads(change)) == moved
    assert codec.apply(graph, json.loads(json.dumps(codec.delta(graph, bare)))) == bare


def test_the_size_of_a_change_counts_what_it_writes() -> None:
    before = Graph()
    after = before.with_nodes([Node("a", "KSampler"), Node("b", "KSampler")])
    assert codec.size(before, after) == len(codec.delta(before, after)["nodes"]["set"]) == 2
    assert codec.size(after, after) == 0
