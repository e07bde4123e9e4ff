from __future__ import annotations

import pytest
import torch

from nodegraph import GraphError
from nodes.guidance.conditioning_context import ConditioningContext
from nodes.guidance.guidance_branches import GuidanceBranches
from nodes.guidance.regions import faded, window_of, with_matching_areas
from nodes.types import Area, Condition, Conditioning
from tests.nodes.families.fakes import FakeNetwork, says

LIKE = torch.zeros(2, 4, 8, 16)
TELLING = ConditioningContext(FakeNetwork().facts, LIKE)
SIGMA = torch.full((2,), 2.0)


def predicted(
    *sides: Conditioning, sigma: float = 2.0, network: FakeNetwork | None = None
) -> list[torch.Tensor]:
    network = network or FakeNetwork()
    return GuidanceBranches(network, sides, TELLING).predict(LIKE, torch.full((2,), sigma), range(len(sides)))


def test_areas_in_pixels_and_fractions() -> None:
    assert window_of(Area(16, 8, 64, 32), 8, 16) == (1, 2, 4, 8)
    assert window_of(Area(0.5, 0.25, 0.5, 1.0, relative=True), 8, 16) == (2, 8, 6, 8)
    assert window_of(Area(0.0, 0.0, 0.001, 0.001, relative=True), 8, 16) == (0, 0, 1, 1)
    with pytest.raises(GraphError, match="outside the picture of 128 x 64"):
        window_of(Area(128, 0, 64, 64), 8, 16)


def test_edges_fade_only_inside_the_picture() -> None:
    weight = faded((0, 4, 8, 8), 8, 16)[0, 0]
    assert torch.equal(weight[0], torch.tensor([0.5, 1, 1, 1, 1, 1, 1, 0.5]))
    assert torch.equal(weight[:, 3], torch.ones(8))


def test_two_conditions_share_by_strength() -> None:
    side = Conditioning(says(1.0, strength=3.0) + says(0.0))
    assert torch.allclose(predicted(side)[0], torch.tensor(0.75))


def test_an_area_counts_inside_and_the_rest_outside() -> None:
    left = says(1.0, area=Area(0, 0, 64, 64))
    found = predicted(Conditioning(left + says(0.0)))[0][0, 0]
    assert torch.allclose(found[:, :6], torch.tensor(0.5))
    assert torch.equal(found[:, 8:], torch.zeros(8, 8))
    assert 0 < found[0, 7] < 0.5


def test_a_mask_of_another_size_weighs_each_pixel() -> None:
    mask = torch.zeros(1, 64, 128)
    mask[:, :, 64:] = 1
    found = predicted(Conditioning(says(1.0, mask=mask) + says(0.0)))[0][0, 0]
    assert torch.allclose(found[:, 8:], torch.tensor(0.5)) and torch.equal(found[:, :8], torch.zeros(8, 8))


def test_where_and_when_nothing_holds_the_prediction_is_nothing() -> None:
    assert torch.equal(predicted(says(1.0, start=0.9))[0], torch.zeros_like(LIKE))
    assert torch.allclose(predicted(says(1.0, start=0.9), sigma=0.05)[0], torch.tensor(1.0))
    assert torch.equal(predicted(Conditioning(()))[0], torch.zeros_like(LIKE))


def test_plain_sides_go_in_one_call_negative_first() -> None:
    network = FakeNetwork()
    sides = GuidanceBranches(network, (says(1.0), says(-1.0)), TELLING)
    sides.predict(LIKE, SIGMA, (1, 0))
    assert network.calls == [((2, 4, 8, 16), 2.0, [-1.0, 1.0])]


def test_the_other_side_gets_the_same_area_and_both_share_a_call() -> None:
    network = FakeNetwork()
    area = Area(0, 0, 64, 64)
    predicted(says(1.0, area=area), says(-1.0), network=network)
    assert sorted((shape, means) for shape, _, means in network.calls) == [
        ((2, 4, 8, 8), [1.0, -1.0]),
        ((2, 4, 8, 16), [-1.0]),
    ]


def test_a_matching_area_takes_what_the_smallest_area_around_it_says() -> None:
    inner, outer = Area(16, 16, 32, 32), Area(0, 0, 64, 64)
    positive = [*says(1.0, area=inner, strength=0.5)]
    negative = [*says(-1.0), *says(-2.0, area=outer), *says(-3.0, area=Area(96, 0, 32, 32))]
    added: Condition = with_matching_areas([positive, negative])[1][-1]
    assert added.area == inner and added.strength == 0.5 and float(added.cond[0, 0, 0]) == -2.0


def test_prompts_joined_by_and_count_by_themselves() -> None:
    """Liu et al. 2022: each adds its difference from the negative side, times its weight."""
    both = Conditioning(says(1.0, summed=True, strength=0.5) + says(3.0, summed=True, strength=-0.25))
    cond, uncond = predicted(both, says(0.5))
    assert torch.allclose(uncond, torch.tensor(0.5))
    assert torch.allclose(cond, torch.tensor(0.5 + 0.5 * (1.0 - 0.5) - 0.25 * (3.0 - 0.5)))
    network = FakeNetwork()
    alone = GuidanceBranches(network, (both, says(0.5)), TELLING).predict(LIKE, SIGMA, (0,))
    assert torch.allclose(alone[0], cond) and len(network.calls) == 1, "the negative side is asked along"
    assert torch.allclose(predicted(both)[0], torch.tensor((0.5 - 0.75) / 0.25)), "without one, as a mean"


def test_a_prompt_holds_in_its_steps() -> None:
    side = Conditioning(
        says(1.0, spans=((0.0, 0.25), (0.5, 0.75))) + says(2.0, spans=((0.25, 0.5), (0.75, 1.0)))
    )
    levels = [8.0, 4.0, 2.0, 1.0, 0.0]
    sides = GuidanceBranches(FakeNetwork(), (side,), TELLING, sigmas=levels)

    def seen(level: float) -> float:
        return float(sides.predict(LIKE, torch.full((2,), level), (0,))[0].mean())

    assert [seen(level) for level in levels[:-1]] == [1.0, 2.0, 1.0, 2.0]
    assert seen(6.0) == 1.0 and seen(3.0) == 2.0, "inside a step it is still that step"
