"""What stands in for ComfyUI's nodes exists, and computes the same."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from PIL import Image, ImageChops

from nodegraph import Graph, LocalEngine, Options
from nodegraph.formats.comfyui.node_mapping import Made, Same, Untranslatable
from nodegraph.formats.comfyui.source_graph import Old
from nodegraph.formats.native import loads
from nodegraph.node_api.catalogue import Catalogue, installed
from nodes.comfyui import SAME
from tests.nodegraph.comfyui.test_prompt import PROMPT


@pytest.fixture(scope="module")
def specs() -> Catalogue:
    return installed()


def made(name: str) -> Made:
    """What a node with a value for each widget whose values are told becomes."""
    translation = SAME[name]
    given = {}
    if isinstance(translation, Same):
        given = {key: next(iter(by)) for key, by in translation.values.items() if not callable(by)}
    texts = {"CLIPTextEncodeSD3": ("clip_l", "clip_g", "t5xxl")}
    return translation(Old("1", name, {**given, **dict.fromkeys(texts.get(name, ()), "x")}))


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
        found = SAME[name](Old("1", name, listed=(odd,) * 12))
    except Untranslatable as error:
        assert "has no equal" in str(error)
    else:
        assert "" in found.parts


@pytest.mark.parametrize("name", SAME)
def test_every_choice_is_one_of_ours(name: str, specs: Catalogue) -> None:
    translation = SAME[name]
    if not isinstance(translation, Same):
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
