"""Captions say what is drawn; the tokenizer is the standard one."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.captions import caption, full_caption, with_article
from training.classifier import SLOTS as NAMED
from training.classifier import truth
from training.scene import EVERYDAY, random_scene, training_scene
from training.text import END, SLOTS, TOKENIZER, ends, labels, token_ids, with_strangers
from training.tokenizer import byte_letters, load_tokenizer, vocabulary
from training.words import COLOUR_WORDS, GROUND_WORDS, KIND_WORDS, LIGHT_WORDS, RELATION_WORDS

ROOT = Path(__file__).parents[2]


@given(seed=st.integers(0, 100_000))
@settings(max_examples=150, deadline=None)
def test_a_full_caption_names_everything(seed: int) -> None:
    rng = random.Random(seed)
    scene = random_scene(rng)
    text = full_caption(scene, rng).text
    for subject in scene.subjects:
        assert any(word in text for word in KIND_WORDS[subject.kind])
        assert any(word in text for word in COLOUR_WORDS[subject.colour])
    assert any(word in text for word in GROUND_WORDS[scene.ground])
    assert any(word in text for word in LIGHT_WORDS[scene.light])
    if scene.relation:
        assert any(word in text for word in RELATION_WORDS[scene.relation])


@given(seed=st.integers(0, 100_000))
@settings(max_examples=150, deadline=None)
def test_what_a_caption_says_is_true(seed: int) -> None:
    rng = random.Random(seed)
    scene = random_scene(rng)
    said = caption(scene, rng).said
    assert set(said) <= set(SLOTS)
    for number, subject in enumerate(scene.subjects, 1):
        assert said[f"kind{number}"] == subject.kind
        for slot in ("colour", "size", "position"):
            assert said.get(f"{slot}{number}", getattr(subject, slot)) == getattr(subject, slot)
    assert said.get("ground", scene.ground) == scene.ground
    assert said.get("relation", scene.relation) == scene.relation


def test_wording_varies() -> None:
    scene = random_scene(random.Random(4))
    assert len({caption(scene, random.Random(seed)).text for seed in range(200)}) > 80


def test_articles() -> None:
    assert with_article("orange cat") == "an orange cat"
    assert with_article("red cat") == "a red cat"


@given(seed=st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_truth_is_told_from_left_to_right(seed: int) -> None:
    scene = random_scene(random.Random(seed), pair_share=1.0)
    told = truth(scene)
    assert told["relation"] in ("left", "below")
    assert all(told[slot] in values for slot, values in NAMED.items())
    named = {(told["kind1"], told["colour1"]), (told["kind2"], told["colour2"])}
    assert named == {(one.kind, one.colour) for one in scene.subjects}


def test_byte_letters_are_256_different_ones() -> None:
    assert len(set(byte_letters())) == 256


def test_vocabulary_counts_on() -> None:
    words = vocabulary([("a", "b"), ("ab", "c</w>")])
    assert words["!"] == 0
    assert words["!</w>"] == 256
    assert words["abc</w>"] == 513
    assert words["<|endoftext|>"] == 515


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("a red apple on a wooden table", [320, 736, 3055, 525, 320, 9057, 2175]),
        ("A  Red   APPLE", [320, 736, 3055]),
    ],
)
def test_the_shipped_tokenizer_is_clip_s(text: str, wanted: list[int]) -> None:
    ids = token_ids(load_tokenizer(ROOT / TOKENIZER), [text])[0].tolist()
    assert ids == [49406, *wanted, *[END] * (76 - len(wanted))]


def test_strangers_keep_start_end_and_length() -> None:
    ids = token_ids(load_tokenizer(ROOT / TOKENIZER), ["a red cat", ""])
    changed = with_strangers(ids, random.Random(1), share=1.0)
    assert changed.shape == ids.shape
    assert (changed[:, 0] == 49406).all()
    assert (changed[:, -1] == END).all()
    assert (changed != ids).any()


def test_labels_and_ends() -> None:
    rng = random.Random(2)
    scene = random_scene(rng)
    one = full_caption(scene, rng)
    found = labels([one])
    assert found["ground"].item() == SLOTS["ground"].index(scene.ground) + 1
    ids = token_ids(load_tokenizer(ROOT / TOKENIZER), [one.text])
    assert (ids[0, ends(ids, rng)[0]] == END).all()


def test_what_goes_unsaid_is_mostly_the_everyday() -> None:
    rng = random.Random(11)
    unsaid: dict[str, list[bool]] = {"light": [], "ground": [], "colour1": []}
    for _ in range(3000):
        scene = training_scene(rng)
        said, first = caption(scene, rng).said, scene.subjects[0]
        colour, ground = EVERYDAY[first.kind]
        plain = {
            "light": scene.light == "day",
            "ground": scene.ground == ground,
            "colour1": first.colour == colour,
        }
        for slot, rows in unsaid.items():
            if slot not in said:
                rows.append(plain[slot])
    for slot, rows in unsaid.items():
        assert len(rows) > 100, slot
        assert sum(rows) / len(rows) > 0.6, slot
