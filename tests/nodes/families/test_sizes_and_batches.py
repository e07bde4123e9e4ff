"""Sizes, crops, batches, stitches and composites, against what they say."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import GraphError
from nodes.definitions.images_batch import (
    image_batch,
    image_composite,
    image_from_batch,
    image_join_alpha,
    image_repeat,
    image_split_alpha,
    image_stitch,
    mask_composite,
    mask_feather,
)
from nodes.definitions.images_size import (
    image_crop,
    image_scale_by,
    image_scale_for_kontext,
    image_scale_to_pixels,
    image_scale_to_side,
    image_size,
    mask_crop,
    size_from_proportions,
)
from nodes.types import Image, Mask

SIDES = st.integers(8, 90)


def picture(width: int, height: int, count: int = 1, channels: int = 3) -> Image:
    generator = torch.Generator().manual_seed(width * 100 + height)
    return Image(torch.rand(count, height, width, channels, generator=generator))


@given(SIDES, SIDES)
def test_a_picture_is_measured(width: int, height: int) -> None:
    assert image_size(picture(width, height, 3)) == (width, height, 3)


@given(SIDES, SIDES, st.sampled_from((0.5, 1.5, 2.0)))
def test_a_factor_scales_both_sides(width: int, height: int, factor: float) -> None:
    found = image_scale_by(picture(width, height), factor=factor, method="nearest")
    assert found.shape[1:3] == (round(height * factor), round(width * factor))


@given(SIDES, SIDES, st.sampled_from((1, 8, 16)))
def test_megapixels_are_met_in_multiples(width: int, height: int, multiple: int) -> None:
    found = image_scale_to_pixels(
        picture(width, height), megapixels=0.02, multiple=multiple, method="nearest"
    )
    assert found.shape[1] % multiple == found.shape[2] % multiple == 0
    if multiple == 1:
        assert found.shape[1] * found.shape[2] == pytest.approx(0.02 * 2**20, rel=0.05)


@given(SIDES, SIDES, st.sampled_from(("longer", "shorter", "width", "height")))
def test_one_side_gets_its_length(width: int, height: int, side: str) -> None:
    found = image_scale_to_side(picture(width, height), length=64, side=side, method="nearest")
    sides = {"width": found.shape[2], "height": found.shape[1]}
    sides |= {"longer": max(found.shape[1:3]), "shorter": min(found.shape[1:3])}
    assert sides[side] == 64


def test_too_large_a_picture_is_one_sentence() -> None:
    with pytest.raises(GraphError, match="16384 a side is the most"):
        image_scale_by(picture(2000, 8), factor=16.0)


def test_proportions_give_a_size() -> None:
    assert size_from_proportions(proportions="1:1", megapixels=1.0, multiple=8) == (1024, 1024)
    width, height = size_from_proportions(proportions="16:9", megapixels=0.4, multiple=32)
    assert (width % 32, height % 32) == (0, 0) and width / height == pytest.approx(16 / 9, rel=0.06)


def test_kontext_gets_a_size_that_it_knows() -> None:
    assert image_scale_for_kontext(picture(100, 100)).shape[1:3] == (1024, 1024)
    assert image_scale_for_kontext(picture(200, 86)).shape[1:3] == (672, 1568)


def test_parts_are_cut_and_end_at_the_edge() -> None:
    whole = picture(20, 10)
    assert torch.equal(image_crop(whole, width=5, height=4, x=3, y=2), whole[:, 2:6, 3:8])
    assert image_crop(whole, width=50, height=50, x=15, y=8).shape[1:3] == (2, 5)
    mask = Mask(whole[..., 0])
    assert torch.equal(mask_crop(mask, width=5, height=4, x=3, y=2), mask[:, 2:6, 3:8])


def test_batches_are_gathered_picked_and_repeated() -> None:
    first, second = picture(8, 6, 2), picture(16, 12)
    both = image_batch((first, second))
    assert both.shape == (3, 6, 8, 3) and torch.equal(both[:2], first)
    assert torch.equal(image_from_batch(both, index=1, length=1), first[1:])
    assert torch.equal(image_from_batch(both, index=9, length=2), both[2:])
    assert torch.equal(image_repeat(first, amount=2), torch.cat([first, first]))
    with pytest.raises(GraphError, match="link at least one"):
        image_batch(())


@pytest.mark.parametrize(
    ("side", "axis", "at"), [("right", 2, 0), ("left", 2, 1), ("down", 1, 0), ("up", 1, 1)]
)
def test_pictures_are_laid_beside_each_other(side: str, axis: int, at: int) -> None:
    first, second = picture(8, 8), Image(torch.ones(1, 8, 8, 3))
    found = image_stitch(first, second, side=side, gap=3, color="#000000")
    assert found.shape[axis] == 8 + 8 + 4, "an odd gap is made even"
    start = 0 if at == 0 else 12
    assert torch.equal(found.narrow(axis, start, 8), first)
    assert image_stitch(first) is first
    small = image_stitch(first, picture(4, 2), side="right", match_size=False)
    assert small.shape[1:3] == (8, 12) and small[0, :3, 8:].sum() == 0


def test_a_picture_is_laid_into_another_within_a_mask() -> None:
    below, above = picture(10, 10), Image(torch.ones(1, 4, 4, 3))
    mask = torch.zeros(1, 4, 4)
    mask[:, :2] = 1
    found = image_composite(below, above, Mask(mask), x=3, y=5)
    assert found[:, 5:7, 3:7].min() == 1
    outside = torch.ones(10, 10, dtype=torch.bool)
    outside[5:7, 3:7] = False
    assert torch.equal(found[0][outside], below[0][outside])
    assert image_composite(below, above, fit=True).min() > 0.9999


def test_transparency_is_taken_apart_and_joined() -> None:
    whole = picture(6, 5, channels=4)
    image, mask = image_split_alpha(whole)
    assert torch.equal(image, whole[..., :3]) and torch.allclose(mask, 1 - whole[..., 3])
    assert torch.allclose(image_join_alpha(image, mask), whole, atol=1e-6)
    assert image_split_alpha(image).mask.max() == 0


def test_masks_fade_towards_the_edges() -> None:
    found = mask_feather(Mask(torch.ones(1, 6, 8)), left=2, bottom=3)[0]
    across = torch.tensor([0.5, 1, 1, 1, 1, 1, 1, 1])
    down = torch.tensor([1, 1, 1, 1, 2 / 3, 1 / 3])
    assert torch.allclose(found, down[:, None] * across)


@pytest.mark.parametrize("operation", ["multiply", "add", "subtract", "and", "or", "xor"])
def test_masks_are_computed_with_each_other(operation: str) -> None:
    first, second = torch.tensor([[[0.0, 1.0], [1.0, 0.0]]]), torch.tensor([[[1.0, 1.0], [0.0, 0.0]]])
    found = mask_composite(Mask(first), Mask(second), operation=operation)
    pairs = [(0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
    wanted = {
        "multiply": [a * b for a, b in pairs],
        "add": [min(a + b, 1.0) for a, b in pairs],
        "subtract": [max(a - b, 0.0) for a, b in pairs],
        "and": [float(a and b) for a, b in pairs],
        "or": [float(a or b) for a, b in pairs],
        "xor": [float(a != b) for a, b in pairs],
    }[operation]
    assert found.flatten().tolist() == wanted
    moved = mask_composite(Mask(torch.zeros(1, 3, 3)), Mask(torch.ones(1, 3, 3)), operation="add", x=2, y=1)
    assert moved[0].tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 1]]
