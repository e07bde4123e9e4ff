"""Colour and tone of pictures. Transparency stays; a mask says where a change is done."""

from __future__ import annotations

from typing import Annotated

import torch

from nodegraph import Advanced, Choice, Color, Context, GraphError, Help, InputFile, Range, Seed, node
from nodes.images import tones
from nodes.images.batches import alike
from nodes.images.colour import RANGES, balanced, shifted_hsl, split_toned, vibrant
from nodes.images.convert import rgb
from nodes.images.curves import STRAIGHT, curved
from nodes.images.light import colour_and_alpha, in_linear_light, on_colour, on_pixels
from nodes.images.lut import INTERPOLATIONS, apply_lut, read_cube
from nodes.images.matching import METHODS, matched
from nodes.types import Image, Mask

CATEGORY = "image/colour"
Picture = Annotated[Image, Help("The picture to change; its transparency stays.")]
Where = Annotated[
    Mask | None, Help("Where it is done: white is all of it, black leaves the picture as it is.")
]
Share = Range(0, 1, 0.01)
Signed = Range(-1, 1, 0.01)
LIGHT, SHOWN = "linear light", "display values"


@node(
    "ImageLevels",
    title="Levels",
    category=CATEGORY,
    keywords=("black point", "white point", "gamma", "tone", "histogram", "grade"),
    size="image",
)
def image_levels(
    image: Picture,
    mask: Where = None,
    *,
    black: Annotated[float, Share, Help("What is this dark or darker becomes the lowest value.")] = 0.0,
    white: Annotated[float, Share, Help("What is this bright or brighter becomes the highest value.")] = 1.0,
    gamma: Annotated[float, Range(0.1, 10, 0.01), Help("Above 1 the midtones become brighter.")] = 1.0,
    low: Annotated[float, Share, Advanced(), Help("The lowest value of the result.")] = 0.0,
    high: Annotated[float, Share, Advanced(), Help("The highest value of the result.")] = 1.0,
    channel: Annotated[str, Choice(tones.CHANNELS), Help("All channels, or one colour alone.")] = "all",
) -> Image:
    """Set the black point, the white point and the midtones of a picture. Works on display values, as is usual."""
    return Image(
        on_pixels(image, lambda colour: tones.levels(colour, black, white, gamma, low, high, channel), mask)
    )


@node(
    "ImageCurves",
    title="Curves",
    category=CATEGORY,
    keywords=("tone curve", "contrast", "grade", "film", "gradation"),
    size="image",
)
def image_curves(
    image: Picture,
    mask: Where = None,
    *,
    curve: Annotated[
        str,
        Help(
            "The curve for all channels: points as x,y from 0,0 (black) to 1,1 (white), as in 0,0 0.5,0.6 1,1."
        ),
    ] = STRAIGHT,
    red: Annotated[str, Help("The curve for red alone, done before the one for all.")] = STRAIGHT,
    green: Annotated[str, Help("The curve for green alone, done before the one for all.")] = STRAIGHT,
    blue: Annotated[str, Help("The curve for blue alone, done before the one for all.")] = STRAIGHT,
) -> Image:
    """Bend tones along smooth curves through points, for all channels and for each colour. Works on display values."""
    return Image(on_pixels(image, lambda colour: curved(colour, curve, red, green, blue), mask))


@node(
    "ImageExposure",
    title="Exposure",
    category=CATEGORY,
    keywords=("brightness", "stops", "ev", "lighten", "darken"),
    size="image",
)
def image_exposure(
    image: Picture,
    mask: Where = None,
    *,
    stops: Annotated[
        float, Range(-10, 10, 0.05), Help("Each stop is twice the light; below 0 it becomes darker.")
    ] = 0.0,
) -> Image:
    """Make a picture brighter or darker as a camera's exposure does, in linear light. What exceeds white is clipped."""
    return Image(on_pixels(image, in_linear_light(lambda light: tones.exposed(light, stops)), mask))


@node(
    "ImageContrast",
    title="Brightness and contrast",
    category=CATEGORY,
    keywords=("lighten", "darken", "flat", "punch"),
    size="image",
)
def image_contrast(
    image: Picture,
    mask: Where = None,
    *,
    brightness: Annotated[
        float, Signed, Help("What is added to every value; below 0 it becomes darker.")
    ] = 0.0,
    contrast: Annotated[
        float, Range(0, 4, 0.01), Help("1 leaves it, 0 is flat grey, above 1 dark and bright move apart.")
    ] = 1.0,
    pivot: Annotated[float, Share, Advanced(), Help("The value that contrast does not change.")] = 0.5,
) -> Image:
    """Move all values up or down, and apart or together. Works on display values."""
    return Image(on_pixels(image, lambda colour: tones.contrasted(colour, brightness, contrast, pivot), mask))


@node(
    "ImageWhiteBalance",
    title="White balance",
    category=CATEGORY,
    keywords=("temperature", "tint", "warm", "cold", "kelvin", "cast"),
    size="image",
)
def image_white_balance(
    image: Picture,
    mask: Where = None,
    *,
    temperature: Annotated[
        float,
        Range(1500, 15000, 50),
        Help(
            "The temperature of the light in kelvin; 6500 leaves the picture, more makes it warmer, less colder."
        ),
    ] = 6500.0,
    tint: Annotated[float, Range(-100, 100, 1), Help("Above 0 toward magenta, below 0 toward green.")] = 0.0,
) -> Image:
    """Make a picture warmer or colder, as if its light had another colour: Bradford adaptation in linear light."""
    return Image(on_pixels(image, in_linear_light(lambda light: balanced(light, temperature, tint)), mask))


@node(
    "ImageHueSaturation",
    title="Hue and saturation",
    category=CATEGORY,
    keywords=("hsl", "lightness", "recolour", "desaturate", "grey"),
    size="image",
)
def image_hue_saturation(
    image: Picture,
    mask: Where = None,
    *,
    range: Annotated[
        str, Choice(RANGES), Help("Which hues are changed; the ranges fade into each other.")
    ] = "all",
    hue: Annotated[float, Range(-180, 180, 1), Help("Degrees along the colour wheel.")] = 0.0,
    saturation: Annotated[float, Signed, Help("-1 makes it grey, 1 twice as colourful.")] = 0.0,
    lightness: Annotated[float, Signed, Help("-1 makes it black, 1 white.")] = 0.0,
) -> Image:
    """Turn hues, and change how colourful and how light they are: all, or one range, leaving others and greys as they
    are. Works on display values in HSL."""
    return Image(
        on_pixels(image, lambda colour: shifted_hsl(colour, range, hue, saturation, lightness), mask)
    )


@node(
    "ImageVibrance",
    title="Vibrance",
    category=CATEGORY,
    keywords=("saturation", "colourful", "muted", "vivid"),
    size="image",
)
def image_vibrance(
    image: Picture,
    mask: Where = None,
    *,
    vibrance: Annotated[float, Signed, Help("Changes weak colours most; strong ones stay.")] = 0.3,
    saturation: Annotated[float, Signed, Help("Changes all colours alike; -1 is grey.")] = 0.0,
) -> Image:
    """Make weak colours stronger and leave strong ones and the brightness as they are. Works on display values."""
    return Image(on_pixels(image, lambda colour: vibrant(colour, vibrance, saturation), mask))


@node(
    "ImageSplitToning",
    title="Split toning",
    category=CATEGORY,
    keywords=("teal", "orange", "shadows", "highlights", "tint", "grade", "duotone"),
    size="image",
)
def image_split_toning(
    image: Picture,
    mask: Where = None,
    *,
    shadows: Annotated[str, Color(), Help("The colour of dark parts, as #rrggbb.")] = "#1f5f7a",
    highlights: Annotated[str, Color(), Help("The colour of bright parts, as #rrggbb.")] = "#e0a050",
    shadow_amount: Annotated[float, Share, Help("How much colour dark parts take.")] = 0.3,
    highlight_amount: Annotated[float, Share, Help("How much colour bright parts take.")] = 0.3,
    balance: Annotated[
        float, Signed, Help("Where the two meet: above 0 more of the picture takes the bright colour.")
    ] = 0.0,
) -> Image:
    """Give the shadows one colour and the highlights another, with brightness kept. Works on display values."""
    tints = rgb(shadows), rgb(highlights)
    return Image(
        on_pixels(
            image, lambda colour: split_toned(colour, *tints, shadow_amount, highlight_amount, balance), mask
        )
    )


@node(
    "ImageLut",
    title="Apply LUT",
    category=CATEGORY,
    keywords=("cube", "lookup table", "film look", "grade", "3d lut"),
    size="image",
)
def image_lut(
    ctx: Context,
    image: Picture,
    mask: Where = None,
    *,
    lut: Annotated[str, InputFile("lut"), Help("A .cube file, named from the workflow's folder.")] = "",
    strength: Annotated[float, Share, Help("How much of the look is used.")] = 1.0,
    space: Annotated[
        str,
        Choice((SHOWN, LIGHT)),
        Advanced(),
        Help("What the table was made for: nearly all are made for display values."),
    ] = SHOWN,
    interpolation: Annotated[
        str,
        Choice(INTERPOLATIONS),
        Advanced(),
        Help("tetrahedral keeps greys clean and is what grading uses."),
    ] = "tetrahedral",
) -> Image:
    """Grade a picture with a table of colours from a .cube file, 1D or 3D, as grading programs export them."""
    if not lut:
        raise GraphError("No LUT is chosen; name a .cube file in `lut`.")
    table = read_cube(ctx.places.base / lut, lut)

    def work(colour: torch.Tensor) -> torch.Tensor:
        graded = apply_lut(colour, table, interpolation)
        return graded if strength == 1 else torch.lerp(colour, graded.clamp(0, 1), strength)

    return Image(on_pixels(image, in_linear_light(work) if space == LIGHT else work, mask))


@node(
    "ImageMatchColours",
    title="Match colours",
    category=CATEGORY,
    keywords=("transfer", "reference", "reinhard", "mkl", "histogram", "grade", "same look"),
    size="image",
)
def image_match_colours(
    image: Picture,
    reference: Annotated[Image, Help("The picture whose colours are taken; its size does not matter.")],
    mask: Where = None,
    *,
    method: Annotated[
        str,
        Choice(METHODS),
        Help("mkl maps all three colours together, reinhard mean and spread in Lab, histogram every tone."),
    ] = "mkl",
    strength: Annotated[float, Share, Help("How far the colours move to those of the reference.")] = 1.0,
) -> Image:
    """Give a picture the colours of another one, so that both look as if they were taken together."""
    other = colour_and_alpha(reference)[0]

    def work(colour: torch.Tensor) -> torch.Tensor:
        ours, theirs = alike(colour, other)
        found = [matched(mine, wanted, method) for mine, wanted in zip(ours, theirs, strict=True)]
        return torch.lerp(ours, torch.stack(found).clamp(0, 1), strength)

    longer = alike(image, reference)[0]
    return Image(on_colour(longer, work, mask))


@node(
    "ImagePosterise",
    title="Posterise",
    category=CATEGORY,
    keywords=("posterize", "quantize", "steps", "flat", "poster"),
    size="image",
)
def image_posterise(
    image: Picture,
    mask: Where = None,
    *,
    steps: Annotated[int, Range(2, 256), Help("How many values each channel keeps.")] = 4,
) -> Image:
    """Reduce the tones of each channel to a few, as on a screen print. Works on display values."""
    return Image(on_pixels(image, lambda colour: tones.posterised(colour, steps), mask))


@node(
    "ImageThreshold",
    title="Threshold",
    category=CATEGORY,
    keywords=("black and white", "binary", "stencil", "line art"),
    size="image",
)
def image_threshold(
    image: Picture,
    mask: Where = None,
    *,
    level: Annotated[float, Share, Help("What is at least this bright becomes white.")] = 0.5,
    softness: Annotated[float, Share, Help("How wide the change from black to white is.")] = 0.0,
) -> Image:
    """Make a picture black and white at a brightness, hard or with a soft edge. Works on display values."""
    return Image(on_pixels(image, lambda colour: tones.thresholded(colour, level, softness), mask))


@node(
    "ImageDither",
    title="Dither",
    category=CATEGORY,
    keywords=("floyd steinberg", "bayer", "quantize", "retro", "halftone", "banding"),
    size="image",
)
def image_dither(
    image: Picture,
    mask: Where = None,
    *,
    steps: Annotated[int, Range(2, 256), Help("How many values each channel keeps.")] = 2,
    method: Annotated[
        str,
        Choice(tones.DITHERS),
        Help("floyd-steinberg is finest, ordered a regular pattern, noise grainy, none makes hard steps."),
    ] = "floyd-steinberg",
    seed: Annotated[int, Seed(), Help("Which noise is drawn, for the method noise.")] = 0,
) -> Image:
    """Reduce the tones of each channel and spread the error over neighbours, so that gradients stay smooth to the eye.
    Works on display values."""
    return Image(on_colour(image, lambda colour: tones.dithered(colour, steps, method, seed), mask))
