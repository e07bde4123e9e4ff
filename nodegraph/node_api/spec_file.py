"""A node type's spec from the catalogue of a stranger's package: every field held to its type."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from nodegraph.model.spec import Lazy, NodeSpec, Output, Param, Scalar, Socket
from nodegraph.node_api.declare import SCALARS
from nodegraph.node_api.packs import printable
from nodegraph.support.errors import DefinitionError

MAX_NAME = 200
"""Length of an id or a name, as in a workflow file."""
MAX_TEXT = 20_000
"""Length of a help text or a default."""
MAX_ITEMS = 10_000
"""Inputs, outputs or choices of one type."""

_NAME = re.compile(r"[^\W\d]\w*")


def _is_number(value: object) -> bool:
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _is_text(value: object) -> bool:
    return type(value) is str and len(value) <= MAX_TEXT


def _is_list_of(kind: type) -> Callable[[object], bool]:
    return lambda value: (
        isinstance(value, list) and len(value) <= MAX_ITEMS and all(isinstance(item, kind) for item in value)
    )


_HOLDS: Mapping[str, Callable[[object], bool]] = {
    "str": _is_text,
    "bool": lambda value: type(value) is bool,
    "int": lambda value: type(value) is int and value >= 1,
    "float | None": lambda value: value is None or _is_number(value),
    "Scalar": lambda value: type(value) is bool or _is_number(value) or _is_text(value),
    "Scalar | None": lambda value: (
        value is None or type(value) is bool or _is_number(value) or _is_text(value)
    ),
    "tuple[str, ...]": lambda value: _is_list_of(str)(value) and len(str(value)) <= MAX_TEXT * 10,
    "Lazy | None": lambda value: value is None or isinstance(value, dict),
    "CachePolicy": lambda value: value in ("always", "never"),
    "tuple[Socket, ...]": _is_list_of(dict),
    "tuple[Param, ...]": _is_list_of(dict),
    "tuple[Output, ...]": _is_list_of(dict),
}
"""What JSON holds for each type of a field of a spec."""


def checked_spec(data: Mapping[str, Any]) -> NodeSpec:
    """The spec in an entry of a catalogue; raises DefinitionError that names the type and the field."""
    place = f"node type {printable(str(data.get('type')), 60)}"
    _check(NodeSpec, data, place)
    for kind, key in ((Socket, "sockets"), (Param, "params"), (Output, "outputs")):
        for item in data.get(key, ()):
            _check(kind, item, place)
            if not _NAME.fullmatch(item["name"]) or len(item["name"]) > MAX_NAME:
                raise DefinitionError(
                    f"{place}: {printable(item['name'], 60)!r} cannot be the name of an input or output"
                )
    for item in data.get("sockets", ()):
        if item.get("lazy"):
            _check(Lazy, item["lazy"], place)
    spec = NodeSpec.from_json(data)
    for param in spec.params:
        _check_param(param, place)
    for socket in spec.sockets:
        if socket.lazy is not None and spec.param(socket.lazy.param) is None:
            raise DefinitionError(f"{place}: input {socket.name} depends on a parameter that does not exist")
    return spec


def _check(kind: type, data: Mapping[str, Any], place: str) -> None:
    known = {f.name: f for f in fields(kind) if f.init}
    for name, value in data.items():
        if name not in known or not _HOLDS[str(known[name].type)](value):
            raise DefinitionError(
                f"{place}: {printable(str(name), 60)!r} of its {kind.__name__} is not valid"
            )
    for name, field in known.items():
        if field.default is MISSING and field.default_factory is MISSING and name not in data:
            raise DefinitionError(f"{place}: {name!r} of its {kind.__name__} is missing")
    for name in ("type", "name", "title"):
        if name in data and not 0 < len(data[name]) <= MAX_NAME:
            raise DefinitionError(
                f"{place}: {name!r} of its {kind.__name__} must have 1 to {MAX_NAME} characters"
            )


def _check_param(param: Param, place: str) -> None:
    types: Mapping[str, type[Scalar]] = {name: kind for kind, (name, _) in SCALARS.items()}
    wanted = types.get(param.type)
    if wanted is None:
        raise DefinitionError(f"{place}: parameter {param.name} must be one of {', '.join(types)}")
    if type(param.default) is not wanted and not (wanted is float and type(param.default) is int):
        raise DefinitionError(f"{place}: the default of {param.name} is not of type {param.type}")
    low, high = param.minimum, param.maximum
    if low is not None and high is not None and low > high:
        raise DefinitionError(f"{place}: the smallest value of {param.name} is larger than the largest")
