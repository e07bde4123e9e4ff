from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import torch
from hypothesis import given
from hypothesis import strategies as st

from nodes.definitions.prompt import prompt_choices, text_encode, text_encode_a1111
from nodes.definitions.prompt_families import (
    conditioning_guidance,
    text_encode_flux,
    text_encode_lumina2,
    text_encode_sd3,
    text_encode_sdxl,
    text_encode_sdxl_refiner,
)
from nodes.types import Clip, Condition, Conditioning, Source
from tests.nodes.families.context import Recorder

CLIP = Clip((Source("nowhere", "0"),))


class Encoder:
    """Remembers what each encoder was told."""

    remarks: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, str]]] = []

    def get(self, ref: Clip) -> Encoder:
        return self

    def encode(
        self, text: str, texts: Mapping[str, str] | None = None, *, multiplying: bool = False
    ) -> Conditioning:
        self.told.append((text, dict(texts or {})))
        return Conditioning((Condition(torch.zeros(1, 77, 4)),))


def test_each_family_tells_its_encoders() -> None:
    encoder = Encoder()
    context = Recorder(Path("none"), models=encoder).context
    text_encode(context, CLIP, text="a")
    sdxl = text_encode_sdxl(context, CLIP, text="a", text_l="b", width=800, crop_y=7)[0]
    text_encode_sd3(context, CLIP, text="a", t5="long")
    refiner = text_encode_sdxl_refiner(context, CLIP, text="a", score=9.5, height=800)[0]
    flux = text_encode_flux(context, CLIP, text="a", guidance=2.0)[0]
    assert encoder.told == [("a", {}), ("a", {"clip_l": "b"}), ("a", {"t5": "long"}), ("a", {}), ("a", {})]
    assert dict(refiner.extras) == {"width": 1024, "height": 800, "aesthetic_score": 9.5}
    assert sdxl.extras["width"] == 800 and sdxl.extras["crop_h"] == 7 and sdxl.extras["target_height"] == 1024
    assert flux.guidance == 2.0
    assert conditioning_guidance(Conditioning((sdxl,)), guidance=5.0)[0].guidance == 5.0


def test_a1111_prompts_become_conditions_with_times_and_weights() -> None:
    encoder = Encoder()
    context = Recorder(Path("none"), models=encoder).context
    found = text_encode_a1111(context, CLIP, text="a [red|blue] [house:boat:0.5] AND fog :0.5", steps=4)
    assert [text for text, _ in encoder.told] == [
        "a red house ",
        "a blue house ",
        "a red boat ",
        "a blue boat ",
        " fog",
    ]
    assert [c.spans for c in found[:4]] == [((at, at + 0.25),) for at in (0.0, 0.25, 0.5, 0.75)]
    assert [(c.strength, c.summed) for c in found] == [(1.0, True)] * 4 + [(0.5, True)]
    [turns, _] = text_encode_a1111(context, CLIP, text="[red|blue] house", steps=4)
    assert turns.spans == ((0.0, 0.25), (0.5, 0.75)) and not turns.summed
    [plain] = text_encode_a1111(context, CLIP, text="a (red) house")
    assert plain.spans == () and not plain.summed


def test_lumina_is_told_what_it_is_for() -> None:
    encoder = Encoder()
    context = Recorder(Path("none"), models=encoder).context
    text_encode_lumina2(context, CLIP, text="a")
    text_encode_lumina2(context, CLIP, text="a", instruction="Draw.")
    text_encode_lumina2(context, CLIP, text="a", instruction="")
    told = [text for text, _ in encoder.told]
    assert told[0].endswith(" prompts. <Prompt Start> a") and told[1:] == ["Draw. <Prompt Start> a", "a"]


def choices(text: str, seed: int = 0) -> str:
    return prompt_choices(Recorder(Path("none")).context, text=text, seed=seed)


def test_choices_follow_the_seed_and_their_weights() -> None:
    text = "a {3::red|blue} {small |}{house|{boat|car}}"
    assert choices(text, 5) == choices(text, 5)
    found = Counter(choices(text, seed) for seed in range(2000))
    assert len(found) == 12
    red = sum(count for words, count in found.items() if "red" in words)
    assert 0.7 < red / 2000 < 0.8


def test_comments_escapes_and_stray_braces() -> None:
    assert choices("# a remark\nred /* not\nblue */house") == "red house"
    assert choices(r"\{a\|b\} | } c") == "{a|b} | } c"
    assert choices("{a|b") == "{a|b"
    assert choices("x #1") == "x #1"


@given(st.text(alphabet="{}|\\ab#/*:2\n", max_size=80), st.integers(0, 2**64 - 1))
def test_any_text_gives_a_text(text: str, seed: int) -> None:
    assert choices(text, seed) == choices(text, seed)


def test_depth_does_not_matter() -> None:
    assert choices("{" * 20_000 + "a" + "}" * 20_000) == "a"
