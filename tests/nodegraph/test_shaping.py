"""Edits that are computed from the graph: healing, swapping types, pasting, subgraphs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.edits import AddFrame, AddNote, Connect, Edit, RemoveNodes, RenameNode, SetParam
from nodegraph.edits.bridge_links import bridge_links
from nodegraph.edits.nested import Inside
from nodegraph.edits.paste import copied, pasted, without_loose_links
from nodegraph.edits.ports import AddPort, MakeUnique, OrderPorts, RemovePort, RenamePort
from nodegraph.edits.replace_type import replacement
from nodegraph.edits.subgraphs import MakeSubgraph, Unpack
from nodegraph.formats.native import dumps, loads
from nodegraph.model.diff import diff
from nodegraph.model.graph import Frame, Graph, Node, Note, Port, Source, Subgraph
from nodegraph.subgraphs.expand import flatten, subgraph_spec
from nodegraph.support.errors import EditError
from nodegraph.validation import problems
from tests.nodegraph.checking import FILES, node, workflow
from tests.nodegraph.specs import SPECS
from tests.nodegraph.strategies import chain, edits
from tests.nodegraph.valid import assert_valid


def with_loras() -> Graph:
    graph = workflow().with_nodes(
        [
            node("one", "Lora", {"model": "checkpoint.model", "clip": "checkpoint.clip"}),
            node("two", "Lora", {"model": "one.model", "clip": "one.clip"}),
        ]
    )
    graph = Connect(Source("two", "model"), "sampler", "model").apply(graph)
    return Connect(Source("two", "clip"), "good", "clip").apply(graph)


def test_deleting_heals_by_type_through_several_nodes() -> None:
    graph = with_loras()
    gone = ("one", "two")
    healed = RemoveNodes(gone, bridge_links(graph, gone, SPECS)).apply(graph)
    assert healed.nodes["sampler"].inputs["model"] == (Source("checkpoint", "model"),)
    assert healed.nodes["good"].inputs["clip"] == (Source("checkpoint", "clip"),)
    assert problems(healed, SPECS, FILES) == []


def test_nothing_heals_where_types_do_not_fit() -> None:
    graph = workflow()
    assert bridge_links(graph, ["decode"], SPECS) == ()
    assert bridge_links(graph, ["checkpoint"], SPECS) == ()
    unknown = graph.with_nodes([replace(graph.nodes["decode"], type="pack/Alien")])
    assert bridge_links(unknown, ["decode"], SPECS) == ()


def test_healing_a_variadic_input_keeps_the_order() -> None:
    graph = Graph.of(
        node("a", "Batch"),
        node("b", "Invert", {"image": "a.image"}),
        node("all", "Batch", {"images": "a.image b.image"}),
    )
    healed = RemoveNodes(("b",), bridge_links(graph, ["b"], SPECS)).apply(graph)
    assert [source.node for source in healed.nodes["all"].inputs["images"]] == ["a", "a"]


def test_a_swap_keeps_what_fits() -> None:
    graph = workflow()
    invert = node("invert", "Invert", {"image": "decode.image"}, strength=3)
    graph = Connect(Source("invert", "image"), "save", "image").apply(graph.with_nodes([invert]))
    after = replacement(graph, "invert", SPECS["Blend"], SPECS).apply(graph)
    assert after.nodes["invert"].inputs == {"a": (Source("decode", "image"),)}
    assert after.nodes["invert"].params == {}
    assert after.nodes["save"].inputs["image"] == (Source("invert", "image"),)
    back = replacement(after, "invert", SPECS["Invert"], SPECS).apply(after)
    assert back.nodes["invert"].inputs == {"image": (Source("decode", "image"),)}
    cut = replacement(graph, "invert", SPECS["TextEncode"], SPECS).apply(graph)
    assert cut.nodes["invert"].inputs == {}
    assert "image" not in cut.nodes["save"].inputs


def test_pasting_gives_free_names_and_keeps_inner_links() -> None:
    graph = AddNote(Note("note", "n", on="decode")).apply(
        AddFrame(Frame("frame", "f", ("sampler", "decode"), (1, 2, 3, 4))).apply(workflow())
    )
    part = copied(graph, ["sampler", "decode", "frame", "note"])
    edit = pasted(graph, part, (10, 20))
    after = edit.apply(graph)
    assert_valid(after)
    assert after.nodes["decode_2"].inputs == {"latent": (Source("sampler_2", "latent"),)}
    assert after.nodes["decode_2"].pos == (10, 20)
    assert after.nodes["sampler_2"].inputs == {}
    assert after.frames["frame_2"].members == ("sampler_2", "decode_2")
    assert after.frames["frame_2"].rect == (11, 22, 3, 4)
    assert after.notes["note_2"].on == "decode_2"
    assert edit.title == "Add 2 nodes"
    linked = pasted(graph, part, keep_links=True).apply(graph)
    assert linked.nodes["decode_2"].inputs["vae"] == (Source("checkpoint", "vae"),)
    assert linked.nodes["sampler_2"].inputs["model"] == (Source("checkpoint", "model"),)
    elsewhere = pasted(Graph(), part, keep_links=True).apply(Graph())
    assert_valid(elsewhere)
    assert list(elsewhere.nodes) == ["sampler", "decode"]


@settings(max_examples=100, deadline=None)
@given(st.lists(edits, max_size=10), st.sets(st.sampled_from("abcdef")), st.booleans())
def test_any_part_pastes_anywhere_and_passes_through_text(
    sequence: list[Edit], chosen: set[str], keep: bool
) -> None:
    graph = chain()
    for edit in sequence:
        try:
            graph = edit.apply(graph)
        except EditError:
            continue
    part = copied(graph, chosen | {"f1", "n1"})
    text = without_loose_links(part)
    assert loads(dumps(text)) == text
    for into in (graph, Graph(), chain()):
        after = pasted(into, part, (5, 5), keep_links=keep).apply(into)
        assert_valid(after)
        assert len(after.nodes) == len(into.nodes) + len(part.nodes)


def test_pasted_subgraphs_do_not_overwrite_others_of_the_same_name() -> None:
    inner = Subgraph("In", {"x": Node("x", "Invert")})
    outer = Subgraph("Out", {"y": Node("y", "subgraph/In")})
    part = Graph({"n": Node("n", "subgraph/Out")}, subgraphs={"In": inner, "Out": outer})
    same = pasted(part, part).apply(part)
    assert list(same.subgraphs) == ["In", "Out"]
    other = Graph(subgraphs={"In": Subgraph("In", {"x": Node("x", "Blend")}), "Out": outer})
    after = pasted(other, part).apply(other)
    assert after.nodes["n"].type == "subgraph/Out 2"
    assert after.subgraphs["Out 2"].nodes["y"].type == "subgraph/In 2"
    assert after.subgraphs["In 2"].nodes["x"].type == "Invert"
    assert after.subgraphs["In"] == other.subgraphs["In"]


def canonical(graph: Graph) -> dict[str, tuple[str, dict[str, list[str]]]]:
    """Types and links of the flat graph, by the last part of each id."""
    flat = flatten(graph)

    def last(name: str) -> str:
        return name.rsplit("/", 1)[-1]

    return {
        last(name): (
            item.type,
            {key: [f"{last(s.node)}.{s.output}" for s in sources] for key, sources in item.inputs.items()},
        )
        for name, item in flat.nodes.items()
    }


@settings(max_examples=100, deadline=None)
@given(st.sets(st.sampled_from(list(workflow().nodes)), min_size=1))
def test_folding_changes_nothing_that_is_computed_and_unpacking_undoes_it(chosen: set[str]) -> None:
    graph = AddFrame(Frame("frame", "", ("sampler", "decode"))).apply(workflow())
    try:
        folded = MakeSubgraph(tuple(chosen), "Part", "part").apply(graph)
    except EditError as refused:
        assert "choose those in between too" in str(refused)
        return
    assert_valid(folded)
    assert canonical(folded) == canonical(graph)
    assert problems(folded, SPECS, FILES) == []
    assert loads(dumps(folded)) == folded
    unpacked = Unpack("part").apply(folded)
    assert_valid(unpacked)
    assert canonical(unpacked) == canonical(graph)
    assert unpacked.subgraphs == {}
    if chosen <= {"sampler", "decode"}:
        assert set(unpacked.frames["frame"].members) == {"sampler", "decode"}


def test_a_subgraph_that_would_feed_itself_is_refused() -> None:
    with pytest.raises(EditError, match="choose those in between too"):
        MakeSubgraph(("checkpoint", "decode"), "Part", "part").apply(workflow())
    for name in ("", "x" * 300):
        with pytest.raises(EditError, match="name for the subgraph"):
            MakeSubgraph(("decode",), name, "part").apply(workflow())


def test_ports_have_distinct_names() -> None:
    folded = MakeSubgraph(("good", "bad"), "Text", "text").apply(workflow())
    ports = folded.subgraphs["Text"]
    assert [port.name for port in ports.inputs] == ["clip", "bad_clip"]
    assert [port.name for port in ports.outputs] == ["conditioning", "bad_conditioning"]
    assert folded.nodes["sampler"].inputs["negative"] == (Source("text", "bad_conditioning"),)


def test_an_edit_inside_a_subgraph_takes_its_ports_along() -> None:
    folded = MakeSubgraph(("good", "bad"), "Text", "text").apply(workflow())
    changed = Inside("Text", SetParam("good", "text", "a boat")).apply(folded)
    assert changed.subgraphs["Text"].nodes["good"].params["text"] == "a boat"
    assert diff(folded, changed).subgraphs == {"Text"}
    assert Inside("Text", SetParam("good", "text", "a boat")).apply(changed) is changed
    renamed = Inside("Text", RenameNode("good", "better")).apply(folded)
    assert renamed.subgraphs["Text"].inputs[0] == Port("clip", "better", "clip")
    assert problems(renamed, SPECS, FILES) == []
    removed = Inside("Text", RemoveNodes(("bad",))).apply(folded)
    assert [port.name for port in removed.subgraphs["Text"].outputs] == ["conditioning"]
    assert "negative" not in removed.nodes["sampler"].inputs
    assert list(removed.nodes["text"].inputs) == ["clip"]
    assert_valid(removed)
    assert loads(dumps(removed)) == removed
    assert Inside("Text", AddNote(Note("n"))).apply(folded).subgraphs["Text"].notes == {"n": Note("n")}


def test_a_subgraph_never_contains_itself() -> None:
    folded = MakeSubgraph(("good", "bad"), "Text", "text").apply(workflow())
    with pytest.raises(EditError, match="cannot contain itself"):
        Inside("Text", pasted(Graph(), Graph.of(Node("again", "subgraph/Text")))).apply(folded)


def text_group() -> Graph:
    return MakeSubgraph(("good", "bad"), "Text", "text").apply(workflow())


def test_a_renamed_port_changes_nothing_that_is_computed() -> None:
    folded = text_group()
    renamed = RenamePort("Text", "clip", "words").apply(folded)
    renamed = RenamePort("Text", "conditioning", "shown", output=True).apply(renamed)
    assert canonical(renamed) == canonical(folded)
    assert set(renamed.nodes["text"].inputs) == {"words", "bad_clip"}
    assert renamed.nodes["sampler"].inputs["positive"] == (Source("text", "shown"),)
    assert_valid(renamed)
    assert loads(dumps(renamed)) == renamed
    with pytest.raises(EditError, match="not taken"):
        RenamePort("Text", "clip", "bad_clip").apply(folded)


def test_an_exposed_parameter_is_set_from_outside_and_shows_the_inner_value() -> None:
    port = Port("prompt", "good", "text")
    graph = AddPort("Text", port).apply(
        Inside("Text", SetParam("good", "text", "a hill")).apply(text_group())
    )
    spec = subgraph_spec(graph, "subgraph/Text", SPECS)
    assert spec is not None and spec.param("prompt").default == "a hill"  # type: ignore[union-attr]
    again = SetParam("text", "prompt", "a boat").apply(graph)
    assert flatten(again).nodes["text/good"].params["text"] == "a boat"
    assert problems(again, SPECS, FILES) == []
    gone = RemovePort("Text", "prompt").apply(again)
    assert "prompt" not in gone.nodes["text"].params
    # What it had outside goes inside: hiding changes no result.
    assert flatten(gone).nodes["text/good"].params["text"] == "a boat"
    with pytest.raises(EditError, match="exposed already"):
        AddPort("Text", Port("other", "good", "text")).apply(graph)


def test_removed_and_reordered_ports() -> None:
    folded = text_group()
    assert (
        "negative" not in RemovePort("Text", "bad_conditioning", True).apply(folded).nodes["sampler"].inputs
    )
    turned = OrderPorts("Text", ("bad_clip", "clip")).apply(folded)
    assert [p.name for p in turned.subgraphs["Text"].inputs] == ["bad_clip", "clip"]
    assert canonical(turned) == canonical(folded)
    with pytest.raises(EditError, match="each of them once"):
        OrderPorts("Text", ("clip",)).apply(folded)


def test_a_node_made_unique_shares_no_more() -> None:
    folded = text_group()
    both = pasted(folded, copied(folded, ["text"]), (0, 400), keep_links=True).apply(folded)
    alone = MakeUnique("text_2", "Text 2").apply(both)
    changed = Inside("Text 2", SetParam("good", "text", "other")).apply(alone)
    flat = flatten(changed)
    assert flat.nodes["text_2/good"].params["text"] == "other"
    assert flat.nodes["text/good"].params.get("text") != "other"
    with pytest.raises(EditError, match="not taken"):
        MakeUnique("text_2", "Text").apply(both)
