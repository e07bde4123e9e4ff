"""A sampler put together from noise, guider, solver and sigmas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from nodegraph import Advanced, Choice, Context, GraphError, Help, Range, node
from nodes.guidance.conditioning_context import ConditioningContext
from nodes.guidance.guidance_branches import GuidanceBranches, Network
from nodes.guidance.guiders import Guided, dual, perpendicular, rule_of, unguided
from nodes.guidance.run import Guide, Job, Outcome, fitting, run
from nodes.guidance.start_noise import noise_for
from nodes.guidance.weakened_network import extended, needs_unguided, sides_of
from nodes.sampling.names import SAMPLERS, needs_unconditional
from nodes.sampling.run import Denoise
from nodes.sampling.sampler import find_solver
from nodes.types import Conditioning, Guider, Latent, Model, Noise, Sigmas, Solver

if TYPE_CHECKING:
    from collections.abc import Sequence


TheModel = Annotated[Model, Help("The diffusion model that draws.")]
Positive = Annotated[Conditioning, Help("What the picture should show.")]
Negative = Annotated[Conditioning, Help("What the picture should not show.")]
Scale = Annotated[float, Range(0, 100, 0.1), Help("How closely to follow the prompt; 1 is without guidance.")]


class Sampled(NamedTuple):
    """A latent, and what was seen in it at the last step."""

    latent: Annotated[Latent, Help("The result, with the noise that the last sigma leaves.")]
    denoised: Annotated[Latent, Help("The clean latent predicted at the last step.")]


@node(
    "SamplerCustom",
    title="Custom sampler",
    category="sampling",
    keywords=("advanced", "guider", "sigmas", "unsample", "invert"),
    size="latent",
)
def sampler_custom(
    ctx: Context,
    noise: Annotated[Noise, Help("The noise to start from.")],
    guider: Annotated[Guider, Help("The model with its prompts.")],
    solver: Annotated[Solver, Help("The method that takes the steps.")],
    sigmas: Annotated[
        Sigmas, Help("How noisy each step is; a rising list goes from a picture back to noise.")
    ],
    latent: Annotated[Latent, Help("Where to start: an empty latent, or an encoded picture.")],
) -> Sampled:
    """The sampler in parts: exchange its noise, guidance, method or steps one by one."""
    outcome = _run(ctx, noise, guider, solver, sigmas, latent)
    return Sampled(outcome.latent, outcome.denoised)


class Film(NamedTuple):
    """A latent, and how it came about."""

    latent: Annotated[Latent, Help("The result.")]
    predictions: Annotated[list[Latent], Help("What the model saw in the noise at each step.")]
    noisy: Annotated[list[Latent], Help("The latent before each step; a sampler can go on from any of them.")]


@node(
    "SamplerSteps",
    title="Sampler with every step",
    category="sampling",
    keywords=("film", "strip", "intermediate"),
    size="latent",
)
def sampler_steps(
    ctx: Context,
    noise: Annotated[Noise, Help("The noise to start from.")],
    guider: Annotated[Guider, Help("The model with its prompts.")],
    solver: Annotated[Solver, Help("The method that takes the steps.")],
    sigmas: Annotated[Sigmas, Help("How noisy each step is.")],
    latent: Annotated[Latent, Help("Where to start: an empty latent, or an encoded picture.")],
) -> Film:
    """A sampler that hands out every step: for film strips, and to branch off halfway. It costs no more time."""
    outcome = _run(ctx, noise, guider, solver, sigmas, latent, keep_steps=True)
    return Film(outcome.latent, [clean for _, clean in outcome.steps], [noisy for noisy, _ in outcome.steps])


def _run(
    ctx: Context,
    noise: Noise,
    guider: Guider,
    solver: Solver,
    sigmas: Sigmas,
    latent: Latent,
    *,
    keep_steps: bool = False,
) -> Outcome:
    network = ctx.models.get(guider.model)
    samples = fitting(latent, network.facts.latent).samples
    start = noise_for(noise, tuple(samples.shape), latent.batch_index, latent.places)
    job = Job(sigmas, solver.name, start, noise.seeds[0], dict(solver.options))
    return run(
        ctx, guider.model, latent, job, guide_of(guider, solver.name, sigmas.tolist()), keep_steps=keep_steps
    )


@node("SolverSelect", title="Solver", category="sampling", keywords=("sampler", "method", "euler", "eta"))
def solver_select(
    *,
    name: Annotated[
        str, Choice(SAMPLERS), Help("The method; euler is plain, dpmpp_2m quick, ancestral ones lively.")
    ] = "euler",
    eta: Annotated[
        float,
        Range(-1, 100, 0.01),
        Advanced(),
        Help("How much fresh noise is added; -1 leaves it to the solver."),
    ] = -1.0,
    s_noise: Annotated[
        float,
        Range(-1, 100, 0.01),
        Advanced(),
        Help("How strong fresh noise is; -1 leaves it to the solver."),
    ] = -1.0,
    r: Annotated[
        float,
        Range(-1, 1, 0.01),
        Advanced(),
        Help("Where between two steps dpmpp_sde and seeds_2 look, above 0; -1 as usual."),
    ] = -1.0,
    gamma: Annotated[
        float, Range(-1, 10, 0.01), Advanced(), Help("How far gradient_estimation goes ahead; -1 as usual.")
    ] = -1.0,
) -> Solver:
    """Choose the method that takes the steps, and how much it adds of its own."""
    known = find_solver(name).options
    given = {"eta": eta, "s_noise": s_noise, "r": r, "gamma": gamma}
    return Solver(name, tuple((key, value) for key, value in given.items() if value >= 0 and key in known))


@node(
    "GuiderBasic",
    title="Guider: prompt only",
    category="sampling/guiders",
    keywords=("none", "flux", "distilled"),
)
def guider_basic(model: TheModel, positive: Positive) -> Guider:
    """No guidance: one prompt, one network call a step. For distilled models, and to see what guidance does."""
    return Guider(model, "none", (positive,))


@node("GuiderCFG", title="Guider: CFG", category="sampling/guiders", keywords=("classifier free", "negative"))
def guider_cfg(model: TheModel, positive: Positive, negative: Negative, *, cfg: Scale = 7.0) -> Guider:
    """The usual guidance, for a custom sampler: towards the positive prompt and away from the negative one."""
    return Guider(model, "cfg", (positive, negative), (cfg,))


@node(
    "GuiderDualCFG",
    title="Guider: two prompts",
    category="sampling/guiders",
    keywords=("dual", "instruct", "pix2pix"),
)
def guider_dual_cfg(
    model: TheModel,
    first: Annotated[Conditioning, Help("The prompt that leads.")],
    second: Annotated[Conditioning, Help("The prompt under it, from which the first one leads away.")],
    negative: Negative,
    *,
    first_cfg: Annotated[
        float, Range(0, 100, 0.1), Help("How far the first prompt leads from the second.")
    ] = 7.0,
    second_cfg: Annotated[
        float, Range(0, 100, 0.1), Help("How far both lead from the negative prompt.")
    ] = 7.0,
    nested: Annotated[
        bool, Help("Whether the second strength also applies to what the first one reached.")
    ] = False,
) -> Guider:
    """Two prompts with strengths of their own: a picture and how to change it, or a subject and its style."""
    return Guider(model, "nested" if nested else "dual", (first, second, negative), (first_cfg, second_cfg))


@node(
    "GuiderPerpNeg",
    title="Guider: perpendicular negative",
    category="sampling/guiders",
    keywords=("perp neg",),
)
def guider_perp_neg(
    model: TheModel,
    positive: Positive,
    negative: Negative,
    empty: Annotated[Conditioning, Help("An empty prompt.")],
    *,
    cfg: Scale = 8.0,
    negative_scale: Annotated[
        float, Range(0, 100, 0.1), Help("How strongly the negative prompt is avoided.")
    ] = 1.0,
) -> Guider:
    """Avoid only what the negative prompt does not share with the positive one, so that both may name one subject."""
    return Guider(model, "perpendicular", (positive, negative, empty), (cfg, negative_scale))


def guide_of(guider: Guider, solver: str, sigmas: Sequence[float]) -> Guide:
    """How a Guider guides a sampling over these sigmas."""

    negative = {"cfg": 1, "perpendicular": 1, "dual": 2, "nested": 2}.get(guider.kind)

    def guide(network: Network, telling: ConditioningContext) -> Denoise:
        sides = sides_of(guider.model, network, guider.sides, telling, sigmas, negative)
        return extended(guider.model, sides, _denoise_of(guider, solver, sides))

    return guide


def _denoise_of(guider: Guider, solver: str, sides: GuidanceBranches) -> Denoise:
    match guider.kind:
        case "none":
            return unguided(sides)
        case "cfg":
            both = needs_unconditional(solver) or needs_unguided(guider.model)
            return Guided(sides, guider.scales[0], rule_of(guider.model, sides.network.space), both=both)
        case "dual" | "nested":
            return dual(sides, *guider.scales[:2], nested=guider.kind == "nested")
        case "perpendicular":
            return perpendicular(sides, *guider.scales[:2])
    raise GraphError("There is no guider called {kind!r}.", kind=guider.kind)
