"""One call of a node function: its arguments gathered, mapped over lists, its results named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nodegraph.execution.resolve import Wired
from nodegraph.model.sockets import convert, lazy_taken
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.node_api.codec import Items
from nodegraph.node_api.context import Context
from nodegraph.node_api.declare import Declared
from nodegraph.subgraphs.exposure import allowed, within
from nodegraph.support.errors import GraphError


def arguments(item: Wired, gathered: Mapping[str, list[Any]]) -> dict[str, Any]:
    """The keyword arguments of a node, from the values that its links brought.

    A list result for a socket that takes one value stays `Items`: the call is then mapped over it.
    Raises GraphError for a required input that is not linked, or a linked parameter out of its range.
    """
    found: dict[str, Any] = {}
    for socket in item.spec.sockets:
        values = [_converted(value, socket.type) for value in gathered.get(socket.name, ())]
        if socket.variadic:
            found[socket.name] = tuple(v for value in values for v in _each(value))
        elif values and socket.many:
            found[socket.name] = list(_each(values[0]))
        elif values:
            found[socket.name] = values[0]
        elif not socket.optional:
            raise GraphError(
                f"Input {socket.name} of {item.title} ({item.id}) is not linked; link a {socket.type}."
            )
    for param in item.spec.params:
        if param.name in gathered:
            found[param.name] = _checked(item, param, _converted(gathered[param.name][0], param.type))
        else:
            found[param.name] = item.params[param.name]
    return found


def taken_inputs(item: Wired, choices: Mapping[str, Any]) -> set[tuple[str, int]]:
    """Which links are read, as (input, index), once the linked parameters have the values in `choices`."""
    taken: set[tuple[str, int]] = set()
    for name, sources in item.inputs.items():
        socket = item.spec.socket(name)
        for index in range(len(sources)):
            lazy = socket.lazy if socket else None
            if lazy is None or lazy_taken(lazy, _choice(item.spec, lazy.param, choices, item), index):
                taken.add((name, index))
    return taken


def _choice(spec: NodeSpec, name: str, choices: Mapping[str, Any], item: Wired) -> object:
    if name not in choices:
        return item.params.get(name)
    param = spec.param(name)
    return convert(choices[name], param.type) if param else choices[name]


def call(declared: Declared, context: Context, found: Mapping[str, Any]) -> dict[str, Any]:
    """Call the function, once or once for each element of the lists among its arguments; results by output."""
    function = _with_context(declared, context)
    lists = {name: value.values for name, value in found.items() if isinstance(value, Items)}
    if not lists:
        return _named(declared.spec, function(**found))
    count = 0 if any(not values for values in lists.values()) else max(map(len, lists.values()))
    rows = []
    for index in range(count):
        context.check()
        row = {name: values[min(index, len(values) - 1)] for name, values in lists.items()}
        rows.append(_named(declared.spec, function(**{**found, **row})))
    return {
        output.name: Items(tuple(v for row in rows for v in _each(row[output.name])))
        for output in declared.spec.outputs
    }


def _with_context(declared: Declared, context: Context) -> Callable[..., Any]:
    if not declared.takes_context:
        return declared.function
    return lambda **found: declared.function(context, **found)


def _named(spec: NodeSpec, result: Any) -> dict[str, Any]:
    if not spec.outputs:
        return {}
    values = result if len(spec.outputs) > 1 else (result,)
    if not isinstance(values, tuple) or len(values) != len(spec.outputs):
        raise GraphError(f"Node type {spec.type} must return {len(spec.outputs)} values.")
    return {
        output.name: Items(tuple(value)) if output.many else value
        for output, value in zip(spec.outputs, values, strict=True)
    }


def _each(value: Any) -> tuple[Any, ...]:
    return value.values if isinstance(value, Items) else (value,)


def _converted(value: Any, wanted: str) -> Any:
    if isinstance(value, Items):
        return Items(tuple(convert(item, wanted) for item in value.values))
    return convert(value, wanted)


def _checked(item: Wired, param: Param, value: Any) -> Any:
    for single in _each(value):
        place = f"Input {param.name} of {item.title} ({item.id})"
        if isinstance(single, int | float) and not within(param, single):
            raise GraphError(f"{place} got {single}; give it {allowed(param)}.")
        if param.choices and single not in param.choices:
            raise GraphError(f"{place} got {single!r}; choose one of {', '.join(param.choices[:12])}.")
    return value
