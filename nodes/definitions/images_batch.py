"""Pictures gathered, taken apart, laid beside and into each other."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from nodegraph import Advanced, Choice, Color, GraphError, Help, Range, node
from nodes.images.batches import alike
from nodes.images.compositing import paste
from nodes.images.convert import rgb
from nodes.images.sizing import resize
from nodes.types import Image, Mask

MOST = 4096
SIDES = ("right", "down", "left", "up")


@node("ImageBatch", title="Batch pictures", category="image", keywords=("gather", "join", "list", "frames"))
def image_batch(
    images: Annotated[tuple[Image, ...], Help("The pictures in their order; batches follow one another.")],
) -> Image:
    """Gather pictures into one batch. Those of another size are cut and scaled to the size of the first."""
    if not images:
        raise GraphError("No picture is linked; link at least one.")
    height, width = images[0].shape[1:3]
    fitted = [resize(each[..., :3], width, height, "bilinear, unfiltered", "crop") for each in images]
    if all(each.shape[-1] == 4 and each.shape[1:3] == (height, width) for each in images):
        fitted = list(images)
    return Image(torch.cat(fitted))


@node(
    "ImageFromBatch",
    title="Picture from batch",
    category="image",
    keywords=("pick", "index", "frame", "part"),
)
def image_from_batch(
    image: Annotated[Image, Help("The batch to take from.")],
    *,
    index: Annotated[int, Range(0, MOST), Help("The first picture to take; 0 is the first of all.")] = 0,
    length: Annotated[int, Range(1, MOST), Help("How many pictures to take.")] = 1,
) -> Image:
    """Take some pictures out of a batch. Beyond its end there is the last one."""
    start = min(index, image.shape[0] - 1)
    return Image(image[start : start + length].clone())


@node(
    "ImageRepeat",
    title="Repeat picture",
    category="image",
    keywords=("batch", "copy", "duplicate"),
    size="image",
)
def image_repeat(
    image: Annotated[Image, Help("The picture or batch to repeat.")],
    *,
    amount: Annotated[int, Range(1, MOST), Help("How many times it is there.")] = 2,
) -> Image:
    """Repeat a picture within one batch, so that each copy is drawn with noise of its own."""
    return Image(image.repeat(amount, 1, 1, 1))


@node(
    "ImageStitch",
    title="Stitch",
    category="image",
    keywords=("side by side", "join", "beside", "concatenate"),
)
def image_stitch(
    image: Annotated[Image, Help("The picture that stays where it is.")],
    beside: Annotated[Image | None, Help("The picture laid beside it.")] = None,
    *,
    side: Annotated[str, Choice(SIDES), Help("On which side of the first the second lies.")] = "right",
    match_size: Annotated[bool, Help("On scales the second so that the edges meet; off centres it.")] = True,
    gap: Annotated[int, Range(0, 1024), Help("Space between the two in pixels.")] = 0,
    color: Annotated[str, Color(), Help("The colour of the space, as #rrggbb.")] = "#ffffff",
) -> Image:
    """Lay two pictures beside each other as one: a reference for a model that edits, or before and after."""
    if beside is None:
        return image
    first, second = alike(image[..., :3], beside[..., :3])
    across = side in ("right", "left")
    axis = 2 if across else 1
    if match_size:
        height, width = second.shape[1:3]
        size = (
            (int(first.shape[1] * width / height), first.shape[1])
            if across
            else (first.shape[2], int(first.shape[2] * height / width))
        )
        second = resize(second, max(size[0], 1), max(size[1], 1), "lanczos, 8 bit", "stretch")
    reach = max(first.shape[3 - axis], second.shape[3 - axis])
    parts = [_centred(first, 3 - axis, reach), _centred(second, 3 - axis, reach)]
    if gap:
        shape = list(parts[0].shape)
        # Some video codecs take even sides alone: so does the program whose pictures these are to match.
        shape[axis] = gap + gap % 2
        parts.insert(1, torch.tensor(rgb(color)).expand(shape))
    return Image(torch.cat(parts if side in ("right", "down") else parts[::-1], axis))


def _centred(image: Tensor, axis: int, length: int) -> Tensor:
    """The picture in the middle of black, `length` long along `axis`."""
    missing = length - image.shape[axis]
    if not missing:
        return image
    before = missing // 2
    pads = [0, 0] * (image.ndim - axis - 1) + [before, missing - before]
    return functional.pad(image, pads)


@node(
    "ImageComposite",
    title="Composite",
    category="image",
    keywords=("paste", "overlay", "insert", "mask"),
    size="image",
)
def image_composite(
    image: Annotated[Image, Help("The picture below; it gives the size.")],
    over: Annotated[Image, Help("The picture that is laid in.")],
    mask: Annotated[Mask | None, Help("Where the upper picture shows: white is all of it.")] = None,
    *,
    x: Annotated[int, Range(-16384, 16384), Help("Where its left edge lies.")] = 0,
    y: Annotated[int, Range(-16384, 16384), Help("Where its top edge lies.")] = 0,
    fit: Annotated[bool, Help("On scales the upper picture to the size of the lower one.")] = False,
) -> Image:
    """Lay one picture into another at a place, within a mask if one is linked."""
    below, above = image[..., :3].movedim(-1, 1), over[..., :3].movedim(-1, 1)
    if fit:
        above = functional.interpolate(above, size=below.shape[-2:], mode="bilinear")
    shown = None
    if mask is not None:
        planes = mask if mask.ndim == 3 else mask[None]
        shown = functional.interpolate(planes[:, None], size=above.shape[-2:], mode="bilinear")[:, 0]
    if above.shape[0] > below.shape[0]:
        above = above[: below.shape[0]]
    return Image(paste(below, above, x, y, shown).movedim(1, -1).contiguous())


class Parted(NamedTuple):
    """A picture and its transparency."""

    image: Annotated[Image, Help("The picture without its transparency.")]
    mask: Annotated[Mask, Help("White where the picture is transparent.")]


@node("ImageSplitAlpha", title="Split transparency", category="image", keywords=("alpha", "mask", "separate"))
def image_split_alpha(image: Annotated[Image, Help("A picture, with transparency or without.")]) -> Parted:
    """Take the transparency of a picture apart, as a mask that is white where it is transparent."""
    mask = 1.0 - image[..., 3] if image.shape[-1] > 3 else torch.zeros(image.shape[:3])
    return Parted(Image(image[..., :3].contiguous()), Mask(mask))


@node(
    "ImageJoinAlpha",
    title="Join transparency",
    category="image",
    keywords=("alpha", "mask", "cut out"),
    size="image",
)
def image_join_alpha(
    image: Annotated[Image, Help("The picture that becomes transparent.")],
    mask: Annotated[Mask, Help("White becomes transparent.")],
) -> Image:
    """Make a picture transparent where a mask is white; saved as png or webp it stays so."""
    planes = mask if mask.ndim == 3 else mask[None]
    sized = functional.interpolate(planes[:, None], size=image.shape[1:3], mode="bilinear")[:, 0]
    picture, alpha = alike(image[..., :3], 1.0 - sized)
    return Image(torch.cat([picture, alpha[..., None]], -1))


@node("MaskFeather", title="Feather mask", category="mask", keywords=("soft", "edges", "fade"), size="mask")
def mask_feather(
    mask: Annotated[Mask, Help("The mask to soften at its edges.")],
    *,
    left: Annotated[int, Range(0, 16384), Help("How far it fades from the left edge, in pixels.")] = 0,
    top: Annotated[int, Range(0, 16384), Help("How far it fades from the top edge.")] = 0,
    right: Annotated[int, Range(0, 16384), Help("How far it fades from the right edge.")] = 0,
    bottom: Annotated[int, Range(0, 16384), Help("How far it fades from the bottom edge.")] = 0,
) -> Mask:
    """Let a mask fade towards the edges of the picture, so that what is laid in by it has no hard border."""
    planes = (mask if mask.ndim == 3 else mask[None]).clone()
    height, width = planes.shape[1:]
    for axis, length, reach, flipped in (
        (2, width, left, False), (1, height, top, False), (2, width, right, True), (1, height, bottom, True)
    ):  # fmt: skip
        fade = torch.ones(length)
        reach = min(reach, length)
        if reach:
            fade[:reach] = (torch.arange(reach) + 1) / reach
        fade = fade.flip(0) if flipped else fade
        planes *= fade if axis == 2 else fade[:, None]
    return Mask(planes)


@node(
    "MaskComposite",
    title="Composite masks",
    category="mask",
    keywords=("add", "subtract", "multiply", "and", "or"),
    size="mask",
)
def mask_composite(
    mask: Annotated[Mask, Help("The mask below; it gives the size.")],
    over: Annotated[Mask, Help("The mask that is laid in.")],
    *,
    operation: Annotated[
        str, Choice(("multiply", "add", "subtract", "and", "or", "xor")), Help("How the two meet.")
    ] = "multiply",
    x: Annotated[int, Range(0, 16384), Advanced(), Help("Where its left edge lies.")] = 0,
    y: Annotated[int, Range(0, 16384), Advanced(), Help("Where its top edge lies.")] = 0,
) -> Mask:
    """Compute one mask from two: where both are white, where either is, or what is left of one without the other."""
    first, second = alike(*(each if each.ndim == 3 else each[None] for each in (mask, over)))
    found = first.clone()
    part = found[:, y : y + second.shape[1], x : x + second.shape[2]]
    above = second[:, : part.shape[1], : part.shape[2]]
    whole, upper = part.round().bool(), above.round().bool()
    part.copy_(
        {
            "multiply": lambda: part * above,
            "add": lambda: part + above,
            "subtract": lambda: part - above,
            "and": lambda: (whole & upper).float(),
            "or": lambda: (whole | upper).float(),
            "xor": lambda: (whole ^ upper).float(),
        }[operation]()
    )
    return Mask(found.clamp(0, 1))
