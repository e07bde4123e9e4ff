"""Sharpness, blur and what lenses and film add."""

from __future__ import annotations

from typing import Annotated

import torch

from nodegraph import Advanced, Choice, Color, Help, Range, Seed, node
from nodes.images import filters, optics
from nodes.images.convert import rgb
from nodes.images.geometry import OUTSIDES, over_colour, with_outside
from nodes.images.light import in_linear_light, on_colour, spread, to_linear, within_mask
from nodes.types import Image, Mask

CATEGORY = "image/effects"
Picture = Annotated[Image, Help("The picture to change.")]
Where = Annotated[
    Mask | None, Help("Where it is done: white is all of it, black leaves the picture as it is.")
]
Linear = Annotated[
    bool,
    Advanced(),
    Help("Whether light is mixed, as lenses do, or display values, as most painting programs do."),
]
Outside = Annotated[str, Choice(OUTSIDES), Help("What is shown where the picture does not reach.")]
Ground = Annotated[
    str, Color(), Help("The colour outside the picture, as #rrggbb, where `outside` is colour.")
]


@node(
    "ImageSharpen",
    title="Sharpen",
    category=CATEGORY,
    keywords=("unsharp mask", "detail", "crisp", "clarity"),
    size="image",
)
def image_sharpen(
    image: Picture,
    mask: Where = None,
    *,
    amount: Annotated[float, Range(0, 50, 0.05), Help("How much detail is added.")] = 0.6,
    radius: Annotated[
        float, Range(0.5, 200, 0.5), Help("The size of detail in pixels; large values add local contrast.")
    ] = 2.0,
    threshold: Annotated[
        float,
        Range(0, 1, 0.005),
        Help("Differences smaller than this stay, so that noise is not sharpened."),
    ] = 0.0,
) -> Image:
    """Make edges and detail stronger by an unsharp mask on display values; transparency stays."""

    def work(colour: torch.Tensor) -> torch.Tensor:
        return filters.sharpened(colour.movedim(-1, 1), radius, amount, threshold).movedim(1, -1)

    return Image(on_colour(image, work, mask))


@node(
    "ImageBlur",
    title="Gaussian blur",
    category=CATEGORY,
    keywords=("soft", "smooth", "defocus", "blur picture"),
    size="image",
)
def image_blur(
    image: Picture,
    mask: Where = None,
    *,
    radius: Annotated[
        float, Range(0, 1024, 0.5), Help("How far it reaches in pixels; twice the standard deviation.")
    ] = 8.0,
    linear: Linear = True,
) -> Image:
    """Soften a picture evenly. Transparent parts are blurred with it and bleed no colour."""
    blurred = spread(image, lambda planes: filters.gaussian(planes, radius), linear=linear)
    return Image(within_mask(image, blurred, mask))


@node(
    "ImageLensBlur",
    title="Lens blur",
    category=CATEGORY,
    keywords=("bokeh", "depth of field", "out of focus", "defocus", "aperture"),
    size="image",
)
def image_lens_blur(
    image: Picture,
    mask: Where = None,
    *,
    radius: Annotated[float, Range(0, 200, 0.5), Help("The radius of a point of light in pixels.")] = 8.0,
    blades: Annotated[
        int, Range(0, 12), Help("Sides of the aperture, from 3; below 3 points of light are round.")
    ] = 0,
    rotation: Annotated[
        float, Range(-180, 180, 1), Advanced(), Help("How far the aperture is turned, in degrees.")
    ] = 0.0,
    linear: Linear = True,
) -> Image:
    """Blur as a lens out of focus does: bright points become discs or polygons. Computed in linear light."""
    if radius <= 0:
        return image
    kernel = filters.lens_kernel(radius, blades, rotation)
    blurred = spread(image, lambda planes: filters.convolved(planes, kernel), linear=linear)
    return Image(within_mask(image, blurred, mask))


@node(
    "ImageMotionBlur",
    title="Motion blur",
    category=CATEGORY,
    keywords=("speed", "streak", "direction", "camera shake"),
    size="image",
)
def image_motion_blur(
    image: Picture,
    mask: Where = None,
    *,
    length: Annotated[float, Range(0, 500, 1), Help("How far things move, in pixels.")] = 20.0,
    angle: Annotated[
        float, Range(-180, 180, 1), Help("The direction in degrees: 0 is to the right, 90 upward.")
    ] = 0.0,
    linear: Linear = True,
) -> Image:
    """Blur along a straight line, as if the camera or the subject moved. Computed in linear light."""
    if length <= 0:
        return image
    kernel = filters.motion_kernel(length, angle)
    blurred = spread(image, lambda planes: filters.convolved(planes, kernel), linear=linear)
    return Image(within_mask(image, blurred, mask))


@node(
    "ImageSurfaceBlur",
    title="Surface blur",
    category=CATEGORY,
    keywords=("bilateral", "skin", "smooth", "denoise", "keep edges"),
    size="image",
)
def image_surface_blur(
    image: Picture,
    mask: Where = None,
    *,
    radius: Annotated[
        float, Range(0, 40, 0.5), Help("How far it reaches in pixels; more takes longer.")
    ] = 6.0,
    threshold: Annotated[
        float, Range(0.005, 1, 0.005), Help("Edges with a stronger difference than this stay sharp.")
    ] = 0.1,
) -> Image:
    """Smooth surfaces and keep edges: a bilateral filter on display values; transparency stays."""

    def work(colour: torch.Tensor) -> torch.Tensor:
        return filters.surface(colour.movedim(-1, 1), radius, threshold).movedim(1, -1)

    return Image(on_colour(image, work, mask))


@node(
    "ImageGrain",
    title="Film grain",
    category=CATEGORY,
    keywords=("noise", "analogue", "texture", "iso"),
    size="image",
)
def image_grain(
    image: Picture,
    mask: Where = None,
    *,
    amount: Annotated[float, Range(0, 1, 0.005), Help("How strong the grain is in the midtones.")] = 0.06,
    size: Annotated[float, Range(0.5, 20, 0.1), Help("The size of a grain in pixels.")] = 1.5,
    colour: Annotated[
        float, Range(0, 1, 0.01), Help("0 is grey grain, 1 grain of its own in each colour.")
    ] = 0.2,
    seed: Annotated[int, Seed(), Help("Which grain is drawn; the same seed draws the same.")] = 0,
) -> Image:
    """Add the grain of film, strongest in the midtones, another for each picture of a batch."""
    return Image(on_colour(image, lambda values: optics.grained(values, amount, size, colour, seed), mask))


@node(
    "ImageVignette",
    title="Vignette",
    category=CATEGORY,
    keywords=("corners", "darken", "edges", "lens", "focus"),
    size="image",
)
def image_vignette(
    image: Picture,
    mask: Where = None,
    *,
    stops: Annotated[
        float,
        Range(-8, 8, 0.1),
        Help("How much darker the corners become, in stops of light; above 0 brighter."),
    ] = -1.5,
    size: Annotated[
        float, Range(0, 2, 0.01), Help("Where it has half its strength; 1 is the corner, 0 the centre.")
    ] = 0.75,
    softness: Annotated[float, Range(0, 2, 0.01), Help("How wide the change is; 0 is a hard edge.")] = 0.8,
    roundness: Annotated[
        float, Range(0, 1, 0.01), Help("0 follows the picture's proportions, 1 is a circle.")
    ] = 0.0,
    center_x: Annotated[
        float, Range(0, 1, 0.01), Advanced(), Help("The centre, 0 being the left edge and 1 the right one.")
    ] = 0.5,
    center_y: Annotated[
        float, Range(0, 1, 0.01), Advanced(), Help("The centre, 0 being the top edge and 1 the bottom one.")
    ] = 0.5,
) -> Image:
    """Darken or brighten the corners of a picture as lenses do, in linear light."""

    def work(light: torch.Tensor) -> torch.Tensor:
        return optics.vignetted(light, stops, size, softness, roundness, (center_x, center_y))

    return Image(on_colour(image, in_linear_light(work), mask))


@node(
    "ImageChromaticAberration",
    title="Chromatic aberration",
    category=CATEGORY,
    keywords=("colour fringes", "rgb split", "lens", "glitch"),
    size="image",
)
def image_chromatic_aberration(
    image: Picture,
    mask: Where = None,
    *,
    red: Annotated[
        float, Range(-100, 100, 0.5), Help("How far red moves outward at the corners, in pixels.")
    ] = 2.0,
    blue: Annotated[
        float, Range(-100, 100, 0.5), Help("How far blue moves outward at the corners, in pixels.")
    ] = -2.0,
) -> Image:
    """Colour fringes that grow toward the corners, as cheap lenses draw them; or opposite values to remove them."""

    def work(colour: torch.Tensor) -> torch.Tensor:
        return optics.fringed(colour.movedim(-1, 1), red, blue).movedim(1, -1)

    return Image(on_colour(image, work, mask))


@node(
    "ImageGlow",
    title="Glow",
    category=CATEGORY,
    keywords=("bloom", "halation", "light", "dreamy", "neon"),
    size="image",
)
def image_glow(
    image: Picture,
    mask: Where = None,
    *,
    strength: Annotated[float, Range(0, 4, 0.05), Help("How bright the glow is.")] = 0.8,
    radius: Annotated[float, Range(1, 1024, 1), Help("How far it reaches in pixels.")] = 40.0,
    threshold: Annotated[
        float, Range(0, 0.99, 0.01), Help("Only what is brighter than this glows, as it looks.")
    ] = 0.6,
    color: Annotated[
        str, Color(), Help("The colour of the glow, as #rrggbb; white keeps the light's own.")
    ] = "#ffffff",
) -> Image:
    """Let bright parts shine over what is around them, in linear light; nothing clips."""
    tint = rgb(color)
    level = float(to_linear(torch.tensor(threshold)))

    def work(light: torch.Tensor) -> torch.Tensor:
        return optics.glowing(light, level, radius, strength, tint)

    return Image(on_colour(image, in_linear_light(work), mask))


@node(
    "ImageLensDistortion",
    title="Lens distortion",
    category=CATEGORY,
    keywords=("barrel", "pincushion", "fisheye", "correct lens", "warp"),
    size="image",
)
def image_lens_distortion(
    image: Picture,
    *,
    amount: Annotated[
        float, Range(-1, 1, 0.01), Help("Above 0 bulges like a barrel, below 0 pinches like a cushion.")
    ] = 0.2,
    edges: Annotated[float, Range(-1, 1, 0.01), Advanced(), Help("The same, mostly at the edges.")] = 0.0,
    zoom: Annotated[
        float, Range(0.25, 4, 0.01), Help("Enlarges the result, so that empty corners can be left outside.")
    ] = 1.0,
    outside: Outside = "transparent",
    color: Ground = "#000000",
) -> Image:
    """Bend a picture as a lens does, or straighten one that a lens has bent (Brown's radial model)."""
    source = with_outside(image, outside)
    bent = spread(source, lambda planes: optics.distorted(planes, amount, edges, zoom, outside), linear=False)
    return Image(over_colour(bent, image, outside, rgb(color)))
