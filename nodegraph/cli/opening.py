"""What several commands share: the workflow with its changed values, and an engine as the options want it."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from nodegraph.engine.local import LocalEngine, Options
from nodegraph.expressions.arithmetic import FormulaError, evaluate
from nodegraph.expressions.evaluate import with_expressions_evaluated
from nodegraph.expressions.typed_numbers import as_sum
from nodegraph.formats.native import load
from nodegraph.model.expression_refs import with_expressions
from nodegraph.model.graph import Graph
from nodegraph.model.spec import NodeSpec, Param, Scalar
from nodegraph.node_api.catalogue import Catalogue, installed
from nodegraph.subgraphs.lookup import spec_of
from nodegraph.support.errors import GraphError
from nodegraph.support.user_dirs import cache_folder

TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def node_types() -> Catalogue:
    """The installed node types; each package that was skipped is named on stderr."""
    found = installed(cache_folder())
    for fault in found.faults:
        print(f"nodegraph: {fault.sentence}", file=sys.stderr)
    return found


def open_workflow(arguments: argparse.Namespace, specs: Mapping[str, NodeSpec]) -> Graph:
    """The workflow FILE with every `--set` applied; raises LoadError or GraphError."""
    graph = load(Path(arguments.file))
    for text in arguments.sets:
        graph = with_value(graph, specs, text)
    return with_expressions_evaluated(graph, specs)


def document_of(arguments: argparse.Namespace) -> str:
    """By what the history of runs knows the workflow FILE, from wherever it is named."""
    return os.path.realpath(str(arguments.file))


def open_engine(arguments: argparse.Namespace, specs: Catalogue) -> LocalEngine:
    """An engine after `--models`, `--device`, `--dtype`, `--cache-dir` and the options of `run`."""
    given = vars(arguments)
    options = Options(
        cache_bytes=given.get("cache_size", 1024) << 20,
        models=tuple(map(Path, arguments.models)),
        device=arguments.device,
        dtype=arguments.dtype,
        vram=arguments.vram,
        ram=arguments.ram,
        cache_dir=Path(arguments.cache_dir) if arguments.cache_dir else None,
        cache=not arguments.no_cache,
        verify=given.get("verify_cache", False),
        output=Path(given.get("out", "output")),
        metadata=not given.get("no_metadata", False),
        remember=cache_folder(),
        allowed=tuple(map(Path, arguments.allowed)),
    )
    return LocalEngine(options=options, library=specs)


def with_value(graph: Graph, specs: Mapping[str, NodeSpec], text: str) -> Graph:
    """The graph with `NODE.PARAM=VALUE` applied; a link to that parameter gives way. Raises GraphError.

    For a number VALUE may be an expression, as in `size.height==width*2`.
    """
    place, equals, value = text.partition("=")
    name, dot, parameter = place.rpartition(".")
    if not equals or not dot:
        raise GraphError(f"--set {text}: write it as NODE.PARAM=VALUE, as in --set sampler.steps=30.")
    node = graph.nodes.get(name)
    if node is None:
        raise GraphError(f"--set {text}: there is no node called {name}{near(name, graph.nodes)}")
    spec = spec_of(graph, node.type, specs)
    param = spec.param(parameter) if spec else None
    if spec is None or param is None:
        names = [p.name for p in spec.params] if spec else []
        raise GraphError(
            f"--set {text}: node {name} has no parameter called {parameter}{near(parameter, names)}"
        )
    inputs = {key: sources for key, sources in node.inputs.items() if key != parameter}
    node = replace(node, inputs=inputs)
    if value.startswith("=") and param.type != "Text":
        return graph.with_nodes([with_expressions(node, {parameter: value[1:].strip()})])
    params = {**node.params, parameter: parsed(param, value, f"--set {text}")}
    return graph.with_nodes([replace(with_expressions(node, {parameter: None}), params=params)])


def parsed(param: Param, text: str, place: str) -> Scalar:
    """`text` as a value of the parameter's type, numbers as a field of the editor reads them; raises GraphError."""
    try:
        match param.type:
            case "Int":
                number = evaluate(as_sum(text, True))
                if number != int(number):
                    raise ValueError
                return int(number)
            case "Float":
                return float(evaluate(as_sum(text, False)))
            case "Bool":
                if text.lower() not in TRUE + FALSE:
                    raise ValueError
                return text.lower() in TRUE
    except (FormulaError, ValueError, OverflowError):
        kind = {"Int": "a whole number", "Float": "a number", "Bool": "true or false"}[param.type]
        raise GraphError(f"{place}: {param.name} takes {kind}, not {text!r}.") from None
    return text


def near(name: str, names: Mapping[str, object] | list[str]) -> str:
    """ "; did you mean ...?" with the nearest of `names`, or a full stop."""
    found = difflib.get_close_matches(name, list(names), 3)
    return f"; did you mean {' or '.join(found)}?" if found else "."
