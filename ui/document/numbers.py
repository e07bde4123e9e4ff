"""Numbers as a parameter takes them: typed sums, steps, snapping, limits. No widgets."""

from __future__ import annotations

import math
from collections.abc import Callable

from nodegraph.expressions.arithmetic import FormulaError, evaluate
from nodegraph.expressions.typed_numbers import as_sum
from nodegraph.model.spec import Param

Number = int | float
Names = Callable[[str], Number]
SMALLEST, LARGEST = -(2**63), 2**64 - 1


def is_number(param: Param) -> bool:
    """Whether the parameter holds a number."""
    return param.type in ("Int", "Float")


def step_of(param: Param) -> float:
    """How far one step goes."""
    if param.step is not None and param.step > 0:
        return param.step
    return 1.0 if param.type == "Int" else 0.01


def snap_of(param: Param) -> float:
    """How far one step goes with Ctrl: 10 steps, or 8 where sizes count in powers of two."""
    step = step_of(param)
    binary = step >= 2 and math.log2(step).is_integer()
    return step * (8 if binary else 10)


def fine_of(param: Param) -> float:
    """How far one step goes with Shift: a tenth, but whole numbers stay whole."""
    fine = step_of(param) / 10
    return max(1.0, fine) if param.type == "Int" else fine


def limited(param: Param, value: Number) -> Number:
    """The value within the limits of the parameter and of files, whole where it must be."""
    if param.type == "Int":
        value = int(value) if isinstance(value, int) else math.floor(value + 0.5)
        low = SMALLEST if param.minimum is None else math.ceil(param.minimum)
        high = LARGEST if param.maximum is None else int(min(param.maximum, LARGEST))
        return min(max(value, low), high)
    value = float(value)
    low_float = -math.inf if param.minimum is None else param.minimum
    high_float = math.inf if param.maximum is None else param.maximum
    return min(max(value, low_float), high_float)


def on_grid(param: Param, value: Number, grid: float) -> Number:
    """The nearest multiple of `grid`, without the dust that sums of decimals gather."""
    if param.type == "Int":
        whole = max(1, round(grid))
        return limited(param, math.floor(value / whole + 0.5) * whole)
    digits = max(0, 2 - math.floor(math.log10(grid)))
    return limited(param, round(math.floor(value / grid + 0.5) * grid, digits))


def stepped(param: Param, value: Number, steps: float, grid: float) -> Number:
    """`value` some steps of `grid` away; a value off the grid goes to the next line of it first."""
    if param.type == "Int":
        return limited(param, int(value) + round(steps * max(1.0, grid)))
    return on_grid(param, value + steps * grid, grid)


def typed(param: Param, text: str, names: Names | None = None) -> Number:
    """What was typed as a value of the parameter, a sum worked out, within its limits.

    `names` answers the names in it. Raises FormulaError with a sentence for what is no number.
    """
    value = evaluate(as_sum(text, param.type == "Int"), names)
    if param.type == "Int":
        return limited(param, value)
    try:
        return limited(param, float(value))
    except OverflowError:
        raise FormulaError("{number} is too large.", number=text[:40]) from None


def beyond(param: Param, text: str, names: Names | None = None) -> str:
    """A sentence where what was typed lies beyond the limits and will be cut to them, or an empty text."""
    try:
        value = evaluate(as_sum(text, param.type == "Int"), names)
    except FormulaError:
        return ""
    kept = limited(param, value if param.type == "Int" else float(value))
    if param.type == "Int" and not isinstance(value, int) and math.floor(value + 0.5) == kept:
        return ""
    if kept == value:
        return ""
    bound = param.maximum if value > kept else param.minimum
    where = "at most" if value > kept else "at least"
    return f"{where} {plain(kept if bound is None else bound)}"


def plain(value: Number) -> str:
    """A number as a person would type it."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
