"""The samplers: from noise and conditions to a latent."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

from nodegraph import Choice, Context, Help, Range, Seed, node
from nodes.guidance.conditioning_context import ConditioningContext
from nodes.guidance.faults import plain_sentences
from nodes.guidance.guidance_branches import Network
from nodes.guidance.guiders import Guided, rule_of
from nodes.guidance.run import Guide, Job, run, start_noise
from nodes.guidance.weakened_network import extended, needs_unguided, sides_of
from nodes.sampling.names import SAMPLERS, SCHEDULES, needs_unconditional
from nodes.sampling.run import Denoise
from nodes.sampling.schedules import cut_to_steps, ksampler_sigmas
from nodes.types import Conditioning, Latent, Model

TheModel = Annotated[Model, Help("The diffusion model that draws.")]
Positive = Annotated[Conditioning, Help("What the picture should show.")]
Negative = Annotated[Conditioning, Help("What the picture should not show.")]
Start = Annotated[
    Latent, Help("Where to start: an empty latent, or an encoded picture with denoise below 1.")
]
TheSeed = Annotated[
    int, Seed(), Help("The same seed and settings give the same picture; another seed, another one.")
]
Steps = Annotated[int, Range(1, 1000), Help("How many steps to take; 20 to 30 are usually enough.")]
Cfg = Annotated[
    float,
    Range(0, 100, step=0.1),
    Help("How closely to follow the prompt; 1 ignores the negative prompt and is twice as fast."),
]
Sampler = Annotated[
    str, Choice(SAMPLERS), Help("The method that takes the steps; ancestral ones add fresh noise.")
]
Schedule = Annotated[str, Choice(SCHEDULES), Help("How the noise is divided among the steps.")]


@node(
    "KSampler",
    title="KSampler",
    category="sampling",
    version=1,
    keywords=("sample", "generate", "denoise", "draw"),
    size="latent",
)
def ksampler(
    ctx: Context,
    model: TheModel,
    positive: Positive,
    negative: Negative,
    latent: Start,
    *,
    seed: TheSeed = 0,
    steps: Steps = 20,
    cfg: Cfg = 7.0,
    sampler: Sampler = "euler",
    schedule: Schedule = "normal",
    denoise: Annotated[
        float,
        Range(0, 1, step=0.01),
        Help(
            "How much is drawn anew: 1 everything, 0.5 keeps the composition of the latent, 0 changes nothing."
        ),
    ] = 1.0,
) -> Latent:
    """Draw: turn noise into a latent that fits the prompts, step by step. The heart of every workflow."""
    network = ctx.models.get(model)
    sigmas = _sigmas(network, sampler, schedule, steps, denoise)
    job = Job(sigmas, sampler, start_noise(network, latent, seed), seed)
    return run(ctx, model, latent, job, plain_guide(model, positive, negative, cfg, sampler, sigmas)).latent


@node(
    "KSamplerAdvanced",
    title="KSampler (advanced)",
    category="sampling",
    keywords=("sample", "refine", "two stages", "split"),
    size="latent",
)
def ksampler_advanced(
    ctx: Context,
    model: TheModel,
    positive: Positive,
    negative: Negative,
    latent: Start,
    *,
    add_noise: Annotated[
        bool, Help("Off for a latent that still holds the noise of an earlier sampler.")
    ] = True,
    seed: TheSeed = 0,
    steps: Steps = 20,
    cfg: Cfg = 7.0,
    sampler: Sampler = "euler",
    schedule: Schedule = "normal",
    start_at_step: Annotated[int, Range(0, 10000), Help("The first step to take, counted from 0.")] = 0,
    end_at_step: Annotated[
        int, Range(0, 10000), Help("The step to stop before; 10000 goes to the end.")
    ] = 10000,
    leave_noise: Annotated[bool, Help("On to hand the remaining noise to another sampler.")] = False,
) -> Latent:
    """A sampler that takes only some of the steps, so that another model or prompt can take the others."""
    network = ctx.models.get(model)
    sigmas = _sigmas(network, sampler, schedule, steps, 1.0)
    part = cut_to_steps(sigmas, start_at_step, end_at_step, leave_noise=leave_noise)
    noise = start_noise(network, latent, seed)
    job = Job(part, sampler, noise if add_noise else torch.zeros_like(noise), seed)
    return run(ctx, model, latent, job, plain_guide(model, positive, negative, cfg, sampler, sigmas)).latent


def plain_guide(
    model: Model,
    positive: Conditioning,
    negative: Conditioning,
    cfg: float,
    sampler: str,
    sigmas: Tensor,
) -> Guide:
    """Classifier-free guidance as the model's options ask for it; `sigmas` `[n + 1]` are those of all steps."""

    def guide(network: Network, telling: ConditioningContext) -> Denoise:
        sides = sides_of(model, network, (positive, negative), telling, sigmas.tolist())
        both = needs_unconditional(sampler) or needs_unguided(model)
        return extended(model, sides, Guided(sides, cfg, rule_of(model, network.space), both=both))

    return guide


def _sigmas(network: Network, sampler: str, schedule: str, steps: int, denoise: float) -> Tensor:
    with plain_sentences():
        return ksampler_sigmas(network.space, sampler, schedule, steps, denoise)
