"""What conditions are told beside their words, as the network gets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from nodes.guidance.conditioning_context import ConditioningContext
from nodes.guidance.guidance_branches import GuidanceBranches
from nodes.types import Area, Condition
from tests.nodes.families.fakes import FakeNetwork, says

SIGMA = torch.full((1,), 5.0)


class Listener(FakeNetwork):
    """Keeps the conditions that it is asked under."""

    def __init__(self, inputs: int = 4) -> None:
        super().__init__()
        self.facts = replace(self.facts, inputs=inputs)
        self.heard: list[Condition] = []

    def x0(
        self, x: Tensor, sigma: Tensor, conditions: Sequence[Condition], alter: object = None
    ) -> list[Tensor]:
        self.heard += conditions
        return super().x0(x, sigma, conditions, alter)


def test_sizes_are_those_of_the_whole_picture_even_in_an_area() -> None:
    network, like = Listener(), torch.zeros(1, 4, 8, 16)
    area = says(1.0, area=Area(0, 0, 64, 32))
    sides = GuidanceBranches(network, (area, says(0.0)), ConditioningContext(network.facts, like), negative=1)
    sides.predict(like, SIGMA, (1, 0))
    assert [(each.extras["height"], each.extras["width"]) for each in network.heard] == [(64, 128)] * 3
    assert [each.extras.get("side") for each in network.heard] == ["negative", "negative", None]
    assert (1, 4, 4, 8) in [shape for shape, _, _ in network.calls]


def test_what_a_condition_says_itself_stays() -> None:
    network, like = Listener(), torch.zeros(1, 4, 8, 8)
    sides = GuidanceBranches(
        network, (says(1.0, extras={"width": 1000, "crop_h": 3}),), ConditioningContext(network.facts, like)
    )
    sides.predict(like, SIGMA, (0,))
    assert dict(network.heard[0].extras) == {"width": 1000, "height": 64, "crop_h": 3}


def test_an_inpainting_network_sees_what_the_noise_mask_covers() -> None:
    network, like = Listener(inputs=9), torch.randn(1, 4, 8, 8)
    raw, mask = torch.randn(1, 4, 8, 8), torch.rand(1, 1, 8, 8)
    sides = GuidanceBranches(
        network, (says(1.0), says(0.0)), ConditioningContext(network.facts, like, raw, mask)
    )
    sides.predict(like, SIGMA, (1, 0))
    negative, positive = (each.extras for each in network.heard)
    for name, wanted in (("concat_latent", raw), ("concat_mask", mask)):
        assert torch.equal(positive[name], wanted) and positive[name] is negative[name]  # type: ignore[arg-type]
    own = {"concat_latent": raw + 1, "concat_mask": torch.zeros(1, 1, 64, 64)}
    GuidanceBranches(
        network, (says(1.0, extras=own),), ConditioningContext(network.facts, like, raw, mask)
    ).predict(like, SIGMA, (0,))
    assert torch.equal(network.heard[-1].extras["concat_latent"], raw + 1)  # type: ignore[arg-type]  # a tensor
    assert network.heard[-1].extras["concat_mask"].shape == (1, 1, 8, 8)  # type: ignore[attr-defined]  # a tensor


def test_other_networks_see_no_mask() -> None:
    network, like = Listener(), torch.zeros(1, 4, 8, 8)
    telling = ConditioningContext(network.facts, like, like, torch.ones(1, 1, 8, 8))
    GuidanceBranches(network, (says(1.0),), telling).predict(like, SIGMA, (0,))
    assert "concat_mask" not in network.heard[0].extras


def test_an_area_sees_its_part_of_the_picture() -> None:
    network, like = Listener(inputs=9), torch.zeros(1, 4, 8, 8)
    raw, mask = torch.randn(1, 4, 8, 8), torch.rand(1, 1, 8, 8)
    side = says(1.0, area=Area(16, 32, 24, 16))
    GuidanceBranches(network, (side,), ConditioningContext(network.facts, like, raw, mask)).predict(
        like, SIGMA, (0,)
    )
    assert torch.equal(network.heard[0].extras["concat_latent"], raw[..., 4:6, 2:5])  # type: ignore[arg-type]
    assert torch.equal(network.heard[0].extras["concat_mask"], mask[..., 4:6, 2:5])  # type: ignore[arg-type]


def test_surroundings_of_another_size_are_brought_to_the_latents() -> None:
    network, like = Listener(inputs=8), torch.zeros(1, 4, 8, 8)
    wide = torch.randn(1, 4, 4, 8)
    sides = GuidanceBranches(
        network,
        (says(1.0, extras={"concat_latent": wide}), says(0.0, extras={"concat_latent": wide})),
        ConditioningContext(network.facts, like),
    )
    sides.predict(like, SIGMA, (1, 0))
    first, second = (each.extras["concat_latent"] for each in network.heard)
    assert first is second and first.shape == like.shape  # type: ignore[attr-defined]  # a tensor
    middle = torch.nn.functional.interpolate(wide[..., 2:6], (8, 8), mode="bilinear")
    torch.testing.assert_close(first, middle)
