"""`nodegraph nodes`, `nodegraph models` and `nodegraph info`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nodegraph.analysis.made_with import MadeWith, differences, parse_made_with
from nodegraph.cli.exit_codes import DONE
from nodegraph.cli.opening import near, node_types
from nodegraph.formats.native import load
from nodegraph.model.foreign import is_foreign
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Param, Socket
from nodegraph.node_api import runtime
from nodegraph.subgraphs.expand import is_instance
from nodegraph.support.errors import GraphError, NodegraphError
from nodegraph.support.image_metadata import Carried, carried, shortened
from nodegraph.support.image_metadata.settings import Settings
from nodegraph.support.user_dirs import cache_folder

PROMPT_CHARACTERS = 2_000
"""Of another program's prompt that `info` shows."""

DTYPES = ("auto", "float32", "bfloat16", "float16")
"""What a run may be asked to compute in; a record is compared with a run that is asked the same."""

NOTHING_CARRIED = Carried(None, (), ())


def nodes(arguments: argparse.Namespace) -> int:
    """List the node types by category, or explain one."""
    specs = node_types()
    if arguments.type and arguments.type not in specs:
        raise GraphError(f"There is no node type called {arguments.type}{near(arguments.type, list(specs))}")
    chosen = {arguments.type: specs[arguments.type]} if arguments.type else dict(specs)
    if arguments.json:
        print(json.dumps({name: spec.to_json() for name, spec in chosen.items()}, indent=1))
    elif arguments.type:
        print(explained(specs[arguments.type]))
    else:
        _by_category(chosen)
    return DONE


def _by_category(specs: Mapping[str, NodeSpec]) -> None:
    wide = max(map(len, specs), default=0)
    for category in sorted({spec.category for spec in specs.values()}):
        print(category or "other")
        for name, spec in sorted(specs.items()):
            if spec.category == category:
                print(f"  {name:{wide}}  {spec.help.splitlines()[0] if spec.help else ''}")


def explained(spec: NodeSpec) -> str:
    """A node type as text: what it does, its inputs, parameters and outputs."""
    lines = [f"{spec.type} - {spec.title} (version {spec.version})", "", spec.help, ""]
    lines += [f"  in   {s.name}: {_socket(s)}" for s in spec.sockets]
    lines += [
        f"  set  {p.name} = {p.default!r}{_limits(p)}{'  ' + p.help if p.help else ''}" for p in spec.params
    ]
    lines += [f"  out  {o.name}: {o.type}{' (a list)' if o.many else ''}" for o in spec.outputs]
    return "\n".join(lines)


def _socket(socket: Socket) -> str:
    marks = [("optional", socket.optional), ("any number", socket.variadic), ("a whole list", socket.many)]
    said = ", ".join(word for word, true in marks if true)
    return f"{socket.type}{f' ({said})' if said else ''}{'  ' + socket.help if socket.help else ''}"


def _limits(param: Param) -> str:
    if param.choices:
        return f"  one of {', '.join(param.choices)}"
    if param.minimum is not None and param.maximum is not None:
        return f"  {param.minimum:g} to {param.maximum:g}"
    return f"  a file of {param.choices_from}" if param.choices_from else ""


def models(arguments: argparse.Namespace) -> int:
    """List the model files, what they are and how large."""
    found = runtime.installed()
    files = found.open_files([Path(folder) for folder in arguments.models])
    for remark in files.remarks():
        print(f"nodegraph: {remark}", file=sys.stderr)
    for row in found.describe_models(files):
        if arguments.json:
            print(json.dumps(row))
            continue
        size = f"{row['bytes'] / 1e6:.1f} MB" if "bytes" in row else ""
        told = f"{row['kind']:16} {row.get('family', ''):20} {size:>12}  {row.get('fingerprint', '')[:10]:10}"
        print(f"{told}  {row['name']}")
        for warning in (row.get("error"), row.get("warning")):
            if warning:
                print(f"nodegraph: {warning}", file=sys.stderr)
    return DONE


def explain(arguments: argparse.Namespace) -> int:
    """Tell what a workflow does, in the order in which it runs."""
    from nodegraph.analysis import explain as telling

    print(telling.explain(load(Path(arguments.file)), node_types()), end="")
    return DONE


def info(arguments: argparse.Namespace) -> int:
    """Say what a picture or workflow carries."""
    path = Path(arguments.file)
    try:
        found = carried(path) if path.is_file() else NOTHING_CARRIED
    except (OSError, ValueError):
        # `load` says what is wrong with the file.
        found = NOTHING_CARRIED
    if found.size:
        print(f"picture: {found.size[0]} x {found.size[1]}")
    for key in found.keys:
        print(f"carries: {key}")
    if found.settings:
        _print_settings(found.settings)
        if not found.workflows:
            return DONE
    graph = load(path)
    print(f"workflow: {len(graph.nodes)} nodes")
    specs = node_types()
    _print_nodes(graph.nodes.values(), specs, "  ")
    for name, found_inside in graph.subgraphs.items():
        print(f"subgraph {_short(name)}: {len(found_inside.nodes)} nodes")
        _print_nodes(found_inside.nodes.values(), specs, "  ")
    if record := parse_made_with(found.made_with):
        _print_made_with(record, graph, path, arguments)
    return DONE


def _print_made_with(record: MadeWith, graph: Graph, path: Path, arguments: argparse.Namespace) -> None:
    """Say what a picture was made with, and whether it would come out the same here."""
    facts = ", ".join(f"{name} {value}" for name, value in record.facts.items() if value)
    print(f"made with: {shortened(facts)}")
    # The engine is loaded where a picture has a record alone: `info` of others stays quick.
    from nodegraph.engine.local import LocalEngine, Options

    asked = record.facts.get("dtype", "auto")
    options = Options(
        models=tuple(map(Path, arguments.models)),
        dtype=asked if asked in DTYPES else "auto",
        remember=cache_folder(),
    )
    try:
        with LocalEngine(options=options, library=node_types()) as engine:
            found: list[str] = [*map(str, differences(record, engine.made_with(graph, base=path.parent)))]
    except NodegraphError as error:
        found = [str(error)]
    print("made again here: differs because" if found else "made again here: same as when it was made")
    for sentence in found:
        print(f"  {shortened(sentence)}")


def _print_settings(settings: Settings) -> None:
    print(f"made by: {settings.program}")
    if settings.prompt:
        print(f"prompt: {shortened(settings.prompt, PROMPT_CHARACTERS)}")
    if settings.negative:
        print(f"negative prompt: {shortened(settings.negative, PROMPT_CHARACTERS)}")
    if settings.seed is not None:
        print(f"seed: {settings.seed}")


def _print_nodes(found: Iterable[Node], specs: Mapping[str, NodeSpec], indent: str) -> None:
    for node in found:
        missing = node.type not in specs and not is_instance(node.type)
        known = "  (no equal here)" if is_foreign(node) else "  (not installed)" if missing else ""
        print(f"{indent}{node.id}: {node.type} version {node.version}{known}{_values(node.params)}")


def _values(params: Mapping[str, Any]) -> str:
    shown = ", ".join(f"{key}={_short(value)}" for key, value in params.items())
    return f"  {shown}" if shown else ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
