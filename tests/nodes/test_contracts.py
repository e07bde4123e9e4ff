"""What every node type of this package must keep, whoever wrote it."""

from __future__ import annotations

import inspect
import json
from functools import cache
from pathlib import Path

import pytest

from nodegraph.model.digest import Parts
from nodegraph.model.sockets import convert
from nodegraph.model.spec import ANY, NodeSpec, Param, Scalar, Socket
from nodegraph.node_api.catalogue import describe
from nodegraph.node_api.declare import Declared
from nodegraph.node_api.registry import Registry
from nodes import definitions


@cache
def registry() -> Registry:
    found = Registry()
    found.add_package("nodes.definitions")
    return found


TYPES = sorted(registry())


def another(param: Param) -> Scalar:
    """A valid value that is not the default."""
    if param.choices:
        return next((name for name in reversed(param.choices) if name != param.default), param.default)
    match param.default:
        case bool():
            return not param.default
        case int() | float() as number:
            high = param.maximum is not None and number + 1 > param.maximum
            low = param.minimum if param.minimum is not None else number - 1
            return convert(low if high else number + 1, param.type)  # type: ignore[return-value]  # a number
        case _:
            return f"{param.default}x"


@pytest.mark.parametrize("type_id", TYPES)
def test_it_is_documented(type_id: str) -> None:
    spec = registry()[type_id]
    assert len(spec.help.split()) >= 8, "say what it does and when to want it"
    assert spec.title and spec.category
    for part in spec.inputs:
        assert len(part.help.split()) >= 3, f"{part.name} needs help that an artist understands"
        assert part.help[-1] in ".!?", f"the help of {part.name} is a sentence"
    for output in spec.outputs:
        assert len(spec.outputs) == 1 or output.help, f"output {output.name} needs help"


@pytest.mark.parametrize("type_id", TYPES)
def test_its_defaults_are_valid(type_id: str) -> None:
    for param in registry()[type_id].params:
        assert convert(param.default, param.type) == param.default
        if param.choices:
            assert param.default in param.choices
        if param.minimum is not None and param.maximum is not None:
            assert isinstance(param.default, int | float)
            assert param.minimum <= param.default <= param.maximum
        else:
            assert param.minimum is None and param.maximum is None


@pytest.mark.parametrize("type_id", TYPES)
def test_every_parameter_and_input_is_in_the_key(type_id: str) -> None:
    spec = registry()[type_id]
    params = {param.name: param.default for param in spec.params}
    inputs = {socket.name: ("a",) for socket in spec.sockets}
    keys = [Parts(type_id, spec.version, params, inputs, {}).key()]
    keys += [
        Parts(type_id, spec.version, {**params, param.name: another(param)}, inputs, {}).key()
        for param in spec.params
    ]
    keys += [Parts(type_id, spec.version, params, {**inputs, name: ("b",)}, {}).key() for name in inputs]
    keys += [Parts(type_id, spec.version, params, inputs, {p.name: "f"}).key() for p in spec.params if p.file]
    keys.append(Parts(type_id, spec.version + 1, params, inputs, {}).key())
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("type_id", TYPES)
def test_its_spec_survives_json(type_id: str) -> None:
    spec = registry()[type_id]
    assert NodeSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


@pytest.mark.parametrize("type_id", TYPES)
def test_its_function_takes_what_its_spec_says(type_id: str) -> None:
    declared: Declared = registry().declared(type_id)
    names = list(inspect.signature(declared.function).parameters)
    expected = [part.name for part in declared.spec.inputs]
    assert names == (["ctx", *expected] if declared.takes_context else expected)


KNOWN = {
    ANY, "Int", "Float", "Text", "Bool", "Image", "Mask", "Sigmas", "Latent", "Model", "Clip", "Vae", "ControlNet",
    "Conditioning", "Noise", "Guider", "Solver", "Crop", "Layer", "UpscaleModel",
}  # fmt: skip


@pytest.mark.parametrize("type_id", TYPES)
def test_its_sockets_have_types_of_this_package(type_id: str) -> None:
    spec = registry()[type_id]
    assert {*(s.type for s in spec.sockets), *(o.type for o in spec.outputs)} <= KNOWN


def test_every_wire_type_can_be_made_and_used() -> None:
    made = {output.type for spec in registry().values() for output in spec.outputs}
    used = {socket.type for spec in registry().values() for socket in spec.sockets}
    assert used <= made


def test_titles_are_unique() -> None:
    titles = [spec.title for spec in registry().values()]
    assert len(set(titles)) == len(titles)


def test_the_shipped_catalogue_is_that_of_the_code() -> None:
    shipped = Path(definitions.__file__).with_name("catalogue.json")
    assert shipped.read_text(encoding="utf-8") == describe("nodes.definitions"), (
        "run python -m nodegraph.node_api.catalogue"
    )


def test_optional_sockets_have_none_as_default() -> None:
    def default(socket: Socket, declared: Declared) -> object:
        return inspect.signature(declared.function).parameters[socket.name].default

    for type_id in TYPES:
        declared = registry().declared(type_id)
        for socket in declared.spec.sockets:
            if socket.optional and not socket.variadic:
                assert default(socket, declared) is None
