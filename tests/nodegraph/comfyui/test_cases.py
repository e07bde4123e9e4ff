"""Small ComfyUI files that once failed, each standing for its kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nodegraph.execution.resolve import resolve_graph
from nodegraph.formats.comfyui.usable import specs_of
from nodegraph.formats.native import dumps, load, loads
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import FOREIGN
from nodegraph.subgraphs.expand import flatten, subgraph_spec
from nodegraph.support.errors import LoadError
from nodegraph.validation import problems
from tests.nodegraph.comfyui.saving import Saving, text_to_image

FILES = Path(__file__).resolve().parents[2] / "data" / "comfyui"
CASES = sorted(FILES.glob("*.json"))


def case(start: str) -> Graph:
    [path] = FILES.glob(f"{start}*.json")
    return load(path)


def of_type(graph: Graph, kind: str) -> list[Node]:
    return [node for node in graph.nodes.values() if node.type == kind]


def texts_of(graph: Graph) -> dict[str, str]:
    """What the positive and the negative side of the sampler read, through subgraphs."""
    wiring = resolve_graph(graph, specs_of())
    [sampler] = [item for item in wiring.nodes.values() if item.node.type == "KSampler"]
    found = {}
    for side in ("positive", "negative"):
        item = wiring.nodes[sampler.inputs[side][0].node]
        if "text" in item.inputs:
            item = wiring.nodes[item.inputs["text"][0].node]
        found[side] = str(item.params.get("text", item.params.get("value")))
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_it_opens_and_saves_the_same(path: Path) -> None:
    graph = load(path)
    assert loads(dumps(graph)) == graph


RUNS = [path for path in CASES if path.stem[:2] not in ("03", "19", "28", "29", "40")]


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_nothing_is_wrong_with_it(path: Path) -> None:
    graph = load(path)
    assert problems(graph, specs_of()) == []
    assert not any(node.type.startswith(FOREIGN) for node in flatten(graph).nodes.values())


def test_values_on_a_subgraphs_own_node_win_and_two_uses_stay_two() -> None:
    assert texts_of(case("02")) == {"positive": "a red ball on grass", "negative": "blurry"}


def test_a_primitive_into_a_subgraph_wins_too() -> None:
    assert texts_of(case("37"))["positive"] == "a red ball"


def test_what_leads_to_a_kept_node_keeps_its_links() -> None:
    graph = case("03")
    [name] = graph.subgraphs
    [use] = of_type(graph, f"subgraph/{name}")
    assert set(use.inputs) == {"image"} and graph.nodes["save_image"].inputs["image"][0].node == use.id
    spec = subgraph_spec(graph, use.type, specs_of())
    assert spec is not None and spec.socket("image") is not None and spec.output("IMAGE") is not None


def test_pictures_pass_through_what_shows_them() -> None:
    graph = case("04")
    assert graph.nodes["image_invert"].inputs["image"] == (Source("preview_image", "image"),)
    assert graph.nodes["save_image_2"].inputs["image"] == (Source("image_invert", "image"),)


def test_an_output_without_source_stops_only_what_needs_it() -> None:
    wiring = resolve_graph(case("05"), specs_of())
    assert "save_image" in wiring.nodes and wiring.skipped["preview_image"] == "fed by a muted branch"


def test_an_input_without_a_name_has_its_label() -> None:
    graph = case("06")
    [found] = graph.subgraphs.values()
    assert [port.name for port in found.inputs] == ["picture"]


def test_one_input_that_feeds_two_places_at_any_depth_is_one() -> None:
    graph = case("08")
    assert [len(found.inputs) for found in graph.subgraphs.values()] == [1, 1]
    assert texts_of(graph) == {"positive": "a red ball", "negative": "blurry"}
    spec = subgraph_spec(graph, "subgraph/Outer", specs_of())
    assert spec is not None and [socket.type for socket in spec.sockets] == ["Clip"]


def test_one_value_that_feeds_two_widgets_is_one() -> None:
    graph = case("28")
    [found] = graph.subgraphs.values()
    assert [(port.name, port.port) for port in found.inputs] == [("width", "value")]
    assert graph.nodes["blank"].params == {"width": 64}
    flat = flatten(graph).nodes
    fed = {name: node.inputs["width"][0].node for name, node in flat.items() if "width" in node.inputs}
    assert fed == {"blank/empty_latent": "blank/primitive_int", "blank/image_resize": "blank/primitive_int"}


def test_frames_and_notes_inside_a_subgraph_stay_there() -> None:
    graph = case("09")
    [found] = graph.subgraphs.values()
    assert [frame.title for frame in found.frames.values()] == ["Prompts"]
    assert [frame.members for frame in found.frames.values()] == [("text_encode",)]
    assert [note.text for note in found.notes.values()] == ["**How to**\n\n## Write the prompt here"]
    assert [note.text for note in graph.notes.values()] == ["**CFG setting**\n\ncfg 5 is best"]


def test_a_group_node_is_a_subgraph_with_the_values_of_its_use() -> None:
    graph = case("10")
    assert texts_of(graph) == {"positive": "a red ball", "negative": "blurry"}
    [found] = graph.subgraphs.values()
    assert found.name == "both prompts" and [port.name for port in found.inputs] == ["clip"]


def test_an_unlinked_empty_second_text_is_empty() -> None:
    [node] = of_type(case("12"), "TextEncodeSDXL")
    assert str(node.params["text_l"]).strip() == "" != node.params["text_l"]


def test_a_primitive_says_how_a_seed_changes() -> None:
    graph = case("14")
    assert graph.nodes["ksampler"].params["seed"] == 7
    assert graph.nodes["ksampler"].extra["seed_mode"] == {"seed": "new"}


def test_numbers_written_as_text_are_numbers() -> None:
    graph = case("15")
    sampler, blank = graph.nodes["ksampler"].params, graph.nodes["empty_latent"].params
    assert (sampler["seed"], sampler["steps"], sampler["cfg"]) == (7, 4, 5)
    assert (blank["width"], blank["height"]) == (64, 64) and type(blank["width"]) is int


@pytest.mark.parametrize(
    "wrap",
    [
        lambda x: {"prompt": x},
        lambda x: {"input": {"workflow": x}},
        lambda x: {"workflow": x},
        lambda x: {"client_id": "1", "prompt": x, "extra_data": {"extra_pnginfo": {}}},
    ],
)
def test_a_wrapped_workflow_is_found(wrap: Any) -> None:
    for name in ("00_api", "00_ui"):
        [path] = FILES.glob(f"{name}*.json")
        data = json.loads(path.read_text(encoding="utf-8"))
        assert loads(json.dumps(wrap(data))) == load(path)


def test_the_drawn_form_goes_before_the_one_that_ran() -> None:
    both = [
        json.loads(next(FILES.glob(f"{n}*.json")).read_text(encoding="utf-8")) for n in ("00_api", "00_ui")
    ]
    wrapped = {"prompt": both[0], "extra_data": {"extra_pnginfo": {"workflow": both[1]}}}
    assert loads(json.dumps(wrapped)) == case("00_ui")


def test_a_file_of_notes_alone_opens() -> None:
    graph = case("18")
    assert not graph.nodes and [note.text for note in graph.notes.values()] == ["remember the milk"]


def test_a_bypassed_unknown_node_lets_through_what_fits() -> None:
    graph = case("19")
    wiring = resolve_graph(graph, specs_of())
    assert wiring.nodes["ksampler"].inputs["model"][0].node == "checkpoint_loader"
    assert wiring.nodes["text_encode"].inputs["clip"][0].output == "clip"
    assert problems(graph, specs_of()) == []


def test_colours_of_nodes_are_kept() -> None:
    graph = case("20")
    colors = {node.title: node.color for node in graph.nodes.values() if node.color}
    assert colors == {"Positive": "#335533", "Negative": "#553333"}


def test_choices_and_comments_in_a_prompt_are_made_by_a_node_before_it() -> None:
    graph = case("21")
    [choices] = of_type(graph, "PromptChoices")
    assert graph.nodes["text_encode"].inputs["text"] == (Source(choices.id, "text"),)
    from nodes.prompt_choices.wildcards import resolved

    found = {resolved(str(choices.params["text"]), seed) for seed in range(40)}
    assert {text.strip() for text in found} == {
        f"a {color} ball  on grass" for color in ("red", "blue", "green")
    }
    assert choices.extra["seed_mode"] == {"seed": "new"}


def test_tokens_in_a_files_name_name_our_parameters() -> None:
    assert case("22").nodes["save_image"].params["prefix"] == "%date:yyyy-MM-dd%/ball_%ksampler.seed%_%width%"


def test_a_widget_that_is_not_known_here_is_named() -> None:
    [note] = case("23").notes.values()
    assert "its value sampling = img_to_img_velocity is not used" in note.text


def test_use_everywhere_links_what_is_open() -> None:
    graph = case("25")
    loader = "checkpoint_loader"
    assert [s.node for s in graph.nodes["ksampler"].inputs["model"]] == [loader]
    assert [s.output for s in graph.nodes["text_encode_2"].inputs["clip"]] == ["clip"]
    assert graph.nodes["vae_decode"].inputs["vae"][0].portal


def test_use_everywhere_follows_the_list_in_the_file() -> None:
    saving = text_to_image()
    saving.node(
        8, "Anything Everywhere?", ".*", ".*", inputs=[{"name": "anything", "type": "*", "link": None}]
    )
    row = {
        "downstream": 6,
        "downstream_slot": 1,
        "upstream": "1",
        "upstream_slot": 2,
        "controller": 8,
        "type": "VAE",
    }
    saving.links = [link for link in saving.links if link[3:5] != [6, 1]]
    saving.nodes[5]["inputs"][1]["link"] = None
    graph = loads(json.dumps(saving.data(extra={"ue_links": [row]})))
    assert graph.nodes["vae_decode"].inputs["vae"] == (Source("checkpoint_loader", "vae", portal="Vae"),)


def test_early_files_say_in_another_way_how_a_seed_changes() -> None:
    graph = case("26")
    assert (
        graph.nodes["ksampler"].params["steps"] == 4 and graph.nodes["ksampler"].params["sampler"] == "euler"
    )
    assert graph.nodes["ksampler"].extra["seed_mode"] == {"seed": "new"}


def test_nodes_that_only_draw_are_gone_and_labels_are_notes() -> None:
    graph = case("32")
    assert len(graph.nodes) == 7 and [note.text for note in graph.notes.values()] == ["My workflow"]


def test_a_seed_of_a_package_is_a_seed() -> None:
    graph = case("33")
    [seed] = of_type(graph, "PrimitiveSeed")
    assert seed.params == {"seed": 7} and graph.nodes["ksampler"].inputs["seed"][0].node == seed.id


def test_the_largest_seed_as_javascript_writes_it_is_the_largest_seed() -> None:
    saving = text_to_image()
    saving.nodes[4]["widgets_values"][0] = 18446744073709552000
    assert loads(json.dumps(saving.data())).nodes["ksampler"].params["seed"] == 2**64 - 1


def test_addresses_of_model_files_are_shown_once() -> None:
    saving = text_to_image()
    link = {"name": "a.safetensors", "url": "https://example.org/a.safetensors", "directory": "checkpoints"}
    saving.nodes[0]["properties"] = {"models": [link, link, {"name": "b", "url": "file:///etc/passwd"}]}
    [note] = loads(json.dumps(saving.data())).notes.values()
    assert note.text.count("https://example.org/a.safetensors") == 1 and "passwd" not in note.text
    assert "models/checkpoints" in note.text


def test_a_subgraph_that_holds_itself_is_one_sentence() -> None:
    saving = Saving()
    saving.node(1, "S")
    inner = {"id": "S", "name": "Round", "nodes": saving.nodes, "links": [], "inputs": [], "outputs": []}
    with pytest.raises(LoadError, match="subgraph 'Round' contains itself"):
        loads(json.dumps(saving.data(definitions={"subgraphs": [inner]})))
