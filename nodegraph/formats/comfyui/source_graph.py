"""A workflow of ComfyUI's as values, whichever of its two formats it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nodegraph.model.graph import Mode, Point


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a link begins: output number `slot` of node `node`, drawn over the points `via` or as a portal."""

    node: str
    slot: int
    via: tuple[Point, ...] = ()
    portal: str = ""


@dataclass(frozen=True)
class Old:
    """A node. `values` are its widgets by name, `listed` all of them in order where the file tells that.

    `outputs` are the names of its outputs, as far as the file tells them; `pos` is its corner, title included.
    """

    id: str
    type: str
    values: Mapping[str, Any] = field(default_factory=dict)
    listed: tuple[Any, ...] = ()
    links: Mapping[str, Origin] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    pos: Point | None = None
    size: Point | None = None
    title: str = ""
    mode: Mode = "run"
    collapsed: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class OldBox:
    """A group (with a title) or a note (with a text): x, y, width and height in scene units."""

    text: str
    rect: tuple[float, float, float, float]
    color: str = ""


@dataclass(frozen=True, slots=True)
class OldPort:
    """One end of a link that crosses a subgraph's border: the port's name and the inner node with its port."""

    name: str
    node: str
    port: str | int


@dataclass(frozen=True)
class OldGraph:
    """Nodes in the order of the file; `inputs` and `outputs` are what crosses the border of a subgraph.

    One input may feed several inner nodes; outputs are told apart by `output_names`, by their number.
    """

    nodes: tuple[Old, ...]
    groups: tuple[OldBox, ...] = ()
    notes: tuple[OldBox, ...] = ()
    name: str = ""
    inputs: tuple[OldPort, ...] = ()
    outputs: tuple[OldPort, ...] = ()
    output_names: tuple[str, ...] = ()
    subgraphs: Mapping[str, OldGraph] = field(default_factory=dict)
    drawn: bool = True
    """Whether the file says where nodes lie."""
