"""Node types by id: their specs without any node code, their functions when something is to run."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from nodegraph.model.spec import NodeSpec
from nodegraph.node_api.declare import Declared
from nodegraph.support.errors import DefinitionError

GROUP = "nodegraph.nodes"
"""The entry point group under which an installed package offers its nodes."""


class Registry(Mapping[str, NodeSpec]):
    """Type id -> spec. A second owner of a type id is refused by name."""

    def __init__(self) -> None:
        self._declared: dict[str, Declared] = {}
        self._owners: dict[str, str] = {}

    def add(
        self, spec: NodeSpec, function: Callable[..., Any], *, takes_context: bool = False, owner: str = ""
    ) -> None:
        """Register a node type, however its spec was made; raises DefinitionError if the id is taken."""
        owner = owner or f"{function.__module__}.{function.__qualname__}"
        taken = self._owners.get(spec.type)
        if taken is not None and taken != owner:
            raise DefinitionError(f"node type {spec.type} of {owner} is already defined by {taken}.")
        self._declared[spec.type] = Declared(spec, function, takes_context)
        self._owners[spec.type] = owner

    def add_declared(self, members: Iterable[object]) -> None:
        """Register every function among `members` that `@node` has marked."""
        for member in members:
            declared = getattr(member, "__declared__", None)
            if isinstance(declared, Declared):
                self.add(declared.spec, declared.function, takes_context=declared.takes_context)

    def add_package(self, name: str, prefix: str = "") -> None:
        """Register the nodes of a package's direct modules; third-party ids must start with `prefix/`."""
        package = importlib.import_module(name)
        before = set(self._declared)
        for module in pkgutil.iter_modules(getattr(package, "__path__", ()), f"{name}."):
            if not module.ispkg:
                self.add_declared(vars(importlib.import_module(module.name)).values())
        self.add_declared(vars(package).values())
        strays = sorted(t for t in set(self._declared) - before if prefix and not t.startswith(f"{prefix}/"))
        if strays:
            raise DefinitionError(
                f"package {name}: node type {strays[0]} must be called {prefix}/{strays[0]}."
            )

    def declared(self, type_id: str) -> Declared:
        """The spec with its function; raises KeyError."""
        return self._declared[type_id]

    def __getitem__(self, type_id: str) -> NodeSpec:
        return self._declared[type_id].spec

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)
