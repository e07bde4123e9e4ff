"""Cache keys: what a result was made of, as one short hash, so that equal work is found again."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nodegraph.model.spec import Scalar


def canonical(value: object) -> bytes:
    """A type-tagged, length-prefixed encoding: `1`, `1.0`, `True` and `"1"` differ.

    Takes None, bool, int, float, str, bytes, and tuples, lists and str-keyed mappings of these.
    Raises TypeError for anything else: a guess would be a wrong key.
    """
    out: list[bytes] = []
    _encode(value, out)
    return b"".join(out)


def _encode(value: object, out: list[bytes]) -> None:
    if value is None:
        out.append(b"n;")
    elif isinstance(value, bool):
        out.append(b"b1;" if value else b"b0;")
    elif isinstance(value, int):
        _sized(b"i", str(value).encode(), out)
    elif isinstance(value, float):
        _sized(b"f", struct.pack(">d", value), out)
    elif isinstance(value, str):
        _sized(b"s", value.encode("utf-8", "surrogatepass"), out)
    elif isinstance(value, bytes):
        _sized(b"y", value, out)
    elif isinstance(value, tuple | list):
        out.append(b"%s%d:" % (b"t" if isinstance(value, tuple) else b"l", len(value)))
        for item in value:
            _encode(item, out)
    elif isinstance(value, Mapping):
        out.append(b"m%d:" % len(value))
        for key in sorted(value):
            _encode(key, out)
            _encode(value[key], out)
    else:
        raise TypeError(f"a {type(value).__name__} has no rule for cache keys")


def _sized(tag: bytes, data: bytes, out: list[bytes]) -> None:
    out.append(b"%s%d:" % (tag, len(data)))
    out.append(data)


def digest(*parts: object) -> str:
    """40 hexadecimal digits of the canonical encoding of `parts`."""
    return hashlib.blake2b(canonical(parts), digest_size=20).hexdigest()


@dataclass(frozen=True, slots=True)
class Parts:
    """All that a node's results depend on; kept so that a later run can say what changed.

    `inputs` maps an input to the result keys it reads, `files` a parameter to its file's fingerprint.
    `prefix` holds what changes pixels from outside the graph, `nonce` what makes this run unlike any other.
    """

    type: str
    version: int
    params: Mapping[str, Scalar]
    inputs: Mapping[str, tuple[str, ...]]
    files: Mapping[str, str]
    prefix: str = ""
    nonce: str = ""

    def key(self) -> str:
        """The node's key; node ids, titles and positions are not in it."""
        return digest(
            self.prefix, self.nonce, self.type, self.version, self.params, dict(self.inputs), self.files
        )


def result_key(node_key: str, output: str) -> str:
    """The key of one output."""
    return digest(node_key, output)


def prefix(facts: Iterable[tuple[str, str]]) -> str:
    """One short text for what changes pixels besides the graph: dtype, device class, library versions."""
    return digest(tuple(sorted(facts)))
