"""diffusers' pipelines of the networks that follow a flow, given what this program starts from."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from nodes.models.architectures.families.flux import packed, unpacked
from nodes.types import Condition
from tests import models_maker as maker
from tests.nodes.models.pipelines import CFG, SIDE, Answer, Given, both


def flowing() -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(shift=1.0)


def scaled_like_flux(tiny: maker.Tiny) -> Any:
    tiny.vae.register_to_config(scaling_factor=0.3611, shift_factor=0.1159)
    return tiny.vae


def stable_diffusion_3(tiny: maker.Tiny, given: Given) -> Answer:
    from diffusers import StableDiffusion3Pipeline

    scheduler = flowing()
    tiny.vae.register_to_config(scaling_factor=1.5305, shift_factor=0.0609)
    pipeline = StableDiffusion3Pipeline(tiny.unet, scheduler, tiny.vae, None, None, None, None, None, None)
    return both(pipeline, given.arguments(scheduler, pooled=True))


def flux(tiny: maker.Tiny, given: Given) -> Answer:
    from diffusers import FluxPipeline

    scheduler = flowing()
    pipeline = FluxPipeline(scheduler, scaled_like_flux(tiny), None, None, None, None, tiny.unet)
    arguments = given.arguments(scheduler, pooled=True)
    arguments |= {"latents": packed(given.start), "true_cfg_scale": CFG, "guidance_scale": 3.5}
    tokens, picture = both(pipeline, arguments)
    return unpacked(tokens, SIDE // 8, SIDE // 8), picture


def chroma(tiny: maker.Tiny, given: Given) -> Answer:
    from diffusers import ChromaPipeline

    scheduler = flowing()
    pipeline = ChromaPipeline(scheduler, scaled_like_flux(tiny), None, None, tiny.unet)
    masks = given.masks("prompt_attention_mask", "negative_prompt_attention_mask")
    arguments = given.arguments(scheduler, pooled=False) | masks | {"latents": packed(given.start)}
    tokens, picture = both(pipeline, arguments)
    return unpacked(tokens, SIDE // 8, SIDE // 8), picture


def aura_flow(tiny: maker.Tiny, given: Given) -> Answer:
    from diffusers import AuraFlowPipeline

    scheduler = flowing()
    tiny.vae.register_to_config(scaling_factor=0.13025)
    pipeline = AuraFlowPipeline(None, None, tiny.vae, tiny.unet, scheduler)
    masks = given.masks("prompt_attention_mask", "negative_prompt_attention_mask")
    return both(pipeline, given.arguments(scheduler, pooled=False) | masks)


def lumina_2(tiny: maker.Tiny, given: Given) -> Answer:
    from diffusers import Lumina2Pipeline

    scheduler = flowing()
    pipeline = Lumina2Pipeline(tiny.unet, scheduler, scaled_like_flux(tiny), None, None)
    arguments = given.arguments(scheduler, pooled=False) | {"cfg_normalization": False}
    masks = given.masks("prompt_attention_mask", "negative_prompt_attention_mask")
    # It wants both prompts equally long: the shorter one is filled, and the filling masked.
    longest = max(mask.shape[1] for mask in masks.values())
    for name, mask in masks.items():
        missing, embeds = longest - mask.shape[1], name.replace("attention_mask", "embeds")
        arguments[name] = functional.pad(mask, (0, missing))
        arguments[embeds] = functional.pad(arguments[embeds], (0, 0, 0, missing))
    return both(pipeline, arguments)


def z_image(tiny: maker.Tiny, given: Given) -> Answer:
    from diffusers import ZImagePipeline

    scheduler = flowing()
    pipeline = ZImagePipeline(scheduler, scaled_like_flux(tiny), None, None, tiny.unet)
    arguments = given.arguments(scheduler, pooled=False)
    for name in ("prompt_embeds", "negative_prompt_embeds"):
        arguments[name] = list(arguments[name])
    # Its guidance scale counts from the conditioned answer, ours from the unconditioned one.
    return both(pipeline, arguments | {"guidance_scale": CFG - 1})


def qwen_image(tiny: maker.Tiny, given: Given) -> Answer:
    """The pipeline rescales guided answers, so its loop is written out; decoding is its own."""

    def answer(x: Tensor, time: Tensor, condition: Condition) -> Tensor:
        shape = [[(1, SIDE // 16, SIDE // 16)]]
        said: Tensor = tiny.unet(packed(x), condition.cond, None, time, shape).sample
        return unpacked(said, SIDE // 8, SIDE // 8)

    latents, config = looped(given, answer), tiny.vae.config
    mean, spread = (
        torch.tensor(numbers).view(1, -1, 1, 1) for numbers in (config.latents_mean, config.latents_std)
    )
    return latents, pixels(tiny.vae.decode((latents * spread + mean).unsqueeze(2)).sample[:, :, 0])


def flux_2(tiny: maker.Tiny, given: Given) -> Answer:
    """The pipeline knows no negative prompt, so its loop is written out; packing and decoding are its own."""
    from diffusers import Flux2Pipeline as Theirs

    def answer(x: Tensor, time: Tensor, condition: Condition) -> Tensor:
        places, words = Theirs._prepare_latent_ids(x), Theirs._prepare_text_ids(condition.cond)
        guidance = torch.full_like(time, 3.5) if tiny.unet.config.guidance_embeds else None
        said = tiny.unet(Theirs._pack_latents(x), condition.cond, time, places, words, guidance).sample
        velocity: Tensor = Theirs._unpack_latents_with_ids(said, places)
        return velocity

    latents, norm = looped(given, answer), tiny.vae.bn
    spread = (norm.running_var + tiny.vae.config.batch_norm_eps).sqrt().view(1, -1, 1, 1)
    patches = latents * spread + norm.running_mean.view(1, -1, 1, 1)
    return latents, pixels(tiny.vae.decode(Theirs._unpatchify_latents(patches)).sample)


def looped(given: Given, answer: Callable[[Tensor, Tensor, Condition], Tensor]) -> Tensor:
    """A pipeline's loop with plain guidance: the latents that its scheduler comes to."""
    scheduler = flowing()
    scheduler.set_timesteps(sigmas=given.sigmas[:-1])
    x = given.start
    for time in scheduler.timesteps:
        told, without = (answer(x, time[None] / 1000, each) for each in (given.positive, given.negative))
        x = scheduler.step(without + CFG * (told - without), time, x).prev_sample
    return x


def pixels(decoded: Tensor) -> Tensor:
    return (decoded / 2 + 0.5).clamp(0, 1)
