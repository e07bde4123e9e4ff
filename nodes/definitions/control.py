"""Pictures that steer a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, NamedTuple

from nodegraph import Advanced, GraphError, Help, Range, node
from nodes.types import Conditioning, Control, ControlNet, Image

FRACTION = Range(0, 1, 0.01)


class Controlled(NamedTuple):
    """Both prompts with the control added."""

    positive: Annotated[Conditioning, Help("The positive prompt with the control.")]
    negative: Annotated[Conditioning, Help("The negative prompt with the control.")]


@node(
    "ControlNetApply",
    title="Apply ControlNet",
    category="control",
    keywords=("steer", "edges", "depth", "pose"),
)
def control_net_apply(
    positive: Annotated[Conditioning, Help("What the picture should show.")],
    negative: Annotated[Conditioning, Help("What the picture should not show.")],
    controlnet: Annotated[ControlNet, Help("The network that steers.")],
    image: Annotated[Image, Help("What it steers by: edges, depth, a pose, as the network was trained.")],
    *,
    strength: Annotated[float, Range(0, 10, 0.01), Help("How strictly it is followed; 0 not at all.")] = 1.0,
    start: Annotated[float, FRACTION, Help("When it sets in, as a share of the steps.")] = 0.0,
    end: Annotated[float, FRACTION, Help("When it ends; earlier leaves the details free.")] = 1.0,
    both_sides: Annotated[
        bool,
        Advanced(),
        Help("On steers the negative prompt of the sampler too, without a link, where nothing else does."),
    ] = False,
) -> Controlled:
    """Let a picture set the composition: its edges, depth or pose, while the prompt says what it shows."""
    if start > end:
        raise GraphError(
            "The control starts at {start:g}, after its end at {end:g}; exchange them.", start=start, end=end
        )
    if not strength:
        return Controlled(positive, negative)
    control = Control(controlnet, image, strength, start, end, both_sides)
    return Controlled(_with(positive, control), _with(negative, control))


def _with(conditioning: Conditioning, control: Control) -> Conditioning:
    return Conditioning(tuple(replace(each, controls=(*each.controls, control)) for each in conditioning))
