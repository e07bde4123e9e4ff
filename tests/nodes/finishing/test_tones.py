"""Tones and colours against formulas written a second time, in plain numpy or pixel by pixel."""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from torch import Tensor

from nodegraph import GraphError
from nodes.definitions import images_colour as nodes
from nodes.images import colour, curves, light, matching, tones
from nodes.types import Image, Mask

SHARES = st.floats(0, 1, width=32)
Array = NDArray[numpy.float64]


def picture(batch: int = 2, height: int = 7, width: int = 9, channels: int = 4, seed: int = 0) -> Image:
    return Image(torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(seed)))


def decoded(values: Array) -> Array:
    """IEC 61966-2-1, by branches."""
    low = values <= 0.04045
    return numpy.where(low, values / 12.92, ((numpy.where(low, 1, values) + 0.055) / 1.055) ** 2.4)


def encoded(light_: Array) -> Array:
    clipped = light_.clip(0, 1)
    low = clipped <= 0.0031308
    return numpy.where(low, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)


def close(found: Tensor, wanted: Array, tolerance: float = 2e-5) -> None:
    numpy.testing.assert_allclose(found.double().numpy(), wanted, atol=tolerance, rtol=0)


OPERATIONS: dict[str, Callable[[Image], Image]] = {
    "levels": lambda image: nodes.image_levels(image, black=0.1, white=0.8, gamma=1.7),
    "curves": lambda image: nodes.image_curves(image, curve="0,0.1 0.4,0.6 1,0.9"),
    "exposure": lambda image: nodes.image_exposure(image, stops=0.7),
    "contrast": lambda image: nodes.image_contrast(image, brightness=0.1, contrast=1.4),
    "white balance": lambda image: nodes.image_white_balance(image, temperature=4800.0, tint=12.0),
    "hue": lambda image: nodes.image_hue_saturation(image, range="greens", hue=40.0, saturation=0.3),
    "vibrance": lambda image: nodes.image_vibrance(image, vibrance=0.5, saturation=0.2),
    "split toning": lambda image: nodes.image_split_toning(image),
    "posterise": lambda image: nodes.image_posterise(image, steps=5),
    "threshold": lambda image: nodes.image_threshold(image, level=0.4, softness=0.1),
    "dither": lambda image: nodes.image_dither(image, steps=3, method="ordered"),
    "dither by error": lambda image: nodes.image_dither(image, steps=3),
    "match": lambda image: nodes.image_match_colours(image, picture(1, 5, 5, 3, seed=9)),
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("size", [(1, 1, 1), (2, 7, 9), (1, 31, 2)])
def test_transparency_stays_and_batches_are_done_one_by_one(name: str, size: tuple[int, int, int]) -> None:
    image = picture(*size)
    before = image.clone()
    done = OPERATIONS[name](image)
    assert torch.equal(image, before), "an input was written to"
    assert done.shape == image.shape and done.dtype == torch.float32
    assert torch.equal(done[..., 3], image[..., 3])
    assert float(done.min()) >= 0 and float(done.max()) <= 1
    for index in range(len(image)):
        alone = OPERATIONS[name](Image(image[index : index + 1]))
        torch.testing.assert_close(done[index : index + 1], alone, atol=1e-5, rtol=0)
    bare = OPERATIONS[name](Image(image[..., :3].contiguous()))
    torch.testing.assert_close(done[..., :3], bare, atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_picture_that_fills_its_range_is_changed(name: str) -> None:
    image = picture(1, 16, 16, 3)
    assert not torch.allclose(OPERATIONS[name](image), image, atol=1e-3)


def test_a_black_mask_changes_nothing_and_half_of_it_half() -> None:
    image = picture()
    half = torch.zeros(1, 7, 9)
    half[:, :, 5:] = 1
    done = nodes.image_exposure(image, Mask(half), stops=2.0)
    assert torch.equal(done[:, :, :5], image[:, :, :5])
    torch.testing.assert_close(done[:, :, 5:], nodes.image_exposure(image, stops=2.0)[:, :, 5:])
    longer = nodes.image_exposure(Image(image[:1]), Mask(torch.stack([half[0], 1 - half[0]])), stops=2.0)
    assert len(longer) == 2


@given(st.lists(SHARES, min_size=3, max_size=12))
def test_light_and_display_values_are_inverse(values: list[float]) -> None:
    shown = torch.tensor(values)
    close(light.to_linear(shown), decoded(shown.double().numpy()), 1e-6)
    torch.testing.assert_close(light.to_display(light.to_linear(shown)), shown, atol=3e-6, rtol=0)


@given(SHARES, st.floats(0.01, 1), st.floats(0.1, 10), SHARES, SHARES, st.sampled_from(tones.CHANNELS))
def test_levels(black: float, width: float, gamma: float, low: float, high: float, channel: str) -> None:
    white = black + width
    image = picture(1, 4, 4, 3)
    values = image.double().numpy()
    wanted = low + (high - low) * ((values - black) / (white - black)).clip(0, 1) ** (1 / gamma)
    if channel != "all":
        at = ("red", "green", "blue").index(channel)
        wanted = numpy.where(numpy.arange(3) == at, wanted, values)
    close(tones.levels(image, black, white, gamma, low, high, channel), wanted, 2e-4)


def test_levels_without_a_range_are_refused() -> None:
    with pytest.raises(GraphError, match=r"white point 0\.5 is not above the black point"):
        nodes.image_levels(picture(), black=0.5, white=0.5)


@given(st.floats(-10, 10))
def test_exposure_doubles_light_with_each_stop(stops: float) -> None:
    image = picture(1, 4, 4, 3)
    wanted = encoded(decoded(image.double().numpy()) * 2.0**stops)
    close(nodes.image_exposure(image, stops=stops), wanted)


@given(st.floats(-1, 1), st.floats(0, 4), SHARES)
def test_contrast(brightness: float, contrast: float, pivot: float) -> None:
    image = picture(1, 4, 4, 3)
    wanted = (pivot + contrast * (image.double().numpy() + brightness - pivot)).clip(0, 1)
    close(nodes.image_contrast(image, brightness=brightness, contrast=contrast, pivot=pivot), wanted)


POINTS = st.lists(
    st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=2, max_size=8, unique_by=lambda p: p[0]
)


def written(points: list[tuple[int, int]]) -> str:
    return " ".join(f"{x / 1000},{y / 1000}" for x, y in sorted(points))


@given(POINTS)
@settings(deadline=None)
def test_curves_are_the_monotone_cubic_of_scipy(points: list[tuple[int, int]]) -> None:
    xs, ys = (numpy.array(side) / 1000 for side in zip(*sorted(points), strict=True))
    table = curves.curve_table(curves.curve_points(written(points), "red"))
    places = numpy.linspace(0, 1, len(table)).clip(xs[0], xs[-1])
    wanted = PchipInterpolator(xs, ys)(places) if len(xs) > 2 else numpy.interp(places, xs, ys)
    close(table, wanted.clip(0, 1), 1e-6)


@given(POINTS)
@settings(deadline=None)
def test_a_curve_passes_its_points_and_never_leaves_their_range(points: list[tuple[int, int]]) -> None:
    parsed = curves.curve_points(written(points), "curve")
    ys = [y for _, y in parsed]
    table = curves.curve_table(parsed)
    assert min(ys) - 1e-6 <= float(table.min()) and float(table.max()) <= max(ys) + 1e-6
    places = torch.tensor([x for x, _ in parsed])
    # A table entry lies at most 1/8192 away; near a step this is what the slope makes of it.
    steepest = float(table.diff().abs().max())
    assert float((curves.by_table(places, table) - torch.tensor(ys)).abs().max()) <= steepest + 1e-6


def test_colour_curves_come_before_the_one_for_all() -> None:
    image = picture(1, 4, 4, 3)
    found = nodes.image_curves(image, curve="0,0 0.5,0.3 1,1", green="0,1 1,0")
    values = image.double().numpy().copy()
    values[..., 1] = 1 - values[..., 1]
    close(found, PchipInterpolator([0, 0.5, 1], [0, 0.3, 1])(values), 1e-4)
    assert torch.equal(nodes.image_curves(image), image)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has 0 points; it takes 2 to 64"),
        ("0,0", "has 1 points"),
        ("0,0 x,1", "'x,1' in the curve red is not a point"),
        ("0,0 0.5 1,1", "'0.5' in the curve red is not a point"),
        ("0,0 1,nan", "out of range"),
        ("0,0 1,inf", "out of range"),
        ("0,0 2,1", "out of range"),
        ("0.5,0 0.5,1", "follows the one at 0.5; sort the points"),
        ("1,0 0,1", "follows the one at 1"),
        (" ".join(f"{i / 100},0" for i in range(80)), "has 80 points"),
    ],
)
def test_a_curve_that_is_none_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(GraphError, match=sentence):
        nodes.image_curves(picture(), red=text)


def test_white_balance_at_6500_is_the_picture_itself() -> None:
    image = picture(1, 5, 5, 3)
    torch.testing.assert_close(nodes.image_white_balance(image), image, atol=1e-5, rtol=0)


@pytest.mark.parametrize("kelvin", [2000, 2856, 4000, 5000, 6500, 9000, 14000])
def test_the_white_points_are_those_of_black_bodies(kelvin: int) -> None:
    """Planck's law integrated with the CIE 1931 observer (Wyman et al. 2013, multi-lobe fit)."""
    wave = numpy.arange(380.0, 781.0)

    def lobe(peak: float, left: float, right: float) -> Array:
        return numpy.exp(-0.5 * ((wave - peak) * numpy.where(wave < peak, left, right)) ** 2)

    x = (
        0.362 * lobe(442.0, 0.0624, 0.0374)
        + 1.056 * lobe(599.8, 0.0264, 0.0323)
        - 0.065 * lobe(501.1, 0.0490, 0.0382)
    )
    y = 0.821 * lobe(568.8, 0.0213, 0.0247) + 0.286 * lobe(530.9, 0.0613, 0.0322)
    z = 1.217 * lobe(437.0, 0.0845, 0.0278) + 0.681 * lobe(459.0, 0.0385, 0.0725)
    power = wave**-5.0 / numpy.expm1(1.4388e7 / (wave * kelvin))
    wanted = numpy.array([(power * part).sum() for part in (x, y, z)])
    found = numpy.array(colour.white_of(kelvin, 0))
    numpy.testing.assert_allclose(found / found.sum(), wanted / wanted.sum(), atol=0.005)


@given(st.floats(1600, 15000), st.floats(-100, 100))
def test_white_balance_makes_the_light_neutral(kelvin: float, tint: float) -> None:
    """A grey under a light, as the camera saw it, becomes the grey of 6500 K: what the adaptation is for."""
    to_rgb = torch.linalg.inv(torch.tensor(colour.RGB_TO_XYZ, dtype=torch.float64))
    cast = to_rgb @ torch.tensor(colour.white_of(kelvin, tint), dtype=torch.float64)
    neutral = to_rgb @ torch.tensor(colour.white_of(6500, 0), dtype=torch.float64)
    found = colour.balance_matrix(kelvin, tint).double() @ cast
    torch.testing.assert_close(found, neutral, atol=2e-4, rtol=2e-4)


def test_more_kelvin_is_warmer_and_more_tint_is_magenta() -> None:
    grey = Image(torch.full((1, 1, 1, 3), 0.5))
    warm = nodes.image_white_balance(grey, temperature=9000.0)[0, 0, 0]
    assert warm[0] > 0.5 > warm[2]
    magenta = nodes.image_white_balance(grey, tint=50.0)[0, 0, 0]
    assert magenta[1] < min(float(magenta[0]), float(magenta[2]))


@given(SHARES, SHARES, SHARES)
def test_hsl_is_that_of_colorsys(red: float, green: float, blue: float) -> None:
    pixel = torch.tensor([red, green, blue])
    hue, saturation, lightness = colour.to_hsl(pixel)
    h, lit, s = colorsys.rgb_to_hls(*pixel.double().tolist())
    # Where the colour is all but grey, hue and saturation divide by nearly nothing.
    if float(pixel.max() - pixel.min()) > 1e-3:
        assert abs((float(hue) - 360 * h + 180) % 360 - 180) < 0.1
        assert float(saturation) == pytest.approx(s, abs=1e-3)
    assert float(lightness) == pytest.approx(lit, abs=1e-6)
    torch.testing.assert_close(colour.from_hsl(hue, saturation, lightness), pixel, atol=1e-4, rtol=0)


@given(st.floats(0, 360))
def test_the_ranges_of_hues_add_up_to_one(hue: float) -> None:
    weights = [
        float(colour.range_weight(torch.tensor(hue), torch.tensor(1.0), name)) for name in colour.RANGES[1:]
    ]
    assert sum(weights) == pytest.approx(1, abs=1e-5)
    assert float(colour.range_weight(torch.tensor(hue), torch.tensor(0.0), "reds")) == 0


def test_hue_turns_a_range_and_leaves_others_and_greys() -> None:
    pixels = Image(torch.tensor([[[[1.0, 0, 0], [0, 0, 1.0], [0.4, 0.4, 0.4]]]]))
    found = nodes.image_hue_saturation(pixels, range="reds", hue=120.0)
    torch.testing.assert_close(found[0, 0], torch.tensor([[0, 1.0, 0], [0, 0, 1.0], [0.4, 0.4, 0.4]]))
    grey = nodes.image_hue_saturation(pixels, saturation=-1.0)
    assert float((grey.amax(-1) - grey.amin(-1)).max()) < 1e-6
    assert float(nodes.image_hue_saturation(pixels, lightness=1.0).min()) == 1
    assert float(nodes.image_hue_saturation(pixels, lightness=-1.0).max()) == 0


@given(st.floats(-1, 1), st.floats(-1, 1))
def test_vibrance(vibrance: float, saturation: float) -> None:
    image = picture(1, 4, 4, 3)
    values = image.double().numpy()
    grey = (values * [0.2126, 0.7152, 0.0722]).sum(-1, keepdims=True)
    chroma = values.max(-1, keepdims=True) - values.min(-1, keepdims=True)
    wanted = grey + (values - grey) * (1 + saturation) * (1 + vibrance * (1 - chroma))
    close(nodes.image_vibrance(image, vibrance=vibrance, saturation=saturation), wanted.clip(0, 1))


def test_split_toning_keeps_brightness_and_gives_each_end_its_colour() -> None:
    ramp = torch.linspace(0, 1, 65)[None, None, :, None].expand(1, 1, 65, 3)
    found = colour.split_toned(ramp, (0.0, 0.0, 1.0), (1.0, 0.5, 0.0), 0.3, 0.3, 0.0)
    torch.testing.assert_close(light.luma(found), light.luma(ramp), atol=1e-6, rtol=0)
    dark, bright = found[0, 0, 12], found[0, 0, 52]
    assert dark[2] > dark[0] and bright[0] > bright[2]
    torch.testing.assert_close(found[0, 0, [0, -1]], ramp[0, 0, [0, -1]])


def test_reinhard_gives_the_mean_and_spread_of_the_reference() -> None:
    # Midtones, so that nothing leaves what a display shows.
    image = 0.4 + 0.2 * picture(1, 16, 16, 3)[0]
    other = 0.45 + 0.2 * picture(1, 12, 20, 3, seed=4)[0]
    found = matching.to_lab(matching.matched(image, other, "reinhard")).reshape(-1, 3)
    wanted = matching.to_lab(other).reshape(-1, 3)
    torch.testing.assert_close(found.mean(0), wanted.mean(0), atol=0.02, rtol=0)
    torch.testing.assert_close(found.std(0), wanted.std(0), atol=0.05, rtol=0)


def test_lab_has_the_published_values() -> None:
    """Lindbloom's calculator for sRGB and D65."""
    pixels = torch.tensor([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0], [1.0, 1.0, 1.0], [0.5, 0.5, 0.5]])
    wanted = numpy.array(
        [
            [53.241, 80.092, 67.203],
            [87.735, -86.183, 83.179],
            [32.297, 79.188, -107.860],
            [100, 0, 0],
            [53.389, 0, 0],
        ]
    )
    close(matching.to_lab(pixels), wanted, 0.03)
    torch.testing.assert_close(matching.from_lab(matching.to_lab(pixels)), pixels, atol=2e-5, rtol=0)


def test_mkl_gives_mean_and_covariance_and_is_symmetric() -> None:
    image, other = picture(1, 16, 16, 3)[0], 0.3 + 0.4 * picture(1, 9, 9, 3, seed=5)[0] ** 2
    found = matching.matched(image, other, "mkl").reshape(-1, 3).double().numpy()
    wanted = other.reshape(-1, 3).double().numpy()
    numpy.testing.assert_allclose(found.mean(0), wanted.mean(0), atol=1e-4)
    numpy.testing.assert_allclose(numpy.cov(found.T, bias=True), numpy.cov(wanted.T, bias=True), atol=1e-4)
    # Of all linear maps with that covariance the one that moves least is symmetric.
    flat = image.reshape(-1, 3).double().numpy()
    linear = numpy.linalg.lstsq(flat - flat.mean(0), found - found.mean(0), rcond=None)[0]
    numpy.testing.assert_allclose(linear, linear.T, atol=1e-3)


def test_histogram_gives_the_distribution_of_the_reference() -> None:
    image, other = picture(1, 64, 64, 3)[0] ** 2, 0.2 + 0.5 * picture(1, 50, 70, 3, seed=6)[0]
    found = matching.matched(image, other, "histogram")
    for channel in range(3):
        shares = torch.linspace(0.02, 0.98, 25)
        mine = torch.quantile(found[..., channel].flatten(), shares)
        theirs = torch.quantile(other[..., channel].flatten(), shares)
        torch.testing.assert_close(mine, theirs, atol=0.005, rtol=0)
    order = image[..., 0].flatten().argsort()
    assert bool((found[..., 0].flatten()[order].diff() >= -1e-6).all())


@pytest.mark.parametrize("method", matching.METHODS)
def test_flat_pictures_can_be_matched(method: str) -> None:
    flat = Image(torch.full((1, 4, 4, 3), 0.25))
    found = nodes.image_match_colours(flat, Image(torch.full((2, 3, 3, 3), 0.75)), method=method)
    assert found.shape == (2, 4, 4, 3)
    torch.testing.assert_close(found, torch.full_like(found, 0.75), atol=1e-3, rtol=0)


@given(st.integers(2, 256))
def test_posterise_keeps_so_many_values(steps: int) -> None:
    ramp = Image(torch.linspace(0, 1, 1025)[None, None, :, None].expand(1, 1, -1, 3))
    values = numpy.unique(nodes.image_posterise(ramp, steps=steps)[..., 0].numpy())
    numpy.testing.assert_allclose(values, numpy.arange(steps) / (steps - 1), atol=1e-6)


def floyd_steinberg(picture_: Any, top: int) -> Any:
    """The textbook, pixel by pixel."""
    room = picture_.astype(numpy.float32) * top
    height, width = room.shape[:2]
    for y in range(height):
        for x in range(width):
            old = room[y, x].copy()
            room[y, x] = old.round().clip(0, top)
            error = (old - room[y, x]) / 16
            for down, right, share in ((0, 1, 7), (1, -1, 3), (1, 0, 5), (1, 1, 1)):
                if y + down < height and 0 <= x + right < width:
                    room[y + down, x + right] += share * error
    return room / top


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1), (2, 2), (13, 8), (6, 17)])
@pytest.mark.parametrize("steps", [2, 4])
def test_floyd_steinberg_is_the_textbooks(size: tuple[int, int], steps: int) -> None:
    image = picture(1, *size, 3)
    found = nodes.image_dither(image, steps=steps)
    # The order of additions differs, so a value right between two steps may fall to either side.
    wanted = floyd_steinberg(image[0].numpy(), steps - 1)
    assert float((numpy.abs(found[0].numpy() - wanted) > 1e-4).mean()) < 0.02


@pytest.mark.parametrize("method", tones.DITHERS[:3])
def test_dither_keeps_the_mean_of_a_tone(method: str) -> None:
    grey = Image(torch.full((1, 64, 64, 3), 0.3))
    found = nodes.image_dither(grey, steps=2, method=method, seed=1)
    assert float(found.mean()) == pytest.approx(0.3, abs=0.015)
    assert set(numpy.unique(found.numpy())) == {0.0, 1.0}
    assert torch.equal(found, nodes.image_dither(grey, steps=2, method=method, seed=1))


def test_the_ordered_pattern_is_bayers() -> None:
    assert (tones.bayer(4) * 16 - 0.5).int().tolist() == [
        [0, 8, 2, 10],
        [12, 4, 14, 6],
        [3, 11, 1, 9],
        [15, 7, 13, 5],
    ]


@given(SHARES, st.floats(0, 1))
def test_threshold(level: float, softness: float) -> None:
    image = picture(1, 4, 4, 3)
    brightness = (image.double().numpy() * [0.2126, 0.7152, 0.0722]).sum(-1, keepdims=True)
    found = nodes.image_threshold(image, level=level, softness=softness).double().numpy()
    wanted = ((brightness - level) / softness + 0.5).clip(0, 1) if softness > 1e-3 else brightness >= level
    if softness == 0 or softness > 1e-3:
        numpy.testing.assert_allclose(found, numpy.broadcast_to(wanted, found.shape), atol=1e-3)
