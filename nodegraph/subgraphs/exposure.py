"""How an exposed parameter looks outside its subgraph: its section, and its range, which limits narrow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar

from nodegraph.model.graph import Port
from nodegraph.model.spec import NodeSpec, Param, Scalar
from nodegraph.support.messages import Phrase

Bound = float | None


def seen_outside(param: Param, port: Port, value: Scalar) -> Param:
    """An inner parameter, whose value inside is `value`, as the port shows it; one in a section is not advanced."""
    shown = narrowed(param, port)
    advanced = param.advanced and not port.section
    return replace(shown, name=port.name, default=value, section=port.section, advanced=advanced)


def narrowed(param: Param, port: Port) -> Param:
    """`param` with the range that is left within the limits of `port`; limits that fit nothing do not count."""
    if not port.limited or limits_fault(param, port) is not None:
        return param
    low, high = _common(param, port)
    return replace(param, minimum=low, maximum=high)


def limits_fault(param: Param, port: Port) -> Phrase | None:
    """Why the limits of `port` cannot hold for the inner parameter, as a sentence without its end; None if they can."""
    if param.type not in ("Int", "Float"):
        return Phrase("{name} has limits and is no number", name=port.name)
    low, high = _common(param, port)
    if low is None or high is None or low <= high:
        return None
    own = replace(param, minimum=port.minimum, maximum=port.maximum)
    return Phrase(
        "{name} is limited to {limits}, and inside it takes {range}",
        name=port.name,
        limits=allowed(own),
        range=allowed(param),
    )


def _common(param: Param, port: Port) -> tuple[Bound, Bound]:
    low, high = port.minimum, port.maximum
    if param.type == "Int":
        low, high = (None if low is None else math.ceil(low)), (None if high is None else math.floor(high))
    lows = [bound for bound in (param.minimum, low) if bound is not None]
    highs = [bound for bound in (param.maximum, high) if bound is not None]
    return max(lows, default=None), min(highs, default=None)


def within(param: Param, value: float) -> bool:
    """Whether a number lies in the range of `param`."""
    low, high = param.minimum, param.maximum
    return (low is None or low <= value) and (high is None or value <= high)


def beyond(param: Param, value: float) -> Phrase:
    """On which side of the range a number lies that is not within it."""
    if param.minimum is not None and value < param.minimum:
        return Phrase("below {bound}", bound=number(param.minimum))
    return Phrase("above {bound}", bound=number(param.maximum if param.maximum is not None else math.inf))


def nearest_allowed(param: Param, value: float) -> float:
    """The number in the range of `param` that is nearest to `value`, whole for a whole number."""
    low, high = param.minimum, param.maximum
    if low is not None and value < low:
        value = low
    elif high is not None and value > high:
        value = high
    return int(value) if param.type == "Int" else float(value)


def allowed(param: Param) -> Phrase:
    """The range of `param` in words: `4 to 40`, `at least 4`, `at most 40`, `any number`."""
    low, high = param.minimum, param.maximum
    if low is not None and high is not None:
        return Phrase("{least} to {most}", least=number(low), most=number(high))
    if low is not None:
        return Phrase("at least {least}", least=number(low))
    if high is not None:
        return Phrase("at most {most}", most=number(high))
    return Phrase("any number")


def number(value: float) -> str:
    """A number as a person would write it."""
    whole = float(value).is_integer()
    return str(int(value)) if whole else f"{value:g}"


class _Sectioned(Protocol):
    @property
    def section(self) -> str: ...


P = TypeVar("P", bound=_Sectioned)


def in_sections(params: Iterable[P]) -> tuple[P, ...]:
    """What stands under no heading first, then each section where its first parameter stands."""
    return tuple(param for _, group in sections(params) for param in group)


def sections(params: Iterable[P]) -> list[tuple[str, list[P]]]:
    """The headings with what stands under each, parameters or ports; what stands under none comes first."""
    found: dict[str, list[P]] = {"": []}
    for param in params:
        found.setdefault(param.section, []).append(param)
    return [(title, group) for title, group in found.items() if group]


def by_node(limits: Mapping[tuple[str, str], tuple[Port, ...]]) -> dict[str, dict[str, tuple[Port, ...]]]:
    """The limits of each node: parameter -> ports, from the inside outwards."""
    found: dict[str, dict[str, tuple[Port, ...]]] = {}
    for (node, name), ports in limits.items():
        found.setdefault(node, {})[name] = ports
    return found


def with_limits(spec: NodeSpec, limits: Mapping[str, tuple[Port, ...]]) -> NodeSpec:
    """`spec` with the ranges of its parameters narrowed by ports, from the inside outwards."""
    return replace(spec, params=tuple(_through(param, limits.get(param.name, ())) for param in spec.params))


def _through(param: Param, ports: Iterable[Port]) -> Param:
    for port in ports:
        param = narrowed(param, port)
    return param
