"""Between pictures and latents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import torch
from torch import Tensor

from nodegraph import Advanced, Choice, Context, Help, Range, node
from nodes.images.multiples import check_multiples
from nodes.images.three_tilings import tiled_thrice
from nodes.images.tiling import tiled
from nodes.types import Image, Latent, Vae

TILINGS = ("one", "three")
TheVae = Annotated[Vae, Help("The autoencoder; that of the model the latent is for.")]
Picture = Annotated[Image, Help("The picture; edges beyond a multiple of 8 pixels are cut.")]
TheLatent = Annotated[Latent, Help("The latent that a sampler made.")]
Tile = Annotated[int, Range(64, 4096, 8), Help("Side of a tile in pixels; smaller needs less memory.")]
Overlap = Annotated[
    int, Range(0, 1024, 8), Help("How far tiles reach into each other; more hides the seams.")
]
Tilings = Annotated[
    str,
    Choice(TILINGS),
    Advanced(),
    Help("three averages square, tall and wide tiles, as ComfyUI does; it takes three times as long."),
]
TILE, OVERLAP = 512, 128
Result = TypeVar("Result")


@node(
    "VAEEncode",
    title="Encode picture",
    category="latent",
    keywords=("vae", "image to image", "img2img"),
    size="image.width // 8 * 8, image.height // 8 * 8",
)
def vae_encode(ctx: Context, image: Picture, vae: TheVae) -> Latent:
    """Turn a picture into a latent, to let a sampler redraw it."""
    ctx.check()
    check_multiples(ctx, image, ctx.models.get(vae).downscale)
    return _in_memory(
        ctx,
        lambda: _encoded(ctx, image, vae),
        lambda: _encoded_in_tiles(ctx, image, vae, TILE, OVERLAP),
    )


@node(
    "VAEDecode",
    title="Decode picture",
    category="latent",
    keywords=("vae", "picture", "image"),
    size="latent",
)
def vae_decode(ctx: Context, latent: TheLatent, vae: TheVae) -> Image:
    """Turn a latent into the picture that it stands for. The last node before saving."""
    ctx.check()
    return _in_memory(
        ctx,
        lambda: Image(ctx.models.get(vae).decode(latent.samples)),
        lambda: vae_decode_tiled(ctx, latent, vae),
    )


@node(
    "VAEEncodeTiled",
    title="Encode picture in tiles",
    category="latent/tiled",
    keywords=("vae", "memory", "large"),
    size="image.width // 8 * 8, image.height // 8 * 8",
)
def vae_encode_tiled(
    ctx: Context,
    image: Picture,
    vae: TheVae,
    *,
    tile: Tile = TILE,
    overlap: Overlap = OVERLAP,
    tilings: Tilings = "one",
) -> Latent:
    """Turn a very large picture into a latent tile by tile, where it does not fit into memory at once."""
    check_multiples(ctx, image, ctx.models.get(vae).downscale)
    return _encoded_in_tiles(ctx, image, vae, tile, overlap, tilings)


def _encoded_in_tiles(
    ctx: Context, image: Image, vae: Vae, tile: int, overlap: int, tilings: str = "one"
) -> Latent:
    network = ctx.models.get(vae)
    scale = network.downscale
    planes = network.cropped(image).movedim(-1, 1)
    work = tiled if tilings == "one" else tiled_thrice
    samples = work(
        planes, lambda part: network.encode(Image(part.movedim(1, -1))), *_tile(tile, overlap), (1, scale),
        lambda step, total: ctx.progress(step, total),
    )  # fmt: skip
    return Latent(samples, pixel=scale)


@node(
    "VAEDecodeTiled",
    title="Decode picture in tiles",
    category="latent/tiled",
    keywords=("vae", "memory", "large"),
    size="latent",
)
def vae_decode_tiled(
    ctx: Context,
    latent: TheLatent,
    vae: TheVae,
    *,
    tile: Tile = TILE,
    overlap: Overlap = OVERLAP,
    tilings: Tilings = "one",
) -> Image:
    """Turn a very large latent into its picture tile by tile, where it does not fit into memory at once."""
    network = ctx.models.get(vae)
    scale = network.downscale
    size, reach = _tile(tile, overlap)

    def work(part: Tensor) -> Tensor:
        # Tilings are averaged before values are cut to 0..1.
        picture: Tensor = network.decode(part) if tilings == "one" else network.decode(part, clamp=False)
        return picture.movedim(-1, 1)

    in_tiles = tiled if tilings == "one" else tiled_thrice
    planes = in_tiles(
        latent.samples, work, size // scale, reach // scale, (scale, 1),
        lambda step, total: ctx.progress(step, total),
    )  # fmt: skip
    return Image(planes.movedim(1, -1).clamp(0, 1).contiguous())


def _encoded(ctx: Context, image: Image, vae: Vae) -> Latent:
    network = ctx.models.get(vae)
    return Latent(network.encode(image), pixel=network.downscale)


def _tile(tile: int, overlap: int) -> tuple[int, int]:
    """Side and overlap of a tile; at most half of a tile is shared."""
    return tile, min(overlap, tile // 2)


def _in_memory(ctx: Context, whole: Callable[[], Result], in_tiles: Callable[[], Result]) -> Result:
    """The whole at once, or in tiles where the memory is short, which is said."""
    try:
        return whole()
    except (torch.OutOfMemoryError, MemoryError):
        pass
    except RuntimeError as error:
        if "memory" not in str(error):
            raise
    ctx.say("The picture does not fit into memory at once; it is done in tiles.")
    ctx.makeshift = True
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return in_tiles()
