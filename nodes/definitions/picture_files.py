"""Pictures from files and into files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, NamedTuple

import torch

from nodegraph import Advanced, Choice, Context, GraphError, Help, InputFile, OutputName, Range, node
from nodegraph.support.file_names import require_file_name
from nodegraph.support.name_patterns import PICTURE_NAMES, UNKNOWN_PATTERN, filled, unknown_in, values_of
from nodes.images.animation import LONGEST, MOVING_FORMATS, moving
from nodes.images.convert import to_bytes
from nodes.images.embedding import (
    ORIGINS,
    PROFILES,
    Embedded,
    icc_profile,
    origin_of,
    settings_text,
    xmp_packet,
)
from nodes.images.folder import FITS, MOST, batch, chosen, common_size
from nodes.images.naming import inside, relative
from nodes.images.reading import read
from nodes.images.writing import DEEP, DEPTHS, FORMATS, carries, encoded, write
from nodes.types import Image, Mask


class LoadedImage(NamedTuple):
    """A picture and where it is transparent."""

    image: Annotated[Image, Help("The picture, without its transparency.")]
    mask: Annotated[Mask, Help("White where the picture is transparent.")]


@node(
    "LoadImage",
    title="Load image",
    category="image",
    keywords=("open", "picture", "photo", "file"),
    size="image",
)
def load_image(
    ctx: Context,
    *,
    image: Annotated[str, InputFile("image"), Help("A picture file, named from the workflow's folder.")] = "",
) -> LoadedImage:
    """Open a picture, upright as the camera held it. Transparency becomes a mask, ready for inpainting."""
    if not image:
        raise GraphError("No picture is chosen; name a file in `image`.")
    require_file_name(image)
    picture = read(ctx.places.base / image, image, ctx.check)
    for remark in picture.remarks:
        ctx.say(remark)
    return LoadedImage(Image(picture.image), Mask(picture.mask))


class LoadedImages(NamedTuple):
    """Pictures of one size and where they are transparent."""

    image: Annotated[Image, Help("The pictures as one batch, without their transparency.")]
    mask: Annotated[Mask, Help("White where a picture is transparent.")]


@node(
    "LoadImageFolder",
    title="Load image folder",
    category="image",
    keywords=("batch", "directory", "pictures", "sequence", "frames", "open"),
)
def load_image_folder(
    ctx: Context,
    *,
    folder: Annotated[
        str, InputFile("image_folder"), Help("A folder of pictures, named from the workflow's folder.")
    ] = "",
    fit: Annotated[
        str,
        Choice(FITS),
        Help(
            "What becomes of pictures of another size than the first: crop fills its size and cuts the rest, stretch "
            "ignores the proportions, same refuses them."
        ),
    ] = "crop",
    skip: Annotated[int, Range(0, 10_000), Help("How many pictures to leave out at the beginning.")] = 0,
    count: Annotated[
        int, Range(0, MOST), Help("How many pictures to load; 0 loads all that follow, at most 512.")
    ] = 0,
) -> LoadedImages:
    """Open the pictures of a folder as one batch, in the order of their names: frame 9 before frame 10."""
    if not folder:
        raise GraphError("No folder is chosen; name one in `folder`.")
    require_file_name(folder, folder=True)
    paths = chosen(ctx.places.base / folder, folder, skip, count)
    size = common_size(paths, fit, ctx.check)
    # Filled in place: a list of pictures stacked at the end would take twice the memory.
    images, masks = torch.empty(len(paths), size[1], size[0], 3), torch.empty(len(paths), size[1], size[0])
    others = 0
    for index, (image, mask, other, remarks) in enumerate(batch(paths, size, fit, ctx.check)):
        images[index], masks[index] = image[0], mask[0]
        others += other
        for remark in remarks:
            ctx.say(remark)
        ctx.progress(index + 1, len(paths))
    if others:
        ctx.say(
            f"{others} of {len(paths)} pictures had another size; they were made {size[0]} x {size[1]} pixels."
        )
    return LoadedImages(Image(images), Mask(masks))


@node(
    "SaveImage", title="Save image", category="output", sink=True, keywords=("write", "export", "png", "jpg")
)
def save_image(
    ctx: Context,
    image: Annotated[Image, Help("The pictures to save, one file each.")],
    *,
    prefix: Annotated[
        str,
        OutputName(),
        Help(
            "The file name before its number. Folders are made; %date%, %time%, %year%, %seed%, %width%, %height%, "
            "%batch_num% and %node.parameter% are filled in."
        ),
    ] = "picture",
    format: Annotated[
        str, Choice(FORMATS), Help("png and tiff lose nothing, jpeg and webp are smaller.")
    ] = "png",
    depth: Annotated[
        str,
        Choice(DEPTHS),
        Help(
            "16 bits keep soft gradients for further work; png and tiff have them, the others always have 8."
        ),
    ] = "8 bits",
    quality: Annotated[
        int,
        Range(1, 100),
        Advanced(),
        Help("For jpeg and webp: smaller or better; webp at 100 loses nothing."),
    ] = 92,
    metadata: Annotated[
        bool, Advanced(), Help("Whether the file carries its workflow, to be opened again.")
    ] = True,
    settings: Annotated[
        bool,
        Advanced(),
        Help("Whether prompt and sampler settings are also written as text, for sites that read it."),
    ] = False,
    origin: Annotated[
        str,
        Choice(ORIGINS),
        Advanced(),
        Help(
            "What the file says of its origin (IPTC digital source type): drawn by a model, a picture changed by "
            "one, or nothing; automatic goes by the workflow."
        ),
    ] = "automatic",
    profile: Annotated[
        str, Choice(PROFILES), Advanced(), Help("The colour profile in the file; none leaves it out.")
    ] = "none",
) -> None:
    """Write pictures to the output folder as name_00001.png and so on. Each opens again as its own workflow."""
    workflow = ctx.places.workflow if metadata and ctx.places.metadata else ""
    shown_size = (image.shape[2], image.shape[1])
    text = (
        settings_text(ctx.places.workflow, ctx.node, shown_size) if settings and ctx.places.metadata else ""
    )
    if settings and ctx.places.metadata and not text:
        ctx.say("No sampler stands before this node, so no settings were written as text.")
    kind = origin_of(ctx.places.workflow, ctx.node) if origin == ORIGINS[0] else origin
    record = ctx.places.made_with if workflow else ""
    embedded = Embedded(workflow, text, xmp_packet(kind), icc_profile(profile), record)
    if not carries(format, embedded):
        ctx.say("This workflow is too large for a jpeg to carry; save as png or webp to keep it.")
        embedded = replace(embedded, workflow="", made_with="")
    deep = depth == DEPTHS[1] and format in DEEP
    if depth == DEPTHS[1] and not deep:
        ctx.say("A {format} holds 8 bits a channel; save as png or tiff to keep 16.", format=format)
    _require_numbers(image)
    size = (image.shape[2], image.shape[1], 0)
    values = values_of(ctx.places.workflow) | dict(zip(PICTURE_NAMES, size, strict=True))
    for unknown in unknown_in(prefix, values):
        ctx.say(UNKNOWN_PATTERN, pattern=unknown)
    now, folder = datetime.now(), ctx.places.output
    names = [relative(filled(prefix, {**values, "batch_num": at}, now)) for at in range(len(image))]
    for index, (name, picture) in enumerate(zip(names, image, strict=True)):
        ctx.check()
        stem = inside(folder, name)
        ctx.wrote(write(stem, format, encoded(picture, format, quality, embedded, deep=deep)))
        ctx.progress(index + 1, len(image))


@node(
    "SaveAnimation",
    title="Save animation",
    category="output",
    sink=True,
    keywords=("gif", "apng", "webp", "video", "movie", "export", "frames"),
)
def save_animation(
    ctx: Context,
    image: Annotated[Image, Help("The pictures of the animation, in order.")],
    *,
    prefix: Annotated[
        str, OutputName(), Help("The file name before its number, filled in as that of Save image.")
    ] = "animation",
    format: Annotated[
        str,
        Choice(MOVING_FORMATS),
        Help("webp is small, apng loses nothing, gif opens everywhere and has few colours."),
    ] = "webp",
    rate: Annotated[float, Range(0.1, 60, 0.1), Help("How many pictures are shown in a second.")] = 8.0,
    loops: Annotated[int, Range(0, 1000), Help("How often it is shown; 0 is for ever.")] = 0,
    quality: Annotated[
        int, Range(1, 100), Advanced(), Help("For webp: smaller or better; 100 loses nothing.")
    ] = 90,
    metadata: Annotated[
        bool, Advanced(), Help("Whether the file carries its workflow, to be opened again; a gif never does.")
    ] = True,
    origin: Annotated[
        str,
        Choice(ORIGINS),
        Advanced(),
        Help("What the file says of its origin, as in Save image; a gif says nothing."),
    ] = "automatic",
) -> None:
    """Write a batch of pictures as one moving picture: a film strip of steps, a morph, a loop."""
    if len(image) > LONGEST:
        raise GraphError(
            "An animation takes at most {most} pictures; {count} were given.", most=LONGEST, count=len(image)
        )
    _require_numbers(image)
    workflow = ctx.places.workflow if metadata and ctx.places.metadata else ""
    kind = origin_of(ctx.places.workflow, ctx.node) if origin == ORIGINS[0] else origin
    size = (image.shape[2], image.shape[1], 0)
    values = values_of(ctx.places.workflow) | dict(zip(PICTURE_NAMES, size, strict=True))
    for unknown in unknown_in(prefix, values):
        ctx.say(UNKNOWN_PATTERN, pattern=unknown)
    stem = inside(ctx.places.output, relative(filled(prefix, values, datetime.now())))
    ctx.check()
    record = ctx.places.made_with if workflow else ""
    embedded = Embedded(workflow, xmp=xmp_packet(kind), made_with=record)
    data = moving(image, format, rate, loops, quality, embedded)
    ctx.wrote(write(stem, format, data))


def _require_numbers(image: Image) -> None:
    """Raise GraphError where a picture has NaN values, which a file would show as black."""
    for number in _with_nan(image):
        raise GraphError(
            "Picture {number} contains NaN values and was not saved; run what made it in float32 "
            "(--dtype float32), or choose another model or autoencoder file.",
            number=number,
        )


def _with_nan(image: Image) -> list[int]:
    """Which pictures of a batch have NaN values, counted from 1."""
    return [number for number, picture in enumerate(image, 1) if torch.isnan(picture).any()]


@node(
    "PreviewImage",
    title="Preview",
    category="output",
    sink=True,
    keywords=("view", "show", "look"),
    size="image",
)
def preview_image(ctx: Context, image: Annotated[Image, Help("The picture to look at.")]) -> Image:
    """Show a picture in the editor and pass it on. Nothing is saved."""
    for number in _with_nan(image):
        ctx.say(
            "Picture {number} contains NaN values, which are shown black; run what made it in float32 "
            "(--dtype float32), or choose another model or autoencoder file.",
            number=number,
        )
    ctx.preview(lambda: to_bytes(image[0, ..., :3]))
    return image
