"""The renderer draws what the scene says, the same way each time."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QPainter

from training.draw.brush import HINTS, STYLES, make_brush
from training.draw.frame import FRAME, SHAPES, Frame
from training.draw.palette import PAINT
from training.draw.render import DRAW, SIDE, places, render
from training.draw.shapes import box
from training.scene import (
    COLOURS,
    EVERYDAY,
    EVERYDAY_LIGHT,
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
    picture = render(scene, style, 64)
    assert picture.shape == (64, 64, 3)
    assert picture.dtype == np.uint8
    assert np.array_equal(picture, render(scene, style, 64))


@pytest.mark.parametrize("style", STYLES)
def test_a_larger_picture_shows_the_same(style: str) -> None:
    scene = Scene((Subject("cat", "orange", "large"),), "meadow", "day", None, 5)
    small = render(scene, style, FRAME).astype(float)
    large = render(scene, style).astype(float)
    assert large.shape == (SIDE, SIDE, 3)
    halved = large.reshape(FRAME, 2, FRAME, 2, 3).mean(axis=(1, 3))
    assert np.abs(halved - small).mean() < 4


def darkest_red(*, outlined: bool, shaded: bool) -> int:
    """The least red in a yellow box on white, painted plainly."""
    image = QImage(64, 64, QImage.Format.Format_RGBA8888)
    image.fill(QColor("white"))
    painter = QPainter(image)
    brush = make_brush("flat", painter)
    brush.subject = 0.5 if outlined else None
    brush.fill(box(16, 16, 48, 48), (250, 210, 60), (240, 190, 50) if shaded else None)
    painter.end()
    return int(np.frombuffer(image.constBits(), dtype=np.uint8).reshape(64, 64, 4)[:, :, 0].min())


def test_shaded_shapes_of_a_subject_have_an_outline() -> None:
    assert darkest_red(outlined=True, shaded=True) < 180
    assert darkest_red(outlined=True, shaded=False) > 230
    assert darkest_red(outlined=False, shaded=True) > 230


@pytest.mark.parametrize("kind", KINDS)
def test_a_silhouette_covers_what_a_colour_changes(kind: str) -> None:
    scene = Scene((Subject(kind, "red"),), "snow", "night", None, 3)
    other = replace(scene, subjects=(Subject(kind, "blue"),))
    changed = (render(scene, side=FRAME) != render(other, side=FRAME)).any(axis=2)
    hint = render(scene, "silhouette", FRAME)
    assert set(np.unique(hint[:, :, 0])) >= {0, 255}
    assert (hint[changed] > 0).mean() > 0.85
    assert 0.02 < (hint[:, :, 0] > 127).mean() < 0.35


def test_depth_is_brighter_the_nearer() -> None:
    hint = render(Scene((Subject("star", "red"),), "meadow", "rain", None, 3), "depth", FRAME)[
        :, :, 0
    ].astype(int)
    assert hint[2, 2] == 0
    assert hint[90, 2] < hint[110, 2] < hint[127, 2]
    assert HINTS == ("silhouette", "depth")


def test_every_kind_and_colour_can_be_drawn() -> None:
    assert set(DRAW) == set(KINDS)
    assert set(PAINT) == set(COLOURS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("light", LIGHTS)
def test_colour_changes_only_the_subject(kind: str, light: str) -> None:
    scene = Scene((Subject(kind, "red"),), "meadow", light, None, 3)
    other = replace(scene, subjects=(Subject(kind, "blue"),))
    changed = (render(scene, side=FRAME) != render(other, side=FRAME)).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert 100 < changed.sum() < 0.35 * FRAME * FRAME
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
    pictures = [render(scene, style, FRAME).astype(int) for style in STYLES]
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


def test_everyday_values_can_be_seen_in_training() -> None:
    assert set(EVERYDAY) == set(KINDS)
    assert not [kind for kind, (colour, ground) in EVERYDAY.items() if held_out_triple(kind, colour, ground)]


def test_training_shows_the_everyday_more_often_and_everything_else_too() -> None:
    rng = random.Random(5)
    scenes = [training_scene(rng) for _ in range(2000)]
    by_light = Counter(scene.light for scene in scenes)
    assert by_light.most_common(1)[0][0] == EVERYDAY_LIGHT
    assert min(by_light[light] for light in LIGHTS) > 150
    singles = [scene for scene in scenes if len(scene.subjects) == 1]
    plain = [one for one in singles if (one.subjects[0].colour, one.ground) == EVERYDAY[one.subjects[0].kind]]
    assert 0.04 < len(plain) / len(singles) < 0.2
    assert all(
        len({(one.kind, one.colour) for one in scene.subjects}) == len(scene.subjects) for scene in scenes
    )


@pytest.mark.parametrize("shape", SHAPES)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_subjects_lie_within_every_shape_of_frame(shape: str, seed: int) -> None:
    scene = replace(random_scene(random.Random(seed), pair_share=0.6), shape=shape)
    frame = Frame.of(shape)
    picture = render(scene, side=64)
    assert picture.shape == (round(frame.height / 2), round(frame.width / 2), 3)
    for place in places(scene, random.Random(seed)):
        assert frame.left + 0.2 * place.size < place.x < frame.right - 0.2 * place.size
        assert frame.top < place.y - 0.9 * place.size
        assert place.y < 128
