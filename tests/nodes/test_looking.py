"""What is said of the values that links carry."""

from __future__ import annotations

import torch

from nodes.inspection import facts_of
from nodes.types import Area, Clip, Condition, Control, ControlNet, Latent, Model, Patch, Source, Vae

FILE = Source("/models/checkpoints/dream.safetensors", "f" * 64)
FOLDER = Source("/models/diffusers/dream/unet", "e" * 64)


def test_weights_are_told_by_their_file_and_what_lies_over_it() -> None:
    assert facts_of(Model(FILE)) == [("type", "Model"), ("file", "dream.safetensors")]
    assert facts_of(Vae(FOLDER, "bfloat16")) == [
        ("type", "Vae"),
        ("file", "dream/unet"),
        ("precision", "bfloat16"),
    ]
    ink, neon = Patch(Source("/l/ink.safetensors", "a"), 0.5), Patch(Source("/l/neon.safetensors", "b"))
    told = dict(facts_of(Model(FILE, patches=(ink, neon), options=(("shift", 3.0), ("zsnr", True)))))
    assert told["LoRA"] == "ink.safetensors 0.5, neon.safetensors 1"
    assert told["options"] == "shift 3, zsnr True"
    assert dict(facts_of(Clip((FILE, FOLDER), last_layer=-2))) == {
        "type": "Clip",
        "file": "dream.safetensors, dream/unet",
        "last layer": "-2",
    }


def test_conditions_are_told_by_their_numbers_and_limits() -> None:
    plain = Condition(torch.zeros(1, 77, 8))
    told = dict(facts_of((plain,)))
    assert told["type"] == "conditioning" and told["shape"] == "1 x 77 x 8" and "conditions" not in told
    steered = Control(ControlNet(FILE), torch.zeros(1, 8, 8, 3))
    limited = Condition(
        torch.full((1, 77, 8), torch.nan),
        strength=0.5,
        area=Area(0, 0, 64, 64),
        end=0.4,
        controls=(steered, steered),
    )
    told = dict(facts_of((limited, plain)))
    assert told["conditions"] == "2" and told["strength"] == "0.5, 1"
    assert told["limited to"] == "an area, a part of the steps"
    assert told["ControlNet"] == "dream.safetensors" and "616 values" in told["alarm"]


def test_no_value_is_told_by_the_code_that_made_it() -> None:
    values = (
        Model(FILE),
        (Condition(torch.zeros(1, 2, 3)),),
        Latent(torch.zeros(1, 4, 2, 2)),
        torch.zeros(2),
    )
    for value in values:
        assert not any("(" in words or "tensor([" in words for _, words in facts_of(value))
