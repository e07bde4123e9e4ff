from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.model.digest import Parts, canonical, digest, result_key

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.binary()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner), st.tuples(inner), st.dictionaries(st.text(), inner)),
    max_leaves=8,
)


def test_look_alikes_are_different_keys() -> None:
    values = [1, 1.0, True, "1", b"1", (1,), [1], {"1": 1}, None, "", 0, 0.0, -0.0, False, (), [], {}]
    for left, right in combinations(values, 2):
        assert canonical(left) != canonical(right), (left, right)


def test_a_type_without_a_rule_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no rule"):
        canonical(object())


def tagged(value: Any) -> Any:
    if isinstance(value, dict):
        return ("m", sorted((k, tagged(v)) for k, v in value.items()))
    if isinstance(value, list | tuple):
        return (type(value).__name__, [tagged(v) for v in value])
    return (type(value).__name__, repr(value))


@given(VALUES, VALUES)
def test_equal_encodings_only_for_equal_values(left: Any, right: Any) -> None:
    assert (canonical(left) == canonical(right)) == (repr(tagged(left)) == repr(tagged(right)))


@given(st.dictionaries(st.text(), SCALARS, min_size=2))
def test_the_order_of_a_mapping_does_not_matter(mapping: dict[str, Any]) -> None:
    assert canonical(mapping) == canonical(dict(reversed(mapping.items())))


def test_every_part_changes_the_key() -> None:
    base: dict[str, Any] = {
        "type": "A", "version": 1, "params": {"x": 1}, "inputs": {"i": ("k",)}, "files": {"f": "abc"},
        "prefix": "p", "nonce": "",
    }  # fmt: skip
    changes: dict[str, Any] = {
        "type": "B", "version": 2, "params": {"x": 1.0}, "inputs": {"i": ("k", "l")}, "files": {"f": "abd"},
        "prefix": "q", "nonce": "n",
    }  # fmt: skip
    keys = {Parts(**base).key(), *(Parts(**{**base, name: value}).key() for name, value in changes.items())}
    assert len(keys) == len(changes) + 1
    assert result_key("k", "a") != result_key("k", "b") != digest("k", "a", "b")
