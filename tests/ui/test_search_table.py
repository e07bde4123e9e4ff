"""What artists type, with the node that is to stand first or second: over the node types of the program itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.formats.comfyui.node_mapping import class_names
from nodegraph.model.graph import Graph, Node, Source
from nodegraph.node_api.catalogue import installed
from ui.search.add_node.candidates import entries
from ui.search.add_node.likely import at_start, beside, from_port
from ui.search.rank import rank

SPECS = installed()
QUERIES = {
    "empty": "EmptyLatent",
    "sampler": "KSampler",
    "ksampler": "KSampler",
    "ksampler advanced": "KSamplerAdvanced",
    "sample": "KSampler",
    "controlnet": "ControlNetApply",
    "control net": "ControlNetApply",
    "CLIPTextEncode": "TextEncode",
    "clip text encode": "TextEncode",
    "CLIPTextEn": "TextEncode",
    "prompt": "TextEncode",
    "text": "TextEncode",
    "positive": "TextEncode",
    "negative prompt": "TextEncode",
    "crop": "ImageCrop",
    "batch": "LatentBatch",
    "load": "CheckpointLoader",
    "checkpoint": "CheckpointLoader",
    "CheckpointLoaderSimple": "CheckpointLoader",
    "model": "DiffusionModelLoader",
    "unet": "DiffusionModelLoader",
    "UNETLoader": "DiffusionModelLoader",
    "lora": "LoraLoader",
    "LoraLoaderModelOnly": "LoraLoader",
    "vae": "VAEDecode",
    "vae decode": "VAEDecode",
    "VAEDecode": "VAEDecode",
    "decode": "VAEDecode",
    "encode": "VAEEncode",
    "vae loader": "VaeLoader",
    "VAELoader": "VaeLoader",
    "img2img": "VAEEncode",
    "save": "SaveImage",
    "image": "LoadImage",
    "load image": "LoadImage",
    "preview": "PreviewImage",
    "EmptyLatentImage": "EmptyLatent",
    "latent": "EmptyLatent",
    "upscale": "UpscaleImage",
    "resize": "ImageResize",
    "scale": "LatentScale",
    "ImageScale": "ImageResize",
    "LatentUpscale": "LatentScale",
    "inpaint": "VAEEncodeInpaint",
    "outpaint": "OutpaintPad",
    "mask": "MaskGrow",
    "blur": "MaskBlur",
    "grow": "MaskGrow",
    "invert": "ImageInvert",
    "blend": "ImageBlend",
    "seed": "SeedNoise",
    "noise": "SeedNoise",
    "RandomNoise": "SeedNoise",
    "KSamplerSelect": "SolverSelect",
    "scheduler": "ScheduleSigmas",
    "BasicScheduler": "ScheduleSigmas",
    "sigmas": "ScheduleSigmas",
    "cfg": "GuiderCFG",
    "guidance": "ConditioningGuidance",
    "FluxGuidance": "ConditioningGuidance",
    "clip skip": "ClipSkip",
    "CLIPSetLastLayer": "ClipSkip",
    "dual clip": "ClipJoin",
    "canny": "CannyEdges",
    "area": "ConditioningArea",
    "combine": "ConditioningCombine",
    "grid": "ImageGrid",
    "int": "PrimitiveInt",
    "switch": "Switch",
    "wildcards": "PromptChoices",
    "a1111": "TextEncodeA1111",
    "chekpoint": "CheckpointLoader",
    "vd": "VAEDecode",
}


def first_two(query: str, type_id: str | None = None, from_output: bool = True) -> list[str]:
    likely = {} if type_id is None else from_port(type_id, from_output)
    found = rank(query, entries(SPECS, type_id, from_output), likely=likely)
    return [match.entry.id for match in found[:2]]


@pytest.mark.parametrize(("query", "expected"), QUERIES.items())
def test_the_node_that_is_meant_stands_first_or_second(query: str, expected: str) -> None:
    assert expected in first_two(query)


NAMES = [(name, type_id) for type_id, names in class_names().items() for name in names]


@given(st.sampled_from(NAMES))
def test_every_class_name_of_comfyui_finds_its_equal_first(named: tuple[str, str]) -> None:
    name, type_id = named
    found = first_two(name)
    assert type_id == found[0] or (type_id in found and SPECS[found[0]].title.lower() == name.lower())


@pytest.mark.parametrize(
    ("type_id", "from_output", "expected"),
    [
        ("Latent", False, ["EmptyLatent", "VAEEncode"]),
        ("Model", False, ["CheckpointLoader", "LoraLoader"]),
        ("Image", False, ["LoadImage", "VAEDecode"]),
        ("Conditioning", False, ["TextEncode", "ControlNetApply"]),
        ("Vae", False, ["CheckpointLoader", "VaeLoader"]),
        ("Sigmas", False, ["ScheduleSigmas", "KarrasSigmas"]),
        ("Model", True, ["KSampler", "LoraLoader"]),
        ("Clip", True, ["TextEncode", "LoraLoader"]),
        ("Latent", True, ["VAEDecode", "KSampler"]),
        ("Image", True, ["SaveImage", "PreviewImage"]),
        ("Vae", True, ["VAEDecode", "VAEEncode"]),
        ("Mask", True, ["VAEEncodeInpaint", "LatentNoiseMask"]),
    ],
)
def test_from_a_port_the_likeliest_stand_first(type_id: str, from_output: bool, expected: list[str]) -> None:
    assert first_two("", type_id, from_output) == expected


def test_an_empty_canvas_begins_with_a_checkpoint_whatever_was_used_last() -> None:
    found = rank("", entries(SPECS), likely=at_start())
    assert found[0].entry.id == "CheckpointLoader"


def test_beside_a_node_what_fits_it_comes_first() -> None:
    graph = Graph.of(
        Node("checkpoint", "CheckpointLoader"),
        Node("sampler", "KSampler", inputs={"model": (Source("checkpoint", "model"),)}),
        Node("picture", "LoadImage"),
    )
    after_loader = [m.entry.id for m in rank("", entries(SPECS), likely=beside(graph, SPECS, "checkpoint"))]
    assert set(after_loader[:2]) == {"KSampler", "LoraLoader"}
    after_sampler = [m.entry.id for m in rank("", entries(SPECS), likely=beside(graph, SPECS, "sampler"))]
    assert after_sampler[0] == "VAEDecode"
    assert "EmptyLatent" in after_sampler
    assert "CheckpointLoader" not in after_sampler[:20]
    loads = [m.entry.id for m in rank("load", entries(SPECS), likely=beside(graph, SPECS, "checkpoint"))]
    assert loads[0] == "LoraLoader"
    assert all(name in SPECS for name in beside(graph, SPECS, "picture"))
