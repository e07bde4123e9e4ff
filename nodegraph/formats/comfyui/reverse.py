"""Which ComfyUI node one of ours is, with its values: the translations of `same` read backwards."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from nodegraph.formats.comfyui.node_mapping import (
    BothWays,
    ManyWays,
    NodeMapping,
    Untranslatable,
    called,
    known,
)
from nodegraph.formats.comfyui.source_graph import SourceNode
from nodegraph.formats.comfyui.usable import specs_of, usable
from nodegraph.model.foreign import KEY, TYPES, is_foreign
from nodegraph.model.graph import Node
from nodegraph.model.spec import ANY, FOREIGN, NodeSpec, Scalar
from nodegraph.node_api.packs import PackCall
from nodegraph.node_api.translations import offered

_LOG = logging.getLogger(__name__)

OURS = "nodegraph/"
"""Before the type of a node of ours that ComfyUI has no equal for: it is written with its values and read back."""

CONTROLS = {"fixed": "fixed", "new": "randomize", "next": "increment"}
THEIRS = {ours: theirs for theirs, ours in TYPES.items() if theirs not in ("", "*", "COMBO")} | {ANY: "*"}

LEFT_OUT: Mapping[str, Scalar] = {
    "upload": "image", "weight_dtype": "default", "device": "default", "temporal_size": 64, "temporal_overlap": 8,
    "config_name": "v1-inference.yaml", "strip_newlines": True,
}  # fmt: skip
"""What stands in widgets of ComfyUI's that have no meaning here."""


@dataclass(frozen=True)
class Widget:
    """A widget in its place: `control` says how its number changes after a run, where ComfyUI asks for that."""

    name: str
    value: Scalar | None
    ours: str = ""
    control: str = ""


@dataclass(frozen=True)
class Theirs:
    """A node as ComfyUI has it. `inputs` are its sockets: name, type, and the input of ours that is meant.

    `outputs` are the names of our outputs in the order of its slots, with ComfyUI's types. `is_ours` is set for a
    type that ComfyUI has no equal for.
    """

    type: str
    widgets: tuple[Widget, ...]
    inputs: tuple[tuple[str, str, str], ...]
    outputs: tuple[tuple[str, str], ...]
    is_ours: bool = False
    listed: tuple[Any, ...] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def their_type(ours: str) -> str:
    """A socket type of ours in ComfyUI's words."""
    return THEIRS.get(ours, ours)


def reversed_node(node: Node, spec: NodeSpec | None) -> Theirs:
    """The ComfyUI node that means the same; one of a type of ours where there is none."""
    if is_foreign(node):
        return _kept(node)
    if spec is None:
        return Theirs(OURS + node.type, _named(node), _sockets(node, None), (), True)
    for name, translation in _candidates().get(node.type, ()):
        found = _one_way(name, translation, node, spec)
        if found is not None:
            return found
    return Theirs(
        OURS + node.type,
        _named(node, spec),
        _sockets(node, spec),
        tuple((o.name, their_type(o.type)) for o in spec.outputs),
        True,
    )


def _one_way(name: str, translation: NodeMapping | BothWays, node: Node, spec: NodeSpec) -> Theirs | None:
    """The node as ComfyUI's `name`; None where that cannot say the same, or the package that offers it fails."""
    way = (
        partial(_by_hand, name, translation)
        if isinstance(translation, BothWays)
        else partial(_as, name, translation)
    )
    owner = offered().owners.get(name)
    if owner is None:
        return way(node, spec)
    with PackCall() as call:
        return way(node, spec)
    _LOG.warning("The translation of %s in package %s failed: %s", name, owner, call.reason)
    return None


@cache
def _candidates() -> Mapping[str, list[tuple[str, NodeMapping | BothWays]]]:
    """The translations of one node into one, by our type, in the order in which packages offer them."""
    found: dict[str, list[tuple[str, NodeMapping | BothWays]]] = {}
    for name, translation in known().items():
        plain = getattr(translation, "translation", translation)
        for way in plain.ways if isinstance(plain, ManyWays) else (plain,):
            if isinstance(way, NodeMapping | BothWays):
                found.setdefault(way.type, []).append((name, way))
    return found


def _by_hand(name: str, both: BothWays, node: Node, spec: NodeSpec) -> Theirs | None:
    """The node as ComfyUI's `name`, by the values that the translation's own way back gives."""
    linked = frozenset(key for key, sources in node.inputs.items() if sources)
    values = both.back(_held(node, spec), linked)
    if values is None:
        return None
    modes = node.extra.get("seed_mode")
    modes = modes if isinstance(modes, Mapping) else {}
    widgets = tuple(
        Widget(
            theirs.rstrip("!"),
            values.get(theirs.rstrip("!")),
            ours,
            CONTROLS.get(str(modes.get(ours, "fixed")), "fixed") if "!" in theirs else "",
        )
        for theirs, _, ours in (word.partition("=") for word in both.widgets.split())
    )
    inputs = tuple(
        (theirs, their_type(spec.input_type(ours or theirs) or ANY), ours or theirs)
        for theirs, _, ours in (word.partition("=") for word in both.inputs.split())
    )
    if linked - {w.ours for w in widgets} - {ours for _, _, ours in inputs}:
        return None
    return Theirs(name, widgets, inputs, tuple((o.name, their_type(o.type)) for o in spec.outputs))


def _as(name: str, same: NodeMapping, node: Node, spec: NodeSpec) -> Theirs | None:
    """The node as ComfyUI's `name`, if translating that back gives what it holds."""
    params = _held(node, spec)
    if any(params.get(key) != value for key, value in same.fixed.items()):
        return None
    modes = node.extra.get("seed_mode")
    modes = modes if isinstance(modes, Mapping) else {}
    widgets = []
    for word in same.widgets.split():
        theirs, _, ours = word.partition("=")
        theirs, ours = theirs.rstrip("!"), called(same.widgets)[theirs.rstrip("!")]
        value: Scalar | None = LEFT_OUT.get(theirs)
        if ours:
            value = next(_inverse(same, theirs, ours, params[ours], spec), None) if ours in params else None
            if value is None and ours in params:
                return None
        control = CONTROLS.get(str(modes.get(ours, "fixed")), "fixed") if "!" in word else ""
        widgets.append(Widget(theirs, value, ours, control))
    known_names = {widget.ours for widget in widgets} | set(same.fixed)
    linked = {key for key, sources in node.inputs.items() if sources}
    for param in spec.params:
        if param.name not in known_names and (
            param.name in linked or params.get(param.name) != param.default
        ):
            return None
    pairs = list(called(same.inputs).items())
    if any(key not in {ours for _, ours in pairs} | known_names for key in linked):
        return None
    if any(not _fits(ours, pairs, node) for _, ours in pairs if ours):
        return None
    inputs = tuple((theirs, their_type(spec.input_type(ours) or ANY), ours) for theirs, ours in pairs if ours)
    outputs = []
    for word in same.outputs.split():
        output = spec.output(word)
        outputs.append((word, their_type(output.type) if output else "*"))
    return Theirs(name, tuple(widgets), inputs, tuple(outputs))


def _fits(ours: str, pairs: Iterable[tuple[str, str]], node: Node) -> bool:
    """Whether ComfyUI's inputs for one of ours are as many as there are links, where it takes several."""
    slots = sum(1 for _, name in pairs if name == ours)
    return slots == 1 or len(node.inputs.get(ours, ())) <= slots


def _held(node: Node, spec: NodeSpec) -> dict[str, Scalar]:
    linked = {key for key, sources in node.inputs.items() if sources}
    held = {p.name: p.default for p in spec.params} | dict(node.params)
    return {name: value for name, value in held.items() if name not in linked}


def _inverse(same: NodeMapping, theirs: str, ours: str, value: Scalar, spec: NodeSpec) -> Iterator[Scalar]:
    """The values of ComfyUI's that come out as ours."""
    by = same.values.get(theirs)
    if by is None:
        yield value
    elif isinstance(by, Mapping):
        yield from (key for key, found in by.items() if found == value and type(found) is type(value))
    else:
        param = spec.param(ours)
        for guess in _guesses(value):
            try:
                if usable(by(guess), param) == value:
                    yield guess
            except (Untranslatable, TypeError, ValueError):
                continue


def _guesses(value: Scalar) -> Iterator[Scalar]:
    yield value
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield value / 255
    if isinstance(value, str) and value.startswith("#"):
        yield int(value[1:], 16) if all(c in "0123456789abcdefABCDEF" for c in value[1:]) and value[1:] else 0


def _named(node: Node, spec: NodeSpec | None = None) -> tuple[Widget, ...]:
    names = dict.fromkeys([*node.params, *(p.name for p in spec.params)] if spec else node.params)
    held = _held(node, spec) if spec else dict(node.params)
    return tuple(Widget(name, held.get(name), name) for name in names)


def _sockets(node: Node, spec: NodeSpec | None) -> tuple[tuple[str, str, str], ...]:
    if spec is None:
        return tuple((name, "*", name) for name in node.inputs if name not in node.params)
    found: list[tuple[str, str, str]] = []
    for socket in spec.sockets:
        count = max(len(node.inputs.get(socket.name, ())), 1) if socket.variadic else 1
        names = [socket.name] if not socket.variadic else [f"{socket.name}.{at}" for at in range(count)]
        found += ((name, their_type(socket.type), socket.name) for name in names)
    return tuple(found)


def _kept(node: Node) -> Theirs:
    """A node of ComfyUI's that was kept goes back as it came."""
    kept = node.extra.get(KEY)
    kept = kept if isinstance(kept, Mapping) else {}
    inputs, outputs, values = (_mapping(kept, key) for key in ("inputs", "outputs", "values"))
    listed = kept.get("widgets_values")
    names = dict.fromkeys((*inputs, *node.inputs))
    return Theirs(
        node.type.removeprefix(FOREIGN),
        tuple(Widget(name, value, name) for name, value in node.params.items()),
        tuple((name, str(inputs.get(name, "*")), name) for name in names if name not in node.params),
        tuple((str(name), str(kind)) for name, kind in outputs.items()),
        listed=tuple(listed) if isinstance(listed, list | tuple) else None,
        values=values,
    )


def _mapping(owner: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = owner.get(key)
    return found if isinstance(found, Mapping) else {}


def read_back(old: SourceNode) -> tuple[str, dict[str, Any]] | None:
    """The type and values of a node of ours that was written for ComfyUI; None for any other node."""
    kind = old.type.removeprefix(OURS)
    if kind == old.type or kind not in specs_of():
        return None
    spec = specs_of()[kind]
    names = [param.name for param in spec.params]
    return kind, {**dict(zip(names, old.listed, strict=False)), **old.values}
