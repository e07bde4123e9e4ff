"""What diffusers' own pipelines make of a small model, given the noise, sigmas and embeddings of this program."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import torch
from torch import Tensor
from torch.nn import functional

from nodes.models import create_pool
from nodes.models.families.flux import packed, unpacked
from nodes.sampling.noise import prepare_noise
from nodes.sampling.sampler import check_sigmas
from nodes.sampling.schedules import ksampler_sigmas
from nodes.types import Clip, Condition, Model, Source
from tests import models_maker as maker

SIDE, STEPS, CFG, SEED = 64, 4, 4.5, 11
PROMPT, NEGATIVE = "a (red:1.3) house by a lake", "fog"
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
Answer = tuple[Tensor, Tensor]
"""Latents in the network's scale `[1, C, h, w]`, and the picture `[1, 3, H, W]`, 0..1."""


class Given:
    """What both sides start from."""

    def __init__(self, path: Path, v: bool = False) -> None:
        source = Source(str(path), "whole")
        pool = create_pool(device="cpu", dtype="float32")
        [self.positive] = pool.get(Clip((source,))).encode(PROMPT)
        [self.negative] = pool.get(Clip((source,))).encode(NEGATIVE)
        network = pool.get(Model(source, options=(("prediction", "v"),) if v else ()))
        self.sigmas = check_sigmas(ksampler_sigmas(network.space, "euler", "normal", STEPS, 1.0))
        form = network.facts.latent
        side = SIDE // form.downscale
        noise = prepare_noise((1, form.channels, side, side), SEED)
        self.start = network.space.start(torch.zeros_like(noise), noise, self.sigmas[0])
        self.scaled = network.scaled

    def masks(self, *names: str) -> dict[str, Tensor]:
        """That every token of both prompts counts."""
        conditions = (self.positive, self.negative)
        return {
            name: torch.ones(1, each.cond.shape[1], dtype=torch.bool)
            for name, each in zip(names, conditions, strict=True)
        }

    def arguments(self, scheduler: Any, pooled: bool) -> dict[str, Any]:
        """What pipelines are called with alike."""
        given: dict[str, Any] = {
            "prompt_embeds": self.positive.cond,
            "negative_prompt_embeds": self.negative.cond,
            "guidance_scale": CFG,
            "width": SIDE,
            "height": SIDE,
            # diffusers' discrete schedulers are given the last sigma, its flows add it.
            "sigmas": self.sigmas if hasattr(scheduler, "init_noise_sigma") else self.sigmas[:-1],
        }
        if pooled:
            given |= {
                "pooled_prompt_embeds": self.positive.pooled,
                "negative_pooled_prompt_embeds": self.negative.pooled,
            }
        scheduler.set_timesteps(sigmas=given["sigmas"])
        return given | {"latents": self.start / getattr(scheduler, "init_noise_sigma", 1.0)}


def both(pipeline: Any, given: dict[str, Any]) -> Answer:
    """Latents and picture of a pipeline."""
    pipeline.set_progress_bar_config(disable=True)
    return pipeline(**given, output_type="latent").images, pipeline(**given, output_type="pt").images


def discrete(prediction: str) -> Any:
    """Its timesteps are whole, as sigmas here stand for whole ones: it gives 998.9999 for the first of 999."""
    from diffusers import EulerDiscreteScheduler

    class Whole(EulerDiscreteScheduler):  # type: ignore[misc]  # untyped
        def _sigma_to_t(self, sigma: Any, log_sigmas: Any) -> Any:
            return super()._sigma_to_t(sigma, log_sigmas).round()

    return Whole(**BETAS, prediction_type=prediction)


def flowing() -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(shift=1.0)


def scaled_like_flux(tiny: maker.Tiny) -> Any:
    tiny.vae.register_to_config(scaling_factor=0.3611, shift_factor=0.1159)
    return tiny.vae


def stable_diffusion(tiny: maker.Tiny, given: Given, prediction: str = "epsilon") -> Answer:
    from diffusers import StableDiffusionPipeline

    scheduler = discrete(prediction)
    pipeline = StableDiffusionPipeline(
        tiny.vae, None, None, tiny.unet, scheduler, None, None, requires_safety_checker=False
    )
    return both(pipeline, given.arguments(scheduler, pooled=False))


def stable_diffusion_v(tiny: maker.Tiny, given: Given) -> Answer:
    return stable_diffusion(tiny, given, "v_prediction")


def stable_diffusion_xl(tiny: maker.Tiny, given: Given) -> Answer:
    from diffusers import StableDiffusionXLPipeline

    scheduler = discrete("epsilon")
    tiny.vae.register_to_config(scaling_factor=0.13025, force_upcast=False)
    pipeline = StableDiffusionXLPipeline(
        tiny.vae, None, None, None, None, tiny.unet, scheduler, add_watermarker=False
    )
    return both(pipeline, given.arguments(scheduler, pooled=True))


def refiner(tiny: maker.Tiny, given: Given) -> Answer:
    """The pipeline that refines pictures: told that it goes on from noise that is there, it adds none of its own."""
    from diffusers import StableDiffusionXLImg2ImgPipeline

    scheduler = discrete("epsilon")
    tiny.vae.register_to_config(scaling_factor=0.13025, force_upcast=False)
    pipeline = StableDiffusionXLImg2ImgPipeline(
        tiny.vae,
        None,
        None,
        None,
        None,
        tiny.unet,
        scheduler,
        requires_aesthetics_score=True,
        add_watermarker=False,
    )
    arguments = given.arguments(scheduler, pooled=True)
    for name in ("width", "height", "latents"):
        del arguments[name]
    return both(pipeline, arguments | {"image": given.start, "denoising_start": 1e-6})


def masked(tiny: maker.Tiny, given: Given, scale: float) -> dict[str, Any]:
    """What pipelines for inpainting are called with besides; the picture under the mask is the mean, not a sample."""
    picture, mask = (torch.tensor(numpy.asarray(numbers)) for numbers in picture_and_mask())
    pixels = (picture.permute(2, 0, 1)[None] / 255 * 2 - 1) * (mask < 128)
    latents = tiny.vae.encode(pixels).latent_dist.mean * scale
    paint = (mask > 127).float()[None, None]
    return {"image": pixels, "mask_image": paint, "masked_image_latents": latents, "strength": 1.0}


def picture_and_mask() -> tuple[Any, Any]:
    """Colours `[SIDE, SIDE, 3]` and where to paint anew `[SIDE, SIDE]`, 255 there, whole latent pixels each."""
    rows, columns = numpy.mgrid[:SIDE, :SIDE]
    picture = numpy.stack([rows * 3, columns * 2, (rows + columns) % 64 * 4], -1).astype(numpy.uint8)
    mask = numpy.zeros((SIDE, SIDE), numpy.uint8)
    mask[16:48, 8:40] = 255
    return picture, mask


def inpaint(tiny: maker.Tiny, given: Given) -> Answer:
    from diffusers import StableDiffusionInpaintPipeline

    scheduler = discrete("epsilon")
    pipeline = StableDiffusionInpaintPipeline(
        tiny.vae, None, None, tiny.unet, scheduler, None, None, requires_safety_checker=False
    )
    return both(pipeline, given.arguments(scheduler, pooled=False) | masked(tiny, given, 0.18215))


def inpaint_xl(tiny: maker.Tiny, given: Given) -> Answer:
    from diffusers import StableDiffusionXLInpaintPipeline

    scheduler = discrete("epsilon")
    tiny.vae.register_to_config(scaling_factor=0.13025, force_upcast=False)
    pipeline = StableDiffusionXLInpaintPipeline(
        tiny.vae, None, None, None, None, tiny.unet, scheduler, add_watermarker=False
    )
    return both(pipeline, given.arguments(scheduler, pooled=True) | masked(tiny, given, 0.13025))


def turbo(tiny: maker.Tiny, given: Given) -> Answer:
    """SDXL Turbo: the first of the ten timesteps it was distilled at, fresh noise between them, and no guidance."""
    from diffusers import EulerAncestralDiscreteScheduler, StableDiffusionXLPipeline

    class Distilled(EulerAncestralDiscreteScheduler):  # type: ignore[misc]  # untyped
        def set_timesteps(self, count: int, **_: Any) -> None:
            super().set_timesteps(10)
            known = ((1 - self.alphas_cumprod) / self.alphas_cumprod).sqrt()
            self.timesteps = torch.arange(999, 0, -100)[:count].float()
            self.sigmas = torch.cat([known[self.timesteps.long()], torch.zeros(1)])

    scheduler = Distilled(**BETAS, timestep_spacing="trailing")
    tiny.vae.register_to_config(scaling_factor=0.13025, force_upcast=False)
    pipeline = StableDiffusionXLPipeline(
        tiny.vae, None, None, None, None, tiny.unet, scheduler, add_watermarker=False
    )
    arguments = given.arguments(discrete("epsilon"), pooled=True)
    del arguments["sigmas"]
    scheduler.set_timesteps(STEPS)
    latents = given.start / scheduler.init_noise_sigma
    arguments |= {"guidance_scale": 0.0, "num_inference_steps": STEPS, "latents": latents}
    found = []
    for kind in ("latent", "pt"):
        pipeline.set_progress_bar_config(disable=True)
        generator = torch.Generator().manual_seed(SEED + 1)
        found.append(pipeline(**arguments, generator=generator, output_type=kind).images)
    return found[0], found[1]


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
