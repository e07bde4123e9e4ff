"""Text encoders that come alone: what their loaders keep of a choice, and what joining keeps of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
import torch
from safetensors.torch import save_file

from nodegraph.node_api.context import Context, Places
from nodes.definitions.loaders import clip_join, clip_loader
from nodes.models import create_pool
from nodes.models.memory.device_facts import Choices
from nodes.models.memory.loading import bytes_in
from nodes.models.memory.precision import encoder_dtype
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


@pytest.mark.parametrize("scaled", [False, True])
def test_an_encoder_of_eight_bits_takes_the_memory_that_is_counted(scaled: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    tensors, wanted = {}, {}
    for name, tensor in maker.t5(96).state_dict().items():
        if tensor.ndim < 2 or name == "encoder.embed_tokens.weight":
            continue
        scale = tensor.abs().max() / 448 if scaled else torch.tensor(1.0)
        tensors[name] = (tensor / scale).to(torch.float8_e4m3fn)
        wanted[name] = tensors[name].float() * scale
        if scaled:
            tensors[name.removesuffix("weight") + "scale_weight"] = scale.reshape(1)
    norms = {
        name: tensor.bfloat16() for name, tensor in maker.t5(96).state_dict().items() if tensor.ndim == 1
    }
    save_file(tensors | norms, tmp_path / "eight.safetensors")
    save_file(wanted | norms, tmp_path / "plain.safetensors")
    pool = create_pool(device="cpu")
    eight, plain = (
        Clip((Source(str(tmp_path / f"{n}.safetensors"), n),), "flux") for n in ("eight", "plain")
    )
    [found] = pool.get(eight).encode("a red house")
    part = pool.recognised(eight.sources[0]).parts["t5"]
    assert pool.bytes == bytes_in(part, None) == 2 * part.parameters
    [exact] = pool.get(plain).encode("a red house")
    assert (found.cond - exact.cond).norm() / exact.cond.norm() < 5e-3


@pytest.mark.parametrize("tiny", [maker.sd1, maker.sd3])
def test_the_empty_prompt_is_read_once(tiny: Callable[[], maker.Tiny], tmp_path: Path) -> None:
    """Weighted prompts are measured against it; it stays the same until the encoder is another."""
    source = Source(str(maker.write_checkpoint(tiny(), tmp_path / "m.safetensors")), "m")
    pool = create_pool(device="cpu", dtype="float32")
    encoder = pool.get(Clip((source,)))
    calls: list[object] = []
    first = encoder.encode("a (red:1.3) house")[0].cond
    for held in pool.residents._held.values():
        held.network.register_forward_pre_hook(lambda *_: calls.append(1))
    assert torch.equal(encoder.encode("a (red:1.3) house")[0].cond, first)
    assert len(calls) == len(pool.residents._held)
    other = encoder.encode("a (blue:1.3) house")[0].cond
    assert len(calls) == 2 * len(pool.residents._held)
    fresh = (
        create_pool(device="cpu", dtype="float32").get(Clip((source,))).encode("a (blue:1.3) house")[0].cond
    )
    assert torch.equal(other, fresh)
    skipped = replace(Clip((source,)), last_layer=-2)
    bare = create_pool(device="cpu", dtype="float32")
    assert torch.equal(
        pool.get(skipped).encode("a (red:1.3) house")[0].cond,
        bare.get(skipped).encode("a (red:1.3) house")[0].cond,
    )
