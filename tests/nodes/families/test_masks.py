from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nodes.definitions.masks import (
    mask_blur,
    mask_from_image,
    mask_grow,
    mask_invert,
    mask_rectangle,
    mask_resize,
    mask_to_image,
)
from nodes.types import Image, Mask


def dot() -> Mask:
    return mask_rectangle(width=33, height=33, x=16, y=16, inner_width=1, inner_height=1)


def test_a_rectangle_and_its_negative() -> None:
    mask = mask_rectangle(width=8, height=6, x=2, y=1, inner_width=3, inner_height=9)
    assert mask.shape == (1, 6, 8) and mask.sum() == 15 and mask[0, 1, 2] == 1
    assert torch.equal(mask_invert(mask) + mask, torch.ones(1, 6, 8))


@given(st.integers(0, 15))
def test_growing_is_round_and_shrinking_its_opposite(pixels: int) -> None:
    large = mask_grow(dot(), pixels=pixels)[0]
    rows = torch.arange(33) - 16
    distance = (rows[:, None] ** 2 + rows**2).sqrt()
    assert (large[distance <= 0.9 * pixels] == 1).all()
    assert (large[distance > 1.1 * pixels + 0.5] == 0).all()
    assert torch.equal(mask_grow(mask_invert(dot()), pixels=-pixels)[0], 1 - large)


def test_blurring_keeps_the_amount_and_softens() -> None:
    soft = mask_blur(dot(), radius=6.0)
    assert soft.sum() == pytest.approx(1.0, abs=0.01) and soft.max() < 0.1
    assert torch.equal(mask_blur(dot(), radius=0.0), dot())


def test_pictures_and_masks() -> None:
    image = Image(torch.tensor([[[[1.0, 0.5, 0.0, 0.25]]]]))
    assert mask_from_image(image, channel="green").item() == 0.5
    assert mask_from_image(image, channel="alpha").item() == 0.25
    assert mask_from_image(image).item() == pytest.approx(0.2126 + 0.3576)
    assert mask_to_image(dot()).shape == (1, 33, 33, 3)
    assert mask_resize(dot(), width=5, height=7).shape == (1, 7, 5)
