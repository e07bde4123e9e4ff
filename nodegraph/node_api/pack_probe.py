"""Imports one package and writes what it declares: run as a process of its own by `nodegraph.node_api.packs.probe`."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from nodegraph.support.errors import DefinitionError


def node_types(module: str, prefix: str) -> str:
    """The catalogue of a package of nodes as JSON; raises DefinitionError."""
    from nodegraph.node_api.catalogue import describe

    return describe(module, prefix)


def translations(module: str, prefix: str) -> str:
    """The class names of ComfyUI's that a module translates, as a JSON list; raises DefinitionError."""
    found = getattr(importlib.import_module(module), "SAME", None)
    if not isinstance(found, Mapping) or not all(
        isinstance(n, str) and callable(t) for n, t in found.items()
    ):
        raise DefinitionError(f"module {module} must offer a mapping SAME from class names to functions")
    return json.dumps(sorted(found))


KINDS: Mapping[str, Callable[[str, str], str]] = {"nodes": node_types, "comfyui": translations}
"""What can be asked of a package, by name."""


def main(arguments: list[str]) -> int:
    """Write the answer to the file named last; what goes wrong ends the process with a line on stderr."""
    kind, module, prefix, out = arguments
    try:
        text = KINDS[kind](module, prefix)
    except DefinitionError as error:
        print(str(error), file=sys.stderr)
        return 3
    Path(out).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
