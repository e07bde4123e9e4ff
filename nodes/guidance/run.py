"""One sampling of a latent, from its noise to the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

import torch
from torch import Tensor
from torch.nn import functional

from nodegraph import Context, GraphError
from nodes.guidance.compile_messages import compiling
from nodes.guidance.conditioning_context import ConditioningContext
from nodes.guidance.faults import plain_sentences
from nodes.guidance.guidance_branches import Network
from nodes.guidance.inpaint import differential, mask_for, masked
from nodes.guidance.tiny_decoder import look_of
from nodes.models.architectures.family import LatentFormat
from nodes.sampling.noise import prepare_noise
from nodes.sampling.run import Denoise, Prediction, Step
from nodes.sampling.sampler import check_sigmas, sample, unsample
from nodes.types import Latent, Model

Guide = Callable[[Network, ConditioningContext], Denoise]
"""Makes a guided denoiser for a network and for the latents to come, on its device."""

FRESH_MASK_NOISE = ("ddim",)
"""Solvers whose protected parts are noised from seed + 1 rather than with the noise of the start."""


@dataclass(frozen=True, eq=False)
class Job:
    """What to run: sigmas `[n + 1]`, the solver with its options, the start noise `[B, C, h, w]`, and the seed of
    the noise added on the way."""

    sigmas: Tensor
    solver: str
    noise: Tensor
    seed: int
    options: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, eq=False)
class Outcome:
    """The result, the clean latent predicted at the last step, and where asked for (noisy, clean) of every step."""

    latent: Latent
    denoised: Latent
    steps: tuple[tuple[Latent, Latent], ...] = ()


def run(
    ctx: Context, model: Model, latent: Latent, job: Job, guide: Guide, *, keep_steps: bool = False
) -> Outcome:
    """Sample `latent`, or go back from it to noise where sigmas rise; `keep_steps` keeps what each step saw.

    Raises GraphError where numbers or shapes do not fit, Cancelled within a step.
    """
    if len(job.sigmas) < 2:
        return Outcome(latent, latent)
    network: Network = ctx.models.get(model)
    latent = fitting(latent, network.facts.latent)
    seen = Seen(keep_steps)
    with plain_sentences(), compiling(ctx, model, len(job.sigmas) - 1, lambda: seen.count):
        x = _solve(ctx, model, network, latent, job, guide, seen)
    result = _result(latent, network, x)
    steps = tuple(
        (_result(latent, network, noisy), _result(latent, network, clean)) for noisy, clean in seen.steps
    )
    return Outcome(result, result if seen.last is None else _result(latent, network, seen.last), steps)


@dataclass
class Seen:
    """What the steps of a run saw: the last clean latent, and all of them where `keep` asks for it."""

    keep: bool
    count: int = 0
    last: Tensor | None = None
    steps: list[tuple[Tensor, Tensor]] = field(default_factory=list)

    def take(self, step: Step) -> None:
        """Note a step."""
        self.count = step.index + 1
        self.last = step.x0
        if self.keep:
            self.steps.append((step.x, step.x0))


def _solve(
    ctx: Context, model: Model, network: Network, latent: Latent, job: Job, guide: Guide, seen: Seen
) -> Tensor:
    start = _start(network, latent)
    noise = job.noise.to(start)
    backward = bool(job.sigmas[-1] > job.sigmas[0])
    sigmas = check_sigmas(job.sigmas.flip(0))[::-1] if backward else check_sigmas(job.sigmas)
    mask = None if latent.noise_mask is None else mask_for(latent.noise_mask, start)
    denoise = _checked(ctx, guide(network, ConditioningContext(network.facts, start, latent.samples, mask)))
    if mask is not None:
        denoise = _kept(model, network, latent, mask, start, noise, job, denoise)
    report = partial(_report, ctx, len(sigmas) - 1, _preview(ctx, model, network), seen)
    x = network.space.start(start, noise, sigmas[0])
    if backward:
        return unsample(job.solver, denoise, x, sigmas, space=network.space, callback=report)
    return sample(
        job.solver,
        denoise,
        x,
        sigmas,
        space=network.space,
        seed=job.seed,
        callback=report,
        options=job.options,
        places=latent.places,
    )


def fitting(latent: Latent, form: LatentFormat) -> Latent:
    """An empty latent with the channels and the size of those that a model takes; others must have them already."""
    given, samples = latent.samples.shape[1], latent.samples
    if given == form.channels and latent.pixel == form.downscale:
        return latent
    if samples.any():
        raise GraphError(
            "The latent has {given} channels and the model takes {channels}: they belong to different families "
            "of models; encode the picture with the autoencoder of this model's family.",
            given=given,
            channels=form.channels,
        )
    sides = (max(round(side * latent.pixel / form.downscale), 1) for side in samples.shape[-2:])
    return replace(
        latent, samples=samples.new_zeros(len(samples), form.channels, *sides), pixel=form.downscale
    )


def start_noise(network: Network, latent: Latent, seed: int) -> Tensor:
    """The noise of a seed for a latent, that of its place in its batch where it has one."""
    samples = fitting(latent, network.facts.latent).samples
    return prepare_noise(samples.shape, seed, latent.batch_index, latent.places)


def _start(network: Network, latent: Latent) -> Tensor:
    samples = latent.samples.to(network.device, torch.float32)
    return network.scaled(samples) if samples.any() else samples


def _checked(ctx: Context, denoise: Denoise) -> Denoise:
    def predict(x: Tensor, sigma: Tensor) -> Prediction:
        ctx.check()
        return denoise(x, sigma)

    return predict


def _kept(
    model: Model,
    network: Network,
    latent: Latent,
    mask: Tensor,
    start: Tensor,
    noise: Tensor,
    job: Job,
    denoise: Denoise,
) -> Denoise:
    if job.solver in FRESH_MASK_NOISE:
        noise = prepare_noise(start.shape, job.seed + 1, latent.batch_index, latent.places).to(start)
    strength = dict(model.options).get("differential")
    if strength:
        return differential(denoise, mask, start, noise, network.space, job.sigmas.to(start), float(strength))
    return masked(denoise, mask, start, noise, network.space)


def _preview(ctx: Context, model: Model, network: Network) -> Callable[[Tensor], None]:
    look = look_of(model.source.path, network.facts.family, network.preview_decoder())
    patch = network.facts.latent.patch
    return lambda x0: ctx.preview(partial(look.picture, functional.pixel_shuffle(x0, patch)))


def _report(ctx: Context, total: int, preview: Callable[[Tensor], None], seen: Seen, step: Step) -> None:
    seen.take(step)
    ctx.progress(step.index + 1, max(total, step.index + 1))
    preview(step.x0)


def _result(latent: Latent, network: Network, x: Tensor) -> Latent:
    samples = network.raw(x).float().cpu()
    if not torch.isfinite(samples).all():
        raise GraphError(
            "The result is not a number everywhere (NaN or infinity): lower cfg, choose another sampler, or run "
            "with --dtype float32."
        )
    return replace(latent, samples=samples)
