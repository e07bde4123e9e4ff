"""Lists of sigmas: how noisy the latent is at each step of a custom sampler."""

from __future__ import annotations

from typing import Annotated

from nodegraph import Advanced, Choice, Context, Help, Range, node
from nodes.guidance.faults import plain_sentences
from nodes.sampling import makers, schedules
from nodes.sampling.names import SCHEDULES
from nodes.types import Model, Sigmas

TheModel = Annotated[Model, Help("The model whose noise levels are used.")]
Steps = Annotated[int, Range(1, 10000), Help("How many steps to take.")]
Denoise = Annotated[
    float, Range(0, 1, 0.01), Help("How much is drawn anew; below 1 only the last steps are kept.")
]
Largest = Annotated[float, Range(0, 5000, 0.01), Help("The sigma of the first step: how noisy it starts.")]
Smallest = Annotated[float, Range(0, 5000, 0.001), Help("The last sigma above 0: how fine it ends.")]
CATEGORY = "sampling/sigmas"


@node(
    "ScheduleSigmas",
    title="Sigmas by schedule",
    category=CATEGORY,
    keywords=("basic scheduler", "karras", "steps"),
)
def schedule_sigmas(
    ctx: Context,
    model: TheModel,
    *,
    schedule: Annotated[str, Choice(SCHEDULES), Help("How the noise is divided among the steps.")] = "normal",
    steps: Steps = 20,
    denoise: Denoise = 1.0,
) -> Sigmas:
    """The sigmas of a named schedule for a model, as KSampler makes them. The usual start of a custom sampler.

    Where a schedule has more steps than asked, as ddim_uniform may, the first ones are left out.
    """
    with plain_sentences():
        found = schedules.schedule(schedule, ctx.models.get(model).space, steps, denoise)
    return Sigmas(found[-(steps + 1) :])


@node("KarrasSigmas", title="Karras sigmas", category=CATEGORY, keywords=("schedule", "rho"))
def karras_sigmas(
    *,
    steps: Steps = 20,
    sigma_max: Largest = 14.614642,
    sigma_min: Smallest = 0.0291675,
    rho: Annotated[
        float, Range(0.1, 100, 0.1), Help("Higher takes more of the steps at low noise, for detail.")
    ] = 7.0,
) -> Sigmas:
    """Karras' schedule between any two sigmas: small steps where the details appear."""
    with plain_sentences():
        makers.check_range(steps, sigma_min, sigma_max)
        return Sigmas(schedules.karras_between(sigma_min, sigma_max, steps, rho))


@node("ExponentialSigmas", title="Exponential sigmas", category=CATEGORY, keywords=("schedule", "log"))
def exponential_sigmas(
    *, steps: Steps = 20, sigma_max: Largest = 14.614642, sigma_min: Smallest = 0.0291675
) -> Sigmas:
    """Each sigma is the same fraction of the one before: more steps for fine detail than Karras' schedule has."""
    with plain_sentences():
        makers.check_range(steps, sigma_min, sigma_max)
        return Sigmas(schedules.exponential_between(sigma_min, sigma_max, steps))


@node(
    "PolyexponentialSigmas", title="Polyexponential sigmas", category=CATEGORY, keywords=("schedule", "rho")
)
def polyexponential_sigmas(
    *,
    steps: Steps = 20,
    sigma_max: Largest = 14.614642,
    sigma_min: Smallest = 0.0291675,
    rho: Annotated[
        float, Range(0.1, 100, 0.1), Help("1 is exponential; higher falls faster at first.")
    ] = 1.0,
) -> Sigmas:
    """The exponential schedule with a bend, to give more steps to composition or to detail."""
    with plain_sentences():
        return Sigmas(makers.polyexponential(steps, sigma_min, sigma_max, rho))


@node("VPSigmas", title="Variance preserving sigmas", category=CATEGORY, keywords=("schedule", "vp"))
def vp_sigmas(
    *,
    steps: Steps = 20,
    beta_d: Annotated[
        float, Range(0, 5000, 0.01), Help("How fast noise grows; larger starts noisier.")
    ] = 19.9,
    beta_min: Annotated[float, Range(0, 5000, 0.01), Help("How fast noise grows at first.")] = 0.1,
    smallest_time: Annotated[
        float, Range(0.00001, 1, 0.001), Help("Where the last step above 0 stands; smaller is finer.")
    ] = 0.001,
) -> Sigmas:
    """Even steps in the time of the continuous variance preserving process: to repeat what papers show."""
    with plain_sentences():
        return Sigmas(makers.variance_preserving(steps, beta_d, beta_min, smallest_time))


@node("LaplaceSigmas", title="Laplace sigmas", category=CATEGORY, keywords=("schedule",))
def laplace_sigmas(
    *,
    steps: Steps = 20,
    sigma_max: Largest = 14.614642,
    sigma_min: Smallest = 0.0291675,
    mu: Annotated[
        float, Range(-10, 10, 0.1), Help("The logarithm of the sigma that gets most of the steps.")
    ] = 0.0,
    beta: Annotated[float, Range(0, 10, 0.1), Help("How widely the steps spread around it.")] = 0.5,
) -> Sigmas:
    """Spend most steps around one noise level, where a model decides most. Add a 0 after it: it has none."""
    with plain_sentences():
        return Sigmas(makers.laplace(steps, sigma_min, sigma_max, mu, beta))


@node("BetaSigmas", title="Beta sigmas", category=CATEGORY, keywords=("schedule",))
def beta_sigmas(
    ctx: Context,
    model: TheModel,
    *,
    steps: Steps = 20,
    alpha: Annotated[
        float, Range(0.01, 50, 0.01), Help("Below 1 gives more steps to the noisy beginning.")
    ] = 0.6,
    beta: Annotated[float, Range(0.01, 50, 0.01), Help("Below 1 gives more steps to the fine end.")] = 0.6,
) -> Sigmas:
    """More steps at both ends, for composition and detail, and fewer between, by two knobs."""
    with plain_sentences():
        return Sigmas(schedules.beta(ctx.models.get(model).space, steps, alpha, beta))


@node(
    "TurboSigmas", title="Turbo sigmas", category=CATEGORY, keywords=("sd turbo", "sdxl turbo", "few steps")
)
def turbo_sigmas(
    ctx: Context,
    model: TheModel,
    *,
    steps: Annotated[int, Range(1, 10), Help("How many steps; turbo models need 1 to 4.")] = 1,
    denoise: Denoise = 1.0,
) -> Sigmas:
    """The very steps that SD-Turbo and SDXL-Turbo were trained for: take it with them, in one to four steps."""
    with plain_sentences():
        return Sigmas(makers.sd_turbo(ctx.models.get(model).space, steps, denoise))


@node(
    "AlignYourStepsSigmas",
    title="Align Your Steps sigmas",
    category=CATEGORY,
    keywords=("ays", "nvidia", "few steps"),
)
def align_your_steps_sigmas(
    *,
    family: Annotated[
        str, Choice(("sd1", "sdxl", "svd")), Help("The family of the model they are made for.")
    ] = "sd1",
    steps: Steps = 10,
    denoise: Denoise = 1.0,
) -> Sigmas:
    """Steps optimised for a family of models: better pictures in ten steps."""
    with plain_sentences():
        return Sigmas(makers.align_your_steps(family, steps, denoise))  # type: ignore[arg-type]  # a Choice


@node("Flux2Sigmas", title="Flux.2 sigmas", category=CATEGORY, keywords=("schedule", "flux"))
def flux2_sigmas(
    *,
    steps: Steps = 20,
    width: Annotated[int, Range(16, 16384, 1), Advanced(), Help("Width of the picture in pixels.")] = 1024,
    height: Annotated[int, Range(16, 16384, 1), Advanced(), Help("Height of the picture in pixels.")] = 1024,
) -> Sigmas:
    """Flux.2's own schedule, which depends on the picture's size and the number of steps. Take it with Flux.2."""
    with plain_sentences():
        return Sigmas(makers.flux2(steps, width, height))
