from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.edits import Edit
from nodegraph.formats.native import dumps, load, loads
from nodegraph.model import json_text
from nodegraph.model.graph import Frame, Graph, Node, Note, Port, Source, Subgraph
from nodegraph.model.spec import NodeSpec, Output, Param, Socket
from nodegraph.support.errors import EditError, LoadError
from tests.nodegraph.strategies import chain, edits

BY_HAND = """{"format": "nodegraph", "version": 1, "nodes": [
  {"id": "prompt", "type": "TextEncode", "version": 1, "params": {"text": "a red house by a lake"}, "inputs": {"clip": "checkpoint.clip"}, "pos": [320, 80]},
  {"id": "checkpoint", "type": "CheckpointLoader", "version": 1, "params": {"file": "x.safetensors", "whole": 1, "decimal": 1.0, "on": true}, "pos": [0, 80.5]},
  {"id": "joined", "type": "pack/Batch", "version": 3, "inputs": {"images": ["prompt.a", "checkpoint.b"]}, "links": {"images": [null, {"muted": true, "via": [[1, 2.5]], "portal": "light"}]}, "pos": [9, 9], "size": [200, 80], "title": "Größe", "color": "#ff0000", "mode": "bypass", "collapsed": true, "pinned": true, "hide_unlinked": true, "future": {"keys": [1, null]}}
], "frames": [
  {"id": "frame", "title": "Start", "members": ["prompt"], "rect": [0, 0, 100, 50], "color": "#00ff00", "collapsed": true, "locked": true, "later": 1}
], "notes": [
  {"id": "note", "text": "Two\\nlines", "pos": [1, 2], "size": [240, 120], "color": "#0000ff", "on": "prompt", "later": 2}
], "subgraphs": {"Fix": {"inputs": {"image": "first.image"}, "outputs": {"image": "first.out"}, "nodes": [
  {"id": "first", "type": "Sharpen", "version": 1, "pos": [0, 0]}
], "frames": [
  {"id": "inner_frame", "title": "Inside", "members": ["first"], "rect": [0, 0, 10, 5]}
], "notes": [
  {"id": "inner_note", "text": "Why", "pos": [1, 2], "size": [240, 120]}
], "later": 3}}, "view": {"zoom": 1.5}, "made by": "hand"}
"""  # noqa: E501


def minimal(**changes: Any) -> dict[str, Any]:
    """A file of two linked nodes, with some members of the second one changed."""
    second = {"id": "b", "type": "T", "inputs": {"x": "a.o"}, **changes}
    return {"format": "nodegraph", "version": 1, "nodes": [{"id": "a", "type": "T"}, second]}


def refusal(data: object) -> str:
    text = data if isinstance(data, str) else json.dumps(data)
    with pytest.raises(LoadError) as caught:
        loads(text, "w.json")
    return str(caught.value)


def test_a_file_reads_as_it_says_and_is_written_back_byte_for_byte() -> None:
    graph = loads(BY_HAND)
    joined = graph.nodes["joined"]
    assert joined.inputs["images"] == (
        Source("prompt", "a"),
        Source("checkpoint", "b", True, ((1, 2.5),), "light"),
    )
    assert (joined.mode, joined.title, joined.size, joined.version) == ("bypass", "Größe", (200, 80), 3)
    assert joined.extra == {"future": {"keys": [1, None]}}
    assert [type(v) for v in graph.nodes["checkpoint"].params.values()] == [str, int, float, bool]
    assert graph.frames["frame"].members == ("prompt",)
    assert graph.notes["note"].text == "Two\nlines"
    assert graph.subgraphs["Fix"].inputs == (Port("image", "first", "image"),)
    assert graph.subgraphs["Fix"].frames["inner_frame"].members == ("first",)
    assert graph.subgraphs["Fix"].notes["inner_note"].text == "Why"
    assert (graph.view, graph.extra) == ({"zoom": 1.5}, {"made by": "hand"})
    assert dumps(graph) == BY_HAND


@settings(max_examples=150, deadline=None)
@given(st.lists(edits, max_size=12))
def test_what_is_saved_loads_as_the_same_graph_and_saves_as_the_same_bytes(sequence: list[Edit]) -> None:
    graph = chain()
    for edit in sequence:
        try:
            graph = edit.apply(graph)
        except EditError:
            continue
    text = dumps(graph)
    again = loads(text)
    assert again == graph
    assert [*again.nodes] == [*graph.nodes]
    assert dumps(again) == text
    for name, node in graph.nodes.items():
        assert {k: type(v) for k, v in again.nodes[name].params.items()} == {
            k: type(v) for k, v in node.params.items()
        }


def test_what_a_hand_may_leave_out() -> None:
    node = loads(json.dumps(minimal())).nodes["b"]
    assert node == Node("b", "T", inputs={"x": (Source("a", "o"),)})
    assert loads('{"format": "nodegraph", "version": 1}') == Graph()


def test_a_linked_parameter_stands_in_inputs_and_its_value_is_not_lost() -> None:
    graph = Graph.of(
        Node("a", "T"), Node("b", "T", params={"s": 5, "t": 1}, inputs={"s": (Source("a", "o"),)})
    )
    line = json.loads(dumps(graph))["nodes"][1]
    assert line["params"] == {"t": 1}
    assert line["links"] == {"s": {"value": 5}}
    assert loads(dumps(graph)) == graph
    muted = Graph.of(Node("a", "T"), Node("b", "T", params={"s": 5}, inputs={"s": (Source("a", "o", True),)}))
    assert json.loads(dumps(muted))["nodes"][1]["params"] == {"s": 5}
    assert loads(dumps(muted)) == muted


def test_defaults_are_written_where_the_types_are_known() -> None:
    spec = NodeSpec(
        "T",
        "T",
        "tests",
        sockets=(Socket("x", "Image"),),
        params=(Param("steps", "Int", 20), Param("cfg", "Float", 7.0), Param("name", "Text", "n")),
        outputs=(Output("o", "Image"),),
    )
    graph = Graph.of(
        Node("a", "T", params={"odd": 1, "cfg": 3}),
        Node("b", "T", inputs={"name": (Source("a", "o"),)}),
        Node("c", "U"),
        Node("d", "T", version=9),
    )
    nodes = json.loads(dumps(graph, {"T": spec}))["nodes"]
    assert list(nodes[0]["params"].items()) == [("steps", 20), ("cfg", 3), ("name", "n"), ("odd", 1)]
    assert nodes[1]["params"] == {"steps": 20, "cfg": 7.0}
    assert "params" not in nodes[2]
    assert "params" not in nodes[3]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("{", "w.json: not JSON at line 1, column 2"),
        ("", "w.json: not JSON"),
        ("[]", "no workflow; those of nodegraph begin"),
        ('{"nodes": []}', "no workflow; those of nodegraph begin"),
        ("{}", "no workflow; those of nodegraph begin"),
        ('{"format": "nodegraph"}', "'version' must be"),
        ('{"format": "nodegraph", "version": true}', "'version' must be"),
        ('{"format": "nodegraph", "version": 99}', "saved by a newer nodegraph (format version 99"),
        ('{"format": "nodegraph", "version": 1, "version": 1}', "the key 'version' stands twice"),
        ('{"format": "nodegraph", "version": 1, "x": NaN}', "NaN is no number"),
        ('{"format": "nodegraph", "version": 1, "x": -Infinity}', "-Infinity is no number"),
        ('{"format": "nodegraph", "version": 1, "x": 1e999}', "the number 1e999 is too large"),
        ('{"format": "nodegraph", "version": 1, "x": 18446744073709551616}', "beyond 64 bits"),
        ('{"format": "nodegraph", "version": 1, "x": ' + "9" * 9999 + "}", "beyond 64 bits"),
        ('{"format": "nodegraph", "version": 1, "x": "\\ud800"}', "half a character"),
        ('{"format": "nodegraph", "version": 1, "x": ' + "[" * 100 + "]" * 100 + "}", "64 deep"),
        ("[" * 100_000 + "]" * 100_000, "64 deep"),
        ('{"a":' * 100_000, "64 deep"),
        (minimal(id="a"), "two nodes are called 'a'; rename one"),
        (minimal(id="has.dot"), "node number 2: 'has.dot' is no id"),
        (minimal(id=7), "node number 2: 'id' must be a text, not the number 7"),
        (minimal(type=""), "node b: 'type' must be a text of 1 to 200"),
        (minimal(type=None), "node b: 'type' must be a text, not nothing"),
        (minimal(version=0), "node b: 'version' must be a whole number from 1"),
        (minimal(version=1.0), "node b: 'version' must be a whole number from 1"),
        (minimal(params=[]), "node b: 'params' must be an object"),
        (minimal(params={"s": [1]}), "node b: the value of 's' is a list"),
        (minimal(params={"s": None}), "node b: the value of 's' is null"),
        (minimal(inputs="a.o"), "node b: 'inputs' must be an object"),
        (minimal(inputs={"x": "a"}), "input 'x' must name a node and its output, as in 'node.output'"),
        (minimal(inputs={"x": ["a.o", 3]}), "not the number 3"),
        (minimal(inputs={"x": "aa.o"}), "is linked to node 'aa', which is not in the file; did you mean 'a'?"),
        (minimal(inputs={"x": "zzz.o"}), "add that node or remove the link."),
        (minimal(inputs={"x": "b.o"}), "feed each other in a circle (b)"),
        (minimal(links={"y": {}}), "'links' tells of the input 'y', which is not linked"),
        (minimal(links={"x": [{}, {}]}), "needs one entry for each link"),
        (minimal(links={"x": {"mutd": True}}), "unknown key 'mutd'; known are muted"),
        (minimal(links={"x": {"via": [[1]]}}), "'via' must be a list of 2 numbers"),
        (minimal(links={"x": 3}), "link of 'x': expected an object"),
        (minimal(links={"x": {"value": []}}), "the value is a list"),
        (minimal(pos=[1]), "node b: 'pos' must be a list of 2 numbers"),
        (minimal(pos=[True, 1]), "'pos' must be a list of 2 numbers"),
        (minimal(pos=[1e30, 1]), "'pos' is beyond the canvas"),
        (minimal(size="big"), "'size' must be a list of 2 numbers, not the text 'big'"),
        (minimal(mode="off"), "'mode' must be run, mute or bypass, not the text 'off'"),
        (minimal(mode=[]), "'mode' must be run, mute or bypass"),
        (minimal(collapsed=1), "'collapsed' must be true or false"),
        (minimal(title=3), "'title' must be a text"),
        (minimal() | {"nodes": {}}, "'nodes' must be a list"),
        (minimal() | {"nodes": [3]}, "node number 1: expected an object in braces, found the number 3"),
        (minimal() | {"frames": [{"id": "f", "members": ["q"]}]}, "frame f: its member 'q' is no node"),
        (minimal() | {"frames": [{"id": "f", "members": [{}]}]}, "'members' must be a list of node ids"),
        (
            minimal() | {"frames": [{"id": "f", "members": ["a"]}, {"id": "g", "members": ["a"]}]},
            "node a is a member of frame f and again of g",
        ),
        (minimal() | {"frames": [{"id": "a"}]}, "'a' is the id of two things"),
        (minimal() | {"notes": [{"id": "n"}, {"id": "n"}]}, "two frames or notes are called 'n'"),
        (minimal() | {"notes": [{"id": "n", "on": "q"}]}, "note n: it is pinned to 'q'"),
        (minimal() | {"notes": [{"id": "n", "text": 4}]}, "note n: 'text' must be a text"),
        (minimal() | {"view": 3}, "'view' must be an object"),
        (minimal() | {"subgraphs": {"S": {"inputs": {"i": "q.x"}}}}, "'i' in 'inputs' must name one of its nodes"),
        (
            minimal() | {"subgraphs": {"S": {"frames": [{"id": "f", "members": ["q"]}]}}},
            "subgraph 'S', frame f: its member 'q' is no node of the file",
        ),
        (
            minimal() | {"subgraphs": {"S": {"nodes": [{"id": "s", "type": "subgraph/S"}]}}},
            "subgraph 'S' contains itself",
        ),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_sentence(data: object, sentence: str) -> None:
    said = refusal(data)
    assert sentence in said
    assert said.startswith("w.json")
    assert said.endswith((".", "?"))
    assert "\n" not in said
    assert len(said) < 300


def test_a_circle_through_a_muted_link_is_a_circle() -> None:
    data = minimal()
    data["nodes"][0] |= {"inputs": {"x": "b.o"}, "links": {"x": {"muted": True}}}
    assert "circle" in refusal(data)


def test_few_lines_that_unfold_to_millions_of_nodes_are_refused() -> None:
    def level(number: int) -> dict[str, Any]:
        kind = f"subgraph/S{number - 1}" if number else "T"
        return {"nodes": [{"id": f"n{i}", "type": kind} for i in range(10)]}

    wide = {f"S{number}": level(number) for number in reversed(range(20))}
    assert "unfolds to more than" in refusal(minimal() | {"subgraphs": wide})
    deep = {f"S{i}": {"nodes": [{"id": "n", "type": f"subgraph/S{i + 1}"}]} for i in range(5000)}
    assert "nested more than 32 deep" in refusal(minimal() | {"subgraphs": deep})


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="There is no file"):
        load(tmp_path / "missing.json")
    with pytest.raises(LoadError, match="is a folder"):
        load(tmp_path)
    (tmp_path / "latin.json").write_bytes(dumps(chain()).encode() + b"\xff")
    with pytest.raises(LoadError, match=r"latin.json: byte \d+ is not UTF-8 text"):
        load(tmp_path / "latin.json")
    (tmp_path / "wide.json").write_text(dumps(chain()), encoding="utf-16")
    with pytest.raises(LoadError, match="not UTF-8"):
        load(tmp_path / "wide.json")
    (tmp_path / "marked.json").write_text(dumps(chain()), encoding="utf-8-sig")
    assert load(tmp_path / "marked.json") == chain()


def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(LoadError, match="100 MB is more than a workflow can be"):
            load(path)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_text_that_would_fill_the_memory_is_refused_unparsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "MAX_PARTS", 1000)
    assert "more than 1,000 lists" in refusal("[" + "[]," * 1001 + "0]")
    monkeypatch.setattr(json_text, "MAX_BYTES", 1000)
    assert "no workflow is" in refusal(" " * 1001)


def test_ten_thousand_nodes_load_in_a_moment() -> None:
    nodes = [Node("n0", "T")]
    nodes += [
        Node(f"n{i}", "T", params={"a": i, "b": 1.5, "c": "text"}, inputs={"x": (Source(f"n{i - 1}", "o"),)})
        for i in range(1, 10_000)
    ]
    text = dumps(Graph.of(*nodes))
    assert len(loads(text).nodes) == 10_000


def test_unknown_types_and_keys_survive() -> None:
    graph = Graph(
        {"a": Node("a", "nobody/Knows", 7, {"x": 1}, extra={"future": [1]})},
        {"f": Frame("f", extra={"k": 1})},
        {"n": Note("n", extra={"k": 2})},
        {"S": Subgraph("S", extra={"k": 3})},
        extra={"k": 4},
    )
    assert loads(dumps(graph)) == graph
