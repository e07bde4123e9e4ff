from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import GraphError
from nodes.definitions.annotators import canny_edges
from nodes.definitions.images import image_blend, image_grid, image_invert, image_resize, solid_color
from nodes.definitions.primitives import switch
from nodes.images.blending import BLENDS, blend
from nodes.images.sizing import METHODS
from nodes.types import Image, Mask


def ramp(height: int = 6, width: int = 8) -> Image:
    values = torch.linspace(0, 1, height * width * 3).reshape(1, height, width, 3)
    return Image(values)


def test_solid_color_has_the_colour_everywhere() -> None:
    picture = solid_color(width=3, height=2, color="#ff8000", batch_size=2)
    assert picture.shape == (2, 2, 3, 3)
    assert torch.allclose(picture[1, 1, 2], torch.tensor([1.0, 128 / 255, 0.0]))


@pytest.mark.parametrize("text", ["red", "#12345", "#gggggg", ""])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(GraphError, match="write it as #rrggbb"):
        solid_color(color=text)


def test_inverting_twice_gives_the_picture_back_and_keeps_transparency() -> None:
    picture = torch.cat([ramp(), torch.full((1, 6, 8, 1), 0.25)], -1)
    inverted = image_invert(Image(picture))
    assert torch.allclose(inverted[..., 3], picture[..., 3])
    assert torch.allclose(image_invert(inverted), picture)


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from(METHODS))
def test_resize_gives_the_size_and_stays_in_range(width: int, height: int, method: str) -> None:
    if not width and not height:
        with pytest.raises(GraphError):
            image_resize(ramp(), width=0, height=0)
        return
    resized = image_resize(ramp(), width=width, height=height, method=method)
    assert resized.shape[1] == (height or max(round(6 * width / 8), 1))
    assert resized.shape[2] == (width or max(round(8 * height / 6), 1))
    assert resized.min() >= 0 and resized.max() <= 1


def test_resize_crops_from_the_middle_and_fits_inside() -> None:
    assert torch.equal(image_resize(ramp(), width=6, height=6, fit="crop"), ramp()[:, :, 1:7])
    assert image_resize(ramp(), width=4, height=4, fit="inside").shape == (1, 3, 4, 3)


@pytest.mark.parametrize("mode", BLENDS)
def test_blends_stay_in_range_and_keep_their_neutral_colour(mode: str) -> None:
    below, above = ramp(), ramp().flip(2)
    mixed = blend(mode, below, above)
    if mode == "signed difference":
        mixed = image_blend(Image(below), Image(above), mode=mode, strength=1.0)
    assert mixed.min() >= 0 and mixed.max() <= 1 and torch.isfinite(mixed).all()
    black, white = torch.zeros_like(below), torch.ones_like(below)
    neutral = {"multiply": white, "screen": black, "add": black, "difference": black, "darken": white,
               "lighten": black, "dodge": black, "burn": white, "subtract": black}  # fmt: skip
    if mode in neutral:
        assert torch.allclose(blend(mode, below, neutral[mode]), below, atol=1e-6)


def test_blend_shows_the_upper_picture_inside_the_mask_only() -> None:
    below, above = (
        solid_color(width=4, height=4, color="#000000"),
        solid_color(width=8, height=8, color="#fff"),
    )
    mask = torch.zeros(1, 4, 4)
    mask[:, :, 2:] = 1
    mixed = image_blend(below, above, Mask(mask), strength=1.0)
    assert torch.equal(mixed[0, :, :, 0], mask[0])
    assert torch.allclose(image_blend(below, above, strength=0.25), torch.tensor(0.25), atol=1e-6)


def test_canny_draws_the_outline_of_a_square() -> None:
    picture = solid_color(width=64, height=64, color="#000000").clone()
    picture[:, 16:48, 16:48] = 1.0
    edges = canny_edges(Image(picture))
    assert edges.shape == (1, 64, 64, 3)
    assert edges[0, 32, 10:22].max() == 1 and edges[0, 28:36, 28:36].max() == 0
    with pytest.raises(GraphError, match="exchange them"):
        canny_edges(Image(picture), low=10, high=5)


def test_switch_passes_one_side_on() -> None:
    assert switch("yes", "no", condition=True) == "yes"
    assert switch("yes", "no", condition=False) == "no"


@settings(max_examples=30, deadline=None)
@given(
    sizes=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=7),
    columns=st.integers(0, 9),
    gap=st.integers(0, 3),
)
def test_a_grid_shows_every_picture_whole(sizes: list[tuple[int, int]], columns: int, gap: int) -> None:
    pictures = [Image(torch.full((1, h, w, 3), (i + 1) / 10)) for i, (h, w) in enumerate(sizes)]
    sheet = image_grid(tuple(pictures), columns=columns, gap=gap, color="#000000")
    for i, (h, w) in enumerate(sizes):
        assert (sheet[..., 0] == torch.tensor((i + 1) / 10)).sum() == h * w
    across = min(columns or math.ceil(math.sqrt(len(sizes))), len(sizes))
    assert sheet.shape[2] == gap + across * (max(w for _, w in sizes) + gap)


def test_a_grid_of_nothing_or_too_much_is_refused() -> None:
    with pytest.raises(GraphError, match="No picture"):
        image_grid(())
    with pytest.raises(GraphError, match="the most; scale them down"):
        image_grid((Image(torch.zeros(1, 1, 1, 3).expand(1, 9000, 2, 3)),) * 2, columns=1)
