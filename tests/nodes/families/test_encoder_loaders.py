"""Text encoders that come alone: what their loaders keep of a choice, and what joining keeps of each."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
import torch

from nodegraph.context import Context, Places
from nodes.loaders import clip_join, clip_loader
from nodes.models import create_pool
from nodes.models.machine import Choices
from nodes.models.precision import encoder_dtype
from nodes.types import Clip, Patch, Source
from tests import models_maker as maker


def test_a_loader_keeps_an_encoder_in_the_precision_asked_for(tmp_path: Path) -> None:
    maker.write_encoder(maker.z_image(), 0, tmp_path / "text_encoders" / "qwen.safetensors")
    pool = create_pool(device="cpu", models=[tmp_path])
    ctx = Context("node", Places(tmp_path, tmp_path), lambda event: None, Event(), pool)
    for dtype, kept in (("auto", torch.float32), ("bfloat16", torch.bfloat16)):
        pool.clear()
        pool.get(clip_loader(ctx, file="qwen.safetensors", kind="z_image", dtype=dtype)).encode("a house")
        [held] = pool.residents._held.values()
        assert {parameter.dtype for parameter in held.network.parameters()} == {kept}


def test_a_join_keeps_every_patch_and_the_precision_asked_for() -> None:
    one, two = Patch(Source("a", "a")), Patch(Source("b", "b"), 0.5)
    clips = (
        Clip((Source("l", "l"),), patches=(one,), last_layer=-2),
        Clip((Source("t", "t"),), "flux", "float32", (one, two)),
    )
    joined = clip_join(clips, kind="flux")
    assert joined == Clip((Source("l", "l"), Source("t", "t")), "flux", "float32", (one, two), -2)


@pytest.mark.parametrize("wanted", ["auto", "float16", "bfloat16", "float32"])
@pytest.mark.parametrize("stored", ["F32", "F16", "BF16", "Q8_0"])
def test_no_language_model_computes_in_float16_on_the_cpu(wanted: str, stored: str) -> None:
    assert encoder_dtype(wanted, Choices("cpu"), "qwen3", stored) in (torch.float32, torch.bfloat16)
    asked = encoder_dtype("float16", Choices("cuda"), "qwen3", stored)
    assert asked == torch.float16
