"""The node types of installed packages, read from files: no node code is imported until a node runs."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

from nodegraph.model.json_text import parsed
from nodegraph.model.spec import FOREIGN, SUBGRAPH, NodeSpec
from nodegraph.node_api import packs, translations
from nodegraph.node_api.declare import Declared
from nodegraph.node_api.packs import Offer, PackFault
from nodegraph.node_api.registry import GROUP, Registry
from nodegraph.node_api.spec_file import checked_spec
from nodegraph.support.atomic import write_text
from nodegraph.support.errors import DefinitionError, LoadError

RESERVED = ("builtin", FOREIGN.rstrip("/"), SUBGRAPH.rstrip("/"))
"""Names that no package of nodes may have: ids that start with them are the program's."""

SHIPPED = "catalogue.json"
"""A package may bring its catalogue under this name; for others one is made and kept in the user's cache."""


class Catalogue(Mapping[str, NodeSpec]):
    """Type id -> spec, and the function when it is asked for; `faults` are the packages that were skipped."""

    def __init__(
        self, specs: Mapping[str, NodeSpec], modules: Mapping[str, str], faults: Iterable[PackFault] = ()
    ) -> None:
        self._specs = dict(specs)
        self._modules = dict(modules)
        self._declared: dict[str, Declared] = {}
        self.faults = tuple(faults)

    def declared(self, type_id: str) -> Declared:
        """The spec with its function; imports its module. Raises DefinitionError if the module has changed."""
        if type_id not in self._declared:
            registry = Registry()
            registry.add_declared(vars(_imported(self._modules[type_id])).values())
            if type_id not in registry or registry.get(type_id) != self._specs[type_id]:
                raise DefinitionError(
                    f"node type {type_id} differs from the catalogue of its package; write that catalogue again."
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
    """The node types of every installed package that offers some; `cache` keeps what had to be read from code.

    A package that cannot be read, or declares what it may not, is skipped and stands in the catalogue's `faults`.
    """
    specs: dict[str, NodeSpec] = {}
    modules: dict[str, str] = {}
    owners: dict[str, str] = {}
    found, faults = packs.offers(GROUP)
    texts = _texts(found, cache)
    for offer in found:
        text = texts[offer]
        try:
            if isinstance(text, PackFault):
                raise DefinitionError(text.sentence)
            entries = _entries(offer, text)
            for type_id in entries:
                if type_id in owners:
                    raise DefinitionError(f"node type {type_id} is already defined by {owners[type_id]}")
        except (DefinitionError, LoadError) as error:
            faults.append(
                text if isinstance(text, PackFault) else packs.fault_of(offer, str(error).rstrip("."))
            )
            continue
        for type_id, (module, spec) in entries.items():
            owners[type_id] = offer.module
            modules[type_id], specs[type_id] = module, spec
    for group in packs.OWN_GROUPS:
        faults += packs.own_module(group)[1]
    if not all(offer.own for offer in packs.offers(translations.GROUP)[0]):
        faults += translations.offered().faults
    return Catalogue(specs, modules, faults)


def _texts(found: Iterable[Offer], cache: Path | None) -> dict[Offer, str | PackFault]:
    """The catalogue of each package: the one it ships, or what its code declares."""
    texts: dict[Offer, str | PackFault] = {}
    unknown = []
    for offer in found:
        try:
            shipped = packs.folder_of(offer.module) / SHIPPED
            if shipped.is_file():
                texts[offer] = packs.read_bounded(shipped)
            else:
                unknown.append(offer)
        except (DefinitionError, LoadError, OSError) as error:
            texts[offer] = packs.fault_of(offer, str(error).rstrip("."))
    return texts | packs.probe("nodes", unknown, cache)


def _entries(offer: Offer, text: str) -> dict[str, tuple[str, NodeSpec]]:
    """Module and spec of each type in a catalogue; raises DefinitionError or LoadError for what it may not hold."""
    if offer.own:
        # Held true by a test, and read with every command: nothing in it needs to be checked again.
        try:
            return {
                type_id: (data.pop("module"), NodeSpec.from_json(data))
                for type_id, data in json.loads(text).items()
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            raise DefinitionError("its catalogue is damaged") from None
    return checked_entries(parsed(text, SHIPPED), offer.module, offer.name)


def checked_entries(data: object, package: str, prefix: str) -> dict[str, tuple[str, NodeSpec]]:
    """Module and spec of each type in the parsed catalogue of a third-party package.

    Every id must start with `prefix/`, and every module lie in `package`. Raises DefinitionError.
    """
    if not isinstance(data, dict):
        raise DefinitionError("its catalogue is not an object with one entry for each node type")
    if prefix in RESERVED:
        raise DefinitionError(f"the name {prefix} belongs to the program")
    found: dict[str, tuple[str, NodeSpec]] = {}
    for type_id, item in data.items():
        shown = packs.printable(type_id, 60)
        if not type_id.startswith(f"{prefix}/"):
            raise DefinitionError(f"node type {shown} must be called {prefix}/{shown}")
        if not isinstance(item, dict):
            raise DefinitionError(f"the entry of node type {shown} in its catalogue is not an object")
        module = item.get("module")
        if not isinstance(module, str) or not f"{module}.".startswith(f"{package}."):
            raise DefinitionError(f"the module of node type {shown} is not part of package {package}")
        spec = checked_spec({key: value for key, value in item.items() if key != "module"})
        if spec.type != type_id:
            raise DefinitionError(f"the entry of node type {shown} in its catalogue is of another type")
        found[type_id] = (module, spec)
    return found


def _imported(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except SystemExit as error:
        raise DefinitionError(
            f"module {module} ended the program while it was imported ({error.code})."
        ) from None


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


if __name__ == "__main__":
    write_text(packs.folder_of("nodes.definitions") / SHIPPED, describe("nodes.definitions"))
