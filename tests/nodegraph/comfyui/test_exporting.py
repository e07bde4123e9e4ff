"""Back to ComfyUI: what was opened goes back with its meaning, and what has no equal there is named and kept."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from nodegraph.cli import main
from nodegraph.formats.comfyui.exporting import exported_api, exported_ui
from nodegraph.formats.comfyui.usable import specs_of
from nodegraph.formats.native import dumps, load, loads
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.model.spec import FOREIGN
from tests.nodegraph.comfyui.random_workflows import Got, Workflow, workflows
from tests.nodegraph.comfyui.saving import Saving, text_to_image
from tests.nodegraph.comfyui.test_meaning import RELAYS, _Found

ROOT = Path(__file__).resolve().parents[3]
CASES = sorted((ROOT / "tests" / "data" / "comfyui").glob("*.json"))
WORKFLOWS = sorted((ROOT / "workflows").glob("*.json"))


def back(graph: Graph, *, api: bool = False) -> Graph:
    """The graph after it was written for ComfyUI and read again."""
    export = exported_api if api else exported_ui
    return loads(json.dumps(export(graph, specs_of()).data))


def types_of(graph: Graph) -> list[str]:
    """The types of the nodes; a seed that stays as it is may come back as a plain number."""
    return sorted(node.type.replace("PrimitiveSeed", "PrimitiveInt") for node in graph.nodes.values())


def meaning(graph: Graph, *, flat: bool = False) -> Counter[Any]:
    """What every node that runs gets, by the titles on the way to it, or by its own title alone."""
    found = _Found(graph, specs_of())

    def named(path: tuple[str, ...]) -> Any:
        return path[-1] if flat else path

    rows: Counter[Any] = Counter()
    for item in found.wiring.nodes.values():
        if item.node.type in RELAYS and not item.node.title:
            continue
        row = []
        for name in (*item.params, *item.inputs):
            got: Got = found.get(item, name)
            if got is not None:
                row.append((name, (got[0], named(got[1]), *got[2:]) if got[0] == "out" else got))
        rows[named(found.path(item.id)), frozenset(row)] += 1
    return rows


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(workflows())
def test_any_workflow_goes_back_with_its_meaning(workflow: Workflow) -> None:
    graph = loads(json.dumps(workflow.data()))
    assert meaning(back(graph)) == meaning(graph)
    if exported_api(graph, specs_of()).data:
        assert meaning(back(graph, api=True), flat=True) == meaning(graph, flat=True)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_goes_back_without_a_loss(path: Path) -> None:
    graph = load(path)
    export = exported_ui(graph, specs_of())
    assert export.losses == ()
    assert types_of(loads(json.dumps(export.data))) == types_of(graph)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_of_ours_comes_back_the_same(path: Path) -> None:
    graph = load(path)
    assert types_of(back(graph)) == types_of(graph)
    for export in (exported_ui, exported_api):
        for loss in export(graph, specs_of()).losses:
            assert "has no equal in ComfyUI" in loss or "muted link" in loss


def test_places_frames_notes_and_colours_stay() -> None:
    saving = text_to_image()
    saving.node(8, "MarkdownNote", "# Hello")
    saving.nodes[4] |= {"bgcolor": "#335533", "title": "Draw"}
    saving.nodes[3]["flags"] = {"collapsed": True}
    graph = loads(json.dumps(saving.data(groups=[{"title": "all", "bounding": [0, -100, 9000, 900]}])))
    again = back(graph)
    assert again.nodes["ksampler"].pos == graph.nodes["ksampler"].pos
    assert again.nodes["ksampler"].size == graph.nodes["ksampler"].size
    assert (again.nodes["ksampler"].color, again.nodes["ksampler"].title) == ("#335533", "Draw")
    assert again.nodes["empty_latent"].collapsed
    assert [note.text for note in again.notes.values()] == ["# Hello"]
    assert [frame.members for frame in again.frames.values()] == [f.members for f in graph.frames.values()]


def test_unknown_nodes_go_back_untouched() -> None:
    saving = text_to_image()
    outputs = [{"name": "BETTER", "type": "LATENT", "links": []}]
    values: list[Any] = [3, "much", {"deep": [1, None]}]
    saving.node(8, "Improve (pack)", *values, outputs=outputs, title="Magic")
    saving.link(5, 0, 8, "latent")
    saving.link(8, 0, 6, "samples")
    data = exported_ui(loads(json.dumps(saving.data())), specs_of()).data
    [kept] = [node for node in data["nodes"] if node["type"] == "Improve (pack)"]
    assert kept["widgets_values"] == values and kept["title"] == "Magic"
    assert [(slot["name"], slot["type"]) for slot in kept["outputs"]] == [("BETTER", "LATENT")]
    links = {link[0]: link for link in data["links"]}
    types = {node["id"]: node["type"] for node in data["nodes"]}
    assert types[links[kept["inputs"][0]["link"]][1]] == "KSampler"


def test_points_of_links_are_kept() -> None:
    graph = loads(json.dumps(text_to_image().data()))
    sampler = graph.nodes["ksampler"]
    [source] = sampler.inputs["latent"]
    bent = Source(source.node, source.output, via=((1, 2), (3, 4)))
    node = Node(sampler.id, sampler.type, 1, sampler.params, {**sampler.inputs, "latent": (bent,)})
    assert back(graph.with_nodes([node])).nodes["ksampler"].inputs["latent"] == (bent,)


def test_the_api_form_is_what_the_server_takes() -> None:
    saving = text_to_image()
    saving.nodes[2]["mode"] = 4
    saving.node(8, "Reroute")
    saving.link(4, 0, 8, "")
    saving.link(8, 0, 5, "latent_image")
    data = exported_api(loads(json.dumps(saving.data())), specs_of()).data
    by_type = {item["class_type"]: (name, item) for name, item in data.items()}
    assert "Reroute" not in by_type
    sampler = by_type["KSampler"][1]["inputs"]
    assert sampler["latent_image"] == [by_type["EmptyLatentImage"][0], 0]
    assert (sampler["sampler_name"], sampler["seed"], sampler["steps"]) == ("dpmpp_2m", 42, 12)
    assert "control_after_generate" not in sampler


def test_what_has_no_equal_there_is_named_and_comes_back() -> None:
    blur = Node("soft", "MaskBlur", 1, {"radius": 3.0}, {"mask": (Source("m", "mask"),)})
    graph = Graph.of(Node("m", "MaskRectangle"), blur)
    export = exported_ui(graph, specs_of())
    assert any("soft (MaskBlur) has no equal in ComfyUI" in loss for loss in export.losses)
    again = back(graph)
    assert not any(node.type.startswith(FOREIGN) for node in again.nodes.values())
    assert again.nodes["mask_blur"].params["radius"] == 3.0
    assert again.nodes["mask_blur"].inputs["mask"] == (Source("mask_rectangle", "mask"),)


def test_encoders_loaded_one_by_one_are_one_loader_there() -> None:
    saving = Saving()
    saving.node(1, "DualCLIPLoader", "a.safetensors", "b.safetensors", "flux", "default",
                outputs=[{"name": "CLIP", "type": "CLIP", "links": []}])  # fmt: skip
    saving.node(2, "CLIPTextEncode", "x")
    saving.link(1, 0, 2, "clip")
    graph = loads(json.dumps(saving.data()))
    assert len(graph.nodes) == 4
    data = exported_ui(graph, specs_of()).data
    assert sorted(node["type"] for node in data["nodes"]) == ["CLIPTextEncode", "DualCLIPLoader"]
    assert [node.type for node in back(graph).nodes.values()].count("ClipLoader") == 2


@pytest.mark.parametrize("api", [False, True])
def test_the_command_writes_beside_the_file_and_names_what_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], api: bool
) -> None:
    path = tmp_path / "soft.json"
    path.write_text(dumps(Graph.of(Node("soft", "MaskBlur"))), encoding="utf-8")
    assert main(["export", str(path), "--to", "comfyui", *(["--api"] if api else [])]) == 0
    said = capsys.readouterr()
    assert "soft (MaskBlur) has no equal in ComfyUI" in said.err
    out = tmp_path / ("soft.comfyui.api.json" if api else "soft.comfyui.json")
    assert str(out) in said.out and "mask_blur" in load(out).nodes


def test_an_export_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.json"
    path.write_text(dumps(Graph.of(Node("soft", "MaskBlur"))), encoding="utf-8")
    assert main(["export", str(path), "--to", "comfyui", "--out", str(tmp_path)]) == 2
    assert "could not be written" in capsys.readouterr().err
