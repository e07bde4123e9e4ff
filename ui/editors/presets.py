"""Presets: values of a node type kept under a name, for every workflow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.edits import Batch, SetParams
from nodegraph.journal.lock import exclusive
from nodegraph.model.expression_refs import expressions_of
from nodegraph.model.graph import Node
from nodegraph.model.limits import scalar_fault
from nodegraph.model.spec import NodeSpec, Scalar
from nodegraph.support import json_store
from nodegraph.support.messages import Phrase
from ui.config import paths

LONGEST = 80
"""Characters of a name, at most."""
MOST_BYTES = 4 << 20
"""A file of presets larger than this is not read."""


class Presets:
    """The presets in a file, read at each look, so that two windows never lose each other's."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def names(self, kind: str) -> tuple[str, ...]:
        """The presets of a node type, by name."""
        return tuple(sorted(self._of(kind), key=str.lower))

    def values(self, kind: str, name: str) -> dict[str, Scalar]:
        """The values of a preset; empty where there is none."""
        found = self._of(kind).get(name)
        return {k: v for k, v in found.items() if scalar_fault(v) is None} if isinstance(found, dict) else {}

    def save(self, kind: str, name: str, values: Mapping[str, Scalar]) -> None:
        """Keep values under a name; what stood there is replaced. Raises OSError."""
        with exclusive(self._file()):
            self._write(kind, {**self._of(kind), name[:LONGEST]: dict(values)})

    def rename(self, kind: str, old: str, new: str) -> None:
        """Call a preset otherwise; what had the new name is replaced. Raises OSError."""
        with exclusive(self._file()):
            rest = self._of(kind)
            if old in rest and new and new != old:
                found = rest.pop(old)
                self._write(kind, {**rest, new[:LONGEST]: found})

    def delete(self, kind: str, name: str) -> None:
        """Forget a preset. Raises OSError."""
        with exclusive(self._file()):
            self._write(kind, {key: value for key, value in self._of(kind).items() if key != name})

    def _file(self) -> Path:
        return self._path or paths.presets_file()

    def _read(self) -> dict[str, Any]:
        path = self._file()
        try:
            large = path.stat().st_size > MOST_BYTES
        except OSError:
            return {}
        return {} if large else json_store.read(path)

    def _of(self, kind: str) -> dict[str, Any]:
        found = self._read().get(kind)
        return dict(found) if isinstance(found, dict) else {}

    def _write(self, kind: str, presets: Mapping[str, Any]) -> None:
        rest = {key: value for key, value in self._read().items() if key != kind}
        path = self._file()
        json_store.write(path, {**rest, kind: dict(presets)} if presets else rest)


def values_of(node: Node, spec: NodeSpec) -> dict[str, Scalar]:
    """What a preset of the node would hold: each value that is neither linked nor computed, defaults too."""
    computed = expressions_of(node)
    return {
        param.name: node.params.get(param.name, param.default)
        for param in spec.params
        if param.name not in computed and not node.inputs.get(param.name)
    }


def applied(node: Node, spec: NodeSpec, name: str, values: Mapping[str, Scalar]) -> Batch:
    """The edit that gives a node the values of a preset, as far as its type still has them."""
    known = {param.name for param in spec.params}
    kept = {key: value for key, value in values.items() if key in known}
    return Batch(
        (SetParams({node.id: kept}),), Phrase("Apply preset {name} to {node}", name=name, node=node.id)
    )
