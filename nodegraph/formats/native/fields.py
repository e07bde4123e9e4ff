"""The members of one JSON object, taken one by one, each with its type held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nodegraph.model.graph import frozen
from nodegraph.model.json_text import check_depth
from nodegraph.model.limits import id_fault, number_fault
from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase

MAX_NAME = 200
"""How long a type, input or output may be called."""


class Fields:
    """Reads a JSON object at `place`; every method raises LoadError naming the place and the key."""

    def __init__(self, data: object, place: str) -> None:
        if not isinstance(data, dict):
            raise LoadError(
                "{place}: expected an object in braces, found {found}.", place=place, found=described(data)
            )
        self._left: dict[str, Any] = dict(data)
        self.place = place

    def take(self, key: str, default: Any = None) -> Any:
        """The raw value of `key`."""
        return self._left.pop(key, default)

    def text(self, key: str) -> str:
        """A text, empty if left out."""
        value = self._left.pop(key, "")
        if not isinstance(value, str):
            raise self.wrong(key, Phrase("a text"), value)
        return value

    def name(self, key: str) -> str:
        """A text that must be there, of 1 to 200 characters."""
        value = self.text(key)
        if not 0 < len(value) <= MAX_NAME:
            raise LoadError(
                "{place}: {key!r} must be a text of 1 to {most} characters.",
                place=self.place,
                key=key,
                most=MAX_NAME,
            )
        return value

    def id(self) -> str:
        """The id that must be there."""
        value = self._left.pop("id", None)
        if not isinstance(value, str):
            raise self.wrong("id", Phrase("a text"), value)
        fault = id_fault(value)
        if fault is not None:
            raise LoadError("{place}: {fault}", place=self.place, fault=fault)
        return value

    def flag(self, key: str) -> bool:
        """True or false, false if left out."""
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, Phrase("true or false"), value)
        return value

    def version(self, key: str = "version") -> int:
        """A whole number from 1, 1 if left out."""
        value = self._left.pop(key, 1)
        if type(value) is not int or value < 1:
            raise self.wrong(key, Phrase("a whole number from 1"), value)
        return value

    def numbers(self, key: str, count: int, default: Any) -> Any:
        """A tuple of `count` coordinates."""
        if key not in self._left:
            return default
        return self.coordinates(key, self._left.pop(key), count)

    def coordinates(self, key: str, value: object, count: int) -> tuple[float, ...]:
        """`value` as a tuple of `count` coordinates."""
        if not isinstance(value, list) or len(value) != count:
            raise self.wrong(key, Phrase("a list of {count} numbers", count=count), value)
        for number in value:
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise self.wrong(key, Phrase("a list of {count} numbers", count=count), value)
            if number_fault(number):
                raise LoadError(
                    "{place}: {key!r} is beyond the canvas; use smaller numbers.", place=self.place, key=key
                )
        return tuple(value)

    def members(self, key: str) -> dict[str, Any]:
        """An object, empty if left out."""
        value = self._left.pop(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key, Phrase("an object in braces"), value)
        return value

    def items(self, key: str) -> list[Any]:
        """A list, empty if left out."""
        value = self._left.pop(key, [])
        if not isinstance(value, list):
            raise self.wrong(key, Phrase("a list"), value)
        return value

    def rest(self) -> Mapping[str, Any]:
        """What nobody has taken, to be kept."""
        if not self._left:
            return NOTHING
        check_depth(self._left, self.place)
        return frozen(self._left)

    def none_left(self, known: str) -> None:
        """Refuse what nobody has taken."""
        for key in self._left:
            raise LoadError(
                "{place}: unknown key {key!r}; known are {known}.",
                place=self.place,
                key=key[:60],
                known=known,
            )

    def wrong(self, key: str, wanted: str, value: object) -> LoadError:
        """The error that `key` must be `wanted`."""
        return LoadError(
            "{place}: {key!r} must be {wanted}, not {found}.",
            place=self.place,
            key=key,
            wanted=wanted,
            found=described(value),
        )


NOTHING: Mapping[str, Any] = frozen()


def described(value: object) -> str:
    """A JSON value in a sentence."""
    match value:
        case None:
            return Phrase("nothing")
        case bool():
            return "true" if value else "false"
        case int() | float():
            return Phrase("the number {value}", value=value)
        case str():
            return Phrase("the text {value!r}", value=value[:40])
        case list():
            return Phrase("a list")
        case _:
            return Phrase("an object")
