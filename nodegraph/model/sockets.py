"""May this output feed this input, and what conversion would make it so?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nodegraph.model.spec import ANY, Lazy, NodeSpec, Output, Socket
from nodegraph.support.messages import Phrase

SILENT = frozenset({("Int", "Float"), ("Float", "Int"), ("Bool", "Int"), ("Int", "Text"), ("Float", "Text")})
"""Pairs that convert on the way: a number is read as the other kind of number, or as text."""


def fits(output: str, wanted: str) -> bool:
    """Whether a value of type `output` may feed an input of type `wanted`."""
    return output == wanted or ANY in (output, wanted) or (output, wanted) in SILENT


def lossy(output: str, wanted: str) -> bool:
    """Whether the silent conversion may lose something (a Float read as an Int is rounded)."""
    return (output, wanted) == ("Float", "Int")


def convert(value: object, wanted: str) -> object:
    """`value` as an input of type `wanted` takes it; anything but a plain number is returned as it is."""
    if isinstance(value, bool | int | float):
        if wanted == "Float":
            return float(value)
        if wanted == "Int":
            return round(value)
        if wanted == "Text" and not isinstance(value, bool):
            return str(value)
    return value


def bypass_order(spec: NodeSpec, output: Output) -> list[Socket]:
    """The sockets that may stand in for a bypassed output: the one at its own position, then equal types, then fits."""
    position = spec.outputs.index(output)
    same_place = [s for s in spec.sockets[position : position + 1] if fits(s.type, output.type)]
    equal = [s for s in spec.sockets if s.type == output.type]
    fitting = [s for s in spec.sockets if fits(s.type, output.type)]
    return list(dict.fromkeys([*same_place, *equal, *fitting]))


def lazy_taken(lazy: Lazy, value: object, index: int) -> bool:
    """Whether a lazy input is read when its parameter has `value`; `index` counts variadic links."""
    return value == (index if lazy.value is None else lazy.value)


@dataclass(frozen=True, slots=True)
class Conversion:
    """Node type `type` makes the link possible: the value enters at `input` and leaves at `output`."""

    type: str
    input: str
    output: str


def conversions(output: str, wanted: str, specs: Mapping[str, NodeSpec]) -> Iterable[Conversion]:
    """The node types that turn `output` into `wanted`, those that need nothing else first."""
    found = [
        (sum(not s.optional for s in spec.sockets), Conversion(spec.type, socket.name, out.name))
        for spec in specs.values()
        for socket in spec.sockets
        for out in spec.outputs
        if socket.type == output and out.type == wanted
    ]
    return [conversion for _, conversion in sorted(found, key=lambda item: (item[0], item[1].type))]


def refusal(output: str, wanted: str) -> str | None:
    """Why an `output` cannot feed a `wanted`, as a sentence for the cursor; None if it can."""
    if fits(output, wanted):
        return None
    given = Phrase("An {type}", type=output) if _vowel(output) else Phrase("A {type}", type=output)
    taken = (
        Phrase("an {type} input", type=wanted) if _vowel(wanted) else Phrase("a {type} input", type=wanted)
    )
    return Phrase("{given} does not fit {taken}.", given=given, taken=taken)


def _vowel(word: str) -> bool:
    return word[:1] in "AEIOU"
