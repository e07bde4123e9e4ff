"""How the inputs of a subgraph are shown outside: their section and limits, beside the plain list of ports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nodegraph.formats.native.fields import MAX_NAME, Fields
from nodegraph.model.graph import Port
from nodegraph.model.limits import scalar_fault
from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase

MEMBERS = ("section", "minimum", "maximum")


def exposed(port: Port) -> dict[str, Any]:
    """What a file says of an input besides where it leads; empty for one without section and limits."""
    return {key: value for key in MEMBERS if (value := getattr(port, key)) not in ("", None)}


def with_exposure(fields: Fields, ports: tuple[Port, ...]) -> tuple[Port, ...]:
    """The inputs with what the subgraph's "exposed" says of them; raises LoadError."""
    found = fields.members("exposed")
    for name in found.keys() - {port.name for port in ports}:
        raise LoadError(
            "{place}: 'exposed' names {name!r}, which is none of the inputs; remove it.",
            place=fields.place,
            name=name[:60],
        )
    return tuple(
        _read(port, found[port.name], fields.place) if port.name in found else port for port in ports
    )


def _read(port: Port, item: object, place: str) -> Port:
    fields = Fields(item, Phrase("{place}, input {name!r}", place=place, name=port.name))
    section = fields.text("section")
    if len(section) > MAX_NAME:
        raise fields.wrong("section", Phrase("a text of at most {most} characters", most=MAX_NAME), section)
    low, high = _limit(fields, "minimum"), _limit(fields, "maximum")
    fields.none_left(Phrase("section, minimum and maximum"))
    if low is not None and high is not None and low > high:
        raise LoadError(
            "{place}: 'minimum' is {low} and 'maximum' is {high}; write the smaller one as 'minimum'.",
            place=fields.place,
            low=low,
            high=high,
        )
    return replace(port, section=section, minimum=low, maximum=high)


def _limit(fields: Fields, key: str) -> float | None:
    value = fields.take(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or scalar_fault(value):
        raise fields.wrong(key, Phrase("a number"), value)
    return value
