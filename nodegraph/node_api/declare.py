"""`@node`: an annotated function is a node type."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from nodegraph.model.spec import ANY, CachePolicy, Lazy, NodeSpec, Output, Param, Scalar, Socket
from nodegraph.node_api.context import Context
from nodegraph.support.errors import DefinitionError

Function = TypeVar("Function", bound=Callable[..., Any])

SCALARS: Mapping[type, tuple[str, str]] = {
    bool: ("Bool", "toggle"),
    int: ("Int", "number"),
    float: ("Float", "number"),
    str: ("Text", "text"),
}
"""What a parameter may be annotated with: its socket type and its plain editor."""


@dataclass(frozen=True, slots=True)
class Range:
    """A number's limits, both included, and the step of its editor."""

    minimum: float
    maximum: float
    step: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these names."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file from the model folders of a kind ("checkpoints", "loras", ...); listed at run time."""

    kind: str


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file the artist names: a path relative to the workflow; `kind` is "image" or another content.

    "image_folder" is a folder: what the pictures right in it contain counts, in order. An `optional` one may stay
    empty.
    """

    kind: str = "image"
    optional: bool = False


@dataclass(frozen=True, slots=True)
class OutputName:
    """A text that new files in the output folder are named by; it may name folders below it."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """A text that may name files from the model folders of a kind within itself, as prompts name embeddings."""

    kind: str


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed, 0 to 2**64 - 1."""


@dataclass(frozen=True, slots=True)
class Multiline:
    """Text of several lines."""


@dataclass(frozen=True, slots=True)
class Color:
    """A colour as "#rrggbb"."""


@dataclass(frozen=True, slots=True)
class Advanced:
    """Folded away until asked for."""


@dataclass(frozen=True, slots=True)
class Help:
    """The sentence shown beside the input."""

    text: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A node type and the function that computes it; `takes_context` says whether `ctx` comes first."""

    spec: NodeSpec
    function: Callable[..., Any]
    takes_context: bool


def node(
    type_id: str,
    *,
    title: str = "",
    category: str = "",
    version: int = 1,
    cache: CachePolicy = "always",
    sink: bool = False,
    constant: str = "",
    size: str = "",
    keywords: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Declare the function below as a node type; it stays a plain function.

    Sockets stand before `*`, parameters with their defaults after it; a first argument `ctx: Context` gets
    the running node's context. `T | None = None` is an optional socket, `tuple[T, ...]` a variadic one,
    `list[T]` takes a whole list. Several outputs are a NamedTuple. Raises DefinitionError with what to write.
    """

    def declare(function: Function) -> Function:
        spec, takes_context = read(
            function,
            type=type_id,
            title=title or type_id,
            category=category,
            version=version,
            cache=cache,
            sink=sink,
            constant=constant,
            size=size,
            keywords=keywords,
        )
        function.__declared__ = Declared(spec, function, takes_context)  # type: ignore[attr-defined]  # the registry's mark
        return function

    return declare


def read(function: Callable[..., Any], **facts: Any) -> tuple[NodeSpec, bool]:
    """The spec of an annotated function, and whether it takes a context."""
    place = f"node type {facts['type']}, function {function.__name__}"
    hints = get_type_hints(function, include_extras=True)
    arguments = list(inspect.signature(function).parameters.values())
    for argument in arguments:
        if argument.name not in hints:
            raise DefinitionError(
                f"{place}: write a type for `{argument.name}`, as in `{argument.name}: Image`."
            )
    if "return" not in hints:
        raise DefinitionError(f"{place}: write what it returns, as in `-> Image` (or `-> None`).")
    if not (function.__doc__ or "").strip():
        raise DefinitionError(f"{place}: write a docstring; it is the node's help.")
    takes_context = bool(arguments) and hints[arguments[0].name] is Context
    inputs = arguments[1:] if takes_context else arguments
    spec = NodeSpec(
        sockets=tuple(_socket(a, hints[a.name], place) for a in inputs if a.kind is not a.KEYWORD_ONLY),
        params=tuple(_param(a, hints[a.name], place) for a in inputs if a.kind is a.KEYWORD_ONLY),
        outputs=_outputs(hints["return"], place),
        help=inspect.cleandoc(function.__doc__ or ""),
        **facts,
    )
    return spec, takes_context


def _unpack(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) is Annotated:
        inner, *marks = get_args(hint)
        return inner, tuple(marks)
    return hint, ()


def _help(marks: tuple[Any, ...]) -> str:
    return next((mark.text for mark in marks if isinstance(mark, Help)), "")


def _name(hint: Any, place: str) -> str:
    hint, _ = _unpack(hint)
    if hint in (Any, object):
        return ANY
    if isinstance(hint, type) and hint in SCALARS:
        return SCALARS[hint][0]
    name = getattr(hint, "__name__", None)
    if not isinstance(name, str) or get_origin(hint) is not None:
        raise DefinitionError(f"{place}: {hint!r} is no socket type; name a class or a NewType.")
    return name


def _socket(argument: inspect.Parameter, hint: Any, place: str) -> Socket:
    hint, marks = _unpack(hint)
    optional = argument.default is not argument.empty
    if get_origin(hint) in (Union, types.UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        if len(parts) != 1 or argument.default is not None:
            raise DefinitionError(
                f"{place}: `{argument.name}` may be one type, or `T | None = None` for an optional socket; "
                "a parameter stands after `*`."
            )
        hint = parts[0]
    variadic = get_origin(hint) is tuple
    many = get_origin(hint) is list
    if variadic or many:
        hint = get_args(hint)[0]
    lazy = next((mark for mark in marks if isinstance(mark, Lazy)), None)
    return Socket(argument.name, _name(hint, place), optional or variadic, variadic, many, lazy, _help(marks))


def _param(argument: inspect.Parameter, hint: Any, place: str) -> Param:
    hint, marks = _unpack(hint)
    if hint not in SCALARS:
        raise DefinitionError(
            f"{place}: parameter `{argument.name}` must be int, float, str or bool; "
            "a socket stands before `*`."
        )
    if argument.default is argument.empty or type(argument.default) is not hint:
        raise DefinitionError(
            f"{place}: give `{argument.name}` a default of its type, "
            f"as in `{argument.name}: {hint.__name__} = ...`."
        )
    kind, widget = SCALARS[hint]
    facts: dict[str, Any] = {"widget": widget}
    for mark in marks:
        facts |= _facts(mark)
    return Param(argument.name, kind, argument.default, help=_help(marks), **facts)


def _facts(mark: object) -> dict[str, Any]:
    match mark:
        case Range(minimum, maximum, step):
            return {"minimum": minimum, "maximum": maximum, "step": step}
        case Choice(names):
            return {"choices": tuple(names), "widget": "choice"}
        case ModelFile(kind):
            return {"choices_from": kind, "file": f"model:{kind}", "widget": "choice"}
        case InputFile(kind, optional):
            return {"file": kind, "widget": "file", "optional": optional}
        case OutputName():
            return {"output_name": True}
        case Mentions(kind):
            return {"mentions": kind}
        case Seed():
            return {"minimum": 0, "maximum": 2**64 - 1, "widget": "seed"}
        case Multiline():
            return {"widget": "multiline"}
        case Color():
            return {"widget": "color"}
        case Advanced():
            return {"advanced": True}
    return {}


def _outputs(hint: Any, place: str) -> tuple[Output, ...]:
    hint, marks = _unpack(hint)
    if hint is type(None):
        return ()
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        fields = get_type_hints(hint, include_extras=True)
        return tuple(_output(name, field, place) for name, field in fields.items())
    return (_output("", Annotated[(hint, *marks)] if marks else hint, place),)


def _output(name: str, hint: Any, place: str) -> Output:
    hint, marks = _unpack(hint)
    many = get_origin(hint) is list
    if many:
        hint = get_args(hint)[0]
    kind = _name(hint, place)
    return Output(name or kind.lower(), kind, many, _help(marks))


def default(param: Param, value: object) -> Scalar:
    """`value` as `param` holds it: an int given for a Float becomes a float."""
    if param.type == "Float" and type(value) is int:
        return float(value)
    return typing.cast("Scalar", value)
