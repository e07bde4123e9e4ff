"""Pictures whose sides do not suit an autoencoder: too small is refused, odd sizes are cropped and said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodegraph import GraphError

if TYPE_CHECKING:
    from torch import Tensor

    from nodegraph import Context


def check_multiples(ctx: Context, image: Tensor, scale: int) -> None:
    """Look at the size of pictures `[B, H, W, C]` that become latents of 1/`scale`, cropped around the centre.

    Raises GraphError for a side shorter than `scale`; says what is left where a side is no multiple of it.
    """
    height, width = image.shape[1:3]
    if min(width, height) < scale:
        raise GraphError(
            "The picture is {width} x {height} pixels, and the autoencoder needs {scale} or more a side; enlarge it.",
            width=width,
            height=height,
            scale=scale,
        )
    if width % scale or height % scale:
        ctx.say(
            "The picture is {width} x {height} pixels; its edges are cut to {new_width} x {new_height}, "
            "multiples of {scale}.",
            width=width,
            height=height,
            new_width=width // scale * scale,
            new_height=height // scale * scale,
            scale=scale,
        )
