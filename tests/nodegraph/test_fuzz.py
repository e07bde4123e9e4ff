"""Files from strangers: whatever is in them, opening and checking raises nothing but a sentence."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.formats.native import dumps, load, loads
from nodegraph.model.json_text import decoded
from nodegraph.support.errors import LoadError
from nodegraph.validation import problems
from tests.nodegraph.checking import FILES, folded
from tests.nodegraph.specs import SPECS
from tests.nodegraph.strategies import plain
from tests.nodegraph.test_fileformat import BY_HAND
from tests.nodegraph.valid import assert_valid

SEEDS = [BY_HAND.encode(), dumps(folded()).encode()]
PIECES = (
    *(b"[" * 2000, b'{"a":' * 2000, b"[[]]", b"{}", b"null", b"true"),
    *(b"1e999", b"-1e999", b"NaN", b"Infinity", b"9" * 5000, b"18446744073709551616", b"-0", b"1.5"),
    *(
        b'""',
        b'"."',
        b'"\\ud800"',
        b'"\\u0000"',
        b"\xff\xfe",
        b"\x00",
        b"\xef\xbb\xbf",
        b'"' + b"a" * 5000 + b'"',
    ),
    *(b'"subgraph/Fix"', b'"bypass"', b'"sampler.latent"', b'"fix.image"'),
)
KEYS = tuple(
    f'"{key}"'.encode()
    for key in (
        *(
            "id",
            "type",
            "version",
            "params",
            "inputs",
            "links",
            "pos",
            "size",
            "mode",
            "members",
            "on",
            "rect",
        ),
        *("format", "nodes", "frames", "notes", "subgraphs", "view"),
    )
)


def flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] = chance.randrange(256)


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def remove(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.randrange(1, 40)]


def repeat(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    data[start:start] = data[start : start + chance.randrange(1, 200)]


def insert(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    data[start:start] = chance.choice(PIECES)


def swap_keys(data: bytearray, chance: random.Random) -> None:
    old, new = chance.sample(KEYS, 2)
    data[:] = data.replace(old, new, chance.choice((1, 1, 1000)))


def put_value(data: bytearray, chance: random.Random) -> None:
    """Another value where one stands, so that the JSON stays whole and the fields' checks are reached."""
    places = list(re.finditer(rb": ([^,}\]\n]*)", bytes(data)))
    if places:
        place = chance.choice(places)
        data[place.start(1) : place.end(1)] = chance.choice(PIECES)


def swap_words(data: bytearray, chance: random.Random) -> None:
    """Two quoted words change places: ids, types, ends of links."""
    words = bytes(data).split(b'"')
    if len(words) > 4:
        one, other = (2 * chance.randrange(len(words) // 2) + 1 for _ in range(2))
        if max(one, other) < len(words):
            words[one], words[other] = words[other], words[one]
            data[:] = b'"'.join(words)


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip, cut, remove, repeat, insert, swap_keys, put_value, put_value, swap_words, swap_words, swap_words,
)  # fmt: skip


def open_mutated(count: int, seed: int) -> int:
    """Mutate and open `count` files; how many of them opened."""
    chance = random.Random(seed)
    opened = 0
    for _ in range(count):
        data = bytearray(chance.choice(SEEDS))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            if data:
                chance.choice(MUTATIONS)(data, chance)
        try:
            graph = loads(decoded(bytes(data), "damaged.json"), "damaged.json")
        except LoadError as error:
            assert "\n" not in str(error)
            assert len(str(error)) < 600
            continue
        opened += 1
        assert_valid(graph)
        for problem in problems(graph, SPECS, FILES):
            assert problem.sentence
            if problem.fix is not None:
                assert_valid(problem.fix.apply(graph))
        text = dumps(graph)
        assert dumps(loads(text)) == text
    return opened


def test_ten_thousand_damaged_files() -> None:
    opened = open_mutated(10_000, 1)
    # Both kinds must be met, or the mutations are too harsh or too mild to prove anything.
    assert 1000 < opened < 9000


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([key.decode().strip('"') for key in KEYS]), plain, max_size=6))
def test_any_json_in_any_field(members: dict[str, object]) -> None:
    top = {"format": "nodegraph", "version": 1}
    for data in (top | members | top, top | {"nodes": [{"id": "a", "type": "KSampler"} | members]}):
        try:
            graph = loads(json.dumps(data))
        except LoadError:
            continue
        assert_valid(graph)
        problems(graph, SPECS, FILES)
        assert loads(dumps(graph)) == graph


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.json"
    path.write_bytes(data)
    with pytest.raises(LoadError):
        load(path)
