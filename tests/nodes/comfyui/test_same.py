"""What stands in for ComfyUI's nodes exists, and computes the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageChops

from nodegraph import Graph, LocalEngine, Options
from nodegraph.formats.comfyui.node_mapping import Converted, NodeMapping, Untranslatable, class_names
from nodegraph.formats.comfyui.source_graph import SourceNode
from nodegraph.formats.native import loads
from nodegraph.node_api.catalogue import Catalogue, installed
from nodes.comfyui import SAME
from nodes.definitions.images_effects import image_blur, image_sharpen
from nodes.definitions.images_transform import image_flip, image_rotate
from nodes.types import Image as Picture
from tests.nodegraph.comfyui.test_prompt import PROMPT


@pytest.fixture(scope="module")
def specs() -> Catalogue:
    return installed()


def made(name: str) -> Converted:
    """What a node with a value for each widget whose values are told becomes."""
    translation = SAME[name]
    given = {}
    if isinstance(translation, NodeMapping):
        given = {key: next(iter(by)) for key, by in translation.values.items() if not callable(by)}
    texts = {"CLIPTextEncodeSD3": ("clip_l", "clip_g", "t5xxl")}
    return translation(SourceNode("1", name, {**given, **dict.fromkeys(texts.get(name, ()), "x")}))


@pytest.mark.parametrize("name", SAME)
def test_every_name_is_one_of_ours(name: str, specs: Catalogue) -> None:
    found = made(name)
    for part in found.parts.values():
        spec = specs[part.type]
        inputs = {*(s.name for s in spec.sockets), *(p.name for p in spec.params)}
        assert {*part.params, *part.inputs} <= inputs
        for ends in part.inputs.values():
            for other, output in ends:
                assert specs[found.parts[other].type].output(output) is not None
    for ends in found.ports.values():
        for part_name, port in ends:
            spec = specs[found.parts[part_name].type]
            assert port in {*(s.name for s in spec.sockets), *(p.name for p in spec.params)}
    for end in found.outputs:
        if isinstance(end, str):
            assert end in found.ports, "an output passes on what one of the inputs takes"
            continue
        part_name, output = end
        assert specs[found.parts[part_name].type].output(output) is not None


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("odd", [[], {}, None, -1.5, True, "?"])
def test_odd_values_are_translated_or_refused(name: str, odd: object) -> None:
    try:
        found = SAME[name](SourceNode("1", name, listed=(odd,) * 12))
    except Untranslatable as error:
        assert "has no equal" in str(error)
    else:
        assert "" in found.parts


@pytest.mark.parametrize("name", SAME)
def test_every_choice_is_one_of_ours(name: str, specs: Catalogue) -> None:
    translation = SAME[name]
    if not isinstance(translation, NodeMapping):
        return
    spec = specs[translation.type]
    ours = made(name).ports
    for widget, by in translation.values.items():
        if callable(by) or widget not in ours:
            continue
        param = spec.param(ours[widget][0][1])
        assert param is not None
        for value in by.values():
            assert not param.choices or value in param.choices
    for key, value in translation.fixed.items():
        param = spec.param(key)
        assert param is not None and (not param.choices or value in param.choices)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    with LocalEngine(options=Options(output=tmp_path_factory.mktemp("output"))) as found:
        yield found


def picture(engine: LocalEngine, graph: Graph) -> Image.Image:
    result = engine.run(graph)
    assert result.ok, result.error
    return Image.open(result.outputs[0].path).convert("RGB")


CUSTOM = {
    **{key: PROMPT[key] for key in ("4", "57:3", "7", "5", "8", "9")},
    "3": {
        "class_type": "SamplerCustom",
        "inputs": {
            "add_noise": True, "noise_seed": 7, "cfg": 4.0, "model": ["4", 0], "positive": ["57:3", 0],
            "negative": ["7", 0], "sampler": ["20", 0], "sigmas": ["21", 0], "latent_image": ["5", 0],
        },
    },
    "20": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "dpmpp_2m"}},
    "21": {
        "class_type": "BasicScheduler",
        "inputs": {"scheduler": "karras", "steps": 6, "denoise": 1.0, "model": ["4", 0]},
    },
}  # fmt: skip
ADVANCED = {
    **CUSTOM,
    "3": {
        "class_type": "SamplerCustomAdvanced",
        "inputs": {
            "noise": ["22", 0], "guider": ["23", 0], "sampler": ["20", 0], "sigmas": ["21", 0],
            "latent_image": ["5", 0],
        },
    },
    "22": {"class_type": "RandomNoise", "inputs": {"noise_seed": 7}},
    "23": {
        "class_type": "CFGGuider",
        "inputs": {"cfg": 4.0, "model": ["4", 0], "positive": ["57:3", 0], "negative": ["7", 0]},
    },
}  # fmt: skip


def test_three_ways_to_say_the_same_give_the_same_picture(engine: LocalEngine) -> None:
    plain = picture(engine, loads(json.dumps(PROMPT)))
    darkest, lightest = plain.convert("L").getextrema()
    assert isinstance(lightest, int) and isinstance(darkest, int) and lightest - darkest > 60
    for other in (CUSTOM, ADVANCED):
        assert ImageChops.difference(plain, picture(engine, loads(json.dumps(other)))).getbbox() is None


def _as_comfyui_convolves(rows: np.ndarray[Any, Any], radius: int, sigma: float) -> np.ndarray[Any, Any]:
    """`[H, W, C]` blurred by a kernel of `2 * radius + 1` pixels whose sigma counts in units of the radius."""
    across = np.linspace(-1, 1, 2 * radius + 1)
    weights = np.exp(-(across**2) / (2 * sigma**2))
    weights /= weights.sum()
    padded = np.pad(rows, ((radius, radius), (radius, radius), (0, 0)), mode="reflect")
    high = sum(w * padded[at : at + rows.shape[0]] for at, w in enumerate(weights))
    found = sum(w * high[:, at : at + rows.shape[1]] for at, w in enumerate(weights))
    assert isinstance(found, np.ndarray)
    return found


@pytest.mark.parametrize(("radius", "sigma"), [(1, 1.0), (4, 0.3), (8, 0.5), (8, 3.0)])
def test_a_blur_is_as_wide_as_comfyuis(radius: int, sigma: float) -> None:
    old = SourceNode("1", "ImageBlur", {"blur_radius": radius, "sigma": sigma})
    params = SAME["ImageBlur"](old).parts[""].params
    picture = torch.rand(1, 48, 48, 3, generator=torch.Generator().manual_seed(1))
    mine = image_blur(Picture(picture), **params)[0].numpy()
    theirs = _as_comfyui_convolves(picture[0].numpy(), radius, sigma)
    inner = (slice(10, -10), slice(10, -10))
    assert (
        np.abs(mine[inner] - theirs[inner]).mean()
        < 0.15 * np.abs(picture[0].numpy()[inner] - theirs[inner]).mean()
    )


def test_sharpening_adds_ten_times_alpha_of_the_detail() -> None:
    old = SourceNode("1", "ImageSharpen", {"sharpen_radius": 3, "sigma": 0.4, "alpha": 0.15})
    params = SAME["ImageSharpen"](old).parts[""].params
    picture = 0.4 + 0.1 * torch.rand(1, 48, 48, 3, generator=torch.Generator().manual_seed(1))
    mine = image_sharpen(Picture(picture), **params)[0].numpy()
    rows = picture[0].numpy()
    theirs = rows + 1.5 * (rows - _as_comfyui_convolves(rows, 3, 0.4))
    inner = (slice(8, -8), slice(8, -8))
    assert np.abs(mine[inner] - theirs[inner]).mean() < 0.1 * np.abs(rows[inner] - theirs[inner]).mean()


def test_flips_and_quarter_turns_are_comfyuis() -> None:
    picture = torch.arange(24.0).reshape(1, 2, 4, 3) / 24
    for rotation, count in {"none": 0, "90 degrees": 1, "180 degrees": 2, "270 degrees": 3}.items():
        params = SAME["ImageRotate"](SourceNode("1", "ImageRotate", {"rotation": rotation})).parts[""].params
        turned = torch.rot90(picture, count, (2, 1))
        assert torch.equal(image_rotate(Picture(picture), **params)[..., :3], turned)
    for way, axis in {"x-axis: vertically": 1, "y-axis: horizontally": 2}.items():
        params = SAME["ImageFlip"](SourceNode("1", "ImageFlip", {"flip_method": way})).parts[""].params
        assert torch.equal(image_flip(Picture(picture), **params), picture.flip(axis))


def test_every_translated_class_is_found_by_its_name() -> None:
    found = {name for names in class_names().values() for name in names}
    assert found == set(SAME)
