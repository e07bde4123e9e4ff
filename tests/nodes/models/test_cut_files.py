"""Files of every family with tensors missing, renamed or of other shapes: a sentence or an answer, nothing else."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodegraph.support.errors import LoadError
from nodes.models.architectures.key_maps.t5 import BIAS
from nodes.models.detection.detect import recognise
from nodes.models.files.parts import Part
from nodes.models.memory.loading import Place, load_part
from tests import models_maker as maker

FAMILIES = (
    "sd1", "sd2", "sdxl", "sd3", "flux", "chroma", "auraflow", "lumina2", "z_image", "qwen_image", "flux2",
)  # fmt: skip
UNETS = ("sd1", "sd2", "sdxl")
Shapes = dict[str, tuple[int, ...]]


def _shapes(state: maker.State) -> Shapes:
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


@cache
def bare(name: str) -> dict[str, Shapes]:
    """The networks of a family on the meta device, in every spelling: shapes by tensor."""
    with torch.device("meta"):
        tiny = getattr(maker, name)()
    made = {
        "diffusers": tiny.unet.state_dict(),
        "original": (maker.original_unet if name in UNETS else maker.original_transformer)(tiny.unet),
        "vae diffusers": tiny.vae.state_dict(),
        "vae original": maker.original_vae(tiny.vae),
    }
    for at, text in enumerate(tiny.texts):
        made[f"text {at}"] = text.state_dict()
        if name in ("sd2", "sdxl"):
            made[f"open clip {at}"] = maker.open_clip(maker.hf_text(text))
    return {spelling: _shapes(state) for spelling, state in made.items()}


def write(path: Path, shapes: Shapes) -> Path:
    """A file whose header says so; its numbers are a hole."""
    entries: dict[str, Any] = {}
    at = 0
    for name, shape in shapes.items():
        size = 4 * torch.Size(shape).numel()
        entries[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(entries).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + at)
    return path


def looked_at(path: Path, shapes: Shapes) -> str:
    """What kind of file this is, or its sentence, which names it; another error is a fault."""
    write(path, shapes)
    try:
        return recognise(path).kind
    except LoadError as error:
        assert str(path) in str(error) and "\n" not in str(error)
        return str(error)


SPELLINGS = [
    (family, spelling)
    for family in FAMILIES
    for spelling in ("diffusers", "original", "vae diffusers", "vae original", "text 0")
]


@pytest.mark.parametrize("family", FAMILIES)
def test_halves_and_thirds_are_a_sentence_or_known(family: str, tmp_path: Path) -> None:
    for spelling, shapes in bare(family).items():
        for count in (2, 3):
            for part in range(count):
                start, end = (len(shapes) * at // count for at in (part, part + 1))
                cut = dict(islice(shapes.items(), start, end))
                looked_at(tmp_path / f"{spelling.replace(' ', '_')}.safetensors", cut)


@pytest.mark.parametrize(("family", "spelling"), SPELLINGS)
def test_a_whole_network_is_known_and_nothing_of_it_is_left_over(
    family: str, spelling: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "m.safetensors", bare(family)[spelling])
    found = recognise(path)
    assert found.kind == {"v": "vae", "t": "text_encoder"}.get(spelling[0], "diffusion_model")
    assert found.leftovers == ()


TEXTS = [
    (family, spelling)
    for family in FAMILIES
    for spelling in bare(family)
    if "text" in spelling or "clip" in spelling
]
LAYER = re.compile(r"(?:layers|resblocks|block)\.\d+\.")


@pytest.mark.parametrize(("family", "spelling"), TEXTS)
def test_an_encoder_that_lacks_a_tensor_of_a_layer_is_named_unopened(
    family: str, spelling: str, tmp_path: Path
) -> None:
    whole = bare(family)[spelling]
    path = write(tmp_path / "m.safetensors", whole)
    assert recognise(path).kind == "text_encoder"
    inside = [
        name
        for name in whole
        if LAYER.search(name) and name.endswith(("weight", "bias")) and BIAS not in name
    ]
    assert inside
    for name in inside:
        said = looked_at(path, {other: shape for other, shape in whole.items() if other != name})
        assert "text encoder" in said and "is missing" in said, name


CHANGES: dict[str, Callable[[st.DataObject, Shapes, str], None]] = {
    "drop": lambda data, shapes, name: shapes.__delitem__(name),
    "rename": lambda data, shapes, name: shapes.update(
        {data.draw(st.text("ab.0_", max_size=9)): shapes.pop(name)}
    ),
    "reshape": lambda data, shapes, name: shapes.update(
        {name: tuple(data.draw(st.lists(st.integers(0, 70), max_size=5)))}
    ),
    "renumber": lambda data, shapes, name: shapes.update({name.replace(".0.", ".7."): shapes.pop(name)}),
}


@given(st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_changed_tensors_are_a_sentence_or_known(tmp_path: Path, data: st.DataObject) -> None:
    family, spelling = data.draw(st.sampled_from(SPELLINGS))
    shapes = dict(bare(family)[spelling])
    for _ in range(data.draw(st.integers(1, 4))):
        change = CHANGES[data.draw(st.sampled_from(sorted(CHANGES)))]
        change(data, shapes, data.draw(st.sampled_from(sorted(shapes))))
    looked_at(tmp_path / "changed.safetensors", shapes)


@pytest.mark.parametrize(
    ("family", "spelling"), [pair for pair in SPELLINGS if pair[1] in ("diffusers", "original")]
)
def test_each_tensor_that_the_family_asks_for_may_be_missing(
    family: str, spelling: str, tmp_path: Path
) -> None:
    """Those of the first blocks and of the ends, by which families are told apart and sizes are read."""
    shapes = bare(family)[spelling]
    for name in [name for name in shapes if ".0." in name or name.count(".") < 3][::9]:
        looked_at(tmp_path / "m.safetensors", {n: shape for n, shape in shapes.items() if n != name})
        looked_at(tmp_path / "m.safetensors", shapes | {name: ()})


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_known_is_loaded_or_refused_in_a_sentence(tmp_path: Path, data: st.DataObject) -> None:
    """A file that looks whole and is not: its network is made, or the tensor that is wrong is named."""
    from nodes.models.architectures.families import families

    family, spelling = data.draw(
        st.sampled_from([pair for pair in SPELLINGS if pair[1] in ("diffusers", "original")])
    )
    shapes = dict(bare(family)[spelling])
    change = CHANGES[data.draw(st.sampled_from(sorted(CHANGES)))]
    change(data, shapes, data.draw(st.sampled_from(sorted(shapes))))
    path = write(tmp_path / "changed.safetensors", shapes)
    try:
        found = recognise(path)
        if part := found.parts.get("network"):
            load_part(part, families()[found.family].build, Place(torch.device("cpu"), torch.float32))
    except LoadError as error:
        assert str(path) in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("spelling", ["diffusers", "original"])
def test_what_is_left_over_is_what_the_network_has_not(family: str, spelling: str, tmp_path: Path) -> None:
    from nodes.models.architectures.families import families

    extra = {"task_vector.weight": (3, 3), "adapter.down.0.weight": (4,), "model_ema.decay": (1,)}
    shapes = bare(family)[spelling]
    inside = next(name for name in shapes if name.count(".") > 2)
    extra[f"{inside.rpartition('.')[0]}.norm_added_by_somebody.weight"] = (8,)
    path = write(tmp_path / "m.safetensors", shapes | extra)
    found = recognise(path)
    assert set(found.leftovers) == set(extra) - {"model_ema.decay"}
    part: Part = found.parts["network"]
    network, _ = load_part(part, families()[found.family].build, Place(torch.device("cpu"), torch.float32))
    wanted = network.state_dict()
    unused = {piece.name for name, piece in part.pieces.items() if name not in wanted}
    assert unused <= set(extra)


def test_a_part_of_several_is_named(tmp_path: Path) -> None:
    shapes = bare("flux")["diffusers"]
    sentence = looked_at(tmp_path / "diffusion_pytorch_model-00001-of-00003.safetensors", shapes)
    assert "is part 1 of 3 of one model: choose the folder" in sentence
