"""Pictures from files and into files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, NamedTuple

from nodegraph import Advanced, Choice, Context, GraphError, Help, InputFile, Range, node
from nodes.pictures.convert import to_bytes
from nodes.pictures.naming import filled, inside, relative, values_of
from nodes.pictures.reading import read
from nodes.pictures.writing import FORMATS, carries, encoded, write
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
    picture = read(ctx.places.base / image, image)
    return LoadedImage(Image(picture.image), Mask(picture.mask))


@node(
    "SaveImage", title="Save image", category="output", sink=True, keywords=("write", "export", "png", "jpg")
)
def save_image(
    ctx: Context,
    image: Annotated[Image, Help("The pictures to save, one file each.")],
    *,
    prefix: Annotated[
        str,
        Help(
            "The file name before its number. Folders are made; %date%, %time%, %year%, %seed%, %width%, %height% "
            "and %node.parameter% are filled in."
        ),
    ] = "picture",
    format: Annotated[str, Choice(FORMATS), Help("png loses nothing, jpeg and webp are smaller.")] = "png",
    quality: Annotated[
        int,
        Range(1, 100),
        Advanced(),
        Help("For jpeg and webp: smaller or better; webp at 100 loses nothing."),
    ] = 92,
    metadata: Annotated[
        bool, Advanced(), Help("Whether the file carries its workflow, to be opened again.")
    ] = True,
) -> None:
    """Write pictures to the output folder as name_00001.png and so on. Each opens again as its own workflow."""
    workflow = ctx.places.workflow if metadata and ctx.places.metadata else ""
    if not carries(format, workflow):
        ctx.say("This workflow is too large for a jpeg to carry; save as png or webp to keep it.")
        workflow = ""
    values = values_of(ctx.places.workflow) | {"width": image.shape[2], "height": image.shape[1]}
    name = relative(filled(prefix, values, datetime.now()))
    folder = ctx.places.output
    for index, picture in enumerate(image):
        ctx.check()
        stem = inside(folder, name)
        ctx.wrote(write(stem, format, encoded(picture, format, quality, workflow)))
        ctx.progress(index + 1, len(image))


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
    ctx.preview(lambda: to_bytes(image[0, ..., :3]))
    return image
