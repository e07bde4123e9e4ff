"""Workflows of ComfyUI's interface: links, what only draws links, subgraphs, what has no equal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.formats.native import dumps, loads
from nodegraph.model.graph import Graph, Port, Source
from nodegraph.support.errors import LoadError
from tests.nodegraph.comfyui.saving import Saving, text_to_image


def read(saving: Saving, **more: Any) -> Graph:
    graph = loads(json.dumps(saving.data(**more)))
    assert loads(dumps(graph)) == graph
    return graph


def source(graph: Graph, node: str, name: str) -> Source:
    [found] = graph.nodes[node].inputs[name]
    return found


def test_the_workflow_everyone_begins_with() -> None:
    graph = read(text_to_image())
    assert not graph.notes
    loader, sampler = graph.nodes["checkpoint_loader"], graph.nodes["ksampler"]
    assert loader.params == {"checkpoint": "folder/practice.safetensors"}
    assert sampler.params == {
        "seed": 42, "steps": 12, "cfg": 4.5, "sampler": "dpmpp_2m", "schedule": "karras", "denoise": 1
    }  # fmt: skip
    assert sampler.extra["seed_mode"] == {"seed": "new"}
    assert (sampler.pos, sampler.size) == ((1500, -30), (200, 130)), "a title counts here"
    assert {name: sources[0] for name, sources in sampler.inputs.items()} == {
        "model": Source("checkpoint_loader", "model"),
        "positive": Source("text_encode", "conditioning"),
        "negative": Source("text_encode_2", "conditioning"),
        "latent": Source("empty_latent", "latent"),
    }
    assert graph.nodes["text_encode_2"].title == "What not"
    assert graph.nodes["save_image"].params == {"prefix": "out/house"}
    assert source(graph, "vae_decode", "vae") == Source("checkpoint_loader", "vae")


def test_muted_bypassed_collapsed_and_pinned_stay_so() -> None:
    saving = text_to_image()
    saving.nodes[1]["mode"] = 2
    saving.nodes[2]["mode"] = 4
    saving.nodes[3]["flags"] = {"collapsed": True, "pinned": True}
    graph = read(saving)
    assert (graph.nodes["text_encode"].mode, graph.nodes["text_encode_2"].mode) == ("mute", "bypass")
    assert graph.nodes["empty_latent"].collapsed and graph.nodes["empty_latent"].pinned


def test_reroutes_become_points_of_the_link() -> None:
    saving = text_to_image()
    saving.node(8, "Reroute", pos=[100, 50], size=[80, 20])
    saving.node(9, "Reroute", pos={"0": 200, "1": 50}, size={"0": 80, "1": 20})
    saving.link(4, 0, 8, "")
    saving.link(8, 0, 9, "")
    saving.link(9, 0, 5, "latent_image")
    graph = read(saving)
    assert source(graph, "ksampler", "latent") == Source("empty_latent", "latent", via=((140, 60), (240, 60)))


def test_native_reroutes_become_points_too() -> None:
    saving = text_to_image()
    number = saving.link(4, 0, 5, "latent_image")
    points = [{"id": 1, "pos": [10, 20]}, {"id": 2, "parentId": 1, "pos": [30, 40]}]
    extra = {"reroutes": points, "linkExtensions": [{"id": number, "parentId": 2}]}
    graph = read(saving, extra=extra)
    assert source(graph, "ksampler", "latent").via == ((10, 20), (30, 40))


def test_a_value_set_and_got_by_name_is_a_portal() -> None:
    saving = text_to_image()
    saving.node(8, "SetNode", "blank")
    saving.node(9, "GetNode", "blank")
    saving.link(4, 0, 8, "LATENT")
    saving.link(9, 0, 5, "latent_image")
    assert source(read(saving), "ksampler", "latent") == Source("empty_latent", "latent", portal="blank")


def test_reroutes_in_a_circle_lead_nowhere() -> None:
    saving = text_to_image()
    saving.node(8, "Reroute")
    saving.node(9, "Reroute")
    saving.link(8, 0, 9, "")
    saving.link(9, 0, 8, "")
    saving.link(9, 0, 5, "latent_image")
    assert "latent" not in read(saving).nodes["ksampler"].inputs


def primitive(saving: Saving, kind: str, *values: Any) -> None:
    saving.node(8, "PrimitiveNode", *values, outputs=[{"name": kind, "type": kind, "links": []}])


def test_a_primitive_for_one_widget_is_its_value() -> None:
    saving = text_to_image()
    primitive(saving, "INT", 30, "fixed")
    saving.link(8, 0, 5, "steps", widget=True)
    graph = read(saving)
    assert graph.nodes["ksampler"].params["steps"] == 30 and len(graph.nodes) == 7


def test_a_primitive_for_several_widgets_is_a_node_that_feeds_them() -> None:
    saving = text_to_image()
    primitive(saving, "STRING", "a boat")
    saving.link(8, 0, 2, "text", widget=True)
    saving.link(8, 0, 3, "text", widget=True)
    graph = read(saving)
    assert graph.nodes["primitive_text"].params == {"value": "a boat"}
    for name in ("text_encode", "text_encode_2"):
        assert source(graph, name, "text") == Source("primitive_text", "text")
        assert "text" not in graph.nodes[name].params


def test_a_primitive_for_several_choices_is_their_value() -> None:
    saving = text_to_image()
    saving.node(9, "KSamplerSelect", "euler")
    primitive(saving, "COMBO", "heun")
    saving.link(8, 0, 5, "sampler_name", widget=True)
    saving.link(8, 0, 9, "sampler_name", widget=True)
    graph = read(saving)
    assert graph.nodes["ksampler"].params["sampler"] == graph.nodes["solver_select"].params["name"] == "heun"


def test_named_values_go_before_listed_ones() -> None:
    saving = text_to_image()
    saving.nodes[4]["widgets_values_named"] = {"seed": 7, "denoise": 0.5}
    params = read(saving).nodes["ksampler"].params
    assert (params["seed"], params["steps"], params["denoise"]) == (7, 12, 0.5)


def test_groups_and_notes() -> None:
    saving = text_to_image()
    saving.node(8, "MarkdownNote", "# Hello")
    saving.node(9, "Note", "plain")
    groups = [
        {"title": "all", "bounding": [0, -100, 9000, 900], "color": "#3f789e"},
        {"title": "prompts", "bounding": [590, -10, 500, 200], "color": "url(x)"},
    ]
    graph = read(saving, groups=groups)
    assert sorted(note.text for note in graph.notes.values()) == ["# Hello", "plain"]
    frames = {frame.title: frame for frame in graph.frames.values()}
    assert frames["prompts"].members == ("text_encode", "text_encode_2"), "the smaller one owns them"
    assert len(frames["all"].members) == 5 and frames["all"].rect == (0, -100, 9000, 900)
    assert (frames["all"].color, frames["prompts"].color) == ("#3f789e", "")


def test_what_has_no_equal_is_kept_and_told() -> None:
    saving = text_to_image()
    outputs = [{"name": "BETTER", "type": "LATENT", "links": []}]
    saving.node(8, "Improve (pack)", 3, "much", outputs=outputs, title="Magic")
    saving.link(5, 0, 8, "latent")
    saving.link(8, 0, 6, "samples")
    graph = read(saving)
    kept = next(node for node in graph.nodes.values() if node.type == "comfyui/Improve (pack)")
    assert kept.extra["comfyui"] == {
        "inputs": {"latent": "X"}, "outputs": {"BETTER": "LATENT"}, "widgets_values": [3, "much"]
    }  # fmt: skip
    assert kept.title == "Magic"
    assert kept.inputs["latent"] == (Source("ksampler", "latent"),)
    assert source(graph, "vae_decode", "latent") == Source(kept.id, "BETTER")
    [note] = graph.notes.values()
    assert "“Magic” (Improve (pack)): this node has no equal here" in note.text
    assert note.pos[1] + note.size[1] < 0, "above the nodes"


def test_a_value_without_an_equal_keeps_the_whole_node() -> None:
    saving = text_to_image()
    saving.node(8, "ModelSamplingDiscrete", "spiral", False)
    graph = read(saving)
    assert [node.type for node in graph.nodes.values()].count("comfyui/ModelSamplingDiscrete") == 1
    assert "sampling 'spiral' has no equal" in next(iter(graph.notes.values())).text


def subgraph(saving: Saving) -> dict[str, Any]:
    """Sampler and decoder as one node of its own type; model goes to two nodes inside."""
    inner = Saving()
    inner.node(5, "KSampler", 1, "fixed", 9, 3, "euler", "normal", 1)
    inner.node(6, "VAEDecode")
    inner.node(7, "ModelSamplingSD3", 2.0)
    inner.link(5, 0, 6, "samples")
    links: list[Any] = [dict(zip(("id", "origin_id", "origin_slot", "target_id", "target_slot"), link[:5], strict=True))
                        for link in inner.links]  # fmt: skip
    crossing = ((0, 5, "model"), (0, 7, "model"), (1, 5, "steps"), (2, 6, "vae"))
    for number, (slot, target, name) in enumerate(crossing, 10):
        item = next(node for node in inner.nodes if node["id"] == target)
        entry = next((i for i in item["inputs"] if i["name"] == name), None)
        if entry is None:
            entry = {"name": name, "type": "X"}
            item["inputs"].append(entry)
        entry["link"] = number
        links.append(
            {"id": number, "origin_id": -10, "origin_slot": slot, "target_id": target, "target_slot": 0}
        )
    links.append({"id": 20, "origin_id": 6, "origin_slot": 0, "target_id": -20, "target_slot": 0})
    saving.node(
        5, "aaaa-bbbb",
        inputs=[{"name": name, "type": "X", "link": None} for name in ("model", "steps", "vae")],
        outputs=[{"name": "IMAGE", "type": "IMAGE", "links": []}],
        properties={"proxyWidgets": [["5", "cfg"], ["5", "control_after_generate"], ["99", "gone"]]},
    )  # fmt: skip
    ports = [{"name": name, "type": "X"} for name in ("model", "steps", "vae")]
    return {
        "id": "aaaa-bbbb", "name": "Draw it", "nodes": inner.nodes, "links": links, "groups": [],
        "inputs": ports, "outputs": [{"name": "IMAGE", "type": "IMAGE"}],
    }  # fmt: skip


def test_a_subgraph_keeps_its_ports_and_its_promoted_widgets() -> None:
    saving = Saving()
    saving.node(1, "CheckpointLoaderSimple", "a.safetensors")
    saving.node(7, "SaveImage", "x")
    definition = subgraph(saving)
    for origin, slot, target, name in ((1, 0, 5, "model"), (1, 2, 5, "vae"), (5, 0, 7, "images")):
        saving.link(origin, slot, target, name)
    graph = read(saving, definitions={"subgraphs": [definition]})
    found = graph.subgraphs["Draw it"]
    assert found.inputs == (
        Port("model", "pass_through", "value"),
        Port("steps", "ksampler", "steps"),
        Port("vae", "vae_decode", "vae"),
        Port("cfg", "ksampler", "cfg"),
    )
    for name in ("ksampler", "model_sampling_shift"):
        assert found.nodes[name].inputs["model"] == (Source("pass_through", "any"),)
    assert found.outputs == (Port("IMAGE", "vae_decode", "image"),)
    assert found.nodes["ksampler"].params["steps"] == 9, "the value inside counts"
    instance = next(node for node in graph.nodes.values() if node.type == "subgraph/Draw it")
    assert {name: sources[0].output for name, sources in instance.inputs.items()} == {
        "model": "model", "vae": "vae"
    }  # fmt: skip
    assert source(graph, "save_image", "image") == Source(instance.id, "IMAGE")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"nodes": [], "links": []}, "this ComfyUI workflow has no nodes"),
    ],
)  # fmt: skip
def test_a_bad_workflow_is_one_sentence(data: object, sentence: str) -> None:
    with pytest.raises(LoadError, match=sentence):
        loads(json.dumps(data), "w.json")


def test_a_value_that_cannot_be_used_costs_the_value_alone() -> None:
    saving = text_to_image()
    saving.nodes[4]["widgets_values"] = [[], "fixed", None, "4.5", "euler", {}, 1]
    graph = read(saving)
    assert graph.nodes["ksampler"].params == {"cfg": 4.5, "sampler": "euler", "denoise": 1}
    [note] = graph.notes.values()
    assert "KSampler: the value of seed cannot be used" in note.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-20, 20) | st.text("ab-", max_size=3) | st.just(0.5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
KEYS = ("links", "nodes", "groups", "extra", "definitions")
NODE_KEYS = (
    "id", "type", "pos", "size", "mode", "flags", "inputs", "outputs", "widgets_values", "title", "properties",
    "widgets_values_named",
)  # fmt: skip


@given(st.data())
def test_damage_ends_in_a_graph_or_a_sentence(data: st.DataObject) -> None:
    saving = text_to_image()
    file = saving.data(definitions={"subgraphs": [subgraph(saving)]})
    for _ in range(data.draw(st.integers(1, 4))):
        if data.draw(st.booleans()):
            file[data.draw(st.sampled_from(KEYS))] = data.draw(JSON)
        else:
            saving.nodes[data.draw(st.integers(0, 6))][data.draw(st.sampled_from(NODE_KEYS))] = data.draw(
                JSON
            )
    try:
        graph = loads(json.dumps(file), "w.json")
    except LoadError as error:
        assert str(error).startswith("w.json")
    else:
        assert loads(dumps(graph)) == graph
