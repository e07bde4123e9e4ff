"""What a node type is: plain frozen data with a JSON round trip, read without any node code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeVar, cast

from nodegraph.support.errors import DefinitionError

T = TypeVar("T")

ANY = "Any"
"""The socket type that fits every other."""

FOREIGN = "comfyui/"
"""Before the class name of a node of ComfyUI's that nothing here stands in for: it is kept, and cannot run."""

SUBGRAPH = "subgraph/"
"""Before the name of the subgraph that a node stands for."""

PASS_THROUGH = "PassThrough"
"""The node type that gives what it takes, of whatever type."""

Scalar = bool | int | float | str
"""What a parameter may hold."""

IMAGE_FOLDER = "image_folder"
"""What the `file` of a parameter says that names a folder of pictures."""


@dataclass(frozen=True, slots=True)
class Lazy:
    """A socket is read only while parameter `param` equals `value`.

    On a variadic socket `value` is None and the item is read whose position equals the parameter.
    """

    param: str
    value: Scalar | None = None


@dataclass(frozen=True, slots=True)
class Socket:
    """An input that takes a value over a link.

    `variadic` takes any number of links in order, `many` takes a whole list instead of mapping over it.
    """

    name: str
    type: str
    optional: bool = False
    variadic: bool = False
    many: bool = False
    lazy: Lazy | None = None
    help: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """A named result; `many` is a list over which the nodes after it are mapped."""

    name: str
    type: str
    many: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class Param:
    """A value set on the node, or linked like a socket of `type`.

    `choices` are fixed names; `choices_from` names a source that is listed at run time (a folder of models).
    `file` says what kind of file a text value names; its contents then join the cache key; an `optional` one may be
    left empty. `mentions` says that a
    text may name model files of this kind within itself; theirs join it too. `section` is the heading under which
    a subgraph shows it. `output_name` says that a text is a pattern for the names of files in the output folder.
    `widget` hints at the editor: "number", "slider", "seed", "text", "multiline", "choice", "toggle",
    "color", "file".
    """

    name: str
    type: str
    default: Scalar
    widget: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    choices_from: str = ""
    file: str = ""
    optional: bool = False
    mentions: str = ""
    advanced: bool = False
    help: str = ""
    section: str = ""
    output_name: bool = False


CachePolicy = Literal["always", "never"]


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """The contract of a node type.

    `sink` marks a node that is run for its effect (it saves or shows); such nodes are the default targets.
    `cache="never"` reruns the node and all that depends on it in every run. `constant` names the parameter that is
    the node's one output as it stands, so that what it says is known before the run. `size` says how large the
    pictures and latents will be that it gives (`nodegraph/analysis/sizes.py`); empty where that is not known
    before the run.
    """

    type: str
    title: str
    category: str
    version: int = 1
    sockets: tuple[Socket, ...] = ()
    params: tuple[Param, ...] = ()
    outputs: tuple[Output, ...] = ()
    cache: CachePolicy = "always"
    sink: bool = False
    constant: str = ""
    size: str = ""
    help: str = ""
    keywords: tuple[str, ...] = ()
    _sockets: Mapping[str, Socket] = field(init=False, repr=False, compare=False)
    _params: Mapping[str, Param] = field(init=False, repr=False, compare=False)
    _outputs: Mapping[str, Output] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sockets", {socket.name: socket for socket in self.sockets})
        object.__setattr__(self, "_params", {param.name: param for param in self.params})
        object.__setattr__(self, "_outputs", {output.name: output for output in self.outputs})
        names = [*self._sockets, *self._params]
        if len(set(names)) != len(self.sockets) + len(self.params):
            raise DefinitionError(f"node type {self.type}: two inputs share a name")
        if len(self._outputs) != len(self.outputs):
            raise DefinitionError(f"node type {self.type}: two outputs share a name")

    @property
    def inputs(self) -> tuple[Socket | Param, ...]:
        """Sockets and parameters, in the order of the declaration."""
        return (*self.sockets, *self.params)

    def socket(self, name: str) -> Socket | None:
        """The socket of that name, or None."""
        return self._sockets.get(name)

    def param(self, name: str) -> Param | None:
        """The parameter of that name, or None."""
        return self._params.get(name)

    def output(self, name: str) -> Output | None:
        """The output of that name, or None."""
        return self._outputs.get(name)

    def input_type(self, name: str) -> str | None:
        """The type that input `name` (a socket or a linked parameter) takes, or None if there is none."""
        found = self._sockets.get(name) or self._params.get(name)
        return found.type if found else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data; values equal to the defaults are left out."""
        return cast("dict[str, Any]", _plain(self))

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> NodeSpec:
        """The spec that `to_json` wrote."""
        sockets = tuple(_socket(item) for item in data.get("sockets", ()))
        params = tuple(_tupled(Param, item) for item in data.get("params", ()))
        outputs = tuple(_tupled(Output, item) for item in data.get("outputs", ()))
        rest = {key: value for key, value in data.items() if key not in ("sockets", "params", "outputs")}
        rest["keywords"] = tuple(rest.get("keywords", ()))
        return NodeSpec(sockets=sockets, params=params, outputs=outputs, **rest)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, NodeSpec | Socket | Output | Param | Lazy):
        kept = ((f, getattr(value, f.name)) for f in fields(value) if f.init)
        return {
            f.name: _plain(item) for f, item in kept if item != f.default or type(item) is not type(f.default)
        }
    return value


def _socket(data: Mapping[str, Any]) -> Socket:
    lazy = data.get("lazy")
    return Socket(**{**data, "lazy": Lazy(**lazy) if lazy else None})


def _tupled(cls: type[T], data: Mapping[str, Any]) -> T:
    return cls(**{key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})
