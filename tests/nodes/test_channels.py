"""Latents channel by channel."""

from __future__ import annotations

import io

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.engine.protocol import pack_event, read_frame, unpack_event
from nodegraph.node_api import events
from nodegraph.support.errors import LoadError
from nodes.images.latent_channels import MOST, channels_of
from nodes.types import Latent


def test_zero_is_the_middle_and_signs_are_told_apart() -> None:
    samples = torch.zeros(2, 3, 4, 5)
    samples[1, 0, 0, 0], samples[1, 0, 0, 1] = -2.0, 2.0
    samples[1, 1] = 1.5
    planes, figures, items = channels_of(Latent(samples), 1, 256) or pytest.fail()
    assert planes.shape == (3, 4, 5) and planes.dtype == torch.uint8 and items == 2
    assert planes[0, 0, 0] == 1 and planes[0, 0, 1] == 255 and planes[0, 1:].eq(128).all()
    assert planes[1].eq(255).all() and planes[2].eq(128).all()
    low, high, mean, deviation, sick, span = figures[0]
    assert (low, high, mean, sick) == (-2, 2, 0, 0) and deviation == pytest.approx((8 / 20) ** 0.5)
    assert span == pytest.approx(min(2.0, 3 * deviation))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_sick_value_is_marked_however_small_the_picture(bad: float) -> None:
    samples = torch.randn(1, 4, 512, 512)
    samples[0, 2, 300, 17] = bad
    planes, figures, _ = channels_of(Latent(samples), 0, 64) or pytest.fail()
    assert planes.shape == (4, 64, 64)
    assert [row[4] for row in figures] == [0, 0, 1, 0] and [int(p.eq(0).sum()) for p in planes] == [
        0,
        0,
        1,
        0,
    ]
    assert all(abs(value) < 10 for row in figures for value in row[:4])


def test_a_channel_without_any_finite_value_and_other_values() -> None:
    planes, figures, _ = channels_of(Latent(torch.full((1, 1, 2, 2), float("nan"))), 0, 64) or pytest.fail()
    assert planes.eq(0).all() and figures == [(0, 0, 0, 0, 4, 1)]
    assert channels_of(torch.rand(1, 8, 8, 3), 0, 64) is None


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 200), st.integers(1, 40), st.integers(1, 40), st.integers(-3, 9), st.booleans())
def test_it_travels_as_it_is(channels: int, height: int, width: int, item: int, video: bool) -> None:
    shape = (2, channels, 3, height, width) if video else (3, channels, height, width)
    planes, figures, items = channels_of(Latent(torch.randn(shape)), item, 24) or pytest.fail()
    assert items == (6 if video else 3) and planes.numel() <= MOST and max(planes.shape[1:]) <= 24
    tall, wide = planes.shape[1:]
    event = events.Channels("a", "b", wide, tall, 0, items, tuple(figures), planes.numpy().tobytes())
    frame = read_frame(io.BytesIO(pack_event(event)))
    assert frame is not None
    found = unpack_event(*frame)
    assert isinstance(found, events.Channels) and found.planes == event.planes and found.items == items
    assert found.stats == tuple(tuple(pytest.approx(x, abs=1e-5) for x in row) for row in event.stats)


@pytest.mark.parametrize(
    "data", [{"width": 2, "height": 2, "stats": [[1, 2]]}, {"width": -1, "height": -4, "stats": [[0] * 6]}]
)
def test_channels_that_lie_about_their_size_are_refused(data: dict[str, object]) -> None:
    head = {"kind": "Channels", "data": {"node": "a", "output": "b", **data}}
    with pytest.raises(LoadError):
        unpack_event(head, b"abcd")
