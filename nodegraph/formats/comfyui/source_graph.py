"""A ComfyUI workflow as values, whichever of its two formats it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nodegraph.model.graph import Mode, Point

BORDER_IN, BORDER_OUT = "-10", "-20"
"""What links name as their node where they cross the border of a subgraph."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a link begins: output number `slot` of node `node`, drawn over the points `via` or as a portal.

    Inside a subgraph `node` may be `BORDER_IN`; then `slot` counts the inputs of the subgraph.
    """

    node: str
    slot: int
    via: tuple[Point, ...] = ()
    portal: str = ""


@dataclass(frozen=True, slots=True)
class ModelLink:
    """Where a model file can be fetched: its name, the folder it belongs into, and its address."""

    name: str
    folder: str
    url: str


@dataclass(frozen=True)
class SourceNode:
    """A node. `values` are its widgets by name, `listed` all of them in order where the file lists them.

    `input_types` and `output_types` are ComfyUI's types by slot name, in the order of the slots, as far as the file
    states them; `widget_inputs` are the inputs that are widgets. `controls` say how a number changes after a run
    ("randomize", "increment" ...), by widget, where that stands elsewhere than in `listed`. `drawn` is set for nodes
    that were saved by the interface, where text choices are still to be made. `pos` is the corner, title included.
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
    color: str = ""
    input_types: Mapping[str, str] = field(default_factory=dict)
    output_types: tuple[str, ...] = ()
    widget_inputs: frozenset[str] = frozenset()
    controls: Mapping[str, str] = field(default_factory=dict)
    called: str = ""
    models: tuple[ModelLink, ...] = ()
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class SourceBox:
    """A group (with a title) or a note (with a text): x, y, width and height in scene units."""

    text: str
    rect: tuple[float, float, float, float]
    color: str = ""


@dataclass(frozen=True, slots=True)
class SourceInput:
    """An input of a subgraph. `ends` are widgets of inner nodes (node, widget) that it stands for without a link.

    `first` is the inner place whose value it shows where the node outside holds none.
    """

    name: str
    type: str = ""
    label: str = ""
    ends: tuple[tuple[str, str], ...] = ()
    first: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class SourceOutput:
    """An output of a subgraph; `origin` is what feeds it inside, if anything does."""

    name: str
    type: str = ""
    label: str = ""
    origin: Origin | None = None


@dataclass(frozen=True)
class SourceGraph:
    """Nodes in the order of the file; `inputs` and `outputs` cross the border of a subgraph.

    `id` is the type of the nodes that stand for it. `border` is where its inputs are drawn.
    """

    nodes: tuple[SourceNode, ...]
    groups: tuple[SourceBox, ...] = ()
    notes: tuple[SourceBox, ...] = ()
    name: str = ""
    inputs: tuple[SourceInput, ...] = ()
    outputs: tuple[SourceOutput, ...] = ()
    subgraphs: Mapping[str, SourceGraph] = field(default_factory=dict)
    drawn: bool = True
    """Whether the file says where nodes lie."""
    border: Point = (0.0, 0.0)
    remarks: tuple[str, ...] = ()
