"""Lists of sigmas cut, joined, bent and drawn."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch

from nodegraph import Choice, GraphError, Help, Multiline, Range, node
from nodes.guidance.faults import plain_sentences
from nodes.images.plotting import curve
from nodes.sampling import sigma_tools
from nodes.types import Image, Sigmas

TheSigmas = Annotated[Sigmas, Help("The list of sigmas; it stays as it is.")]
CATEGORY = "sampling/sigmas"


class Halves(NamedTuple):
    """Two lists that meet in one sigma."""

    high: Annotated[Sigmas, Help("The noisy first part, for composition.")]
    low: Annotated[Sigmas, Help("The second part, down to the end, for detail.")]


@node("SigmasSplit", title="Split sigmas", category=CATEGORY, keywords=("cut", "two stages"))
def sigmas_split(
    sigmas: TheSigmas,
    *,
    step: Annotated[int, Range(0, 10000), Help("The first step of the second list, counted from 0.")] = 10,
) -> Halves:
    """Cut a list at a step, to draw the beginning and the end with different models, prompts or solvers."""
    high, low = sigma_tools.split(sigmas, step)
    return Halves(Sigmas(high), Sigmas(low))


@node("SigmasSplitDenoise", title="Split sigmas by denoise", category=CATEGORY, keywords=("cut", "share"))
def sigmas_split_denoise(
    sigmas: TheSigmas,
    *,
    denoise: Annotated[
        float, Range(0, 1, 0.01), Help("The share of the steps that goes to the second list.")
    ] = 0.5,
) -> Halves:
    """Cut a list so that its end has this share of the steps, as denoise in KSampler does."""
    high, low = sigma_tools.split_by_denoise(sigmas, denoise)
    return Halves(Sigmas(high), Sigmas(low))


@node("SigmasFlip", title="Flip sigmas", category=CATEGORY, keywords=("reverse", "invert", "unsample"))
def sigmas_flip(sigmas: TheSigmas) -> Sigmas:
    """Turn a list round. A sampler that gets it goes back from a picture to the noise that would make it."""
    return Sigmas(sigma_tools.flip(sigmas))


@node("SigmasSetFirst", title="Set first sigma", category=CATEGORY, keywords=("start", "noise"))
def sigmas_set_first(
    sigmas: TheSigmas,
    *,
    sigma: Annotated[float, Range(0, 20000, 0.001), Help("The new first sigma.")] = 136.0,
) -> Sigmas:
    """Start from more or less noise than the list says: more frees a model from grey, flat pictures."""
    return Sigmas(sigma_tools.with_first(sigmas, sigma))


@node(
    "SigmasExtend", title="Extend sigmas", category=CATEGORY, keywords=("interpolate", "more steps", "divide")
)
def sigmas_extend(
    sigmas: TheSigmas,
    *,
    parts: Annotated[int, Range(1, 100), Help("Into how many steps each chosen step is divided.")] = 2,
    start: Annotated[
        float, Range(0, 20000, 0.01), Help("Steps that begin at this sigma or below are divided.")
    ] = 20000.0,
    end: Annotated[float, Range(0, 20000, 0.01), Help("Steps that begin below this sigma are left.")] = 0.0,
    spacing: Annotated[
        str, Choice(tuple(sigma_tools.SPACINGS)), Help("How the new sigmas lie between the old ones.")
    ] = "linear",
) -> Sigmas:
    """Divide some of the steps into smaller ones, to spend time where it matters."""
    with plain_sentences():
        return Sigmas(sigma_tools.extend(sigmas, parts, start, end, spacing))


@node("SigmasFromText", title="Sigmas from text", category=CATEGORY, keywords=("manual", "list", "numbers"))
def sigmas_from_text(
    *,
    text: Annotated[
        str, Multiline(), Help("The numbers, from noisy to clean; the last is usually 0.")
    ] = "14.6, 5, 1, 0",
) -> Sigmas:
    """A list of sigmas written by hand: to repeat one from a paper or a post, or to try a thought."""
    with plain_sentences():
        found = sigma_tools.from_text(text)
    if not torch.isfinite(found).all() or (found < 0).any():
        raise GraphError("A sigma is negative or not a finite number; write numbers from 0 up.")
    return Sigmas(found)


@node("SigmasConcatenate", title="Join sigmas", category=CATEGORY, keywords=("append", "chain"))
def sigmas_concatenate(lists: Annotated[tuple[Sigmas, ...], Help("The lists to join, in order.")]) -> Sigmas:
    """Put lists one after the other, to bend one part of a schedule only. A sigma where two meet counts once."""
    return Sigmas(sigma_tools.concatenate(*lists))


@node("SigmasPlot", title="Draw sigmas", category=CATEGORY, keywords=("curve", "graph", "show", "chart"))
def sigmas_plot(
    sigmas: TheSigmas,
    *,
    logarithmic: Annotated[bool, Help("On shows small sigmas as clearly as large ones.")] = False,
    width: Annotated[int, Range(128, 4096), Help("Width of the drawing in pixels.")] = 640,
    height: Annotated[int, Range(96, 4096), Help("Height of the drawing in pixels.")] = 400,
) -> Image:
    """Draw a list of sigmas as a curve, a dot for each step, to compare schedules by eye."""
    return Image(curve(sigmas.tolist(), width, height, logarithmic=logarithmic))
