"""One call of a node function: its arguments gathered, mapped over lists, its results named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nodegraph.execution.resolve import ResolvedNode
from nodegraph.model.sockets import convert, lazy_taken
from nodegraph.model.spec import NodeSpec, Param, Socket
from nodegraph.node_api.codec import Items
from nodegraph.node_api.context import Context
from nodegraph.node_api.declare import Declared
from nodegraph.subgraphs.exposure import allowed, within
from nodegraph.support.errors import GraphError


def arguments(item: ResolvedNode, gathered: Mapping[str, Mapping[int, Any]]) -> dict[str, Any]:
    """The keyword arguments of a node, from the values that its links brought, by input and position.

    A list result for a socket that takes one value stays `Items`: the call is then mapped over it.
    Raises GraphError for a required input that is not linked, or a linked parameter out of its range.
    """
    found: dict[str, Any] = {}
    rows = max(
        (len(v.values) for by in gathered.values() for v in by.values() if isinstance(v, Items)), default=0
    )
    for socket in item.spec.sockets:
        deciding = gathered.get(socket.lazy.param, {}).get(0) if socket.lazy else None
        if socket.lazy is not None and isinstance(deciding, Items):
            choices = Items(_choices(item.spec, socket.lazy.param, deciding))
            found[socket.name] = _by_row(socket, gathered.get(socket.name, {}), choices, rows)
            continue
        values = [_converted(value, socket.type) for value in gathered.get(socket.name, {}).values()]
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
            value = next(iter(gathered[param.name].values()))
            found[param.name] = _checked(item, param, _converted(value, param.type))
        else:
            found[param.name] = item.params[param.name]
    return found


def _by_row(socket: Socket, values: Mapping[int, Any], choices: Items, rows: int) -> Items:
    """What a lazy socket brings to each call when a list decides which of its links is read."""
    assert socket.lazy is not None
    found: list[Any] = []
    for row in range(rows if choices.values else 0):
        choice = _at(choices, row)
        taken = [v for index, v in sorted(values.items()) if lazy_taken(socket.lazy, choice, index)]
        converted = [_converted(value, socket.type) for value in taken]
        if socket.variadic:
            found.append(tuple(single for value in converted for single in _each(value)))
        else:
            found.append(_at(converted[0], row) if converted else None)
    return Items(tuple(found))


def _at(value: Any, row: int) -> Any:
    """The element of a list for one call; a shorter list repeats its last one."""
    if not isinstance(value, Items):
        return value
    return value.values[min(row, len(value.values) - 1)] if value.values else None


def taken_inputs(item: ResolvedNode, choices: Mapping[str, Any]) -> set[tuple[str, int]]:
    """Which links are read, as (input, index), once the linked parameters have the values in `choices`."""
    taken: set[tuple[str, int]] = set()
    decided = {
        socket.lazy.param: _choices(item.spec, socket.lazy.param, choices[socket.lazy.param])
        if socket.lazy.param in choices
        else (item.params.get(socket.lazy.param),)
        for socket in item.spec.sockets
        if socket.lazy is not None
    }
    for name, sources in item.inputs.items():
        socket = item.spec.socket(name)
        for index in range(len(sources)):
            lazy = socket.lazy if socket else None
            if lazy is None or any(lazy_taken(lazy, choice, index) for choice in decided[lazy.param]):
                taken.add((name, index))
    return taken


def _choices(spec: NodeSpec, name: str, value: Any) -> tuple[Any, ...]:
    """The values of a linked parameter that decides which links are read: one, or those of a list."""
    param = spec.param(name)
    return tuple(convert(single, param.type) if param else single for single in _each(value))


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


def _checked(item: ResolvedNode, param: Param, value: Any) -> Any:
    for single in _each(value):
        place = f"Input {param.name} of {item.title} ({item.id})"
        if isinstance(single, int | float) and not within(param, single):
            raise GraphError(f"{place} got {single}; give it {allowed(param)}.")
        if param.choices and single not in param.choices:
            raise GraphError(f"{place} got {single!r}; choose one of {', '.join(param.choices[:12])}.")
    return value
