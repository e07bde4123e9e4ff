"""An edit changes what its instruction says, and nothing else in the picture."""

from __future__ import annotations

import random
from dataclasses import asdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from training.draw.frame import FRAME
from training.draw.render import render
from training.edits import Edit, random_edit
from training.scene import Scene, held_out


def differences(edit: Edit) -> set[str]:
    """The names of the attributes in which the two scenes differ."""
    flat = []
    for scene in (edit.before, edit.after):
        values = {key: value for key, value in asdict(scene).items() if key != "subjects"}
        for number, subject in enumerate(scene.subjects, 1):
            values |= {f"{key}{number}": value for key, value in asdict(subject).items()}
        flat.append(values)
    return {key for key, value in flat[0].items() if flat[1][key] != value}


@given(seed=st.integers(0, 100_000))
@settings(max_examples=200, deadline=None)
def test_exactly_one_thing_differs(seed: int) -> None:
    edit = random_edit(random.Random(seed))
    found = differences(edit)
    assert len(found) == 1
    assert found == {edit.slot} or found == {f"is_drawn{edit.slot[-1]}"}
    assert not held_out(edit.after)
    assert edit.text == edit.text.strip() != ""


@given(seed=st.integers(0, 100_000))
@settings(max_examples=30, deadline=None)
def test_the_sky_stays_when_the_ground_changes_and_the_other_way_round(seed: int) -> None:
    rng = random.Random(seed)
    edit = random_edit(rng)
    before, after = (
        render(Scene((), scene.ground, scene.light, None, scene.seed), side=FRAME)
        for scene in (edit.before, edit.after)
    )
    if edit.slot == "ground":
        assert np.array_equal(before[:30], after[:30])
    elif edit.slot != "light":
        assert np.array_equal(before, after)


@given(seed=st.integers(0, 100_000))
@settings(max_examples=30, deadline=None)
def test_an_edit_of_a_subject_leaves_the_others_pixels(seed: int) -> None:
    edit = random_edit(random.Random(seed))
    changed = (render(edit.before, side=FRAME) != render(edit.after, side=FRAME)).any(axis=2)
    assert changed.any()
    if edit.slot not in ("light", "ground"):
        assert changed.mean() < 0.5


def test_every_kind_of_edit_occurs() -> None:
    rng = random.Random(1)
    slots = {random_edit(rng).slot for _ in range(200)}
    assert slots == {"light", "ground", "colour1", "colour2", "kind1", "kind2", "size1"}
