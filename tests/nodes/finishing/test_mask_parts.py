"""Masks by colour and brightness, their holes, parts and bounds, against walks over the pixels."""

from __future__ import annotations

import itertools

import numpy
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import GraphError
from nodes.definitions import mask_parts as nodes
from nodes.images.mask_parts import COMBINATIONS
from nodes.types import Image, Mask

GRIDS = st.lists(st.lists(st.sampled_from([0.0, 0.4, 1.0]), min_size=5, max_size=5), min_size=4, max_size=6)


def reached(open_: set[tuple[int, int]], starts: set[tuple[int, int]], corners: bool) -> set[tuple[int, int]]:
    """What can be walked to from `starts` over open cells."""
    found, waiting = set(starts), list(starts)
    steps = [s for s in itertools.product((-1, 0, 1), repeat=2) if any(s) and (corners or 0 in s)]
    while waiting:
        y, x = waiting.pop()
        for dy, dx in steps:
            cell = (y + dy, x + dx)
            if cell in open_ and cell not in found:
                found.add(cell)
                waiting.append(cell)
    return found


@given(GRIDS)
@settings(deadline=None)
def test_holes_are_what_no_walk_leaves(rows: list[list[float]]) -> None:
    grid = torch.tensor(rows)
    height, width = grid.shape
    found = nodes.mask_fill_holes(Mask(grid[None]))[0]
    wanted = grid.clone()
    cells = set(itertools.product(range(height), range(width)))
    edge = {(y, x) for y, x in cells if y in (0, height - 1) or x in (0, width - 1)}
    for level in (0.4, 1.0):
        darker = {cell for cell in cells if float(grid[cell]) < level - 1e-6}
        out = reached(darker, darker & edge, corners=False)
        for cell in darker - out:
            wanted[cell] = max(float(wanted[cell]), level)
    torch.testing.assert_close(found, wanted)


def test_holes_of_soft_masks_are_filled_to_their_ring() -> None:
    y, x = torch.meshgrid(torch.arange(41.0) - 20, torch.arange(41.0) - 20, indexing="ij")
    ring = torch.exp(-((torch.hypot(x, y) - 12) ** 2) / 8)
    found = nodes.mask_fill_holes(Mask(torch.stack([ring, torch.zeros(41, 41)])))
    assert float(found[0, 20, 20]) > 0.93
    torch.testing.assert_close(found[0, 0], ring[0])
    assert not found[1].any()


@given(GRIDS, st.integers(0, 3))
@settings(deadline=None)
def test_the_largest_parts_are_those_of_a_walk(rows: list[list[float]], count: int) -> None:
    hard = (torch.tensor(rows) > 0.5).float()
    found = nodes.mask_largest_part(Mask(hard[None]), count=count)[0]
    open_ = {(int(y), int(x)) for y, x in hard.nonzero().tolist()}
    parts: list[set[tuple[int, int]]] = []
    for cell in sorted(open_):
        if not any(cell in part for part in parts):
            parts.append(reached(open_, {cell}, corners=True))
    sizes = sorted((len(part) for part in parts), reverse=True)[: count or None]
    kept = {(int(y), int(x)) for y, x in found.nonzero().tolist()}
    assert kept <= open_ and len(kept) == sum(sizes)
    assert all(part <= kept or not part & kept for part in parts)


def test_a_part_keeps_its_soft_edge_and_specks_go() -> None:
    mask = torch.zeros(1, 9, 20)
    mask[:, 2:7, 2:7] = 1.0
    mask[:, 2:7, 7] = 0.3
    mask[:, 4, 17] = 1.0
    mask[:, 4, 16] = 0.2
    found = nodes.mask_largest_part(Mask(mask))
    assert torch.equal(found[..., :12], mask[..., :12]) and not found[..., 12:].any()
    assert not nodes.mask_largest_part(Mask(mask), smallest=100).any()
    assert torch.equal(nodes.mask_largest_part(Mask(mask), count=0), mask)


@given(GRIDS, st.integers(0, 3))
def test_the_bounds_are_the_smallest_box(rows: list[list[float]], margin: int) -> None:
    mask = Mask(torch.tensor(rows)[None])
    lit = mask[0].nonzero()
    if not len(lit):
        with pytest.raises(GraphError, match="nothing above"):
            nodes.mask_bounds(mask)
        return
    found = nodes.mask_bounds(mask, margin=margin)
    (top, left), (bottom, right) = lit.min(0).values.tolist(), lit.max(0).values.tolist()
    assert found.x == max(left - margin, 0) and found.y == max(top - margin, 0)
    assert found.x + found.width == min(right + 1 + margin, mask.shape[2])
    assert found.y + found.height == min(bottom + 1 + margin, mask.shape[1])
    assert float(found.mask.sum()) == found.width * found.height


@pytest.mark.parametrize("how", COMBINATIONS)
def test_combining(how: str) -> None:
    a, b = torch.rand(2, 5, 7), torch.rand(1, 5, 7)
    found = nodes.mask_combine(Mask(a), Mask(b), how=how).numpy()
    x, y = a.numpy(), b.numpy()
    wanted = {
        "union": numpy.maximum(x, y),
        "intersection": numpy.minimum(x, y),
        "subtract": numpy.minimum(x, 1 - y),
        "difference": numpy.abs(x - y),
        "multiply": x * y,
        "add": (x + y).clip(0, 1),
    }[how]
    numpy.testing.assert_allclose(found, wanted, atol=1e-6)
    assert nodes.mask_combine(Mask(a), Mask(torch.ones(1, 2, 2)), how=how).shape == (2, 5, 7)


def test_a_colour_is_found_within_its_tolerance() -> None:
    image = Image(torch.tensor([[[[0.0, 1.0, 0.0], [0.0, 0.9, 0.0], [1.0, 0.0, 1.0], [0.0, 0.5, 0.0]]]]))
    hard = nodes.mask_from_colour(image, color="#00ff00", tolerance=0.1, softness=0.0)
    assert hard.tolist() == [[[1, 1, 0, 0]]]
    soft = nodes.mask_from_colour(image, color="#00ff00", tolerance=0.0, softness=0.5)
    assert float(soft[0, 0, 3]) == pytest.approx(1 - 0.5 / 3**0.5 / 0.5, abs=1e-5)
    assert nodes.mask_from_colour(image, tolerance=1.0, softness=0.0).min() == 1


def test_brightness_in_a_range() -> None:
    ramp = torch.linspace(0, 1, 101)
    image = Image(ramp[None, None, :, None].expand(1, 1, -1, 3).contiguous())
    found = nodes.mask_from_brightness(image, low=0.3, high=0.6, softness=0.1)[0, 0]
    wanted = (1 - torch.maximum(0.3 - ramp, ramp - 0.6) / 0.1).clamp(0, 1)
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=0)
    with pytest.raises(GraphError, match="exchange them"):
        nodes.mask_from_brightness(image, low=0.7, high=0.6)


def test_threshold_hard_and_soft() -> None:
    mask = Mask(torch.tensor([[[0.0, 0.49, 0.5, 0.6, 1.0]]]))
    assert nodes.mask_threshold(mask).tolist() == [[[0, 0, 1, 1, 1]]]
    torch.testing.assert_close(
        nodes.mask_threshold(mask, softness=0.4), torch.tensor([[[0, 0.475, 0.5, 0.75, 1.0]]])
    )
