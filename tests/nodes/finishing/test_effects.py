"""Blurs, optics and transforms against sums written out, and their limits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from torch import Tensor

from nodegraph import GraphError
from nodes.definitions import images_effects as effects
from nodes.definitions import images_transform as transforms
from nodes.images import filters, geometry, light, optics
from nodes.types import Image, Mask


def picture(batch: int = 1, height: int = 21, width: int = 26, channels: int = 3, seed: int = 0) -> Image:
    return Image(torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(seed)))


KEEPING: dict[str, Callable[[Image], Image]] = {
    "sharpen": lambda image: effects.image_sharpen(image, threshold=0.01),
    "surface": lambda image: effects.image_surface_blur(image, threshold=0.5),
    "grain": lambda image: effects.image_grain(image),
    "vignette": lambda image: effects.image_vignette(image),
    "fringes": lambda image: effects.image_chromatic_aberration(image),
    "glow": lambda image: effects.image_glow(image),
}
BLURRING: dict[str, Callable[[Image], Image]] = {
    "gaussian": lambda image: effects.image_blur(image, radius=3.0),
    "lens": lambda image: effects.image_lens_blur(image, radius=2.5, blades=6),
    "motion": lambda image: effects.image_motion_blur(image, length=7.0, angle=30.0),
}
OTHERS: dict[str, Callable[[Image], Image]] = {
    "distortion": lambda image: effects.image_lens_distortion(image, outside="edge"),
    "rotation": lambda image: transforms.image_rotate(image, angle=17.0),
    "perspective": lambda image: transforms.image_perspective(image, top_left_x=0.2, outside="mirror"),
}
ALL = {**KEEPING, **BLURRING, **OTHERS}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("size", [(1, 1), (1, 5), (7, 2), (31, 18)])
@pytest.mark.parametrize("channels", [3, 4])
def test_odd_sizes_and_batches_stay_in_range(name: str, size: tuple[int, int], channels: int) -> None:
    image = picture(2, *size, channels)
    before = image.clone()
    done = ALL[name](image)
    assert torch.equal(image, before), "an input was written to"
    assert done.dtype == torch.float32 and bool(torch.isfinite(done).all())
    assert float(done.min()) >= 0 and float(done.max()) <= 1
    if name != "rotation":
        assert done.shape == image.shape
    if name in KEEPING and channels == 4:
        assert torch.equal(done[..., 3], image[..., 3])
    if name != "grain":
        alone = ALL[name](Image(image[1:]))
        torch.testing.assert_close(done[1:], alone, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", [*KEEPING, *BLURRING])
def test_a_flat_picture_stays_flat_where_nothing_is_added(name: str) -> None:
    flat = Image(torch.full((1, 9, 11, 3), 0.3))
    if name not in ("grain", "vignette"):
        torch.testing.assert_close(ALL[name](flat), flat, atol=1e-5, rtol=0)


@given(st.floats(0.5, 12))
@settings(max_examples=20, deadline=None)
def test_gaussian_is_scipys(radius: float) -> None:
    image = picture()
    found = filters.gaussian(image.movedim(-1, 1), radius)[0]
    # OpenCV's kernel ends at 4 standard deviations, rounded up to a whole pixel.
    reach = math.ceil(4 * radius / 2)
    wanted = numpy.stack(
        [
            ndimage.gaussian_filter(
                image[0, ..., c].double().numpy(), radius / 2, mode="nearest", radius=reach
            )
            for c in range(3)
        ]
    )
    numpy.testing.assert_allclose(found.numpy(), wanted, atol=3e-5)


def test_blurs_mix_light_and_not_display_values() -> None:
    """Half black, half white: light of one half is 0.735 as it is displayed."""
    edge = torch.zeros(1, 9, 40, 3)
    edge[:, :, 20:] = 1
    found = effects.image_blur(Image(edge), radius=16.0)[0, 4, 19:21].mean()
    assert float(found) == pytest.approx(0.735, abs=0.02)
    plain = effects.image_blur(Image(edge), radius=16.0, linear=False)[0, 4, 19:21].mean()
    assert float(plain) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("name", BLURRING)
def test_transparent_pixels_bleed_no_colour(name: str) -> None:
    image = torch.zeros(1, 15, 15, 4)
    image[..., 1] = 1.0
    image[:, 5:10, 5:10] = torch.tensor([1.0, 0, 0, 1.0])
    done = BLURRING[name](Image(image))
    shown = done[..., 3] > 0.01
    assert bool(shown.sum() > 25), "the shape is blurred too"
    assert float(done[..., 1][shown].max()) < 1e-3, "the green of what is transparent is not seen"


@pytest.mark.parametrize(("radius", "blades"), [(0.3, 0), (4.0, 0), (7.5, 5), (9.0, 3)])
def test_a_point_out_of_focus_is_the_aperture(radius: float, blades: int) -> None:
    kernel = filters.lens_kernel(radius, blades, 0)
    assert float(kernel.sum()) == pytest.approx(1, abs=1e-5)
    if radius > 2:
        area = math.pi * radius**2 if blades < 3 else blades / 2 * radius**2 * math.sin(2 * math.pi / blades)
        assert 1 / float(kernel.max()) == pytest.approx(area, rel=0.04)
    point = torch.zeros(1, 1, 41, 41)
    point[0, 0, 20, 20] = 1
    done = filters.convolved(point, kernel)[0, 0]
    reach = kernel.shape[0] // 2
    torch.testing.assert_close(
        done[20 - reach : 21 + reach, 20 - reach : 21 + reach], kernel, atol=1e-6, rtol=0
    )


@given(st.floats(1, 40), st.floats(-180, 180))
def test_motion_is_a_line_of_that_length_and_direction(length: float, angle: float) -> None:
    kernel = filters.motion_kernel(length, angle).double()
    assert float(kernel.sum()) == pytest.approx(1, abs=1e-6)
    middle = kernel.shape[0] // 2
    y, x = torch.meshgrid(
        torch.arange(len(kernel)) - middle, torch.arange(len(kernel)) - middle, indexing="ij"
    )
    along = x * math.cos(math.radians(angle)) - y * math.sin(math.radians(angle))
    across = x * math.sin(math.radians(angle)) + y * math.cos(math.radians(angle))
    # The variance of an even line is length^2 / 12; sharing between pixels adds at most 1/4.
    assert float((kernel * along**2).sum()) == pytest.approx(length**2 / 12, abs=0.3 + 0.02 * length)
    assert float((kernel * across**2).sum()) < 0.3


def test_surface_blur_keeps_strong_edges_and_smooths_weak_ones() -> None:
    image = torch.zeros(1, 16, 32, 3)
    image[:, :, 16:] = 0.9
    noisy = image + 0.02 * torch.randn(image.shape, generator=torch.Generator().manual_seed(0))
    done = effects.image_surface_blur(Image(noisy.clamp(0, 1)), radius=8.0, threshold=0.1)
    assert float(done[:, :, 18:].std()) < 0.4 * float(noisy[:, :, 18:].clamp(0, 1).std())
    assert float((done[:, :, 16] - done[:, :, 15]).mean()) > 0.8


def test_surface_blur_is_the_bilateral_sum() -> None:
    image = picture(1, 9, 9)[0]
    radius, threshold = 2.0, 0.3
    found = filters.surface(image[None].movedim(-1, 1), radius, threshold)[0, :, 4, 4]
    total, weight = torch.zeros(3), 0.0
    for y in range(2, 7):
        for x in range(2, 7):
            if math.hypot(x - 4, y - 4) <= 2:
                # OpenCV adds the differences of the channels up.
                difference = float((image[y, x] - image[4, 4]).abs().sum())
                share = math.exp(-((x - 4) ** 2 + (y - 4) ** 2) / 2 - difference**2 / (2 * threshold**2))
                total, weight = total + share * image[y, x], weight + share
    torch.testing.assert_close(found, total / weight, atol=2e-3, rtol=0)


def test_sharpen_is_an_unsharp_mask() -> None:
    image = 0.4 + 0.2 * picture()
    planes = image.movedim(-1, 1)
    detail = planes - filters.gaussian(planes, 3.0)
    found = effects.image_sharpen(Image(image), amount=1.5, radius=3.0)
    torch.testing.assert_close(found.movedim(-1, 1), (planes + 1.5 * detail).clamp(0, 1), atol=1e-6, rtol=0)
    quiet = effects.image_sharpen(Image(image), amount=5.0, radius=3.0, threshold=1.0)
    torch.testing.assert_close(quiet, image)


def test_grain_is_of_its_strength_and_its_seed_and_differs_in_a_batch() -> None:
    grey = Image(torch.full((2, 96, 96, 3), 0.5))
    done = effects.image_grain(grey, amount=0.05, size=1.0, colour=0.0, seed=3)
    assert float(done.std()) == pytest.approx(0.05, rel=0.05)
    assert torch.equal(done, effects.image_grain(grey, amount=0.05, size=1.0, colour=0.0, seed=3))
    assert not torch.equal(done, effects.image_grain(grey, amount=0.05, size=1.0, colour=0.0, seed=4))
    assert not torch.equal(done[0], done[1])
    assert torch.equal(done[..., 0], done[..., 2]), "grey grain"
    coarse = effects.image_grain(grey, amount=0.05, size=5.0, colour=1.0, seed=3)
    assert float(coarse.std()) == pytest.approx(0.05, rel=0.1)
    assert float((coarse[:, 1:] - coarse[:, :-1]).std()) < 0.5 * float((done[:, 1:] - done[:, :-1]).std())
    assert not torch.equal(coarse[..., 0], coarse[..., 2])
    half = effects.image_grain(grey, amount=0.05, size=1.0, colour=0.5, seed=3)
    assert float(half.std()) == pytest.approx(0.05, rel=0.05)


def test_a_vignette_takes_its_stops_of_light_at_the_corner_and_none_in_the_middle() -> None:
    image = Image(torch.full((1, 65, 101, 3), 0.5))
    done = light.to_linear(effects.image_vignette(image, stops=-2.0, size=0.5, softness=0.5))
    ratio = done[0, ..., 0] / light.to_linear(torch.tensor(0.5))
    assert float(ratio[32, 50]) == pytest.approx(1, abs=1e-3)
    assert float(ratio[0, 0]) == pytest.approx(0.25, abs=1e-3)
    assert float(ratio[32, 75]) == pytest.approx(0.9, abs=0.15)
    torch.testing.assert_close(ratio, ratio.flip(0, 1), atol=1e-5, rtol=0)


def test_fringes_are_pictures_of_different_size() -> None:
    x = torch.linspace(-1, 1, 201)
    ramp = Image((0.5 + 0.4 * x)[None, None, :, None].expand(1, 101, 201, 3).contiguous())
    done = effects.image_chromatic_aberration(ramp, red=10.0, blue=-10.0)
    half = math.hypot(201, 101) / 2
    inner = slice(40, 160)
    wanted_red = (ramp[0, 50, :, 0] - 0.5) * half / (half + 10) + 0.5
    torch.testing.assert_close(done[0, 50, inner, 0], wanted_red[inner], atol=2e-4, rtol=0)
    torch.testing.assert_close(done[..., 1], ramp[..., 1])
    wanted_blue = (ramp[0, 50, :, 2] - 0.5) * half / (half - 10) + 0.5
    torch.testing.assert_close(done[0, 50, inner, 2], wanted_blue[inner], atol=2e-4, rtol=0)


def test_only_what_is_bright_glows_and_nothing_gets_darker() -> None:
    image = torch.full((1, 41, 41, 3), 0.2)
    torch.testing.assert_close(effects.image_glow(Image(image)), Image(image), atol=1e-5, rtol=0)
    image[:, 18:23, 18:23] = 1.0
    done = effects.image_glow(Image(image), strength=2.0, radius=10.0, color="#ff0000")
    assert bool((done >= image - 1e-5).all())
    assert float(done[0, 20, 26, 0]) > 0.25 and float(done[0, 20, 26, 1]) == pytest.approx(0.2, abs=1e-4)


@given(st.floats(-0.4, 0.4), st.floats(-0.3, 0.3), st.floats(0.5, 2))
def test_distortion_is_browns_model(first: float, second: float, zoom: float) -> None:
    height, width = 33, 47
    half = math.hypot(width, height) / 2
    x = torch.arange(width) + 0.5
    plane = (x / width).expand(1, 1, height, width).contiguous()
    done = optics.distorted(plane, first, second, zoom, "edge")[0, 0]
    for row, column in ((16, 23), (5, 10), (28, 40)):
        dx, dy = column + 0.5 - width / 2, row + 0.5 - height / 2
        square = (dx * dx + dy * dy) / half**2
        source = dx * (1 + first * square + second * square**2) / zoom + width / 2
        if 2 < source < width - 2:
            assert float(done[row, column]) == pytest.approx(source / width, abs=0.07 / width)


@pytest.mark.parametrize("angle", [-360, -270, -90, 0, 90, 180, 270, 360])
def test_quarter_turns_are_exact(angle: float) -> None:
    image = picture(2, 5, 8, 4)
    done = transforms.image_rotate(image, angle=float(angle))
    assert torch.equal(done, torch.rot90(image, -round(angle) // 90, (1, 2)))
    kept = transforms.image_rotate(image, angle=float(angle), expand=False)
    assert kept.shape == image.shape


@given(st.floats(-360, 360), st.integers(1, 40), st.integers(1, 40))
@settings(deadline=None)
def test_a_turned_picture_is_as_large_as_its_corners_reach(angle: float, height: int, width: int) -> None:
    done = transforms.image_rotate(picture(1, height, width), angle=angle)
    c, s = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    assert width * c + height * s - 0.01 <= done.shape[2] <= width * c + height * s + 1.01
    assert width * s + height * c - 0.01 <= done.shape[1] <= width * s + height * c + 1.01


def test_turning_and_turning_back_gives_the_picture() -> None:
    smooth = filters.gaussian(picture(1, 64, 64).movedim(-1, 1), 8).movedim(1, -1)
    there = transforms.image_rotate(Image(smooth), angle=30.0)
    back = transforms.image_rotate(there, angle=-30.0)
    cut = (back.shape[1] - 64) // 2
    middle = back[:, cut : cut + 64, cut : cut + 64]
    assert there.shape[-1] == 4, "the corners are transparent"
    difference = (middle[..., :3] - smooth)[:, 4:-4, 4:-4].abs()
    assert float(difference.max()) < 0.02


def test_turning_is_clockwise_and_fills_with_the_colour() -> None:
    image = torch.zeros(1, 20, 20, 3)
    image[:, 8:12, 16:] = 1
    done = transforms.image_rotate(Image(image), angle=45.0, outside="colour", color="#0000ff")
    assert done.shape[-1] == 3
    assert torch.equal(done[0, 0, 0], torch.tensor([0, 0, 1.0]))
    rows, columns = (done[0, ..., 0] > 0.5).nonzero(as_tuple=True)
    assert float(rows.float().mean()) > done.shape[1] / 2 < float(columns.float().mean())


FRACTIONS = st.floats(0, 0.3)


@given(st.lists(FRACTIONS, min_size=8, max_size=8))
def test_a_homography_brings_the_corners_where_they_belong(moves: list[float]) -> None:
    a, b, c, d, e, f, g, h = moves
    target: geometry.Corners = ((a, b), (1 - c, d), (1 - e, 1 - f), (g, 1 - h))
    matrix = geometry.homography(geometry.WHOLE, target)
    for (x, y), wanted in zip(geometry.WHOLE, target, strict=True):
        u, v, w = (matrix @ torch.tensor([x, y, 1.0], dtype=torch.float64)).tolist()
        assert (u / w, v / w) == pytest.approx(wanted, abs=1e-6)


def test_straightening_undoes_a_perspective() -> None:
    smooth = filters.gaussian(picture(1, 80, 80).movedim(-1, 1), 12).movedim(1, -1)
    corners: dict[str, Any] = {
        "top_left_x": 0.1,
        "top_left_y": 0.05,
        "top_right_x": 0.85,
        "bottom_left_y": 0.9,
    }
    tilted = transforms.image_perspective(Image(smooth), **corners)
    back = transforms.image_perspective(tilted, **corners, straighten=True)
    difference = (back[..., :3] - smooth)[:, 6:-6, 6:-6].abs()
    assert float(difference.max()) < 0.02
    same = transforms.image_perspective(Image(smooth), outside="edge")
    torch.testing.assert_close(same, smooth, atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    "corners",
    [
        {"top_left_x": 1.0, "top_right_x": 0.0},
        {"top_left_x": 0.9, "top_left_y": 0.9},
        {"top_left_x": 1.0},
    ],
)
def test_corners_that_make_no_convex_shape_are_refused(corners: dict[str, Any]) -> None:
    with pytest.raises(GraphError, match="no convex shape"):
        transforms.image_perspective(picture(), **corners)


@given(
    st.lists(st.integers(0, 9), min_size=4, max_size=4),
    st.sampled_from(["edge", "mirror", "wrap"]),
    st.integers(1, 6),
    st.integers(1, 6),
)
def test_borders_that_continue_are_numpys(sides: list[int], fill: str, height: int, width: int) -> None:
    left, top, right, bottom = sides
    image = picture(2, height, width, 4)
    found = transforms.image_pad(image, left=left, top=top, right=right, bottom=bottom, fill=fill)
    mode = {"edge": "edge", "mirror": "reflect", "wrap": "wrap"}[fill]
    wanted = numpy.pad(image.numpy(), ((0, 0), (top, bottom), (left, right), (0, 0)), mode)  # type: ignore[call-overload]
    assert numpy.array_equal(found.numpy(), wanted)


def test_borders_of_a_colour_and_of_nothing() -> None:
    image = picture(1, 3, 4)
    framed = transforms.image_pad(image, left=2, bottom=1, color="#ff0000")
    assert framed.shape == (1, 4, 6, 3)
    assert torch.equal(framed[:, :3, 2:], image)
    assert framed[0, 3, 3].tolist() == [1, 0, 0]
    clear = transforms.image_pad(image, top=1, fill="transparent")
    assert clear.shape == (1, 4, 4, 4) and not clear[:, 0].any() and bool((clear[:, 1:, :, 3] == 1).all())
    seen = transforms.image_pad(picture(1, 3, 4, 4), top=1, color="#00ff00")
    assert seen[0, 0, 0].tolist() == [0, 1, 0, 1]
    with pytest.raises(GraphError, match="16384 a side is the most"):
        transforms.image_pad(picture(1, 1, 1), left=8192, right=8192)


def test_flips_are_exact() -> None:
    image = picture(2, 3, 4, 4)
    assert torch.equal(transforms.image_flip(image), image.flip(2))
    assert torch.equal(transforms.image_flip(image, direction="top to bottom"), image.flip(1))
    assert torch.equal(transforms.image_flip(image, direction="both"), image.flip(1, 2))


def test_a_mask_limits_an_effect() -> None:
    image = picture(1, 20, 20, 4)
    mask = torch.zeros(1, 20, 20)
    mask[:, 10:] = 1
    done: Tensor = effects.image_blur(image, Mask(mask), radius=4.0)
    assert torch.equal(done[:, :10], image[:, :10])
    torch.testing.assert_close(done[:, 10:], effects.image_blur(image, radius=4.0)[:, 10:])
