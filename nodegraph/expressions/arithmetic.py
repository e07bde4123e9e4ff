"""Sums as people type them into a number: `1024*1.5`, `width/2`. Worked out without running any code."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from nodegraph.support.errors import NodegraphError
from nodegraph.support.messages import Phrase

Number = int | float
LONGEST = 300
LARGEST_POWER = 1024
"""Characters of a formula, and the bits that a power may have, at most."""

BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Number]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: operator.truediv,
        ast.FloorDiv: operator.floordiv,
        ast.Mod: operator.mod,
        ast.Pow: lambda a, b: _power(a, b),
    }
)
UNARY: Mapping[type[ast.unaryop], Callable[[Any], Number]] = MappingProxyType(
    {ast.UAdd: operator.pos, ast.USub: operator.neg}
)
FUNCTIONS: Mapping[str, tuple[Callable[..., Number], int, int]] = MappingProxyType(
    {
        "abs": (abs, 1, 1),
        "ceil": (math.ceil, 1, 1),
        "floor": (math.floor, 1, 1),
        "lerp": (lambda a, b, t: a + (b - a) * t, 3, 3),
        "max": (max, 2, 8),
        "min": (min, 2, 8),
        "round": (lambda x: math.floor(x + 0.5), 1, 1),
        "sqrt": (math.sqrt, 1, 1),
    }
)
"""Name -> what it does, and how many values it takes at least and at most."""
CONSTANTS: Mapping[str, Number] = MappingProxyType({"pi": math.pi})


class FormulaError(NodegraphError):
    """A formula that has no value; the message is a sentence that says why."""


def evaluate(text: str, names: Callable[[str], Number] | None = None) -> Number:
    """The value of a formula; `names` answers `width` and `latent.width`, or raises FormulaError.

    Raises FormulaError for what is no formula, for what has no finite value, and for unknown names.
    """
    tree = _parsed(text)
    try:
        value = _value(tree.body, names or _no_names)
        finite = not isinstance(value, complex) and math.isfinite(value)
    except ZeroDivisionError:
        raise FormulaError("“{text}” divides by zero.", text=_short(text)) from None
    except (OverflowError, ValueError, RecursionError):
        raise FormulaError("“{text}” has no value that can be computed.", text=_short(text)) from None
    if not finite:
        raise FormulaError("“{text}” has no value that can be computed.", text=_short(text))
    return value


def sole_name(text: str) -> str | None:
    """The name that a formula consists of, as in `other.text`; None where it is more than a name."""
    return _dotted(_parsed(text).body)


def names_in(text: str) -> frozenset[str]:
    """The names that a formula asks for, `node.param` or `param`; raises FormulaError."""
    found: set[str] = set()
    waiting: list[ast.AST] = [_parsed(text)]
    while waiting:
        node = waiting.pop()
        name = _dotted(node) if isinstance(node, ast.Attribute | ast.Name) else None
        if name is None:
            waiting.extend(ast.iter_child_nodes(node))
        elif name not in FUNCTIONS and name not in CONSTANTS:
            found.add(name)
    return frozenset(found)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.Expression:
    wanted = text.strip().replace("^", "**").replace("×", "*").replace("÷", "/").replace("−", "-")
    if not wanted:
        raise FormulaError("Type a number or a sum, such as 1024*1.5.")
    if len(wanted) > LONGEST:
        raise FormulaError(
            "A sum may have {most} characters; this one has {count}.", most=LONGEST, count=len(wanted)
        )
    try:
        return ast.parse(wanted, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise FormulaError(
            "“{text}” is no number and no sum; type one such as 1024*1.5.", text=_short(text)
        ) from None


def _value(node: ast.expr, names: Callable[[str], Number]) -> Number:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]  # the line above leaves only numbers
    if isinstance(node, ast.BinOp) and type(node.op) in BINARY:
        return BINARY[type(node.op)](_value(node.left, names), _value(node.right, names))
    if isinstance(node, ast.UnaryOp) and type(node.op) in UNARY:
        return UNARY[type(node.op)](_value(node.operand, names))
    if isinstance(node, ast.Call):
        return _call(node, names)
    name = _dotted(node)
    if name is None:
        raise FormulaError("Only numbers, names, + - * / % ** and brackets make a sum.")
    return CONSTANTS[name] if name in CONSTANTS else names(name)


def _call(node: ast.Call, names: Callable[[str], Number]) -> Number:
    name = _dotted(node.func)
    if name is None or name not in FUNCTIONS:
        raise FormulaError(
            "There is no function called {name}; there are {known}.", name=name, known=", ".join(FUNCTIONS)
        )
    function, least, most = FUNCTIONS[name]
    if node.keywords or not least <= len(node.args) <= most:
        if most == 1:
            raise FormulaError("{name} takes 1 value in brackets.", name=name)
        wanted = str(least) if least == most else Phrase("{least} to {most}", least=least, most=most)
        raise FormulaError("{name} takes {wanted} values in brackets.", name=name, wanted=wanted)
    return function(*(_value(argument, names) for argument in node.args))


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Constant):
        # A node whose id is no plain name is quoted: '2-pass'.width.
        return f"{node.value.value}.{node.attr}" if isinstance(node.value.value, str) else None
    return None


def _power(base: Number, exponent: Number) -> Number:
    if abs(exponent) * max(1.0, math.log2(abs(base) + 1)) > LARGEST_POWER:
        raise OverflowError
    found = base**exponent
    if isinstance(found, complex):
        raise ValueError
    return found


def _no_names(name: str) -> Number:
    raise FormulaError("“{name}” is no number; type a number or a sum, such as 1024*1.5.", name=name)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
