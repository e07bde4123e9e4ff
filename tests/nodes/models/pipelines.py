"""What diffusers' own pipelines make of a small model, given the noise, sigmas and embeddings of this program."""

from pathlib import Path
from typing import Any

import numpy
import torch
from torch import Tensor

from nodes.models import create_pool
from nodes.sampling.noise import prepare_noise
from nodes.sampling.sampler import check_sigmas
from nodes.sampling.schedules import ksampler_sigmas
from nodes.types import Clip, Model, Source
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
