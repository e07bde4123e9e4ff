"""Porter-Duff operators and blend modes pixel by pixel, layers in their places."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nodes.definitions import images_layers as nodes
from nodes.images.blending import BLENDS, blend
from nodes.images.layers import OPERATORS, composed
from nodes.types import Image, Layer, Mask

SHARES = st.floats(0, 1, width=32)
PIXELS = st.lists(SHARES, min_size=4, max_size=4)

MODES = [mode for mode in BLENDS if mode != "signed difference"]
"""The modes whose results are colours; that one is for reading differences."""

FRACTIONS: dict[str, Callable[[float, float], tuple[float, float]]] = {
    "over": lambda s, d: (1, 1 - s),
    "under": lambda s, d: (1 - d, 1),
    "in": lambda s, d: (d, 0),
    "held by": lambda s, d: (0, s),
    "out": lambda s, d: (1 - d, 0),
    "erase": lambda s, d: (0, 1 - s),
    "atop": lambda s, d: (d, 1 - s),
    "under atop": lambda s, d: (1 - d, s),
    "xor": lambda s, d: (1 - d, 1 - s),
    "copy": lambda s, d: (1, 0),
    "keep": lambda s, d: (0, 1),
    "clear": lambda s, d: (0, 0),
}
"""The table of Porter and Duff's paper: what of source and destination counts."""


def test_there_are_the_twelve() -> None:
    assert set(OPERATORS) == set(FRACTIONS) and len(OPERATORS) == 12


@given(PIXELS, PIXELS, st.sampled_from(OPERATORS))
def test_operators_are_the_papers(below: list[float], above: list[float], operator: str) -> None:
    under, over = (torch.tensor(p).reshape(1, 1, 1, 4) for p in (below, above))
    found = composed(under, over, operator, "normal")[0, 0, 0].tolist()
    source, ground = FRACTIONS[operator](above[3], below[3])
    alpha = source * above[3] + ground * below[3]
    assert found[3] == pytest.approx(alpha, abs=1e-5)
    for channel in range(3):
        premultiplied = source * above[3] * above[channel] + ground * below[3] * below[channel]
        assert found[channel] * found[3] == pytest.approx(premultiplied, abs=1e-5)


@given(PIXELS, PIXELS, st.sampled_from(MODES))
def test_blending_is_the_w3cs_formula(below: list[float], above: list[float], mode: str) -> None:
    """co = cs as (1 - ab) + cb ab (1 - as) + as ab B(cb, cs)."""
    under, over = (torch.tensor(p).reshape(1, 1, 1, 4) for p in (below, above))
    found = composed(under, over, "over", mode)[0, 0, 0]
    mixed = blend(mode, under[..., :3], over[..., :3])[0, 0, 0]
    wanted = (
        over[0, 0, 0, :3] * above[3] * (1 - below[3])
        + under[0, 0, 0, :3] * below[3] * (1 - above[3])
        + mixed * above[3] * below[3]
    )
    torch.testing.assert_close(found[:3] * found[3], wanted, atol=1e-5, rtol=0)


@given(st.lists(SHARES, min_size=3, max_size=3), st.lists(SHARES, min_size=3, max_size=3))
def test_modes_stay_in_range_and_have_their_neutral_colours(below: list[float], above: list[float]) -> None:
    under, over = torch.tensor(below), torch.tensor(above)
    for mode in MODES:
        found = blend(mode, under, over)
        assert float(found.min()) >= -1e-6 and float(found.max()) <= 1 + 1e-6, mode
    neutral = {
        1.0: ("multiply", "darken", "linear burn", "burn", "divide"),
        0.0: ("screen", "lighten", "add", "subtract", "difference", "exclusion", "dodge"),
        0.5: ("overlay", "soft light", "hard light", "linear light", "vivid light", "pin light"),
    }
    for value, modes in neutral.items():
        for mode in modes:
            if mode != "overlay":
                found = blend(mode, under, torch.full((3,), value))
                torch.testing.assert_close(found, under, atol=1e-5, rtol=0, msg=mode)


def w3c_lum(c: list[float]) -> float:
    return 0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2]


def w3c_set_lum(c: list[float], lum: float) -> list[float]:
    moved = [v + lum - w3c_lum(c) for v in c]
    lum, low, high = w3c_lum(moved), min(moved), max(moved)
    if low < 0:
        moved = [lum + (v - lum) * lum / (lum - low) for v in moved]
    if high > 1:
        moved = [lum + (v - lum) * (1 - lum) / (high - lum) for v in moved]
    return moved


def w3c_set_sat(c: list[float], sat: float) -> list[float]:
    order = sorted(range(3), key=lambda i: c[i])
    low, middle, high = order
    found = [0.0, 0.0, 0.0]
    if c[high] > c[low]:
        found[middle] = (c[middle] - c[low]) * sat / (c[high] - c[low])
        found[high] = sat
    return found


@pytest.mark.parametrize("pair", list(product([0.0, 0.2, 0.7, 1.0], repeat=4)))
def test_the_modes_that_mix_channels_are_the_w3cs(pair: tuple[float, ...]) -> None:
    below, above = [pair[0], pair[1], 0.4], [0.9, pair[2], pair[3]]

    def sat(c: list[float]) -> float:
        return max(c) - min(c)

    wanted = {
        "hue": w3c_set_lum(w3c_set_sat(above, sat(below)), w3c_lum(below)),
        "saturation": w3c_set_lum(w3c_set_sat(below, sat(above)), w3c_lum(below)),
        "colour": w3c_set_lum(above, w3c_lum(below)),
        "luminosity": w3c_set_lum(below, w3c_lum(above)),
    }
    for mode, colour in wanted.items():
        found = blend(mode, torch.tensor(below), torch.tensor(above))
        torch.testing.assert_close(found, torch.tensor(colour), atol=2e-5, rtol=0, msg=mode)


def flat(height: int, width: int, *color: float, batch: int = 1) -> Image:
    return Image(torch.tensor(color).expand(batch, height, width, len(color)).contiguous())


@given(st.integers(-12, 12), st.integers(-12, 12), st.integers(1, 9), st.integers(1, 9))
def test_a_layer_lies_where_its_offset_says(x: int, y: int, height: int, width: int) -> None:
    done = nodes.image_layers(
        flat(7, 8, 0.0, 0.0, 0.0), (nodes.image_layer(flat(height, width, 1.0, 1.0, 1.0), x=x, y=y),)
    )
    wanted = torch.zeros(7, 8)
    for row in range(7):
        for column in range(8):
            wanted[row, column] = float(y <= row < y + height and x <= column < x + width)
    assert done.shape == (1, 7, 8, 3)
    assert torch.equal(done[0, ..., 0], wanted)


def test_layers_are_laid_one_after_the_other_with_mask_opacity_and_mode() -> None:
    ground = flat(4, 4, 0.5, 0.5, 0.5)
    mask = torch.zeros(1, 2, 2)
    mask[:, :, 1] = 1
    first = nodes.image_layer(flat(4, 4, 1.0, 0.0, 0.0), Mask(mask), opacity=0.5)
    second = nodes.image_layer(flat(4, 4, 0.5, 0.5, 0.5), mode="multiply")
    done = nodes.image_layers(ground, (first, second))
    left, right = torch.full((3,), 0.25), torch.tensor([0.375, 0.125, 0.125])
    torch.testing.assert_close(done[0, 0, 0], left)
    torch.testing.assert_close(done[0, 0, 3], right)
    assert torch.equal(nodes.image_layers(ground, ()), ground)


def test_batches_start_over_and_transparent_grounds_stay() -> None:
    layer = Layer(torch.rand(3, 2, 2, 3))
    assert nodes.image_layers(flat(4, 4, 0.0, 0.0, 0.0, batch=2), (layer,)).shape == (3, 4, 4, 3)
    clear = nodes.image_layers(flat(4, 4, 0.0, 0.0, 0.0, 0.0), (layer,))
    assert clear.shape == (3, 4, 4, 4) and float(clear[0, 3, 3, 3]) == 0
    torch.testing.assert_close(clear[..., :2, :2, :3], layer.image)
    cut = nodes.image_layers(flat(4, 4, 0.2, 0.2, 0.2), (Layer(torch.rand(1, 2, 2, 3), operator="erase"),))
    assert cut.shape[-1] == 4 and float(cut[0, 0, 0, 3]) == 0 and float(cut[0, 3, 3, 3]) == 1


def test_a_mask_makes_a_picture_transparent() -> None:
    image = flat(3, 5, 0.2, 0.4, 0.6)
    mask = torch.rand(2, 3, 5, generator=torch.Generator().manual_seed(0)) + 1e-3
    done = nodes.image_transparency(image, Mask(mask.clamp(max=1)))
    assert done.shape == (2, 3, 5, 4)
    torch.testing.assert_close(done[..., 3], mask.clamp(max=1), atol=1e-6, rtol=0)
    torch.testing.assert_close(done[..., :3], image.expand(2, -1, -1, -1), atol=1e-5, rtol=0)
