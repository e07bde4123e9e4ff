"""Networks compiled for this machine, as a change of the model."""

from __future__ import annotations

from typing import Annotated

from nodegraph import Choice, Context, GraphError, Help, node
from nodes.definitions.guidance import with_options
from nodes.models.memory.compiled import OPTION, SCOPES, missing
from nodes.types import Model


@node(
    "CompileModel",
    title="Compile model",
    category="model/speed",
    keywords=("torch.compile", "inductor", "triton", "faster"),
)
def compile_model(
    ctx: Context,
    model: Annotated[Model, Help("The model; it stays as it is, and shares its weights with the result.")],
    *,
    scope: Annotated[
        str,
        Choice(SCOPES),
        Help("blocks compiles only what repeats, which takes a fraction of the time; network compiles all."),
    ] = "blocks",
) -> Model:
    """Translate the network for this machine when it first runs, for faster steps afterwards: for many pictures of
    one size on a graphics card.

    The wait is said when it is over. Pictures differ from those of the plain network by rounding. LoRAs may change
    without another wait; what is weakened or bent for a call (FreeU, skip-layer guidance and the like) runs plainly.
    """
    lack = missing(ctx.models.device.type)
    if lack:
        raise GraphError("{lack}, or bypass this node.", lack=lack)
    return with_options(model, **{OPTION: scope})
