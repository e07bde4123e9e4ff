"""Numbers computed, compared and read from texts."""

from __future__ import annotations

import operator
from typing import Annotated, Any, NamedTuple

from nodegraph import Choice, GraphError, Help, node
from nodegraph.expressions.arithmetic import FormulaError, evaluate

CATEGORY = "values/number"
COMPARISONS = {
    "=": operator.eq, "≠": operator.ne, "<": operator.lt, "≤": operator.le, ">": operator.gt, "≥": operator.ge,
}  # fmt: skip
NAMES = "abcdefgh"
Value = Annotated[Any, Help("A number, a yes or no, or a text that says a number.")]


class Computed(NamedTuple):
    """A result in the forms that inputs take."""

    number: Annotated[float, Help("The result with its fraction.")]
    whole: Annotated[int, Help("The result without its fraction.")]
    truth: Annotated[bool, Help("Whether the result is other than 0.")]


def _number(value: object, name: str) -> float | int:
    """A linked value as a number; raises GraphError."""
    if isinstance(value, bool | int | float):
        return value
    try:
        return float(str(value).strip())
    except ValueError:
        raise GraphError(
            "{name} is {value!r}, which is not a number; link a number.", name=name, value=str(value)[:60]
        ) from None


@node(
    "NumberFormula", title="Formula", category=CATEGORY, keywords=("math", "expression", "calculate", "sum")
)
def number_formula(
    a: Value = None, b: Value = None, c: Value = None, d: Value = None,
    e: Value = None, f: Value = None, g: Value = None, h: Value = None,
    *,
    formula: Annotated[
        str, Help("A sum of the linked values a to h, with min, max, round, floor, ceil, abs, sqrt.")
    ] = "a + b",
) -> Computed:  # fmt: skip
    """Compute a number from linked ones: the width of a picture, how many steps, a strength."""
    given = dict(zip(NAMES, (a, b, c, d, e, f, g, h), strict=True))

    def find(name: str) -> float | int:
        if given.get(name) is None:
            raise FormulaError("“{name}” is not linked; link a value to it.", name=name)
        return _number(given[name], name)

    try:
        found = evaluate(formula, find)
    except FormulaError as error:
        raise GraphError("{error}", error=str(error)) from None
    return Computed(float(found), int(found), bool(found))


@node(
    "NumberCompare", title="Compare numbers", category=CATEGORY, keywords=("less", "greater", "equal", "if")
)
def number_compare(
    *,
    number: Annotated[float, Help("The number to judge.")] = 0.0,
    comparison: Annotated[str, Choice(tuple(COMPARISONS)), Help("What has to be so.")] = "=",
    other: Annotated[float, Help("The number that it is compared with.")] = 0.0,
) -> bool:
    """Say how a number compares with another, to switch by it."""
    return bool(COMPARISONS[comparison](number, other))


class Converted(NamedTuple):
    """A value as numbers."""

    number: Annotated[float, Help("The number with its fraction.")]
    whole: Annotated[int, Help("The number without its fraction.")]


@node(
    "NumberFrom", title="Number from value", category=CATEGORY, keywords=("convert", "parse", "int", "float")
)
def number_from(value: Value) -> Converted:
    """Read a number from a text or a yes or no, so that it fits an input that takes numbers."""
    found = _number(value, "value")
    return Converted(float(found), int(found))
