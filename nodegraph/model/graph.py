"""A workflow as an immutable value: nodes, links, frames, notes, and their lookups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from nodegraph.model.spec import Scalar

if TYPE_CHECKING:
    from nodegraph.model.note_images import NotePicture

T = TypeVar("T")
Mode = Literal["run", "mute", "bypass"]
Point = tuple[float, float]

ID_PATTERN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_\-]{0,199}")
"""What a node, frame or note may be called: it is written before a dot on command lines."""


def frozen(mapping: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """A read-only copy."""
    return MappingProxyType(thawed(mapping or {}))


def thawed(mapping: Mapping[str, T]) -> dict[str, T]:
    """A copy to write into."""
    # dict() of a read-only view asks for every key; its own copy is six times as fast.
    return mapping.copy() if isinstance(mapping, MappingProxyType) else dict(mapping)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an input takes its value: output `output` of node `node`.

    A muted source counts as not linked. `via` are the reroute points of the drawn link, `portal` the name
    under which it is drawn as a pair of stubs instead of a line.
    """

    node: str
    output: str
    muted: bool = False
    via: tuple[Point, ...] = ()
    portal: str = ""


Sources = tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A source and the input it feeds; `index` counts the links of a variadic input."""

    source: Source
    target: str
    input: str
    index: int = 0


@dataclass(frozen=True)
class Node:
    """One node. `inputs` maps a socket or linked parameter to its sources (one, or more where variadic).

    `extra` keeps what a file said that this version does not know, and is written back unchanged.
    """

    id: str
    type: str
    version: int = 1
    params: Mapping[str, Scalar] = field(default_factory=frozen)
    inputs: Mapping[str, Sources] = field(default_factory=frozen)
    pos: Point = (0.0, 0.0)
    size: Point | None = None
    title: str = ""
    color: str = ""
    mode: Mode = "run"
    collapsed: bool = False
    pinned: bool = False
    hide_unlinked: bool = False
    extra: Mapping[str, Any] = field(default_factory=frozen)

    def __post_init__(self) -> None:
        for name in ("params", "inputs", "extra"):
            value = getattr(self, name)
            if not isinstance(value, MappingProxyType):
                object.__setattr__(self, name, frozen(value))

    def links(self) -> Iterator[Link]:
        """Every link that ends in this node."""
        for name, sources in self.inputs.items():
            for index, source in enumerate(sources):
                yield Link(source, self.id, name, index)


@dataclass(frozen=True, slots=True)
class Frame:
    """A titled box that owns nodes; `rect` is x, y, width, height in scene units.

    Where `mode` is not "run" all members were set to it together; `own` keeps what each was before, where that
    was not "run", so that they can go back to it.
    """

    id: str
    title: str = ""
    members: tuple[str, ...] = ()
    rect: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    color: str = ""
    collapsed: bool = False
    locked: bool = False
    mode: Mode = "run"
    own: Mapping[str, Mode] = field(default_factory=frozen, hash=False)
    extra: Mapping[str, Any] = field(default_factory=frozen, hash=False)


@dataclass(frozen=True, slots=True)
class Note:
    """Markdown on the canvas, free or pinned to node `on`; `![words](name)` in it shows one of `pictures`."""

    id: str
    text: str = ""
    pos: Point = (0.0, 0.0)
    size: Point = (240.0, 120.0)
    color: str = ""
    on: str = ""
    extra: Mapping[str, Any] = field(default_factory=frozen, hash=False)
    pictures: Mapping[str, NotePicture] = field(default_factory=frozen, hash=False)


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a subgraph, by a name that never depends on its position.

    An exposed parameter may stand under `section`, a heading outside; `minimum` and `maximum` narrow the range
    that it has inside.
    """

    name: str
    node: str
    port: str
    section: str = ""
    minimum: float | None = None
    maximum: float | None = None

    @property
    def limited(self) -> bool:
        """Whether it has a range of its own."""
        return self.minimum is not None or self.maximum is not None


@dataclass(frozen=True)
class Subgraph:
    """A graph used as one node of type `subgraph/<name>`: inner inputs and outputs under outer names."""

    name: str
    nodes: Mapping[str, Node] = field(default_factory=frozen)
    inputs: tuple[Port, ...] = ()
    outputs: tuple[Port, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=frozen)
    frames: Mapping[str, Frame] = field(default_factory=frozen)
    notes: Mapping[str, Note] = field(default_factory=frozen)

    def __post_init__(self) -> None:
        for name in ("nodes", "frames", "notes"):
            value = getattr(self, name)
            if not isinstance(value, MappingProxyType):
                object.__setattr__(self, name, frozen(value))

    def level(self, subgraphs: Mapping[str, Subgraph] | None = None) -> Graph:
        """The inside as a graph of its own, with the definitions that its nodes may use."""
        return Graph(self.nodes, self.frames, self.notes, frozen() if subgraphs is None else subgraphs)


@dataclass(frozen=True)
class Graph:
    """The whole document. Every mapping is read-only; a changed graph is another graph."""

    nodes: Mapping[str, Node] = field(default_factory=frozen)
    frames: Mapping[str, Frame] = field(default_factory=frozen)
    notes: Mapping[str, Note] = field(default_factory=frozen)
    subgraphs: Mapping[str, Subgraph] = field(default_factory=frozen)
    view: Mapping[str, Any] = field(default_factory=frozen)
    extra: Mapping[str, Any] = field(default_factory=frozen)

    def __post_init__(self) -> None:
        for name in ("nodes", "frames", "notes", "subgraphs", "view", "extra"):
            value = getattr(self, name)
            if not isinstance(value, MappingProxyType):
                object.__setattr__(self, name, frozen(value))

    @staticmethod
    def of(*nodes: Node) -> Graph:
        """A graph of these nodes."""
        return Graph(nodes={node.id: node for node in nodes})

    def with_nodes(self, changed: Iterable[Node], removed: Iterable[str] = ()) -> Graph:
        """This graph with some nodes added or replaced and others left out; links are not looked at."""
        nodes = thawed(self.nodes)
        for name in removed:
            nodes.pop(name, None)
        nodes.update((node.id, node) for node in changed)
        return replace(self, nodes=MappingProxyType(nodes))

    def links(self) -> Iterator[Link]:
        """Every link, in the order of the nodes they end in."""
        for node in self.nodes.values():
            yield from node.links()

    @cached_property
    def consumers(self) -> Mapping[str, tuple[Link, ...]]:
        """The links that leave each node."""
        found: dict[str, list[Link]] = {}
        for link in self.links():
            found.setdefault(link.source.node, []).append(link)
        return MappingProxyType({node: tuple(links) for node, links in found.items()})

    def fresh_id(self, wanted: str, taken: Iterable[str] = ()) -> str:
        """`wanted`, or `wanted_2`, `wanted_3` ... so that no node, frame, note or `taken` has it."""
        return self.fresh_ids([wanted], taken)[0]

    def fresh_ids(self, wanted: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
        """Ids as of `fresh_id` for each of `wanted` in turn, no two alike, in time linear in all of them."""
        used = {*self.nodes, *self.frames, *self.notes, *taken}
        numbers: dict[str, int] = {}
        found = []
        for name in wanted:
            free = name
            if name in used:
                number = numbers.get(name, 2)
                while f"{name}_{number}" in used:
                    number += 1
                numbers[name] = number + 1
                free = f"{name}_{number}"
            used.add(free)
            found.append(free)
        return found


def readable_id(type_id: str) -> str:
    """A node id to begin with: `KSampler` gives `ksampler`, `pack/LoadImage` gives `load_image`."""
    name = type_id.rsplit("/", 1)[-1]
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z]{2})", "_", name)
    return re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_") or "node"
