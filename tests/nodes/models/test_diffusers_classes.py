"""Network classes of diffusers are imported without other libraries, and nothing stays hidden."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RUN_A_NETWORK = """
import sys, json, torch
from nodes.models.diffusers_classes import diffusers_class
network = diffusers_class("unets.unet_2d_condition", "UNet2DConditionModel")(
    sample_size=8, block_out_channels=(8,), layers_per_block=1, norm_num_groups=4, cross_attention_dim=8,
    down_block_types=("CrossAttnDownBlock2D",), up_block_types=("CrossAttnUpBlock2D",), attention_head_dim=4,
)
network(torch.zeros(1, 4, 8, 8), torch.zeros(1), torch.zeros(1, 3, 8))
diffusers_class("transformers.transformer_flux", "FluxTransformer2DModel")
"""


def answer(code: str) -> object:
    """What `code`, run in a fresh interpreter, prints as JSON on its last line."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def loaded() -> list[str]:
    found = answer(RUN_A_NETWORK + "print(json.dumps(sorted(sys.modules)))")
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("library", ["peft", "transformers", "torchvision", "scipy", "torch._dynamo"])
def test_a_network_is_made_and_run_without(loaded: list[str], library: str) -> None:
    assert library not in loaded


def test_what_was_hidden_is_found_again() -> None:
    code = RUN_A_NETWORK + (
        "from diffusers.utils import import_utils as flags\n"
        "import peft, transformers, torch._dynamo\n"
        "from diffusers import StableDiffusionPipeline\n"
        "print(json.dumps([flags.is_peft_available(), flags.is_transformers_available(),"
        " hasattr(torch._dynamo, 'optimize'), StableDiffusionPipeline.__name__]))"
    )
    assert answer(code) == [True, True, True, "StableDiffusionPipeline"]


def test_a_lora_scale_still_reaches_peft() -> None:
    code = RUN_A_NETWORK + (
        "from peft import LoraConfig\n"
        "network.add_adapter(LoraConfig(r=2, target_modules=['to_q'], init_lora_weights=False))\n"
        "call = lambda scale: network(torch.ones(1, 4, 8, 8), torch.zeros(1), torch.ones(1, 3, 8),"
        " cross_attention_kwargs={'scale': scale}).sample\n"
        "print(json.dumps([bool((call(0.5) != call(1.0)).any()), bool((call(1.0) == call(1.0)).all())]))"
    )
    assert answer(code) == [True, True]
