"""The node types of installed packages, read from files: no node code is imported until a node runs."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from nodegraph.model.digest import digest
from nodegraph.model.spec import NodeSpec
from nodegraph.node_api.declare import Declared
from nodegraph.node_api.registry import GROUP, Registry
from nodegraph.support.atomic import write_text
from nodegraph.support.errors import DefinitionError, LoadError

SHIPPED = "catalogue.json"
"""A package may bring its catalogue under this name; for others one is made and kept in the user's cache."""


class Catalogue(Mapping[str, NodeSpec]):
    """Type id -> spec, and the function when it is asked for."""

    def __init__(self, specs: Mapping[str, NodeSpec], modules: Mapping[str, str]) -> None:
        self._specs = dict(specs)
        self._modules = dict(modules)
        self._declared: dict[str, Declared] = {}

    def declared(self, type_id: str) -> Declared:
        """The spec with its function; imports its module. Raises DefinitionError if the module has changed."""
        if type_id not in self._declared:
            registry = Registry()
            registry.add_declared(vars(importlib.import_module(self._modules[type_id])).values())
            if registry.get(type_id) != self._specs[type_id]:
                raise DefinitionError(
                    f"node type {type_id} differs from its catalogue; write the catalogue anew."
                )
            self._declared[type_id] = registry.declared(type_id)
        return self._declared[type_id]

    def __getitem__(self, type_id: str) -> NodeSpec:
        return self._specs[type_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)


def installed(cache: Path | None = None) -> Catalogue:
    """The node types of every installed package that offers some; `cache` keeps what had to be read from code."""
    specs: dict[str, NodeSpec] = {}
    modules: dict[str, str] = {}
    owners: dict[str, str] = {}
    for name, package in sorted({(entry.name, entry.value) for entry in entry_points(group=GROUP)}):
        for type_id, data in _package(name, package, cache).items():
            if type_id in owners:
                raise DefinitionError(
                    f"node type {type_id} of {package} is already defined by {owners[type_id]}."
                )
            owners[type_id] = package
            modules[type_id] = data.pop("module")
            specs[type_id] = NodeSpec.from_json(data)
    return Catalogue(specs, modules)


def _package(name: str, package: str, cache: Path | None) -> dict[str, dict[str, Any]]:
    folder = _folder(package)
    shipped = folder / SHIPPED
    if shipped.is_file():
        return read(shipped)
    kept = cache / "catalogues" / f"{name}-{_sources(folder)}.json" if cache else None
    if kept is not None and kept.is_file():
        return read(kept)
    text = describe(package, prefix=name)
    if kept is not None:
        write_text(kept, text)
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


def describe(package: str, prefix: str = "") -> str:
    """The catalogue of a package as JSON, made by importing it; `python -m nodegraph.node_api.catalogue` writes it."""
    registry = Registry()
    registry.add_package(package, prefix)
    found = {
        type_id: {"module": registry.declared(type_id).function.__module__, **spec.to_json()}
        for type_id, spec in sorted(registry.items())
    }
    lines = (f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in found.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read(path: Path) -> dict[str, dict[str, Any]]:
    """A catalogue file; raises LoadError."""
    try:
        found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LoadError(
            "The node catalogue {path} cannot be read ({error}); reinstall or remove it.",
            path=path,
            error=error,
        ) from None
    return found


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise DefinitionError(f"the node package {package} is registered but not installed; reinstall it.")
    return Path(next(iter(spec.submodule_search_locations)))


def _sources(folder: Path) -> str:
    files = sorted(folder.rglob("*.py"))
    return digest([(str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in files])


if __name__ == "__main__":
    write_text(_folder("nodes.definitions") / SHIPPED, describe("nodes.definitions"))
