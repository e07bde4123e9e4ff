"""Pictures made larger or restored by networks."""

from __future__ import annotations

from typing import Annotated

from nodegraph import Advanced, Choice, Context, GraphError, Help, ModelFile, Range, node
from nodes.definitions.loaders import DTYPES
from nodes.models.runners.upscaler import to_factor
from nodes.types import Image, UpscaleModel


@node(
    "UpscaleModelLoader",
    title="Load upscaler",
    category="loaders",
    keywords=("esrgan", "swinir", "hat", "dat", "span", "compact", "super resolution", "restore", "denoise"),
)
def upscale_model_loader(
    ctx: Context,
    *,
    file: Annotated[str, ModelFile("upscale_models"), Help("A file from the upscale_models folder.")] = "",
    dtype: Annotated[
        str,
        Choice(DTYPES),
        Advanced(),
        Help("How exactly it computes; auto takes half precision on a GPU where the network allows it."),
    ] = "auto",
) -> UpscaleModel:
    """Open a network that enlarges or cleans pictures, of any architecture that spandrel reads."""
    if not file:
        raise GraphError("No upscaler is chosen; choose one.")
    source = ctx.models.source("upscale_models", file)
    ctx.models.chosen(source, "upscaler")
    return UpscaleModel(source, dtype)


@node(
    "UpscaleImage",
    title="Upscale",
    category="image",
    keywords=("enlarge", "super resolution", "esrgan", "larger", "4x", "sharpen", "denoise"),
)
def upscale_image(
    ctx: Context,
    image: Annotated[Image, Help("The picture to enlarge; transparency is enlarged with it.")],
    upscaler: Annotated[UpscaleModel, Help("The network that does it.")],
    *,
    factor: Annotated[
        float,
        Range(0, 16, 0.05),
        Help(
            "How many times as large the result is; 0 is what the network makes, other factors are resampled from it."
        ),
    ] = 0.0,
    tile: Annotated[
        int,
        Range(0, 4096, 8),
        Advanced(),
        Help("Side of a tile in pixels; 0 is as large as the memory allows."),
    ] = 0,
    overlap: Annotated[
        int, Range(0, 512, 8), Advanced(), Help("How far tiles reach into each other; more hides the seams.")
    ] = 32,
) -> Image:
    """Make a picture larger with detail that a network has learned, tile by tile without seams."""
    network = ctx.models.get(upscaler)
    size = (image.shape[2], image.shape[1])
    done: Image = network.enlarge(image, tile, overlap, ctx.progress)
    return to_factor(done, factor, size) if factor else done
