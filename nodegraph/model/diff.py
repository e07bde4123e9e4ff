"""What differs between two graphs, by id. Unchanged parts are the same objects, so looking is cheap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nodegraph.model.graph import Graph, Node, frozen

Aspect = Literal["type", "params", "inputs", "mode", "pos", "size", "look", "extra"]

_ASPECTS: Mapping[Aspect, tuple[str, ...]] = {
    "type": ("type", "version"),
    "params": ("params",),
    "inputs": ("inputs",),
    "mode": ("mode",),
    "pos": ("pos",),
    "size": ("size",),
    "look": ("title", "color", "collapsed", "pinned", "hide_unlinked"),
    "extra": ("extra",),
}


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids that came, went, or are different; for each changed node, in what respect."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, frozenset[Aspect]] = field(default_factory=frozen)
    frames: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()
    subgraphs: frozenset[str] = frozenset()
    view: bool = False
    extra: bool = False

    def __bool__(self) -> bool:
        """Whether anything but the view differs."""
        boxes = self.frames or self.notes or self.subgraphs
        return bool(self.added or self.removed or self.changed or boxes or self.extra)

    @property
    def computes(self) -> bool:
        """Whether results may differ, rather than looks alone."""
        respects = frozenset[Aspect]({"type", "params", "inputs", "mode"})
        moved = self.added or self.removed or self.subgraphs
        return bool(moved) or any(respects & aspects for aspects in self.changed.values())


def diff(old: Graph, new: Graph) -> Changes:
    """What `new` has that `old` has not, and the other way round."""
    if old is new:
        return Changes()
    added: list[str] = []
    removed: tuple[str, ...] = ()
    changed: dict[str, frozenset[Aspect]] = {}
    if old.nodes is not new.nodes:
        for name, node in new.nodes.items():
            before = old.nodes.get(name)
            if before is None:
                added.append(name)
            elif before is not node and (aspects := _aspects(before, node)):
                changed[name] = aspects
        if len(old.nodes) + len(added) != len(new.nodes):
            removed = tuple(name for name in old.nodes if name not in new.nodes)
    return Changes(
        tuple(added),
        removed,
        changed,
        _keys(old.frames, new.frames),
        _keys(old.notes, new.notes),
        _keys(old.subgraphs, new.subgraphs),
        old.view is not new.view and old.view != new.view,
        old.extra is not new.extra and old.extra != new.extra,
    )


def _aspects(old: Node, new: Node) -> frozenset[Aspect]:
    return frozenset(
        aspect
        for aspect, names in _ASPECTS.items()
        if any(_differs(getattr(old, name), getattr(new, name)) for name in names)
    )


def _differs(old: Any, new: Any) -> bool:
    if old is new:
        return False
    if old != new:
        return True
    # 1, 1.0 and true are equal and are three values.
    return isinstance(old, Mapping) and any(type(value) is not type(new[name]) for name, value in old.items())


def _keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> frozenset[str]:
    if old is new:
        return frozenset()
    names = {*old, *new}
    return frozenset(n for n in names if old.get(n) is not new.get(n) and old.get(n) != new.get(n))
