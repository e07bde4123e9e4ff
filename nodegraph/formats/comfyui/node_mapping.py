"""How a node type of ComfyUI's is said with node types of ours.

Packages of nodes declare this for the types they can stand in for, and offer it under the entry point group
`nodegraph.comfyui`: a module with a mapping `SAME` from ComfyUI's class name to a `Translation`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from nodegraph.formats.comfyui.source_graph import SourceNode
from nodegraph.node_api.packs import PackCall
from nodegraph.node_api.translations import offered

SEED_MODES = {"fixed": "fixed", "increment": "next", "decrement": "next", "randomize": "new"}
"""What stands behind a seed among listed widgets: how it changes after a run, and what that is called here."""

TOGGLES = {True: "randomize", False: "fixed"}
"""What stood behind a seed early in 2023: whether it is drawn for each run."""

BLANK = (None, "", "image", *SEED_MODES, "increment-wrap")
"""What may stand behind the last widget in a list without being a value: buttons, and how numbers change."""

End = tuple[str, str]
"""A part's name and its input, parameter or output."""

Value = Mapping[Any, Any] | Callable[[Any], Any]


class Untranslatable(Exception):
    """A node says what has no equal here; its message says what."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the nodes that a node becomes; `inputs` are its links to other parts."""

    type: str
    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, tuple[End, ...]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Converted:
    """What a node becomes.

    The part called "" takes its place. `ports` say where its inputs and widgets are now, `outputs` its outputs in
    their order (the name of an input stands for an output that passes on what this input takes); `remarks` what is
    not quite the same.
    """

    parts: Mapping[str, Part]
    ports: Mapping[str, tuple[End, ...]]
    outputs: tuple[End | str, ...]
    remarks: tuple[str, ...] = ()


Translation = Callable[[SourceNode], Converted]


@dataclass(frozen=True)
class NodeMapping:
    """One node for one node.

    `widgets`, `inputs` and `outputs` are ComfyUI's names in its order, divided by spaces: `steps` is called the same
    here, `sampler_name=sampler` otherwise, `device=` says nothing about the picture, `seed!` is followed by how it
    changes. An output `<images` passes on what the input `images` takes. `values` turn a widget's value into ours;
    where that has no equal they raise Untranslatable or, as mappings, do not hold it. `fixed` are values of ours that
    follow from the type.
    """

    type: str
    widgets: str = ""
    inputs: str = ""
    outputs: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""

    def __call__(self, old: SourceNode) -> Converted:
        """The node in our words; raises Untranslatable."""
        names = called(self.widgets)
        values, modes = read_widgets(old, self.widgets)
        params = dict(self.fixed)
        for name, value in values.items():
            if names[name]:
                params[names[name]] = _turned(name, value, self.values.get(name))
        extra = {"seed_mode": {names[name]: mode for name, mode in modes.items()}} if modes else {}
        ports = {their: (("", ours),) for their, ours in {**called(self.inputs), **names}.items() if ours}
        outputs = tuple(name[1:] if name[0] == "<" else ("", name) for name in self.outputs.split())
        remarks = ((self.remark,) if self.remark else ()) + unread(old, self.widgets, self.inputs)
        return Converted({"": Part(self.type, params, extra=extra)}, ports, outputs, remarks)


@dataclass(frozen=True)
class BothWays:
    """A translation that is a function, with the way back: from the values of our node and what is linked to it.

    `type` is our node, `widgets` and `inputs` are ComfyUI's names and ours, as in `NodeMapping`; `back` gives the
    values of the widgets, or None where ComfyUI's node cannot say the same.
    """

    translate: Translation
    type: str
    widgets: str
    inputs: str
    back: Callable[[Mapping[str, Any], frozenset[str]], Mapping[str, Any] | None]

    def __call__(self, old: SourceNode) -> Converted:
        """The node in our words; raises Untranslatable."""
        return self.translate(old)


@dataclass(frozen=True)
class ManyWays:
    """A translation into one of several nodes, each of which goes back by its own way."""

    translate: Translation
    ways: tuple[NodeMapping | BothWays, ...]

    def __call__(self, old: SourceNode) -> Converted:
        """The node in our words; raises Untranslatable."""
        return self.translate(old)


def read_widgets(old: SourceNode, widgets: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of a node's widgets by name, and how those of its seeds change that do not stay.

    What is no text, number, true or false is left out, so that the default takes its place.
    """
    values, modes, _ = _read(old, widgets)
    values = {name: value for name, value in values.items() if isinstance(value, str | int | float | bool)}
    return values, {name: mode for name, mode in modes.items() if mode != "fixed"}


def unread(old: SourceNode, widgets: str, inputs: str = "") -> tuple[str, ...]:
    """What a node holds beyond the widgets that are known here, as remarks."""
    values, _, left = _read(old, widgets)
    known_names = {*called(widgets), *called(inputs), "control_after_generate", "upload"}
    found = [f"its value {key} = {_short(value)} is not used" for key, value in old.values.items()
             if key not in known_names and _is_value(value)]  # fmt: skip
    found += [
        f"the value of {name} cannot be used, its default is used instead"
        for name, value in values.items()
        if called(widgets)[name] and name not in old.links and not isinstance(value, str | int | float | bool)
    ]
    if not found and any(map(_is_value, left)):
        listed = ", ".join(_short(value) for value in left if _is_value(value))
        found.append(f"it comes from another version, and these of its values are not used: {listed}")
    counting_down = [name for name in old.controls if old.controls[name] == "decrement"]
    if counting_down or "decrement" in old.listed:
        found.append("its number counts down after each run there, and up here")
    return tuple(found)


def _read(old: SourceNode, widgets: str) -> tuple[dict[str, Any], dict[str, str], list[Any]]:
    """Values and seed modes by widget, and what is left of the list."""
    values: dict[str, Any] = {}
    modes: dict[str, str] = {}
    left = list(reversed(old.listed))
    for word in widgets.split():
        name = word.partition("=")[0].rstrip("!")
        if left:
            values[name] = left.pop()
        if "!" in word:
            if left and (mode := _control(left[-1])):
                modes[name] = SEED_MODES[mode]
                left.pop()
            if (mode := old.controls.get(name, "")) in SEED_MODES:
                modes[name] = SEED_MODES[mode]
        if name in old.values:
            values[name] = old.values[name]
    return values, modes, left[::-1]


def _control(value: Any) -> str:
    """How a number changes after a run, as listed behind it; empty for another widget's value."""
    if isinstance(value, bool):
        return TOGGLES[value]
    return value if isinstance(value, str) and value in SEED_MODES else ""


def _is_value(value: Any) -> bool:
    return isinstance(value, str | int | float | bool) and value not in BLANK


def _short(value: Any) -> str:
    words = " ".join(str(value).split())
    return words if len(words) <= 40 else f"{words[:37]}..."


@cache
def called(words: str) -> Mapping[str, str]:
    """ComfyUI's names and what each is called here; "" where it is left out."""
    pairs = (word.partition("=") for word in words.split())
    return {their.rstrip("!"): ours if equals else their.rstrip("!") for their, equals, ours in pairs}


def known() -> Mapping[str, Translation]:
    """The translations that installed packages offer."""
    return offered().translations


def translated_node(node: SourceNode) -> Converted | None:
    """What the translation of a node's type makes of it; None for a type that no package has an equal for.

    Raises Untranslatable, also for a translation of another package that fails or gives what is no `Converted`.
    """
    offer = offered()
    name = node.type if node.type in offer.translations else node.type.strip()
    translation: Translation | None = offer.translations.get(name)
    if translation is None:
        return None
    owner = offer.owners.get(name)
    if owner is None:
        return translation(node)
    with PackCall(Untranslatable) as call:
        made = translation(node)
        _check_made(made)
        return made
    raise Untranslatable(
        f"its translation in package {owner} failed ({call.reason}); update or remove that package"
    )


def _check_made(made: Any) -> None:
    """Raise TypeError where what a package's translation gives is not built as `Converted` says."""
    if not (
        isinstance(made, Converted) and isinstance(made.parts, Mapping) and isinstance(made.ports, Mapping)
    ):
        raise TypeError("what it gives is no Converted")
    parts = made.parts

    def is_end(end: object) -> bool:
        return isinstance(end, tuple) and len(end) == 2 and end[0] in parts and isinstance(end[1], str)

    def are_ports(ports: object) -> bool:
        return isinstance(ports, Mapping) and all(
            isinstance(name, str) and isinstance(ends, tuple) and all(map(is_end, ends))
            for name, ends in ports.items()
        )

    for part in parts.values():
        good = isinstance(part, Part) and isinstance(part.type, str) and are_ports(part.inputs)
        if not good or not all(isinstance(name, str) for name in (*part.params, *part.extra)):
            raise TypeError("one of its parts is no Part")
        json.dumps(dict(part.extra), allow_nan=False)
    if "" not in parts or not are_ports(made.ports):
        raise TypeError("its ports do not lead to its parts")
    if not all(isinstance(each, str) or is_end(each) for each in made.outputs):
        raise TypeError("its outputs do not lead to its parts")
    if not all(isinstance(remark, str) for remark in made.remarks):
        raise TypeError("its remarks are no texts")


@cache
def class_names() -> Mapping[str, tuple[str, ...]]:
    """ComfyUI's class names of each of our node types, under which people may look for it."""
    found: dict[str, list[str]] = {}
    for name, translation in known().items():
        for type_id in _types_of(name, translation):
            found.setdefault(type_id, []).append(name)
    return {type_id: tuple(names) for type_id, names in found.items()}


def _types_of(name: str, translation: Translation) -> tuple[str, ...]:
    """The node types that a node of ComfyUI's becomes: that of one without values, else those that are declared."""
    try:
        made = translated_node(SourceNode("node", name))
    except Untranslatable:
        # What it becomes depends on values that a node without any does not have.
        made = None
    if made is not None:
        return (made.parts[""].type,)
    plain = getattr(translation, "translation", translation)
    ways = plain.ways if isinstance(plain, ManyWays) else (plain,)
    return tuple(dict.fromkeys(way.type for way in ways if isinstance(way, NodeMapping | BothWays)))


def _turned(name: str, value: Any, by: Value | None) -> Any:
    if by is None:
        return value
    if not isinstance(by, Mapping):
        return by(value)
    if not isinstance(value, str | int | float | bool) or value not in by:
        raise Untranslatable(f"{name} {value!r} has no equal")
    return by[value]
