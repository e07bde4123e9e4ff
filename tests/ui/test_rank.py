from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.config.usage import Habit
from ui.search.rank import Entry, Tier, rank

NAMES = (
    ("KSampler", "KSampler", "sampling"),
    ("KSamplerAdvanced", "KSampler (Advanced)", "sampling"),
    ("VAEDecode", "VAE Decode", "latent"),
    ("VAEEncode", "VAE Encode", "latent"),
    ("LoraLoader", "Load LoRA", "loaders"),
    ("CheckpointLoader", "Load checkpoint", "loaders"),
    ("ImageScale", "Scale image", "image"),
    ("ScaleBy", "Scale image by", "image"),
    ("EmptyLatent", "Empty latent", "latent"),
)
ENTRIES = [
    Entry(id, title, (id,), ("denoise", "generate") if id == "KSampler" else (), group)
    for id, title, group in NAMES
]


def ids(query: str, habits: dict[str, Habit] | None = None) -> list[str]:
    return [match.entry.id for match in rank(query, ENTRIES, habits)]


@pytest.mark.parametrize(
    ("query", "first", "tier"),
    [
        ("ksampler", "KSampler", Tier.EXACT),
        ("ksampler advanced", "KSamplerAdvanced", Tier.EXACT),
        ("KSampler (Adv", "KSamplerAdvanced", Tier.PREFIX),
        ("vd", "VAEDecode", Tier.INITIALS),
        ("vae d", "VAEDecode", Tier.PREFIX),
        ("vdec", "VAEDecode", Tier.INITIALS),
        ("advanced ksampler", "KSamplerAdvanced", Tier.WORDS),
        ("image scale", "ImageScale", Tier.EXACT),
        ("lora", "LoraLoader", Tier.PREFIX),
        ("chkpnt", "CheckpointLoader", Tier.FUZZY),
        ("denoise", "KSampler", Tier.EXACT),
        ("latent decode", "VAEDecode", Tier.WORDS),
    ],
)
def test_finds_what_is_meant_first(query: str, first: str, tier: Tier) -> None:
    found = rank(query, ENTRIES)
    assert (found[0].entry.id, found[0].tier) == (first, tier)


def test_a_better_tier_stands_before_a_favourite() -> None:
    habits = {"KSamplerAdvanced": Habit(900, 1e9)}
    assert ids("ksampler", habits)[:2] == ["KSampler", "KSamplerAdvanced"]


def test_within_a_tier_recent_stands_before_frequent() -> None:
    often, lately = {"VAEEncode": Habit(50, 1.0)}, {"VAEEncode": Habit(50, 1.0), "VAEDecode": Habit(1, 2.0)}
    assert ids("vae", often)[0] == "VAEEncode"
    assert ids("vae", lately)[0] == "VAEDecode"


def test_an_empty_query_lists_what_was_used_last() -> None:
    assert ids("", {"ScaleBy": Habit(1, 5.0)})[0] == "ScaleBy"
    assert len(ids("")) == len(ENTRIES)


def test_nothing_is_found_for_nonsense() -> None:
    assert ids("qqqq") == []


@given(st.text(max_size=30))
def test_any_query_is_answered_in_order(query: str) -> None:
    found = rank(query, ENTRIES)
    assert found == sorted(found)


@given(st.sampled_from(NAMES))
def test_every_name_is_found_by_its_own_title(name: tuple[str, str, str]) -> None:
    assert ids(name[1])[0] == name[0]


def test_a_key_is_answered_within_a_frame_over_500_types() -> None:
    words = ("load", "image", "scale", "mask", "latent", "sample", "noise", "blend", "control", "sigma")
    entries = [
        Entry(f"pack/{a}{b}{n}", f"{a.title()} {b} {n}", (f"{a}{b}",), (b,), a)
        for n in range(5)
        for a in words
        for b in words
    ]
    rank("warm", entries)
    times = []
    for query in ("l", "lo", "load im", "im sc 3", "zzz", "ls", "scalmg"):
        start = time.thread_time()
        rank(query, entries)
        times.append(time.thread_time() - start)
    assert sorted(times)[len(times) // 2] < 0.016, times
