"""The graph, the cache, the executor and the command line: no torch, no Qt.

The names below are the public ones; each is imported when it is first used, so that starting is cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nodegraph.engine.local import Engine, LocalEngine, Options
    from nodegraph.engine.result import Result
    from nodegraph.formats.native import dumps, load, loads, save
    from nodegraph.model.graph import Graph, Node, Source
    from nodegraph.model.spec import Lazy, NodeSpec, Output, Param, Socket
    from nodegraph.node_api.context import Context
    from nodegraph.node_api.declare import (
        Advanced,
        Choice,
        Color,
        Help,
        InputFile,
        Mentions,
        ModelFile,
        Multiline,
        OutputName,
        Range,
        Seed,
        node,
    )
    from nodegraph.support.errors import (
        Cancelled,
        DefinitionError,
        EditError,
        GraphError,
        LoadError,
        NodeFailed,
        NodegraphError,
    )

_HOMES = {
    "nodegraph.node_api.context": ("Context",),
    "nodegraph.node_api.declare": (
        "Advanced",
        "Choice",
        "Color",
        "Help",
        "InputFile",
        "Mentions",
        "ModelFile",
        "Multiline",
        "OutputName",
        "Range",
        "Seed",
        "node",
    ),
    "nodegraph.engine.local": ("Engine", "LocalEngine", "Options"),
    "nodegraph.engine.result": ("Result",),
    "nodegraph.support.errors": (
        "Cancelled",
        "DefinitionError",
        "EditError",
        "GraphError",
        "LoadError",
        "NodeFailed",
        "NodegraphError",
    ),
    "nodegraph.formats.native": ("dumps", "load", "loads", "save"),
    "nodegraph.model.graph": ("Graph", "Node", "Source"),
    "nodegraph.model.spec": ("Lazy", "NodeSpec", "Output", "Param", "Socket"),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Advanced",
    "Cancelled",
    "Choice",
    "Color",
    "Context",
    "DefinitionError",
    "EditError",
    "Engine",
    "Graph",
    "GraphError",
    "Help",
    "InputFile",
    "Lazy",
    "LoadError",
    "LocalEngine",
    "Mentions",
    "ModelFile",
    "Multiline",
    "Node",
    "NodeFailed",
    "NodeSpec",
    "NodegraphError",
    "Options",
    "Output",
    "OutputName",
    "Param",
    "Range",
    "Result",
    "Seed",
    "Socket",
    "Source",
    "dumps",
    "load",
    "loads",
    "node",
    "save",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'nodegraph' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
