"""A ComfyUI workflow in our words: the object that a workflow file of ours would hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from nodegraph.formats.comfyui.frames import smallest_around
from nodegraph.formats.comfyui.naming import Names
from nodegraph.formats.comfyui.node_mapping import Converted, End, Part, Untranslatable, translated_node
from nodegraph.formats.comfyui.remarks import Remarks, file_note, remark_note
from nodegraph.formats.comfyui.reverse import read_back
from nodegraph.formats.comfyui.source_graph import (
    BORDER_IN,
    ModelLink,
    Origin,
    SourceGraph,
    SourceInput,
    SourceNode,
)
from nodegraph.formats.comfyui.tokens import Spots, with_tokens
from nodegraph.formats.comfyui.usable import specs_of, usable
from nodegraph.model.foreign import KEY, declared_spec, our_type
from nodegraph.model.graph import Node, readable_id
from nodegraph.model.limits import scalar_fault
from nodegraph.model.spec import ANY, FOREIGN, PASS_THROUGH, NodeSpec, Param, Scalar
from nodegraph.subgraphs.expand import MAX_DEPTH, PASSES, PREFIX
from nodegraph.support.errors import LoadError

NAME = 200
BESIDE = (240.0, 190.0)
"""How far apart the parts of one node are put, in scene units."""

MAX_VARIANTS_NODES = 50_000
"""Nodes in all forms of all subgraphs together; beyond, uses of a subgraph share one form."""

RELAYS: Mapping[str, tuple[str, str]] = {
    "Int": ("PrimitiveInt", "int"),
    "Float": ("PrimitiveFloat", "float"),
    "Text": ("PrimitiveText", "text"),
    "Bool": ("PrimitiveBool", "bool"),
}
"""Inside a subgraph, what takes a value once and gives it to several inner places: node type and output, by type."""

SEED_RELAY = ("PrimitiveSeed", "int")
SEED = "seed"
PASS_ON = (PASS_THROUGH, "any")
VALUE = "value"

Wire = tuple[str, str, bool]
"""Node id, output, and whether nothing comes over the link, so that what needs it is left out of a run."""


def translated(old: SourceGraph, place: str) -> dict[str, Any]:
    """The object of a file of ours that holds the workflow; raises LoadError for a subgraph that holds itself.

    What has no equal is kept as it is, and a note says what and why.
    """
    remarks = Remarks()
    forms = _Forms(old, place, remarks)
    found = _Level(old, forms, ()).object()
    for key in old.subgraphs:
        if not forms.is_used(key):
            forms.level(key, {}, ())
    levels = forms.objects()
    if levels:
        found["subgraphs"] = levels
    found["notes"] += remark_note(remarks, found["nodes"])
    found["notes"] += file_note(_models(old), found["nodes"], len(found["notes"]))
    return {"format": "nodegraph", "version": 1, **found}


def _models(old: SourceGraph) -> list[ModelLink]:
    """The model files that the nodes name an address for, each once."""
    levels = (old, *old.subgraphs.values())
    return list(dict.fromkeys(link for level in levels for node in level.nodes for link in node.models))


@dataclass
class _Use:
    """How a node that stands for a subgraph is said: the form of the subgraph, and its values."""

    level: _Level
    params: dict[str, Scalar] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)


class _Forms:
    """The subgraphs, each in as many forms as its uses need.

    A use sets the values of the subgraph's inputs. Where a value cannot be set from outside (it decides which nodes a
    node becomes) the use has a form of its own, with the value inside.
    """

    def __init__(self, old: SourceGraph, place: str, remarks: Remarks) -> None:
        self._graphs = old.subgraphs
        self._place = place
        self.remarks = remarks
        self._levels: dict[tuple[str, str], _Level] = {}
        self._names = Names(" ")
        self._used: set[str] = set()
        self._left = MAX_VARIANTS_NODES

    def is_used(self, key: str) -> bool:
        """Whether a node stands for the subgraph."""
        return key in self._used

    def graph(self, key: str) -> SourceGraph | None:
        """The subgraph that nodes of a type stand for, None for any other type."""
        return self._graphs.get(key)

    def objects(self) -> dict[str, Any]:
        """The definitions, as a file of ours holds them."""
        return {level.name: level.subgraph() for level in self._levels.values()}

    def use(self, node: SourceNode, path: tuple[str, ...]) -> _Use:
        """How a node that stands for a subgraph is said; `path` are the subgraphs around it."""
        graph = self._graphs[node.type]
        plain = self.level(node.type, {}, path)
        held = {port.name: node.values[port.name] for port in graph.inputs if port.name in node.values}
        # A value behind a link from the border shows where the subgraph around is given none.
        free = {
            name: value
            for name, value in held.items()
            if name not in node.links or node.links[name].node == BORDER_IN
        }
        values = {name: plain.outside(name, value) for name, value in free.items()}
        inside = {name: free[name] for name, value in values.items() if value is None and plain.takes(name)}
        inside |= {name: held[name] for name in held.keys() - free.keys() if not plain.is_open(name)}
        level = self.level(node.type, inside, path) if inside else plain
        use = _Use(level)
        for name, found in values.items():
            if found is None or not level.is_open(name):
                continue
            port = level.ports[name]
            use.params[port] = found.value
            mode = MODES.get(node.controls.get(name, ""), found.mode)
            if mode != "fixed":
                use.modes[port] = mode
        return use

    def level(self, key: str, inside: Mapping[str, Any], path: tuple[str, ...]) -> _Level:
        """A form of a subgraph, with some values of its inputs set inside; raises LoadError."""
        self._used.add(key)
        if len(path) >= MAX_DEPTH:
            raise LoadError(
                "{place}: subgraph {name!r} is nested more than {most} deep.",
                place=self._place,
                name=self._graphs[key].name[:60],
                most=MAX_DEPTH,
            )
        if key in path:
            raise LoadError(
                "{place}: subgraph {name!r} contains itself; remove the inner one.",
                place=self._place,
                name=self._graphs[key].name[:60],
            )
        form = (key, json.dumps(inside, sort_keys=True, default=str))
        if form not in self._levels:
            graph = self._graphs[key]
            if inside and self._left < len(graph.nodes):
                self.remarks.add(f"{graph.name}: used with too many different values; some are left out")
                return self.level(key, {}, path)
            self._left -= len(graph.nodes)
            name = self._names.fresh((graph.name.strip() or "Subgraph")[: NAME - 20])
            level = _Level(_with_values(graph, inside), self, (*path, key), name)
            self._levels[form] = level
        return self._levels[form]


@dataclass(frozen=True, slots=True)
class _Outside:
    """A value as the port of a subgraph holds it, and how it changes after a run."""

    value: Scalar
    mode: str = "fixed"


MODES = {"fixed": "fixed", "increment": "next", "decrement": "next", "randomize": "new"}
"""What ComfyUI calls the way a number changes after a run, and what that is called here."""


@dataclass(frozen=True, slots=True)
class _Relay:
    """A node inside a subgraph that takes what comes from outside once and gives it to several places."""

    id: str
    type: str
    output: str
    params: Mapping[str, Scalar]


class _Level:
    """The nodes of the workflow or of one form of a subgraph, and what each becomes."""

    def __init__(self, old: SourceGraph, forms: _Forms, path: tuple[str, ...], name: str = "") -> None:
        self._old = old
        self._forms = forms
        self._path = path
        self.name = name
        self._names = Names()
        self._nodes = {node.id: node for node in old.nodes}
        self._made: dict[str, Converted] = {}
        self._ids: dict[str, dict[str, str]] = {}
        self._uses: dict[str, _Use] = {}
        self._outside: dict[tuple[str, str], _Outside | None] = {}
        for remark in old.remarks:
            forms.remarks.add(remark)
        for node in old.nodes:
            made = self._become(node)
            first = self._names.fresh(readable_id(made.parts[""].type)[:NAME])
            self._made[node.id] = made
            self._ids[node.id] = {
                part: self._names.fresh(f"{first[: NAME - 40]}_{part}") if part else first
                for part in made.parts
            }
        self._spots = Spots(self._spot(node) for node in old.nodes)
        self._reached = self._border_ends() if path else {}
        self._fed = {
            name: open_ends
            for name, ends in self._reached.items()
            if (open_ends := [(node, key) for node, key in ends if key in self._made[node].ports])
        }
        self._passed = self._straight()
        self._relays: dict[str, _Relay] = {}
        self.ports: dict[str, str] = {}
        if path:
            taken = Names()
            for port in old.inputs:
                if self._fed.get(port.name) or port.name in self._passed:
                    self.ports[port.name] = taken.fresh((port.label or port.name)[: NAME - 10])
                    self._relay(port)

    # What each node becomes.

    def _become(self, node: SourceNode) -> Converted:
        if self._forms.graph(node.type) is not None:
            use = self._forms.use(node, self._path)
            self._uses[node.id] = use
            return _instance(use, node)
        return self._translate(node)

    def _translate(self, node: SourceNode) -> Converted:
        remarks = self._forms.remarks
        try:
            made = translate(node)
        except Untranslatable as error:
            remarks.about(node, str(error), kept=True)
            return _kept(node)
        if made is None:
            remarks.missing(node)
            return _kept(node)
        for remark in made.remarks:
            remarks.about(node, remark)
        return made

    # Values that a use of this subgraph sets.

    def takes(self, name: str) -> bool:
        """Whether an input leads to anything inside."""
        return name in self._reached

    def is_open(self, name: str) -> bool:
        """Whether an input is a port outside."""
        return name in self.ports

    def outside(self, name: str, value: Any) -> _Outside | None:
        """`value` as the port of an input holds it; None where it has to be set inside."""
        key = (name, json.dumps(value, default=str))
        if key not in self._outside:
            found = {self._turned(node, widget, value) for node, widget in self._reached.get(name, ())}
            self._outside[key] = found.pop() if len(found) == 1 else None
        return self._outside[key]

    def _turned(self, name: str, widget: str, value: Any) -> _Outside | None:
        """`value` as the inner widget holds it, if it changes nothing but that widget's parameter."""
        use = self._uses.get(name)
        if use is not None:
            return use.level.outside(widget, value) if use.level.is_open(widget) else None
        base = self._made[name]
        node = self._nodes[name]
        if base.parts[""].type.startswith(FOREIGN):
            return (
                _Outside(value) if scalar_fault(value) is None and widget in base.parts[""].params else None
            )
        try:
            made = translate(replace(node, values={**node.values, widget: value}))
        except Untranslatable:
            return None
        ends = made.ports.get(widget, ()) if made is not None else ()
        if made is None or not ends or _without(made, ends) != _without(base, base.ports.get(widget, ())):
            return None
        found = set()
        for part, param in ends:
            spec = specs_of().get(made.parts[part].type)
            if param not in made.parts[part].params:
                return None
            turned = usable(made.parts[part].params[param], spec.param(param) if spec else None)
            if turned is None:
                return None
            modes = made.parts[part].extra.get("seed_mode", {})
            found.add(_Outside(turned, modes.get(param, "fixed")))
        return found.pop() if len(found) == 1 else None

    # The border of a subgraph.

    def _border_ends(self) -> dict[str, list[tuple[str, str]]]:
        """The inner places, node and input, that each input of this subgraph feeds or stands for."""
        found: dict[str, list[tuple[str, str]]] = {}
        for port in self._old.inputs:
            ends = [(node, widget) for node, widget in port.ends if node in self._made]
            if ends:
                found[port.name] = ends
        for node in self._old.nodes:
            for key, origin in node.links.items():
                at = self._crossing(origin)
                if at is not None:
                    found.setdefault(self._old.inputs[at].name, []).append((node.id, key))
        return found

    def _crossing(self, origin: Origin | None) -> int | None:
        """Which input of this subgraph a link comes from, over nodes that pass on what they show."""
        end = self._origin(origin)
        if end is None or end.node != BORDER_IN or not 0 <= end.slot < len(self._old.inputs):
            return None
        return end.slot

    def _origin(self, origin: Origin | None) -> Origin | None:
        """Where a link begins once nodes that pass on what they show are left out."""
        seen: set[str] = set()
        while origin is not None and origin.node in self._made and origin.node not in seen:
            outputs = self._made[origin.node].outputs
            through = outputs[origin.slot] if 0 <= origin.slot < len(outputs) else None
            if not isinstance(through, str):
                return origin
            seen.add(origin.node)
            origin = self._nodes[origin.node].links.get(through)
        return None if origin is not None and origin.node in seen else origin

    def _straight(self) -> set[str]:
        """The inputs of this subgraph that lead to an output without a node between."""
        crossings = (self._crossing(port.origin) for port in self._old.outputs)
        return {self._old.inputs[at].name for at in crossings if at is not None}

    def _places(self, name: str) -> list[tuple[str, str, str]]:
        """What an input of this subgraph feeds: node, part of it, and the part's input or parameter."""
        return [
            (node, part, ours)
            for node, key in self._fed.get(name, ())
            for part, ours in self._made[node].ports[key]
        ]

    def _relay(self, port: SourceInput) -> None:
        """Put a node behind an input that feeds more than one place, or an input that takes several links."""
        places = self._places(port.name)
        if port.name not in self._passed and len(places) == 1:
            node, part, ours = places[0]
            spec = self._part_spec(node, part)
            socket = spec.socket(ours) if spec is not None else None
            if socket is None or not socket.variadic:
                return
        kind, output, value = self._relayed(port, places)
        params = {} if value is None else {_relay_input(kind): value}
        self._relays[port.name] = _Relay(self._names.fresh(readable_id(kind)), kind, output, params)

    def _relayed(
        self, port: SourceInput, places: list[tuple[str, str, str]]
    ) -> tuple[str, str, Scalar | None]:
        """The type and output of the node behind an input, and the value it holds."""
        params = [self._param_at(*place) for place in places]
        found = [param for param in params if param is not None]
        if port.name in self._passed or not found or len(found) < len(places):
            return (*PASS_ON, None)
        kinds = {param.type for param in found}
        kind = kinds.pop() if len(kinds) == 1 else "Float" if kinds == {"Int", "Float"} else ""
        if kind not in RELAYS:
            return (*PASS_ON, None)
        value = self._first_value(port, places)
        relay = SEED_RELAY if any(param.widget == "seed" for param in found) else RELAYS[kind]
        return (*relay, value if value is not None else found[0].default)

    def _param_at(self, node: str, part: str, name: str) -> Param | None:
        """The parameter at one of the places that an input feeds; None for a socket."""
        made = self._made[node].parts[part]
        if made.type.startswith(FOREIGN):
            declared = declared_spec(Node("kept", made.type, params=self._params(node, part)))
            return declared.param(name) if declared is not None else None
        spec = self._part_spec(node, part)
        return spec.param(name) if spec is not None else None

    def _first_value(self, port: SourceInput, places: list[tuple[str, str, str]]) -> Scalar | None:
        """The value inside that an input shows: that of the first place it feeds."""
        first = port.first[0] if port.first is not None else places[0][0]
        for node, part, ours in sorted(places, key=lambda place: place[0] != first):
            params = self._params(node, part)
            if ours in params:
                return params[ours]
        return None

    def _part_spec(self, node: str, part: str) -> NodeSpec | None:
        use = self._uses.get(node)
        return use.level.spec if use is not None else specs_of().get(self._made[node].parts[part].type)

    @cached_property
    def spec(self) -> NodeSpec:
        """This subgraph as a node, as far as its ports lead to installed types."""
        sockets, params = [], []
        for name, port in self.ports.items():
            relay = self._relays.get(name)
            if relay is not None:
                spec, ours = specs_of().get(relay.type), _relay_input(relay.type)
            else:
                node, part, ours = self._places(name)[0]
                spec = self._part_spec(node, part)
            if spec is not None and (socket := spec.socket(ours)):
                sockets.append(replace(socket, name=port))
            elif spec is not None and (param := spec.param(ours)):
                params.append(replace(param, name=port))
        return NodeSpec(PREFIX + self.name, self.name, "", 1, tuple(sockets), tuple(params))

    # The object in the file.

    def object(self) -> dict[str, Any]:
        """Nodes, frames and notes."""
        nodes = [item for node in self._old.nodes for item in self._items(node)]
        nodes += self._relay_items()
        return {"nodes": nodes, "frames": self._frames(nodes), "notes": self._notes()}

    def subgraph(self) -> dict[str, Any]:
        """Ports, nodes, frames and notes."""
        nodes = [item for node in self._old.nodes for item in self._items(node)]
        nodes += self._relay_items()
        inputs: dict[str, str] = {}
        for name, port in self.ports.items():
            relay = self._relays.get(name)
            if relay is not None:
                inputs[port] = f"{relay.id}.{_relay_input(relay.type)}"
            else:
                inner, part, ours = self._places(name)[0]
                inputs[port] = f"{self._ids[inner][part]}.{ours}"
        outputs = {}
        kinds = dict(zip(self.output_names(), (port.type for port in self._old.outputs), strict=True))
        for name, origin in self._outputs():
            wire = self._wire(origin)
            if wire is None or wire[2]:
                nodes.append(self._dead_end(kinds[name]))
                wire = (nodes[-1]["id"], PASS_ON[1], False)
            outputs[name] = f"{wire[0]}.{wire[1]}"
        return {
            "inputs": inputs,
            "outputs": outputs,
            "nodes": nodes,
            "frames": self._frames(nodes),
            "notes": self._notes(),
        }

    def _outputs(self) -> Iterator[tuple[str, Origin | None]]:
        for name, port in zip(self.output_names(), self._old.outputs, strict=True):
            yield name, port.origin

    def output_names(self) -> list[str]:
        """What the outputs of this subgraph are called outside."""
        taken = Names()
        return [taken.fresh((port.label or port.name)[: NAME - 10]) for port in self._old.outputs]

    def _dead_end(self, kind: str) -> dict[str, Any]:
        """A muted node behind an output that nothing feeds: what is linked to it is left out of a run."""
        x, y = self._old.border
        name = self._names.fresh(readable_id(PASS_ON[0]))
        item = {"id": name, "type": PASS_ON[0], "params": {}, "pos": [x, y - BESIDE[1]], "mode": "mute"}
        return item | _passing(kind)

    def _relay_items(self) -> list[dict[str, Any]]:
        x, y = self._old.border
        kinds = {port.name: port.type for port in self._old.inputs}
        return [
            {
                "id": relay.id,
                "type": relay.type,
                "params": dict(relay.params),
                "pos": [x, y + 100.0 * at],
                **(_passing(kinds[name]) if relay.type == PASS_ON[0] else {}),
            }
            for at, (name, relay) in enumerate(self._relays.items())
        ]

    def _items(self, node: SourceNode) -> list[dict[str, Any]]:
        made = self._made[node.id]
        items: dict[str, dict[str, Any]] = {}
        for number, (name, part) in enumerate(made.parts.items()):
            items[name] = self._item(node, name, number)
            for key, ends in part.inputs.items():
                sources = [f"{self._ids[node.id][other]}.{output}" for other, output in ends]
                items[name].setdefault("inputs", {})[key] = sources
        for their, ends in made.ports.items():
            if their in node.links:
                self._link(node, node.links[their], ends, items)
        for name, origin in node.links.items():
            if name not in made.ports and origin.node in self._made:
                self._forms.remarks.about(node, f"the link to its input {name} is left out")
        return list(items.values())

    def _item(self, node: SourceNode, part: str, number: int) -> dict[str, Any]:
        x, y = node.pos or (0.0, 0.0)
        made = self._made[node.id].parts[part]
        item: dict[str, Any] = {"id": self._ids[node.id][part], "type": made.type}
        item["params"] = self._with_tokens(node, part, self._params(node.id, part))
        item |= made.extra
        item["pos"] = [x - (BESIDE[0] if number else 0.0), y + BESIDE[1] * max(0, number - 1)]
        item |= {"title": node.title[:NAME]} if node.title and not number else {}
        item |= {"color": node.color} if node.color else {}
        item |= {"size": list(node.size)} if node.size and not number and not node.collapsed else {}
        item |= {"mode": node.mode} if node.mode != "run" else {}
        return item | {key: True for key in ("collapsed", "pinned") if getattr(node, key)}

    def _params(self, node: str, part: str) -> dict[str, Scalar]:
        """The values of a part, as its parameters take them; those that it cannot take are left out."""
        made = self._made[node].parts[part]
        spec = self._part_spec(node, part)
        found: dict[str, Scalar] = {}
        for name, value in made.params.items():
            turned = usable(value, spec.param(name) if spec is not None else None)
            if turned is not None:
                found[name] = turned
            elif value is not None:
                self._forms.remarks.about(
                    self._nodes[node], f"the value of {name} cannot be used, its default is used instead"
                )
        return found

    def _with_tokens(self, node: SourceNode, part: str, params: dict[str, Scalar]) -> dict[str, Scalar]:
        ends = self._made[node.id].ports.get("filename_prefix", ())
        names = {param for owner, param in ends if owner == part}
        return {
            name: with_tokens(value, self._spots) if name in names and isinstance(value, str) else value
            for name, value in params.items()
        }

    def _spot(self, node: SourceNode) -> tuple[SourceNode, Mapping[str, str]]:
        """Where the widgets of a node are now: widget -> node.parameter."""
        ids = self._ids[node.id]
        return node, {
            name: f"{ids[ends[0][0]]}.{ends[0][1]}"
            for name, ends in self._made[node.id].ports.items()
            if ends
        }

    def _link(
        self, node: SourceNode, origin: Origin, ends: tuple[End, ...], items: Mapping[str, dict[str, Any]]
    ) -> None:
        crossing = self._crossing(origin) if self._path else None
        if crossing is not None and self._old.inputs[crossing].name not in self._relays:
            return
        wire = self._wire(origin)
        if wire is None:
            return
        source, output, is_dead = wire
        look: dict[str, Any] = {"via": [list(point) for point in origin.via]} if origin.via else {}
        look |= {"portal": origin.portal} if origin.portal else {}
        look |= {"muted": True} if is_dead else {}
        for part, ours in ends:
            item = items[part]
            item["params"].pop(ours, None)
            item.setdefault("inputs", {}).setdefault(ours, []).append(f"{source}.{output}")
            item.setdefault("links", {}).setdefault(ours, []).append(look or None)

    def _wire(self, origin: Origin | None) -> Wire | None:
        """The node and output that a link begins at; None where there is none."""
        end = self._origin(origin)
        if origin is None or end is None:
            return None
        if end.node == BORDER_IN:
            relay = (
                self._relays.get(self._old.inputs[end.slot].name) if self._crossing(end) is not None else None
            )
            return (relay.id, relay.output, False) if relay is not None else None
        made = self._made.get(end.node)
        if made is None or end.slot < 0:
            return None
        is_dead = self._is_muted_between(origin, end)
        ids = self._ids[end.node]
        if end.slot < len(made.outputs):
            found = made.outputs[end.slot]
            if isinstance(found, str):
                return None
            return ids[found[0]], found[1], is_dead
        if made.parts[""].type.startswith(FOREIGN):
            return ids[""], f"output_{end.slot + 1}", is_dead
        return None

    def _is_muted_between(self, origin: Origin, end: Origin) -> bool:
        """Whether a node that would pass a link on is muted."""
        while origin.node != end.node:
            node = self._nodes[origin.node]
            if node.mode == "mute":
                return True
            through = self._made[origin.node].outputs[origin.slot]
            if not isinstance(through, str):
                return False
            origin = node.links[through]
        return False

    def _frames(self, nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The groups; each node is a member of the smallest that holds its middle."""
        groups = sorted(self._old.groups, key=lambda box: box.rect[2] * box.rect[3])
        points = [_middle(node) for node in nodes]
        members: list[list[str]] = [[] for _ in groups]
        for node, owner in zip(nodes, smallest_around(points, [g.rect for g in groups]), strict=True):
            if owner is not None:
                members[owner].append(node["id"])
        return [
            {
                "id": self._names.fresh("frame"),
                "title": group.text[:NAME],
                "members": held,
                "rect": list(group.rect),
                "color": group.color,
            }
            for group, held in zip(groups, members, strict=True)
        ]

    def _notes(self) -> list[dict[str, Any]]:
        return [
            {
                "id": self._names.fresh("note"),
                "text": note.text,
                "pos": list(note.rect[:2]),
                "size": list(note.rect[2:]),
                "color": note.color,
            }
            for note in self._old.notes
        ]


def translate(node: SourceNode) -> Converted | None:
    """What a node becomes; None for a type that no package has an equal for, raises Untranslatable."""
    own = read_back(node)
    if own is not None:
        return _own(node, *own)
    return translated_node(node)


def _passing(theirs: str) -> dict[str, str]:
    """What a node that passes on says of the type that goes through it."""
    kind = our_type(theirs)
    return {} if kind == ANY else {PASSES: kind[:NAME]}


def _relay_input(kind: str) -> str:
    return SEED if kind == SEED_RELAY[0] else VALUE


def _own(node: SourceNode, kind: str, values: Mapping[str, Any]) -> Converted:
    """A node of ours that was written for ComfyUI, as it was."""
    spec = specs_of()[kind]
    ports: dict[str, tuple[End, ...]] = {each.name: (("", each.name),) for each in spec.inputs}
    for name in {**node.input_types, **node.links}:
        plain, dot, number = name.rpartition(".")
        if dot and number.isdecimal() and spec.socket(plain) is not None:
            ports[name] = (("", plain),)
    params = {name: value for name, value in values.items() if spec.param(name) is not None}
    return Converted({"": Part(kind, params)}, ports, tuple(("", output.name) for output in spec.outputs))


def _instance(use: _Use, node: SourceNode) -> Converted:
    level = use.level
    ports = {name: (("", port),) for name, port in level.ports.items()}
    outputs = tuple(("", name) for name in level.output_names())
    extra = {"seed_mode": dict(use.modes)} if use.modes else {}
    return Converted({"": Part(PREFIX + level.name, dict(use.params), extra=extra)}, ports, outputs)


def _with_values(graph: SourceGraph, inside: Mapping[str, Any]) -> SourceGraph:
    """The subgraph with the values of some of its inputs set in the nodes that they feed."""
    if not inside:
        return graph
    slots = {at: inside[port.name] for at, port in enumerate(graph.inputs) if port.name in inside}
    shown: dict[str, dict[str, Any]] = {}
    for port in graph.inputs:
        for name, widget in port.ends if port.name in inside else ():
            shown.setdefault(name, {})[widget] = inside[port.name]
    nodes = []
    for node in graph.nodes:
        crossing = {
            key: slots[origin.slot]
            for key, origin in node.links.items()
            if origin.node == BORDER_IN and origin.slot in slots
        }
        given = {**crossing, **shown.get(node.id, {})}
        if given:
            links = {key: origin for key, origin in node.links.items() if key not in crossing}
            node = replace(node, values={**node.values, **given}, links=links)
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _without(made: Converted, ends: Iterable[End]) -> tuple[Any, ...]:
    """What a node becomes, but for some of its parameters."""
    left = set(ends)
    parts = {
        name: (part.type, {k: v for k, v in part.params.items() if (name, k) not in left}, dict(part.inputs))
        for name, part in made.parts.items()
    }
    return parts, dict(made.ports), made.outputs


def _kept(node: SourceNode) -> Converted:
    """The node as it is, for another version or another package to understand."""
    params = {
        key: value
        for key, value in node.values.items()
        if scalar_fault(value) is None and 0 < len(key) <= NAME
    }
    left = {key: value for key, value in node.values.items() if key not in params and _is_shallow(value)}
    kept: dict[str, Any] = {}
    inputs = {name: kind for name, kind in node.input_types.items() if 0 < len(name) <= NAME}
    names = Names()
    outputs = [names.fresh(name[: NAME - 10] or f"output_{at}") for at, name in enumerate(node.outputs, 1)]
    kept |= {"inputs": inputs} if inputs else {}
    kept |= {"outputs": dict(zip(outputs, node.output_types, strict=False))} if outputs else {}
    kept |= {"widgets_values": list(node.listed)} if node.listed and _is_shallow(list(node.listed)) else {}
    kept |= {"values": left} if left else {}
    ports = {name: (("", name),) for name in {**node.links, **inputs, **params} if 0 < len(name) <= NAME}
    extra = {KEY: kept} if kept else {}
    part = Part((FOREIGN + node.type)[:NAME], params, {}, extra)
    return Converted({"": part}, ports, tuple(("", name) for name in outputs))


def _is_shallow(value: object) -> bool:
    """Whether lists and objects stand in each other no deeper than a file of ours may hold beside a node."""
    level: list[object] = [value]
    for _ in range(24):
        level = [
            inner
            for part in level
            if isinstance(part, dict | list)
            for inner in (part.values() if isinstance(part, dict) else part)
        ]
        if not level:
            return True
    return False


def _middle(node: Mapping[str, Any]) -> tuple[float, float]:
    (x, y), (width, height) = node["pos"], node.get("size", (0.0, 0.0))
    return x + width / 2, y + height / 2
