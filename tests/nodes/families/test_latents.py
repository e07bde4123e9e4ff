from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import GraphError
from nodes.definitions.latent_mix import (
    latent_add,
    latent_batch,
    latent_blend,
    latent_composite,
    latent_composite_masked,
    latent_from_batch,
    latent_interpolate,
    latent_multiply,
    latent_repeat,
    latent_subtract,
)
from nodes.definitions.latents import (
    empty_latent,
    latent_crop,
    latent_flip,
    latent_noise_mask,
    latent_rotate,
    latent_scale,
    latent_scale_by,
)
from nodes.images.scaling import METHODS, bislerp, slerp_channels
from nodes.sampling import prepare_noise
from nodes.types import Latent, Mask


def noise(batch: int = 1, height: int = 8, width: int = 8, seed: int = 0) -> Latent:
    return Latent(prepare_noise((batch, 4, height, width), seed))


def test_an_empty_latent_is_an_eighth_of_the_picture() -> None:
    assert empty_latent(width=768, height=64, batch_size=3).samples.shape == (3, 4, 8, 96)
    assert not empty_latent().samples.any()


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(METHODS), st.integers(0, 20), st.integers(0, 20), st.booleans())
def test_scaling_gives_the_size(method: str, columns: int, rows: int, crop: bool) -> None:
    if not columns and not rows:
        with pytest.raises(GraphError, match="below one pixel"):
            latent_scale(noise(), width=0, height=0)
        return
    found = latent_scale(noise(), method=method, width=columns * 8, height=rows * 8, crop=crop).samples
    assert found.shape[-2:] == (rows or columns, columns or rows)
    assert torch.isfinite(found).all()


def test_sizes_are_the_pictures_whatever_a_latent_pixel_is() -> None:
    latent = Latent(torch.randn(1, 128, 8, 8), pixel=16)
    assert latent_scale(latent, width=256, height=64).samples.shape[-2:] == (4, 16)
    part = latent_crop(latent, width=32, height=64, x=0, y=0)
    assert torch.equal(part.samples, latent.samples[..., :4, :2]) and part.pixel == 16
    above = Latent(torch.ones(1, 128, 2, 2), pixel=16)
    laid = latent_composite(latent, above, x=64, y=32).samples
    assert (laid[..., 2:4, 4:6] == 1).all() and torch.equal(laid[..., :2, :], latent.samples[..., :2, :])
    shown = latent_composite_masked(latent, above, x=64, y=32).samples
    assert torch.equal(shown, laid)


def test_scaling_without_change_changes_nothing() -> None:
    latent = noise()
    for method in METHODS:
        assert torch.equal(latent_scale_by(latent, method=method, factor=1.0).samples, latent.samples)


def test_crop_keeps_the_middle_and_the_proportions() -> None:
    latent = noise(width=16)
    cropped = latent_scale(latent, width=64, height=64, method="nearest", crop=True)
    assert torch.equal(cropped.samples, latent.samples[..., 4:12])


def test_bislerp_keeps_the_length_of_vectors_where_bilinear_shortens_them() -> None:
    a, b = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    row = torch.stack([a, b], -1)[None, :, None, :]
    assert torch.allclose(bislerp(row, 4, 1).norm(dim=1), torch.tensor(1.0))
    angles = torch.atan2(bislerp(row, 4, 1)[0, 1, 0], bislerp(row, 4, 1)[0, 0, 0])
    assert torch.allclose(angles, torch.tensor([0.0, 0.25, 0.75, 1.0]) * math.pi / 2, atol=1e-6)


def test_slerp_of_equal_and_opposite_directions_is_finite() -> None:
    a = torch.ones(1, 4, 1, 1)
    half = torch.tensor(0.5)
    assert torch.equal(slerp_channels(a, a, half), a)
    assert torch.equal(slerp_channels(a, -a, half), torch.zeros_like(a))
    assert torch.isfinite(slerp_channels(a * 0, a, half)).all()


def test_turning_and_mirroring_take_the_mask_along() -> None:
    mask = torch.zeros(1, 64, 64)
    mask[:, :, :32] = 1
    latent = latent_noise_mask(noise(), Mask(mask))
    flipped = latent_flip(latent)
    assert torch.equal(flipped.samples, latent.samples.flip(-1))
    assert flipped.noise_mask is not None and flipped.noise_mask[0, 0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert torch.equal(latent_flip(latent, axis="up-down").samples, latent.samples.flip(-2))
    turned = latent
    for _ in range(4):
        turned = latent_rotate(turned, degrees="90")
    assert torch.equal(turned.samples, latent.samples)
    clockwise = latent_rotate(latent, degrees="90").samples
    assert torch.equal(clockwise[..., 0, -1], latent.samples[..., 0, 0])
    assert latent_rotate(noise(width=4), degrees="270").samples.shape == (1, 4, 4, 8)


def test_cropping_stays_inside() -> None:
    latent = noise(height=16, width=16)
    assert torch.equal(latent_crop(latent, width=64, height=64, x=16, y=32).samples,
                       latent.samples[..., 4:12, 2:10])  # fmt: skip
    assert torch.equal(
        latent_crop(latent, width=64, height=64, x=9000, y=9000).samples, latent.samples[..., 8:, 8:]
    )


def test_compositing_pastes_cuts_off_and_feathers() -> None:
    below, above = Latent(torch.zeros(1, 4, 8, 8)), Latent(torch.ones(1, 4, 4, 4))
    pasted = latent_composite(below, above, x=48, y=-16).samples[0, 0]
    expected = torch.zeros(8, 8)
    expected[:2, 6:] = 1
    assert torch.equal(pasted, expected)
    soft = latent_composite(below, above, x=16, y=0, feather=16).samples[0, 0]
    assert soft[0, 2:6].tolist() == [0.5, 1, 1, 0.5] and soft[3, 3] == 0.5
    assert torch.equal(latent_composite(below, above, x=640).samples, below.samples)
    assert not below.samples.any()


def test_compositing_by_mask() -> None:
    below, above = Latent(torch.zeros(2, 4, 8, 8)), Latent(torch.ones(1, 4, 4, 4))
    mask = torch.zeros(1, 16, 16)
    mask[:, :8] = 1
    found = latent_composite_masked(below, above, Mask(mask), resize=True).samples
    assert torch.equal(found[1, 0, :4], torch.ones(4, 8)) and not found[:, :, 4:].any()


def test_mixing() -> None:
    a, b = noise(seed=1), noise(seed=2)
    assert torch.equal(latent_blend(a, b, share=1.0).samples, a.samples)
    assert torch.allclose(
        latent_blend(a, b, share=0.25).samples, 0.25 * a.samples + 0.75 * b.samples, atol=1e-6
    )
    assert torch.allclose(latent_subtract(latent_add(a, b), b).samples, a.samples, atol=1e-6)
    assert torch.equal(latent_multiply(a, factor=2.0).samples, a.samples * 2)
    between = latent_interpolate(a, b, share=0.5).samples.norm(dim=1)
    mean = (a.samples.norm(dim=1) + b.samples.norm(dim=1)) / 2
    assert torch.allclose(between, mean, atol=1e-5)
    assert latent_blend(a, noise(height=16, width=4)).samples.shape == a.samples.shape


def test_latents_of_two_families_do_not_mix() -> None:
    with pytest.raises(GraphError, match="do not mix"):
        latent_add(noise(), Latent(torch.ones(1, 16, 8, 8)))


def test_batches_remember_their_places() -> None:
    batch = latent_batch((noise(2), noise(1, 16, 16)))
    assert batch.samples.shape == (3, 4, 8, 8) and batch.batch_index == (0, 1, 0)
    one = latent_from_batch(noise(3), index=2)
    assert one.batch_index == (2,) and one.samples.shape[0] == 1
    assert latent_from_batch(noise(3), index=1, length=9).batch_index == (1, 2)
    with pytest.raises(GraphError, match="has 3 pictures"):
        latent_from_batch(noise(3), index=3)
    repeated = latent_repeat(one, amount=3)
    assert repeated.samples.shape[0] == 3 and repeated.batch_index == (2, 3, 4)
    with pytest.raises(GraphError, match="No latent is linked"):
        latent_batch(())


def test_masks_of_some_latents_join_a_batch() -> None:
    masked = latent_noise_mask(noise(), Mask(torch.zeros(64, 64)))
    batch = latent_batch((masked, noise()))
    assert batch.noise_mask is not None
    assert batch.noise_mask.shape == (2, 8, 8) and batch.noise_mask.sum((1, 2)).tolist() == [0, 64]
