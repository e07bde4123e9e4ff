from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import GraphError
from nodes.definitions.conditioning import (
    conditioning_add,
    conditioning_area,
    conditioning_area_fraction,
    conditioning_average,
    conditioning_combine,
    conditioning_concat,
    conditioning_interpolate,
    conditioning_mask,
    conditioning_multiply,
    conditioning_range,
    conditioning_strength,
    conditioning_subtract,
    conditioning_zero_out,
)
from nodes.guidance.regions import with_bounds
from nodes.types import Area, Condition, Conditioning, Mask


def words(seed: int, length: int = 77) -> Conditioning:
    random = torch.Generator().manual_seed(seed)
    cond = torch.randn(1, length, 6, generator=random)
    return Conditioning((Condition(cond, torch.randn(1, 5, generator=random)),))


def test_combining_keeps_each_and_concatenating_makes_one() -> None:
    a, b = words(1), words(2, 154)
    assert conditioning_combine((a, b)) == (*a, *b)
    joined = conditioning_concat(a, b)
    assert len(joined) == 1 and joined[0].cond.shape == (1, 231, 6)
    assert torch.equal(joined[0].cond[:, 77:], b[0].cond)
    with pytest.raises(GraphError, match="No conditioning is linked"):
        conditioning_combine(())


@given(st.floats(0, 1))
def test_averaging_goes_from_one_to_the_other(share: float) -> None:
    a, b = words(1), words(2)
    found = conditioning_average(a, b, share=share)[0]
    assert torch.allclose(found.cond, share * a[0].cond + (1 - share) * b[0].cond, atol=1e-5)
    assert found.pooled is not None and a[0].pooled is not None and b[0].pooled is not None
    assert torch.allclose(found.pooled, share * a[0].pooled + (1 - share) * b[0].pooled, atol=1e-5)


def test_averaging_takes_the_length_of_the_first() -> None:
    assert conditioning_average(words(1), words(2, 154), share=0.5)[0].cond.shape[1] == 77
    longer = conditioning_average(words(1, 154), words(2), share=0.0)[0].cond
    assert longer.shape[1] == 154 and not longer[:, 77:].any()


def test_meaning_can_be_reckoned_with() -> None:
    red_house, house, boat = words(1), words(2), words(3)
    red = conditioning_subtract(red_house, house)
    red_boat = conditioning_add(boat, red)
    assert torch.allclose(red_boat[0].cond, red_house[0].cond - house[0].cond + boat[0].cond, atol=1e-5)
    assert torch.allclose(conditioning_multiply(boat, factor=-2.0)[0].cond, -2 * boat[0].cond)
    silent = conditioning_zero_out(boat)[0]
    assert not silent.cond.any() and silent.pooled is not None and not silent.pooled.any()


def test_interpolating_on_the_sphere_keeps_the_length() -> None:
    a, b = words(1), words(2)
    for way in ("lerp", "slerp"):
        assert torch.allclose(
            conditioning_interpolate(a, b, share=0.0, way=way)[0].cond, a[0].cond, atol=1e-5
        )
        assert torch.allclose(
            conditioning_interpolate(a, b, share=1.0, way=way)[0].cond, b[0].cond, atol=1e-5
        )
    middle = conditioning_interpolate(a, b, share=0.5)[0].cond.norm(dim=-1)
    assert torch.allclose(middle, (a[0].cond.norm(dim=-1) + b[0].cond.norm(dim=-1)) / 2, atol=1e-4)


def test_prompts_of_two_families_do_not_mix() -> None:
    with pytest.raises(GraphError, match="do not mix"):
        conditioning_add(words(1), Conditioning((Condition(torch.zeros(1, 77, 9)),)))
    with pytest.raises(GraphError, match="holds 2 prompts"):
        conditioning_add(words(1), Conditioning((*words(1), *words(2))))


def test_places_and_times() -> None:
    a = words(1)
    assert conditioning_area(a, width=64, height=32, x=8, y=16, strength=0.5)[0].area == Area(8, 16, 64, 32)
    placed = conditioning_area_fraction(a, width=0.5, height=0.25, x=0.5, y=0.75)[0]
    assert placed.area == Area(0.5, 0.75, 0.5, 0.25, relative=True)
    assert conditioning_strength(a, strength=0.3)[0].strength == 0.3
    timed = conditioning_range(a, start=0.25, end=0.5)[0]
    assert (timed.start, timed.end) == (0.25, 0.5)
    with pytest.raises(GraphError, match="exchange them"):
        conditioning_range(a, start=0.6, end=0.5)


def test_a_mask_places_a_prompt_and_may_bound_it() -> None:
    mask = torch.zeros(8, 16)
    mask[2:4, 8:] = 0.5
    masked = conditioning_mask(words(1), Mask(mask), strength=0.7)[0]
    assert masked.mask is not None and masked.mask.shape == (1, 8, 16)
    assert masked.mask_strength == 0.7 and masked.area is None
    bounded = conditioning_mask(words(1), Mask(mask), bounds_only=True)[0]
    assert bounded.area is None and bounded.bounded
    assert with_bounds(bounded, torch.zeros(1, 4, 8, 16)).area == Area(64, 16, 64, 64)
    empty = conditioning_mask(words(1), Mask(torch.zeros(8, 8)), bounds_only=True)[0]
    assert with_bounds(empty, torch.zeros(1, 4, 32, 32)).area == Area(0, 0, 64, 64)
