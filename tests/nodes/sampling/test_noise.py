"""Noise: from a seed, the same everywhere, and one image at a time."""

import math
from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nodes.guidance.start_noise import noise_for
from nodes.sampling import prepare_noise
from nodes.sampling.noise import fixed_noise, noise_from_seeds, slerp, vary_noise
from nodes.sampling.step_noise import brownian_noise, fresh_noise
from nodes.types import BatchPlaces, Noise

SHAPE = (1, 4, 4, 6)


@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_an_image_of_a_batch_can_be_made_alone(seed: int, index: list[int]) -> None:
    batch = prepare_noise((10, 4, 4, 6), seed)
    assert torch.equal(prepare_noise((len(index), 4, 4, 6), seed, index), batch[index])
    assert torch.equal(prepare_noise(SHAPE, seed, [index[0]])[0], batch[index[0]])


@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_an_image_of_a_batch_of_any_size_has_its_noise_alone(seed: int, index: list[int]) -> None:
    shape = (10, 1, 5, 7)
    places, size = BatchPlaces(tuple(index), 10), (len(index), *shape[1:])
    assert torch.equal(prepare_noise(size, seed, index, places), prepare_noise(shape, seed)[index])
    plain = prepare_noise(shape, 1)
    varied = vary_noise(plain, seed, 0.5)
    assert torch.allclose(vary_noise(plain[index], seed, 0.5, index, places), varied[index], atol=1e-6)
    x = torch.zeros(shape)
    for make in (fresh_noise, partial(brownian_noise, sigma_min=0.5, sigma_max=4.0)):
        whole, some = make(x, seed), make(x[index], seed, places=places)
        for step in ((4.0, 2.0), (2.0, 1.0)):
            assert torch.equal(some(*step), whole(*step)[index])


@pytest.mark.parametrize("kind", ["seed", "same", "seeds", "given", "none"])
def test_every_kind_of_noise_knows_the_places(kind: str) -> None:
    shape = (5, 4, 5, 7)
    noise = Noise(kind, (3, 4, 5), ((9, 0.3),), torch.randn(5, 4, 5, 7) if kind == "given" else None)
    whole = noise_for(noise, shape, None)
    for index in ((3,), (4, 1)):
        some = noise_for(noise, (len(index), *shape[1:]), index, BatchPlaces(index, 5))
        assert torch.allclose(some, whole[list(index)], atol=1e-6)


def test_places_that_do_not_fit_are_not_used_or_refused() -> None:
    assert torch.equal(prepare_noise(SHAPE, 1, None, BatchPlaces((1, 2), 3)), prepare_noise(SHAPE, 1))
    for places in (BatchPlaces((3,), 3), BatchPlaces((-1,), 3), BatchPlaces((1,), 10**9)):
        with pytest.raises(ValueError, match="places from 0 to"):
            prepare_noise(SHAPE, 1, None, places)


@given(st.integers(-5, 2**65))
def test_the_global_generator_is_left_alone(seed: int) -> None:
    state = torch.random.get_rng_state()
    prepare_noise(SHAPE, seed)
    fresh_noise(torch.zeros(SHAPE), seed)(2.0, 1.0)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_bad_batch_indices_are_refused() -> None:
    for index in ([], [-1], [10**9]):
        with pytest.raises(ValueError, match="batch index"):
            prepare_noise(SHAPE, 1, index)


def test_fixed_noise_and_seeds() -> None:
    fixed = fixed_noise((3, 4, 4, 6), 5)
    assert torch.equal(fixed[0], fixed[2]) and torch.equal(fixed[:1], prepare_noise(SHAPE, 5))
    each = noise_from_seeds((2, 4, 4, 6), [5, 9])
    assert torch.equal(each[1:], prepare_noise(SHAPE, 9))
    with pytest.raises(ValueError, match="2 images needs 2 seeds, not 1"):
        noise_from_seeds((2, 4, 4, 6), [5])


@given(st.floats(0, 1))
def test_variation_goes_along_the_sphere(strength: float) -> None:
    noise, other = prepare_noise((2, 4, 16, 16), 1), prepare_noise((2, 4, 16, 16), 2)
    varied = vary_noise(noise, 2, strength)
    low, high = sorted((float(noise.norm()), float(other.norm())))
    assert low * 0.999 <= float(varied.norm()) <= high * 1.001
    angle = math.acos(float((noise[0] * other[0]).sum() / noise[0].norm() / other[0].norm()))
    turned = float((noise[0] * varied[0]).sum() / noise[0].norm() / varied[0].norm())
    assert math.acos(min(turned, 1.0)) == pytest.approx(strength * angle, abs=2e-3)


def test_variation_ends_and_errors() -> None:
    noise = prepare_noise(SHAPE, 1)
    assert torch.equal(vary_noise(noise, 2, 0.0), noise)
    torch.testing.assert_close(vary_noise(noise, 2, 1.0), prepare_noise(SHAPE, 2))
    with pytest.raises(ValueError, match="from 0 to 1"):
        vary_noise(noise, 2, 1.5)
    torch.testing.assert_close(slerp(noise, noise, 0.5), noise)
    assert slerp(noise, -noise, 0.3).isfinite().all()
    assert slerp(torch.zeros(SHAPE), noise, 0.5).isfinite().all()


def test_fresh_noise_follows_the_seed_plus_one_on_a_cpu() -> None:
    noise = fresh_noise(torch.zeros(SHAPE), 41)
    expected = torch.Generator().manual_seed(42)
    for _ in range(2):
        assert torch.equal(noise(2.0, 1.0), torch.randn(SHAPE, generator=expected))
    assert fresh_noise(torch.zeros(SHAPE), 2**64 - 1)(2.0, 1.0).isfinite().all()


def test_brownian_noise_is_one_path() -> None:
    """Increments add up, are of unit strength, and do not depend on the order or the number of questions."""
    x = torch.zeros(1, 4, 64, 64)
    path = brownian_noise(x, 3, 0.03, 14.6)
    first, second, whole = path(14.6, 5.0), path(5.0, 1.0), path(14.6, 1.0)
    torch.testing.assert_close(
        first * math.sqrt(9.6) + second * 2.0, whole * math.sqrt(13.6), rtol=0, atol=1e-4
    )
    assert float(first.std()) == pytest.approx(1.0, abs=0.03)
    assert torch.equal(brownian_noise(x, 3, 0.03, 14.6)(5.0, 1.0), second)
    assert torch.equal(path(1.0, 5.0), -second)
    assert not torch.equal(brownian_noise(x, 4, 0.03, 14.6)(5.0, 1.0), second)
