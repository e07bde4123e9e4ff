"""Guidance by a weakened network: it does what diffusers' own parts do, differs from plain CFG, and leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from nodegraph import GraphError
from nodes.definitions.guidance_network import (
    freeu,
    guidance_perturbed_attention,
    guidance_self_attention,
    guidance_skip_layer,
)
from nodes.definitions.sampler import plain_guide
from nodes.guidance.conditioning_context import ConditioningContext
from nodes.guidance.forward_overrides import AttentionRecord, identity_attention, skipping
from nodes.guidance.freeu import FreeU
from nodes.guidance.network_blocks import chosen_blocks
from nodes.models import create_pool
from nodes.models.pool import Pool
from nodes.types import Condition, Conditioning, Model, Source
from tests import models_maker as maker

SIGMA, CFG = 5.0, 4.0


@dataclass(frozen=True, eq=False)
class Made:
    """A small model in a pool, latents and prompts for it."""

    tiny: maker.Tiny
    pool: Pool
    model: Model
    x: Tensor
    sigma: Tensor
    positive: Conditioning
    negative: Conditioning

    def guided(self, model: Model | None = None, cfg: float = CFG) -> Tensor:
        """What a sampler is given."""
        model = model or self.model
        guide = plain_guide(model, self.positive, self.negative, cfg, "euler", self.sigma)
        network = self.pool.get(model)
        return guide(network, ConditioningContext(network.facts, self.x))(self.x, self.sigma).x0

    def output(self, conditioning: Conditioning, x: Tensor | None = None, **others: Any) -> Tensor:
        """What diffusers' network itself says to latents."""
        [condition] = conditioning
        space, x = self.pool.get(self.model).space, self.x if x is None else x
        batch = len(x)
        given: dict[str, Any] = {"encoder_hidden_states": condition.cond.expand(batch, -1, -1)}
        if condition.pooled is not None and hasattr(self.tiny.unet, "mid_block"):
            height, width = (side * 8.0 for side in x.shape[-2:])
            ids = torch.tensor([[height, width, 0, 0, height, width]]).expand(batch, -1)
            given["added_cond_kwargs"] = {"text_embeds": condition.pooled.expand(batch, -1), "time_ids": ids}
        elif condition.pooled is not None:
            given["pooled_projections"] = condition.pooled.expand(batch, -1)
        with torch.no_grad():
            found: Tensor = self.tiny.unet(
                space.network_input(x, self.sigma),
                timestep=space.timestep(self.sigma),
                return_dict=False,
                **given,
                **others,
            )[0]
        return found

    def x0(self, output: Tensor) -> Tensor:
        """The clean latents of an output of the network."""
        return self.pool.get(self.model).space.to_x0(self.x, output, self.sigma)


@cache
def made(family: str) -> Made:
    """A small model of random weights, made once."""
    import tempfile

    path = Path(tempfile.mkdtemp())
    tiny: maker.Tiny = getattr(maker, family)()
    if family in ("sd3", "flux"):
        source = maker.write_transformer(tiny, path / "model.safetensors")
    else:
        source = maker.write_folder(tiny, path / "model")
    pool, model = create_pool(device="cpu", dtype="float32"), Model(Source(str(source), "print"))
    torch.manual_seed(3)
    flow = pool.get(model).space.flow
    x = torch.randn(2, 16, 8, 12) if flow else torch.randn(2, 4, 16, 24) * SIGMA
    width = 96 if flow else tiny.unet.config.cross_attention_dim
    size = {"sd3": 96, "flux": 32, "sdxl": 64}.get(family)
    sides = [
        Conditioning((Condition(torch.randn(1, 20, width), None if size is None else torch.randn(1, size)),))
        for _ in range(2)
    ]
    return Made(tiny, pool, model, x, torch.full((2,), 0.6 if flow else SIGMA), *sides)


def close(left: Tensor, right: Tensor) -> None:
    torch.testing.assert_close(left, right, atol=2e-4, rtol=1e-4)


EVERY: dict[str, tuple[str, Callable[[Model], Model]]] = {
    "skip-layer, SD 1": ("sd1", lambda m: guidance_skip_layer(m, layers="middle", start=0, end=1)),
    "skip-layer, SD 3": ("sd3", lambda m: guidance_skip_layer(m, layers="0", start=0, end=1)),
    "skip-layer, Flux": ("flux", lambda m: guidance_skip_layer(m, layers="0", single="1", start=0, end=1)),
    "perturbed, SD 1": ("sd1", guidance_perturbed_attention),
    "perturbed, SDXL": ("sdxl", guidance_perturbed_attention),
    "perturbed, SD 3": ("sd3", lambda m: guidance_perturbed_attention(m, layers="0, 1")),
    "perturbed, Flux": ("flux", lambda m: guidance_perturbed_attention(m, layers="0")),
    "self-attention, SD 1": ("sd1", guidance_self_attention),
    "self-attention, SDXL": ("sdxl", guidance_self_attention),
    "FreeU, SD 1": ("sd1", freeu),
    "FreeU of version 1, SDXL": ("sdxl", lambda m: freeu(m, version="1")),
}


@pytest.mark.parametrize(("family", "change"), EVERY.values(), ids=EVERY)
def test_it_changes_plain_guidance_and_leaves_no_trace(family: str, change: Callable[[Model], Model]) -> None:
    one = made(family)
    plain = one.guided()
    weights = {name: tensor.clone() for name, tensor in one.tiny.unet.state_dict().items()}
    network = one.pool.get(one.model)._network()
    before = {name: dict(module.__dict__) for name, module in network.named_modules()}
    changed = one.guided(change(one.model))
    assert (changed - plain).abs().max() > 1e-3
    assert torch.isfinite(changed).all()
    assert torch.equal(one.guided(), plain)
    assert one.pool.get(change(one.model))._network() is network, "both models share their weights"
    for name, module in network.named_modules():
        assert module.__dict__.keys() == before[name].keys()
        assert not module._forward_pre_hooks and not module._forward_hooks
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, weights[name])


def test_a_failure_inside_leaves_no_trace_either() -> None:
    network = made("sd1").tiny.unet
    for alter in (
        skipping(chosen_blocks("middle")),
        identity_attention(chosen_blocks("middle")),
        FreeU().altered,
        AttentionRecord().recording,
    ):
        with pytest.raises(ZeroDivisionError), alter(network):
            raise ZeroDivisionError
        for module in network.modules():
            assert "forward" not in module.__dict__ and not module._forward_pre_hooks


def test_perturbed_attention_is_that_of_diffusers() -> None:
    from diffusers.models.attention_processor import PAGCFGIdentitySelfAttnProcessor2_0
    from diffusers.pipelines.pag.pag_utils import PAGMixin

    one = made("sd1")
    ours = one.guided(guidance_perturbed_attention(one.model, scale=3.0))
    attentions = [m.attn1 for m in one.tiny.unet.mid_block.modules() if hasattr(m, "attn1")]
    usual = [attention.processor for attention in attentions]
    for attention in attentions:
        attention.set_processor(PAGCFGIdentitySelfAttnProcessor2_0())
    context = torch.cat([s[0].cond.expand(2, -1, -1) for s in (one.negative, one.positive, one.positive)])
    scaled = one.x / (SIGMA**2 + 1) ** 0.5
    time = one.pool.get(one.model).space.timestep(one.sigma)
    with torch.no_grad():
        three = one.tiny.unet(scaled.repeat(3, 1, 1, 1), time.repeat(3), context).sample
    for attention, processor in zip(attentions, usual, strict=True):
        attention.set_processor(processor)
    holder: Any = SimpleNamespace(_get_pag_scale=lambda t: 3.0)
    close(ours, one.x0(PAGMixin._apply_perturbed_attention_guidance(holder, three, True, CFG, 0)))


def test_perturbed_attention_of_sd3_is_that_of_diffusers() -> None:
    """diffusers' processor leaves out the norms of queries and keys that SD 3.5 has; so it is compared without."""
    from diffusers.models.attention_processor import PAGJointAttnProcessor2_0

    one = made("sd3")
    block = one.tiny.unet.transformer_blocks[1]
    attention, names = block.attn, ("norm_q", "norm_k", "norm_added_q", "norm_added_k")
    norms = {name: getattr(attention, name) for name in names}
    [condition] = one.positive
    assert condition.pooled is not None
    usual = attention.processor
    try:
        for name in names:
            setattr(attention, name, None)
        with identity_attention(chosen_blocks("1"))(one.tiny.unet):
            ours = one.output(one.positive)
        attention.set_processor(PAGJointAttnProcessor2_0())
        with torch.no_grad():
            both = one.tiny.unet(
                one.x.repeat(2, 1, 1, 1),
                condition.cond.expand(4, -1, -1),
                condition.pooled.expand(4, -1),
                one.sigma.repeat(2) * 1000,
                return_dict=False,
            )[0]
    finally:
        attention.set_processor(usual)
        for name, norm in norms.items():
            setattr(attention, name, norm)
    close(ours, both.chunk(2)[1])
    assert (ours - both.chunk(2)[0]).abs().max() > 1e-3


def test_skipped_layers_are_those_of_diffusers() -> None:
    one = made("sd3")
    ours = one.guided(guidance_skip_layer(one.model, layers="1", scale=2.8, start=0, end=1))
    cond, uncond = one.output(one.positive), one.output(one.negative)
    weak = one.output(one.positive, skip_layers=[1])
    close(ours, one.x0(uncond + CFG * (cond - uncond) + 2.8 * (cond - weak)))


def test_self_attention_guidance_is_that_of_diffusers() -> None:
    from diffusers import DDIMScheduler
    from diffusers.pipelines.deprecated.stable_diffusion_sag.pipeline_stable_diffusion_sag import (
        CrossAttnStoreProcessor,
        StableDiffusionSAGPipeline,
    )

    one, time = made("sd1"), torch.tensor(700)
    sigma = one.pool.get(one.model).space.sigma(time)
    one = replace(one, sigma=sigma.expand(2))
    ours = one.guided(guidance_self_attention(one.model, scale=0.75, blur=1.0))
    scheduler = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    cond = one.output(one.positive)
    attention, store = (
        one.tiny.unet.mid_block.attentions[0].transformer_blocks[0].attn1,
        CrossAttnStoreProcessor(),
    )
    usual = attention.processor
    attention.set_processor(store)
    uncond = one.output(one.negative)
    attention.set_processor(usual)
    config = SimpleNamespace(attention_head_dim=attention.heads)
    holder = SimpleNamespace(scheduler=scheduler, unet=SimpleNamespace(config=config))
    mask: Any = StableDiffusionSAGPipeline.sag_masking
    degraded = mask(holder, one.x0(uncond), store.attention_probs, (8, 12), time, uncond)
    seen = one.output(one.negative, degraded * (1 + sigma**2) ** 0.5)
    torch.testing.assert_close(
        ours, one.x0(uncond + CFG * (cond - uncond) + 0.75 * (uncond - seen)), atol=2e-3, rtol=1e-3
    )
    assert (ours - one.guided()).abs().max() > 0.2


@pytest.mark.parametrize("family", ["sd1", "sdxl"])
def test_freeu_is_that_of_diffusers_where_both_tell_levels_apart_alike(family: str) -> None:
    """With equal factors at both levels it does not matter by what they are told apart."""
    one = made(family)
    ours = one.guided(freeu(one.model, version="1", b1=1.2, b2=1.2, s1=0.5, s2=0.5))
    one.tiny.unet.enable_freeu(s1=0.5, s2=0.5, b1=1.2, b2=1.2)
    cond, uncond = one.output(one.positive), one.output(one.negative)
    one.tiny.unet.disable_freeu()
    close(ours, one.x0(uncond + CFG * (cond - uncond)))


def test_without_guidance_the_structure_is_still_clearer() -> None:
    one = made("sd1")
    cond = one.guided(cfg=1.0)
    weak = one.pool.get(one.model).x0(
        one.x, one.sigma, list(one.positive), identity_attention(chosen_blocks("middle"))
    )[0]
    close(one.guided(guidance_perturbed_attention(one.model, scale=2.0), cfg=1.0), cond + 2 * (cond - weak))


def test_skip_layer_holds_for_its_time_and_takes_contrast_back() -> None:
    one = made("sd1")
    late = guidance_skip_layer(one.model, layers="middle", start=0.9, end=1)
    assert torch.equal(one.guided(late), one.guided())
    plain = guidance_skip_layer(one.model, layers="middle", start=0, end=1)
    calm = guidance_skip_layer(one.model, layers="middle", start=0, end=1, rescale=1.0)
    assert one.guided(calm).std() < one.guided(plain).std()


def always_skipping(model: Model) -> Model:
    return guidance_skip_layer(model, start=0, end=1)


REFUSED: dict[str, tuple[str, Callable[[Model], Model], str]] = {
    "no such block": ("sd1", always_skipping, "there is no block 7. Choose others, or write middle"),
    "no such joint block": ("sd3", always_skipping, "has 2 blocks of this kind"),
    "middle of a transformer": ("sd3", guidance_perturbed_attention, "whole numbers from 0 up"),
    "words": ("sd1", lambda m: guidance_skip_layer(m, layers="seven"), "'seven' is neither"),
    "FreeU without a UNet": ("sd3", freeu, "FreeU acts on the UNet"),
    "SAG without a UNet": ("flux", guidance_self_attention, "Self-attention guidance acts on the UNet"),
    "times": ("sd1", lambda m: guidance_skip_layer(m, start=0.5, end=0.1), "exchange them"),
}


@pytest.mark.parametrize(("family", "change", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused(family: str, change: Callable[[Model], Model], sentence: str) -> None:
    one = made(family)
    with pytest.raises(GraphError, match=sentence):
        one.guided(change(one.model))
