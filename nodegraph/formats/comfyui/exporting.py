"""A workflow of ours as ComfyUI's files: as its interface saves it, with subgraphs, or as its server runs it."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nodegraph.execution.resolve import ResolvedNode, resolve_graph
from nodegraph.expressions.evaluate import with_expressions_evaluated
from nodegraph.formats.comfyui.reverse import Theirs, Widget, reversed_node, their_type
from nodegraph.formats.comfyui.ui_format import TITLE
from nodegraph.model.graph import Frame, Graph, Node, Note, Port, Source, Subgraph
from nodegraph.model.spec import PASS_THROUGH, NodeSpec, Scalar
from nodegraph.subgraphs.expand import PREFIX, definition, is_instance
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.atomic import write_text
from nodegraph.support.errors import SaveError

SIZE = (220.0, 100.0)
CHOICES = "PromptChoices"
_UNESCAPE = re.compile(r"\\(\\|#|__)")
JOINED: Mapping[tuple[int, str], tuple[str, tuple[tuple[str, Scalar], ...]]] = {
    **{
        (2, kind): ("DualCLIPLoader", (("type", kind), ("device", "default")))
        for kind in ("sdxl", "sd3", "flux")
    },
    (3, "sd3"): ("TripleCLIPLoader", ()),
}
"""The loader of so many text encoders of a kind, and its other widgets."""

MODES = {"run": 0, "mute": 2, "bypass": 4}
BORDER_IN, BORDER_OUT = -10, -20


@dataclass(frozen=True)
class Exported:
    """The data of a ComfyUI file, and a sentence on each thing that it cannot say."""

    data: dict[str, Any]
    losses: tuple[str, ...]


def exported_ui(graph: Graph, specs: Mapping[str, NodeSpec]) -> Exported:
    """The workflow as ComfyUI's interface saves it: positions, frames, notes, colours and subgraphs stay."""
    graph = with_expressions_evaluated(graph, specs)
    ids = {name: str(uuid.uuid5(uuid.NAMESPACE_URL, f"nodegraph:{name}")) for name in graph.subgraphs}
    losses: dict[str, None] = {}
    top = _Level(graph, graph, specs, ids, losses)
    found = top.object()
    subgraphs = [
        _Level(graph, each.level(graph.subgraphs), specs, ids, losses, each).definition(ids[name])
        for name, each in graph.subgraphs.items()
    ]
    found["links"] = [
        [row["id"], row["origin_id"], row["origin_slot"], row["target_id"], row["target_slot"], row["type"]]
        for row in found["links"]
    ]
    if subgraphs:
        found["definitions"] = {"subgraphs": subgraphs}
    return Exported({**found, "config": {}, "version": 0.4}, tuple(losses))


def exported_api(graph: Graph, specs: Mapping[str, NodeSpec]) -> Exported:
    """The workflow as ComfyUI's server runs it: subgraphs laid out flat, without what is muted or bypassed."""
    wiring = resolve_graph(graph, specs)
    losses: dict[str, None] = {}
    ids = _flat_ids(wiring.nodes)
    nodes = {name: _complete(item) for name, item in wiring.nodes.items()}
    merged = _merged(nodes)
    made = {
        name: merged.made.get(name) or reversed_node(node, wiring.nodes[name].spec)
        for name, node in nodes.items()
    }
    for name, theirs in made.items():
        _note_loss(wiring.nodes[name].node, theirs, losses)
    ends = _Ends(wiring.nodes, made, ids)
    found: dict[str, Any] = {}
    for name, item in wiring.nodes.items():
        if item.node.type == PASS_THROUGH or name in merged.gone:
            continue
        theirs = made[name]
        inputs: dict[str, Any] = {key: _wrapped(value) for key, value in theirs.values.items()}
        inputs |= {w.name: w.value for w in theirs.widgets if w.value is not None}
        for key, source in _linked(item.inputs, theirs):
            end = ends.of(source)
            if end is not None:
                inputs[key] = list(end)
        found[ids[name]] = {"inputs": inputs, "class_type": theirs.type}
        if item.node.title:
            found[ids[name]]["_meta"] = {"title": item.node.title}
    return Exported(found, tuple(losses))


def default_path(path: Path, *, api: bool = False) -> Path:
    """Where a workflow file's export is written: beside it, under another ending."""
    return path.with_name(f"{path.stem}.comfyui{'.api' if api else ''}.json")


def write_export(found: Exported, path: Path) -> None:
    """Write a ComfyUI file, wholly or not at all; raises SaveError."""
    try:
        write_text(path, json.dumps(found.data, ensure_ascii=False, indent=2, default=_plain) + "\n")
    except (OSError, ValueError) as error:
        raise SaveError(
            "{path} could not be written: {reason}; nothing of what stood there has changed.",
            path=path,
            reason=str(error),
        ) from None


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no place in a workflow file")


def _wrapped(value: Any) -> Any:
    return {"__value__": value} if isinstance(value, list) else value


def _complete(item: ResolvedNode) -> Node:
    """The node of a resolved graph with its live links and all its values."""
    own = {name: value for name, value in item.node.params.items() if name not in item.inputs}
    return replace(item.node, params={**own, **item.params}, inputs=item.inputs)


def _flat_ids(names: Iterable[str]) -> dict[str, str]:
    """Ids as ComfyUI makes them: numbers, `outer:inner` inside subgraphs."""
    numbers: dict[tuple[str, ...], dict[str, int]] = {}
    found = {}
    for name in names:
        path = tuple(name.split("/"))
        parts = []
        for depth, part in enumerate(path):
            level = numbers.setdefault(path[:depth], {})
            parts.append(str(level.setdefault(part, len(level) + 1)))
        found[name] = ":".join(parts)
    return found


@dataclass(frozen=True)
class _Merged:
    """Nodes of ours that are one node there: what it is, by the node that stays, and the nodes that go with it."""

    made: Mapping[str, Theirs]
    gone: frozenset[str]


def _merged(nodes: Mapping[str, Node]) -> _Merged:
    """Text encoders that are loaded one by one and joined are loaded by one node there."""
    made: dict[str, Theirs] = {}
    gone: set[str] = set()
    readers: dict[str, int] = {}
    for node in nodes.values():
        for sources in node.inputs.values():
            for source in sources:
                readers[source.node] = readers.get(source.node, 0) + 1
    for name, node in nodes.items():
        parts = [nodes.get(source.node) for source in node.inputs.get("clips", ())]
        kind = str(node.params.get("kind", "auto"))
        if node.type != "ClipJoin" or (len(parts), kind) not in JOINED:
            continue
        whole = [
            part
            for part in parts
            if part is not None
            and part.type == "ClipLoader"
            and readers[part.id] == 1
            and not part.inputs
            and part.params.get("dtype", "auto") == "auto"
        ]
        if len(whole) != len(parts):
            continue
        loader, more = JOINED[len(parts), kind]
        widgets = [Widget(f"clip_name{at}", part.params.get("file", "")) for at, part in enumerate(whole, 1)]
        widgets += (Widget(key, value) for key, value in more)
        made[name] = Theirs(loader, tuple(widgets), (), (("clip", "CLIP"),))
        gone.update(part.id for part in whole)
    return _Merged(made, frozenset(gone))


def _with_choices(nodes: Mapping[str, Node], ports: frozenset[tuple[str, str]]) -> dict[str, Node]:
    """The nodes with choices in a prompt written into the prompt, where ComfyUI's window makes them."""
    found = dict(nodes)
    for name, node in nodes.items():
        links = [link for each in nodes.values() for link in each.links() if link.source.node == name]
        is_free = node.type == CHOICES and not node.inputs and not any(owner == name for owner, _ in ports)
        targets = [found[link.target] for link in links]
        if not is_free or not links or not all(each.type.startswith("TextEncode") for each in targets):
            continue
        words = _UNESCAPE.sub(lambda mark: mark[1], str(node.params.get("text", "")))
        for link in links:
            target = found[link.target]
            inputs = {key: sources for key, sources in target.inputs.items() if key != link.input}
            found[link.target] = replace(target, inputs=inputs, params={**target.params, link.input: words})
        del found[name]
    return found


class _Ends:
    """The ids and slots that links begin at, once nodes that only pass on are left out."""

    def __init__(
        self, nodes: Mapping[str, ResolvedNode], made: Mapping[str, Theirs], ids: Mapping[str, str]
    ) -> None:
        self._nodes, self._made, self._ids = nodes, made, ids

    def of(self, source: Source) -> tuple[str, int] | None:
        """Id and slot; None where nothing is there."""
        seen: set[str] = set()
        while source.node in self._nodes and self._nodes[source.node].node.type == PASS_THROUGH:
            if source.node in seen or not self._nodes[source.node].inputs.get("value"):
                return None
            seen.add(source.node)
            source = self._nodes[source.node].inputs["value"][0]
        if source.node not in self._made:
            return None
        names = [name for name, _ in self._made[source.node].outputs]
        slot = names.index(source.output) if source.output in names else -1
        return (self._ids[source.node], slot) if slot >= 0 else None


def _linked(inputs: Mapping[str, tuple[Source, ...]], theirs: Theirs) -> Iterator[tuple[str, Source]]:
    """ComfyUI's inputs that are linked, with where each link begins; several of its inputs may be one of ours."""
    left = {name: list(sources) for name, sources in inputs.items()}
    for name, _, ours in theirs.inputs:
        if left.get(ours):
            yield name, left[ours].pop(0)
    for widget in theirs.widgets:
        if widget.ours and left.get(widget.ours):
            yield widget.name, left[widget.ours].pop(0)


def _note_loss(node: Node, theirs: Theirs, losses: dict[str, None]) -> None:
    if theirs.is_ours and node.type != PASS_THROUGH:
        losses[
            f"{node.title or node.id} ({node.type}) has no equal in ComfyUI; it is written as {theirs.type} "
            "and does not run there."
        ] = None


class _Level:
    """One level of the workflow as the interface saves it."""

    def __init__(
        self,
        whole: Graph,
        level: Graph,
        specs: Mapping[str, NodeSpec],
        ids: Mapping[str, str],
        losses: dict[str, None],
        subgraph: Subgraph | None = None,
    ) -> None:
        self._whole, self._specs, self._uuids = whole, specs, ids
        self._losses = losses
        self._subgraph = subgraph
        ports = subgraph.inputs + subgraph.outputs if subgraph else ()
        nodes = _with_choices(level.nodes, frozenset((port.node, port.port) for port in ports))
        merged = _merged(nodes)
        exposed = {port.node for port in ports}
        if exposed & merged.gone:
            merged = _Merged({}, frozenset())
        level = replace(level, nodes={name: node for name, node in nodes.items() if name not in merged.gone})
        self._level = level
        self._numbers = {name: at for at, name in enumerate(level.nodes, 1)}
        self._last = len(level.nodes)
        self._made = {name: merged.made.get(name) or self._theirs(node) for name, node in level.nodes.items()}
        self._fed: dict[tuple[str, str], int] = {}
        for at, port in enumerate(subgraph.inputs if subgraph else ()):
            self._fed[port.node, port.port] = at
        self._links: list[dict[str, Any]] = []
        self._reroutes: list[dict[str, Any]] = []
        self._extensions: list[dict[str, Any]] = []

    def _theirs(self, node: Node) -> Theirs:
        if is_instance(node.type):
            return self._instance(node)
        if node.type == PASS_THROUGH:
            kind = node.extra.get("passes")
            word = their_type(kind) if isinstance(kind, str) else "*"
            return Theirs("Reroute", (), (("", word, "value"),), (("any", word),))
        found = reversed_node(node, self._specs.get(node.type))
        _note_loss(node, found, self._losses)
        return found

    def _instance(self, node: Node) -> Theirs:
        found = definition(self._whole, node.type)
        spec = spec_of(self._whole, node.type, self._specs)
        if found is None or spec is None:
            return reversed_node(node, None)
        widgets, inputs = [], []
        for port in found.inputs:
            if spec.param(port.name) is not None:
                value = self._their_value(found, port, node.params.get(port.name))
                widgets.append(Widget(port.name, value, port.name))
            else:
                socket = spec.socket(port.name)
                inputs.append((port.name, their_type(socket.type) if socket else "*", port.name))
        outputs = tuple(
            (port.name, their_type(out.type) if (out := spec.output(port.name)) else "*")
            for port in found.outputs
        )
        return Theirs(self._uuids[found.name], tuple(widgets), tuple(inputs), outputs)

    def _their_value(self, found: Subgraph, port: Port, value: Scalar | None) -> Scalar | None:
        """A value of a subgraph's input as ComfyUI's widget inside has it."""
        node = found.nodes.get(port.node)
        if value is None or node is None:
            return value
        if is_instance(node.type):
            inner = definition(self._whole, node.type)
            deeper = next((p for p in inner.inputs if p.name == port.port), None) if inner else None
            return self._their_value(inner, deeper, value) if inner and deeper else value
        changed = replace(node, params={**node.params, port.port: value})
        theirs = reversed_node(changed, self._specs.get(node.type))
        return next((w.value for w in theirs.widgets if w.ours == port.port), value)

    def object(self) -> dict[str, Any]:
        """Nodes, links, groups and notes."""
        nodes = [self._node(node) for node in self._level.nodes.values()]
        nodes += [self._note(note) for note in self._level.notes.values()]
        extra: dict[str, Any] = {}
        if self._reroutes:
            extra = {"reroutes": self._reroutes, "linkExtensions": self._extensions}
        return {
            "last_node_id": self._last,
            "last_link_id": len(self._links),
            "nodes": nodes,
            "links": self._links,
            "groups": [_group(frame) for frame in self._level.frames.values()],
            "extra": extra,
        }

    def definition(self, key: str) -> dict[str, Any]:
        """This level as the definition of a subgraph."""
        assert self._subgraph is not None
        spec = spec_of(self._whole, PREFIX + self._subgraph.name, self._specs)
        found = self.object()
        outputs = []
        for at, port in enumerate(self._subgraph.outputs):
            node = self._level.nodes.get(port.node)
            is_dead = node is not None and node.type == PASS_THROUGH and node.mode == "mute"
            number = None if is_dead else self._row(Source(port.node, port.port), BORDER_OUT, at, "*")
            kind = spec.output(port.name) if spec else None
            outputs.append(_port(key, "out", port.name, their_type(kind.type) if kind else "*", [number]))
        inputs = []
        for at, port in enumerate(self._subgraph.inputs):
            ids = [r["id"] for r in self._links if (r["origin_id"], r["origin_slot"]) == (BORDER_IN, at)]
            kind_in = spec.input_type(port.name) if spec else None
            inputs.append(_port(key, "in", port.name, their_type(kind_in) if kind_in else "*", ids))
        return {
            "id": key, "version": 1, "name": self._subgraph.name,
            "inputNode": {"id": BORDER_IN, "bounding": [-200, 0, 120, 60]},
            "outputNode": {"id": BORDER_OUT, "bounding": [1200, 0, 120, 60]},
            "inputs": inputs, "outputs": outputs, "widgets": [], **found, "links": self._links,
        }  # fmt: skip

    def _node(self, node: Node) -> dict[str, Any]:
        theirs = self._made[node.id]
        number = self._numbers[node.id]
        slots: list[dict[str, Any]] = []
        left = {name: list(sources) for name, sources in node.inputs.items()}
        for name, kind, ours in theirs.inputs:
            slots.append({"name": name, "type": kind, "link": None})
            self._feed(node, ours, left, number, slots, kind)
        for widget in theirs.widgets:
            fed = left.get(widget.ours) or (node.id, widget.ours) in self._fed
            if widget.ours and (fed or is_instance(node.type)):
                slots.append(
                    {"name": widget.name, "type": "*", "widget": {"name": widget.name}, "link": None}
                )
                self._feed(node, widget.ours, left, number, slots, "*")
        width, height = node.size or SIZE
        item: dict[str, Any] = {
            "id": number, "type": theirs.type, "pos": [node.pos[0], node.pos[1] + TITLE],
            "size": [width, max(height - TITLE, 20.0)],
            "flags": {key: True for key in ("collapsed", "pinned") if getattr(node, key)},
            "order": number - 1, "mode": MODES[node.mode], "inputs": slots,
            "outputs": [{"name": name, "type": kind, "links": []} for name, kind in theirs.outputs],
            "properties": {"Node name for S&R": theirs.type},
        }  # fmt: skip
        item |= self._values(theirs, is_instance(node.type))
        item |= {"title": node.title} if node.title else {}
        item |= {"color": node.color, "bgcolor": node.color} if node.color else {}
        return item

    def _values(self, theirs: Theirs, is_use: bool) -> dict[str, Any]:
        named = {w.name: w.value for w in theirs.widgets if w.value is not None}
        if is_use:
            return {"widgets_values": [], "widgets_values_named": named}
        if theirs.listed is not None:
            return {"widgets_values": list(theirs.listed), "widgets_values_named": {**named, **theirs.values}}
        if theirs.is_ours or theirs.values:
            return {"widgets_values": {**theirs.values, **named}}
        listed: list[Any] = []
        for widget in theirs.widgets:
            listed += [widget.value, widget.control] if widget.control else [widget.value]
        return {"widgets_values": listed}

    def _feed(
        self, node: Node, ours: str, left: dict[str, list[Source]], number: int, slots: list[dict[str, Any]],
        kind: str,
    ) -> None:  # fmt: skip
        """Link the last of the slots to the next source of one of our inputs, or to the border."""
        sources = left.get(ours)
        if sources:
            source = sources.pop(0)
            if source.muted:
                self._losses[f"{node.title or node.id}: the muted link to {ours} is left out."] = None
                return
            slots[-1]["link"] = self._row(source, number, len(slots) - 1, kind)
        elif (node.id, ours) in self._fed:
            at = self._fed[node.id, ours]
            slots[-1]["link"] = self._add(BORDER_IN, at, number, len(slots) - 1, kind)

    def _row(self, source: Source, target: int, slot: int, kind: str) -> int | None:
        names = [name for name, _ in self._made[source.node].outputs]
        if source.output not in names:
            return None
        at = names.index(source.output)
        number = self._add(self._numbers[source.node], at, target, slot, kind)
        parent = None
        for point in source.via:
            own = len(self._reroutes) + 1
            self._reroutes.append({"id": own, "pos": list(point), "linkIds": [number]} | (
                {"parentId": parent} if parent else {}
            ))  # fmt: skip
            parent = own
        if parent:
            self._extensions.append({"id": number, "parentId": parent})
        return number

    def _add(self, origin: int, origin_slot: int, target: int, slot: int, kind: str) -> int:
        number = len(self._links) + 1
        ends = {"origin_id": origin, "origin_slot": origin_slot, "target_id": target, "target_slot": slot}
        self._links.append({"id": number, **ends, "type": kind})
        return number

    def _note(self, note: Note) -> dict[str, Any]:
        self._last += 1
        item: dict[str, Any] = {
            "id": self._last, "type": "MarkdownNote", "pos": list(note.pos), "size": list(note.size), "flags": {},
            "order": self._last - 1, "mode": 0, "inputs": [], "outputs": [], "properties": {},
            "widgets_values": [note.text],
        }  # fmt: skip
        return item | ({"bgcolor": note.color} if note.color else {})


def _group(frame: Frame) -> dict[str, Any]:
    found: dict[str, Any] = {"title": frame.title, "bounding": list(frame.rect), "flags": {}}
    return found | ({"color": frame.color} if frame.color else {})


def _port(key: str, side: str, name: str, kind: str, links: list[int | None]) -> dict[str, Any]:
    own = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}:{side}:{name}"))
    return {"id": own, "name": name, "type": kind, "linkIds": [link for link in links if link is not None]}
