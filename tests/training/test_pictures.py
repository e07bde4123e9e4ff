"""The renderer draws what the scene says, the same way each time."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.draw.brush import STYLES
from training.draw.palette import PAINT
from training.draw.render import DRAW, SIDE, places, render
from training.scene import (
    COLOURS,
    GROUNDS,
    KINDS,
    LIGHTS,
    Scene,
    Subject,
    held_out,
    held_out_scene,
    held_out_triple,
    random_scene,
    training_scene,
)


@pytest.mark.parametrize("style", STYLES)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_same_scene_same_pixels(style: str, seed: int) -> None:
    scene = random_scene(random.Random(seed))
    picture = render(scene, style)
    assert picture.shape == (SIDE, SIDE, 3)
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, render(scene, style))


def test_every_kind_and_colour_can_be_drawn() -> None:
    assert set(DRAW) == set(KINDS)
    assert set(PAINT) == set(COLOURS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("light", LIGHTS)
def test_colour_changes_only_the_subject(kind: str, light: str) -> None:
    scene = Scene((Subject(kind, "red"),), "meadow", light, None, 3)
    other = replace(scene, subjects=(Subject(kind, "blue"),))
    changed = (render(scene) != render(other)).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert 100 < changed.sum() < 0.35 * SIDE * SIDE
    assert 24 < columns.mean() < 104
    assert rows.max() < 118


@pytest.mark.parametrize("colour", ["red", "green", "blue"])
@pytest.mark.parametrize("light", LIGHTS)
def test_a_colour_stays_itself_in_every_light(colour: str, light: str) -> None:
    with_it = render(Scene((Subject("tree", colour, "large"),), "snow", light, None, 1))
    without = render(Scene((Subject("tree", "white", "large"),), "snow", light, None, 1))
    subject = with_it[(with_it != without).any(axis=2)].astype(float).mean(axis=0)
    assert subject.argmax() == {"red": 0, "green": 1, "blue": 2}[colour]


@given(seed=st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_relations_and_positions_hold_in_pixels(seed: int) -> None:
    scene = random_scene(random.Random(seed), pair_share=0.7)
    spots = places(scene, random.Random(seed))
    if scene.relation is None:
        third = {"left": (0, 50), "center": (50, 78), "right": (78, 128)}[scene.subjects[0].position]
        assert third[0] < spots[0].x < third[1]
        return
    first, second = spots
    apart = {
        "left": second.x - first.x,
        "right": first.x - second.x,
        "above": second.y - first.y,
        "below": first.y - second.y,
    }
    assert apart[scene.relation] > 30


def test_styles_differ() -> None:
    scene = Scene((Subject("house", "red"),), "meadow", "day")
    pictures = [render(scene, style).astype(int) for style in STYLES]
    assert np.abs(pictures[0] - pictures[1]).mean() > 10
    assert np.abs(pictures[0] - pictures[2]).mean() > 10


def test_held_out_scenes_never_reach_training() -> None:
    rng = random.Random(0)
    scenes = [training_scene(rng) for _ in range(400)]
    assert not any(held_out(scene) for scene in scenes)
    assert all(held_out(held_out_scene(rng)) for _ in range(20))


def test_a_tenth_is_held_out_and_every_word_still_occurs() -> None:
    triples = [(kind, colour, ground) for kind in KINDS for colour in COLOURS for ground in GROUNDS]
    out = [triple for triple in triples if held_out_triple(*triple)]
    assert 0.05 < len(out) / len(triples) < 0.12
    seen = [triple for triple in triples if triple not in out]
    assert {kind for kind, _, _ in seen} == set(KINDS)
    assert len({(kind, colour) for kind, colour, _ in seen}) == len(KINDS) * len(COLOURS)
