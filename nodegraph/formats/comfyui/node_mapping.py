"""How a node type of ComfyUI's is said with node types of ours.

Packages of nodes declare this for the types they can stand in for, and offer it under the entry point group
`nodegraph.comfyui`: a module with a mapping `SAME` from ComfyUI's class name to a `Translation`.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from nodegraph.formats.comfyui.source_graph import Old
from nodegraph.node_api import packs
from nodegraph.node_api.packs import PackFault
from nodegraph.support.messages import Phrase
from nodegraph.support.user_dirs import cache_folder

GROUP = "nodegraph.comfyui"

SEED_MODES = {"fixed": "fixed", "increment": "next", "decrement": "next", "randomize": "new"}
"""What stands behind a seed among listed widgets: how it changes after a run, and what that is called here."""

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
class Made:
    """What a node becomes.

    The part called "" takes its place. `ports` say where its inputs and widgets are now, `outputs` its outputs in
    their order; `remarks` what is not quite the same.
    """

    parts: Mapping[str, Part]
    ports: Mapping[str, tuple[End, ...]]
    outputs: tuple[End, ...]
    remarks: tuple[str, ...] = ()


Translation = Callable[[Old], Made]


@dataclass(frozen=True)
class Same:
    """One node for one node.

    `widgets`, `inputs` and `outputs` are ComfyUI's names in its order, divided by spaces: `steps` is called the same
    here, `sampler_name=sampler` otherwise, `device=` says nothing about the picture, `seed!` is followed by how it
    changes. `values` turn a widget's value into ours; where that has no equal they raise Untranslatable or, as
    mappings, do not hold it. `fixed` are values of ours that follow from the type.
    """

    type: str
    widgets: str = ""
    inputs: str = ""
    outputs: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""

    def __call__(self, old: Old) -> Made:
        """The node in our words; raises Untranslatable."""
        names = called(self.widgets)
        values, modes = read_widgets(old, self.widgets)
        params = dict(self.fixed)
        for name, value in values.items():
            if names[name]:
                params[names[name]] = _turned(name, value, self.values.get(name))
        extra = {"seed_mode": {names[name]: mode for name, mode in modes.items()}} if modes else {}
        ports = {their: (("", ours),) for their, ours in {**called(self.inputs), **names}.items() if ours}
        outputs = tuple(("", name) for name in self.outputs.split())
        remarks = (self.remark,) if self.remark else ()
        return Made({"": Part(self.type, params, extra=extra)}, ports, outputs, remarks)


def read_widgets(old: Old, widgets: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of a node's widgets by name, and how those of its seeds change that do not stay."""
    values: dict[str, Any] = {}
    modes: dict[str, str] = {}
    left = list(old.listed)
    for word in widgets.split():
        name = word.partition("=")[0].rstrip("!")
        if left:
            values[name] = left.pop(0)
        if "!" in word and left and isinstance(left[0], str) and left[0] in SEED_MODES:
            modes[name] = SEED_MODES[left.pop(0)]
        if name in old.values:
            values[name] = old.values[name]
    return values, {name: mode for name, mode in modes.items() if mode != "fixed"}


@cache
def called(words: str) -> Mapping[str, str]:
    """ComfyUI's names and what each is called here; "" where it is left out."""
    pairs = (word.partition("=") for word in words.split())
    return {their.rstrip("!"): ours if equals else their.rstrip("!") for their, equals, ours in pairs}


@dataclass(frozen=True, slots=True)
class Offered:
    """The translations of installed packages by class name, and the packages that were skipped."""

    translations: Mapping[str, Translation]
    faults: tuple[PackFault, ...]


def known() -> Mapping[str, Translation]:
    """The translations that installed packages offer."""
    return offered().translations


def offered() -> Offered:
    """What installed packages offer, looked up once; a package that fails costs only itself."""
    return _offered(tuple(sys.path))


@cache
def _offered(_path: tuple[str, ...]) -> Offered:
    found: dict[str, Translation] = {}
    entries, faults = packs.offers(GROUP)
    tried = packs.probe("comfyui", [offer for offer in entries if not offer.own], cache_folder())
    for offer in entries:
        text = tried.get(offer, "")
        if isinstance(text, PackFault):
            faults.append(text)
            continue
        taken = [name for name in json.loads(text or "[]") if name in found]
        if taken:
            reason = Phrase("{name} is already translated", name=packs.printable(taken[0], 60))
            faults.append(packs.fault_of(offer, reason))
            continue
        found.update(importlib.import_module(offer.module).SAME)
    return Offered(found, tuple(faults))


def _turned(name: str, value: Any, by: Value | None) -> Any:
    if by is None:
        return value
    if not isinstance(by, Mapping):
        return by(value)
    if not isinstance(value, str | int | float | bool) or value not in by:
        raise Untranslatable(f"{name} {value!r} has no equal")
    return by[value]
