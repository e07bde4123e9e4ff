"""Drawing anew inside a mask, and beyond the edge."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from nodegraph import Context, GraphError, Help, Range, node
from nodes.definitions.guidance import with_options
from nodes.definitions.vae import Picture, TheVae, vae_encode
from nodes.images.batches import to_length
from nodes.images.crops import around, outer_fade
from nodes.images.masks import blurred
from nodes.images.multiples import check_multiples
from nodes.images.scaling import sized_mask
from nodes.images.sizing import resize
from nodes.types import Conditioning, Crop, Image, Latent, Mask, Model, Vae

TheMask = Annotated[Mask, Help("White is drawn anew.")]
CATEGORY = "latent/inpaint"
GREY = 0.5


class Inpainting(NamedTuple):
    """Prompts and latent for an inpainting model."""

    positive: Annotated[Conditioning, Help("The positive prompt with the picture around the mask.")]
    negative: Annotated[Conditioning, Help("The negative prompt with the picture around the mask.")]
    latent: Annotated[Latent, Help("The picture as a latent, for the sampler.")]


class Padded(NamedTuple):
    """A larger picture, and where it is new."""

    image: Annotated[Image, Help("The picture with grey borders.")]
    mask: Annotated[Mask, Help("White where the borders are.")]


class Cut(NamedTuple):
    """A part of a picture, and how to put it back."""

    image: Annotated[Image, Help("The part around the mask.")]
    mask: Annotated[Mask, Help("The mask of that part.")]
    crop: Annotated[Crop, Help("Where it was, for putting it back.")]


@node(
    "VAEEncodeInpaint",
    title="Encode for inpainting",
    category=CATEGORY,
    keywords=("vae", "inpaint", "erase"),
    size="image.width // 8 * 8, image.height // 8 * 8",
)
def vae_encode_inpaint(
    ctx: Context,
    image: Picture,
    vae: TheVae,
    mask: TheMask,
    *,
    grow: Annotated[int, Range(0, 64), Help("How far the mask grows, in pixels, so that no seam stays.")] = 6,
) -> Latent:
    """Encode a picture with the masked part erased, so that something else can be drawn there. Use denoise 1."""
    pixels, shape = _fitted(ctx, image, vae, mask)
    kept = 1.0 - shape.round()
    erased = (pixels[..., :3] - GREY) * kept[..., None] + GREY
    latent = vae_encode(ctx, Image(erased), vae)
    if grow:
        side = grow // 2
        brush = torch.ones(1, 1, grow, grow)
        shape = functional.conv2d(
            functional.pad(shape.round()[:, None], (side, grow - 1 - side) * 2), brush
        ).clamp(0, 1)[:, 0]
    return replace(latent, noise_mask=shape.round())


@node(
    "InpaintConditioning",
    title="Inpaint model conditioning",
    category=CATEGORY,
    keywords=("inpaint", "9 channels"),
    size="image.width // 8 * 8, image.height // 8 * 8",
)
def inpaint_conditioning(
    ctx: Context,
    positive: Annotated[Conditioning, Help("What the picture should show.")],
    negative: Annotated[Conditioning, Help("What the picture should not show.")],
    vae: TheVae,
    image: Picture,
    mask: TheMask,
    *,
    noise_mask: Annotated[bool, Help("Whether everything outside the mask is kept exactly.")] = True,
) -> Inpainting:
    """Show an inpainting model the picture around the mask, which it was trained to fit in with."""
    pixels, shape = _fitted(ctx, image, vae, mask)
    erased = (pixels[..., :3] - GREY) * (1.0 - shape.round())[..., None] + GREY
    extras = {"concat_latent": vae_encode(ctx, Image(erased), vae).samples, "concat_mask": shape[:, None]}
    latent = vae_encode(ctx, pixels, vae)
    if noise_mask:
        latent = replace(latent, noise_mask=shape)
    first, second = (
        Conditioning(tuple(replace(each, extras={**each.extras, **extras}) for each in side))
        for side in (positive, negative)
    )
    return Inpainting(first, second, latent)


@node(
    "DifferentialDiffusion",
    title="Differential diffusion",
    category=CATEGORY,
    keywords=("soft inpaint", "grey mask"),
)
def differential_diffusion(
    model: Annotated[Model, Help("The model; it stays as it is.")],
    *,
    strength: Annotated[float, Range(0, 1, 0.01), Help("1 in full; lower mixes with plain masking.")] = 1.0,
) -> Model:
    """Let a grey noise mask say how much each place may change, instead of mixing: seamless inpainting."""
    return with_options(model, differential=strength)


@node(
    "OutpaintPad",
    title="Pad for outpainting",
    category=CATEGORY,
    keywords=("extend", "border", "uncrop"),
    size="image.width + left + right, image.height + top + bottom",
)
def outpaint_pad(
    image: Annotated[Image, Help("The picture to extend.")],
    *,
    left: Annotated[int, Range(0, 8192, 8), Help("New pixels on the left.")] = 0,
    top: Annotated[int, Range(0, 8192, 8), Help("New pixels above.")] = 0,
    right: Annotated[int, Range(0, 8192, 8), Help("New pixels on the right.")] = 0,
    bottom: Annotated[int, Range(0, 8192, 8), Help("New pixels below.")] = 0,
    feather: Annotated[int, Range(0, 1024), Help("How far the old picture may change along the seam.")] = 40,
) -> Padded:
    """Add empty borders to a picture, with the mask to fill them: the view beyond the edge."""
    batch, height, width, _ = image.shape
    padded = torch.full((batch, height + top + bottom, width + left + right, 3), GREY)
    padded[:, top : top + height, left : left + width] = image[..., :3]
    mask = torch.ones(1, *padded.shape[1:3])
    sides = (bool(left), bool(top), bool(right), bool(bottom))
    mask[:, top : top + height, left : left + width] = outer_fade(height, width, feather, sides)
    return Padded(Image(padded), Mask(mask))


@node(
    "InpaintCrop",
    title="Crop around mask",
    category=CATEGORY,
    keywords=("detail", "zoom", "stitch"),
    size="width, height",
)
def inpaint_crop(
    image: Annotated[Image, Help("The whole picture.")],
    mask: TheMask,
    *,
    margin: Annotated[
        float, Range(1, 10, 0.05), Help("How much of the surroundings comes along; 1 is none.")
    ] = 1.5,
    width: Annotated[int, Range(64, 4096, 8), Help("Width of the part after scaling.")] = 512,
    height: Annotated[int, Range(64, 4096, 8), Help("Height of the part after scaling.")] = 512,
) -> Cut:
    """Cut out the part around a mask and enlarge it, to redraw a small thing with all the detail of a large one."""
    planes = sized_mask(mask, image.shape[2], image.shape[1])
    if not (planes > 0).any():
        raise GraphError("The mask is black everywhere; there is nothing to crop around.")
    x, y, w, h = around(planes, margin, width / height)
    part = Image(resize(image[:, y : y + h, x : x + w, :3], width, height, "lanczos", "stretch"))
    inner = Mask(sized_mask(planes[:, y : y + h, x : x + w], width, height))
    return Cut(part, inner, Crop(image, planes, x, y, w, h))


@node("InpaintStitch", title="Put crop back", category=CATEGORY, keywords=("stitch", "paste"))
def inpaint_stitch(
    image: Annotated[Image, Help("The redrawn part.")],
    crop: Annotated[Crop, Help("Where it was, from Crop around mask.")],
    *,
    blend: Annotated[
        float, Range(0, 256, 1), Help("How softly its edge fades into the picture, in pixels.")
    ] = 16.0,
) -> Image:
    """Put a redrawn part back where it was cut out; outside the mask the picture stays as it was."""
    count = max(image.shape[0], crop.image.shape[0])
    whole = to_length(crop.image[..., :3], count).clone()
    part = to_length(resize(image[..., :3], crop.width, crop.height, "lanczos", "stretch"), count)
    place = (slice(None), slice(crop.y, crop.y + crop.height), slice(crop.x, crop.x + crop.width))
    shown = (
        to_length(blurred(crop.mask, blend), count)[place][..., None]
        if blend
        else crop.mask[place][..., None]
    )
    whole[place] = torch.lerp(whole[place], part, to_length(shown, count).expand_as(part))
    return Image(whole)


def _fitted(ctx: Context, image: Image, vae: Vae, mask: Mask) -> tuple[Image, Tensor]:
    """The picture cut to whole latent pixels, and the mask at its size, cut alike."""
    network = ctx.models.get(vae)
    check_multiples(ctx, image, network.downscale)
    shape = sized_mask(mask, image.shape[2], image.shape[1])
    cut = network.cropped(Image(shape[..., None]))[..., 0]
    return Image(network.cropped(image)), cut
