from __future__ import annotations

from typing import Annotated, Any, NamedTuple, NewType

import pytest

from nodegraph.model.spec import Lazy, NodeSpec
from nodegraph.node_api.context import Context
from nodegraph.node_api.declare import Choice, Help, ModelFile, Range, Seed, node, read
from nodegraph.node_api.registry import Registry
from nodegraph.support.errors import DefinitionError

Picture = NewType("Picture", list[int])


class Halves(NamedTuple):
    left: Picture
    right: list[Picture]


@node("test/Everything", title="Everything", category="tests", keywords=("all",))
def everything(
    ctx: Context,
    picture: Picture,
    other: Picture | None = None,
    more: tuple[Picture, ...] = (),
    whole: list[Picture] = [],  # noqa: B006
    taken: Annotated[Any, Lazy("flag", True)] = None,
    *,
    seed: Annotated[int, Seed()] = 0,
    strength: Annotated[float, Range(0, 1, 0.1), Help("How much.")] = 0.5,
    mode: Annotated[str, Choice(("a", "b"))] = "a",
    model: Annotated[str, ModelFile("loras")] = "",
    flag: bool = True,
) -> Halves:
    """Do everything."""
    return Halves(picture, [picture])


SPEC: NodeSpec = everything.__declared__.spec  # type: ignore[attr-defined]


def test_signature_is_the_spec() -> None:
    assert [s.name for s in SPEC.sockets] == ["picture", "other", "more", "whole", "taken"]
    assert [s.optional for s in SPEC.sockets] == [False, True, True, True, True]
    assert SPEC.socket("more").variadic and SPEC.socket("whole").many  # type: ignore[union-attr]
    assert SPEC.socket("taken").lazy == Lazy("flag", True)  # type: ignore[union-attr]
    assert [(o.name, o.type, o.many) for o in SPEC.outputs] == [
        ("left", "Picture", False),
        ("right", "Picture", True),
    ]
    strength = SPEC.param("strength")
    assert strength is not None
    assert (strength.minimum, strength.maximum, strength.help) == (0, 1, "How much.")
    assert SPEC.param("model").file == "model:loras"  # type: ignore[union-attr]
    assert everything.__declared__.takes_context  # type: ignore[attr-defined]


def test_spec_survives_json() -> None:
    assert NodeSpec.from_json(SPEC.to_json()) == SPEC


def no_type(picture) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Nothing."""


def no_help(picture: Picture) -> None: ...


def no_default(*, size: int) -> None:
    """Nothing."""


def wrong_default(*, size: float = 1) -> None:
    """Nothing."""


def no_return(picture: Picture):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Nothing."""


def odd_param(*, size: list[int] = []) -> None:  # noqa: B006
    """Nothing."""


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (no_type, "write a type for `picture`"),
        (no_help, "write a docstring"),
        (no_default, "give `size` a default"),
        (wrong_default, "give `size` a default of its type"),
        (no_return, "write what it returns"),
        (odd_param, "a socket stands before"),
    ],
)
def test_a_bad_declaration_says_what_to_write(function: Any, says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        read(function, type="test/Bad")


def test_registry_refuses_a_second_owner_by_name() -> None:
    registry = Registry()
    registry.add_declared([everything])
    registry.add_declared([everything])
    with pytest.raises(DefinitionError, match=r"already defined by .*everything"):
        registry.add(SPEC, no_help)
