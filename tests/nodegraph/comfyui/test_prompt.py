"""ComfyUI's API format, and pictures that carry either format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from nodegraph.formats.native import dumps, load, loads, opened
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.support.errors import LoadError
from tests.nodegraph.comfyui.saving import text_to_image

PROMPT: dict[str, Any] = {
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "practice"}},
    "57:3": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red house", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["4", 1]}, "_meta": {"title": "No"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 128, "height": 128, "batch_size": 1}},
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 7, "steps": 6, "cfg": 4.0, "sampler_name": "dpmpp_2m", "scheduler": "karras", "denoise": 1.0,
            "model": ["4", 0], "positive": ["57:3", 0], "negative": ["7", 0], "latent_image": ["5", 0],
        },
    },
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "house"}},
}  # fmt: skip


def test_what_was_run_is_read_and_laid_out() -> None:
    graph = loads(json.dumps(PROMPT))
    assert graph.nodes["ksampler"].params["seed"] == 7
    assert graph.nodes["ksampler"].inputs["positive"] == (Source("text_encode", "conditioning"),)
    assert graph.nodes["text_encode_2"].title == "No"
    assert (
        graph.nodes["checkpoint_loader"].pos[0]
        < graph.nodes["ksampler"].pos[0]
        < graph.nodes["save_image"].pos[0]
    )
    assert len({node.pos for node in graph.nodes.values()}) == len(graph.nodes)


def test_a_value_that_is_a_list_is_unwrapped() -> None:
    node = {
        "class_type": "Odd",
        "inputs": {"curve": {"__type__": "CURVE", "__value__": [[0, 1]]}, "x": ["4", 0]},
    }
    graph = loads(json.dumps({**PROMPT, "11": node}))
    odd = graph.nodes["odd"]
    assert odd.extra["comfyui"]["values"]["curve"] == [[0, 1]] and odd.inputs["x"] == (
        Source("checkpoint_loader", "model"),
    )


def test_a_link_into_nothing_is_no_link() -> None:
    broken = {**PROMPT, "8": {"class_type": "VAEDecode", "inputs": {"samples": ["99", 0], "vae": ["4", 9]}}}
    assert not loads(json.dumps(broken)).nodes["vae_decode"].inputs


@pytest.mark.parametrize("inputs", [[], 3, None])
def test_odd_inputs_are_one_sentence(inputs: object) -> None:
    with pytest.raises(LoadError, match=r"w\.json, node 4: 'inputs' must be an object"):
        loads(json.dumps({"4": {"class_type": "KSampler", "inputs": inputs}}), "w.json")


def png(path: Path, **texts: str) -> Path:
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)
    return path


def test_a_picture_opens_as_the_workflow_it_carries(tmp_path: Path) -> None:
    prompt, saved = json.dumps(PROMPT), json.dumps(text_to_image().data())
    both = png(tmp_path / "both.png", prompt=prompt, workflow=saved)
    assert load(both) == loads(saved)
    assert load(png(tmp_path / "one.png", prompt=prompt)) == loads(prompt)
    exif = Image.Exif()
    exif[0x0110], exif[0x010F] = f"prompt:{prompt}", f"workflow:{saved}"
    Image.new("RGB", (8, 8)).save(tmp_path / "both.webp", exif=exif)
    assert load(tmp_path / "both.webp") == loads(saved)


def test_our_own_workflow_goes_first(tmp_path: Path) -> None:
    own = dumps(Graph.of(Node("a", "KSampler")))
    assert list(load(png(tmp_path / "p.png", workflow=json.dumps(PROMPT), nodegraph=own)).nodes) == ["a"]


def test_a_text_that_only_has_the_name_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="carries no workflow"):
        load(png(tmp_path / "p.png", prompt="a red house"))


def test_only_our_own_file_may_be_written_over(tmp_path: Path) -> None:
    own, theirs = tmp_path / "own.json", tmp_path / "theirs.json"
    own.write_text(dumps(Graph.of(Node("a", "KSampler"))))
    theirs.write_text(json.dumps(PROMPT))
    assert opened(own).own and not opened(theirs).own
    assert not opened(png(tmp_path / "p.png", nodegraph=own.read_text())).own
