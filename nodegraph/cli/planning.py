"""`nodegraph check` and `nodegraph plan`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from nodegraph.cli.console import one_line
from nodegraph.cli.exit_codes import BAD, DONE
from nodegraph.cli.opening import document_of, node_types, open_engine, open_workflow
from nodegraph.execution.refusals import refusals
from nodegraph.formats.native import carried, load
from nodegraph.node_api import runtime
from nodegraph.support.input_access import InputAccess
from nodegraph.validation import Problem, problems
from nodegraph.validation.opened import refused_files, unknown_patterns, unread_files


def check(arguments: argparse.Namespace) -> int:
    """Print every problem of a workflow, one sentence a line."""
    specs = node_types()
    graph = load(Path(arguments.file))
    files = runtime.installed().open_files([Path(folder) for folder in arguments.models])
    found = _grouped(problems(graph, specs, files))
    found += dict.fromkeys(refused_files(graph, specs, files))
    if not found:
        access = InputAccess(Path(arguments.file).parent, (Path("output"), *map(Path, arguments.allowed)))
        found = list(refusals(graph, specs, access))
    remarks = dict.fromkeys(
        (
            *files.remarks(),
            *unread_files(graph, specs, files),
            *unknown_patterns(graph, specs, carried(graph)),
        )
    )
    for sentence in (*found, *remarks):
        print(one_line(sentence))
    if not found:
        ending = "nothing keeps it from running" if remarks else "nothing is wrong"
        print(f"{arguments.file}: {len(graph.nodes)} nodes, {ending}.")
    return BAD if found else DONE


def _grouped(found: Sequence[Problem]) -> list[str]:
    """A sentence for each reason; the other nodes that have the same reason are named behind it."""
    places: dict[str, list[str]] = {}
    for problem in found:
        places.setdefault(str(problem.reason), []).append(problem.node)
    sentences: list[str] = []
    for problem in found:
        first, *others = places.pop(str(problem.reason), [""])
        if first:
            also = f" Also: {', '.join(others[:12])}{' ...' if len(others) > 12 else ''}." if others else ""
            sentences.append(f"{problem.sentence}{also}")
    return sentences


def plan(arguments: argparse.Namespace) -> int:
    """Print the steps a run would take, each with its reason."""
    specs = node_types()
    graph = open_workflow(arguments, specs)
    with open_engine(arguments, specs) as engine:
        found = engine.plan(
            graph, arguments.to, base=Path(arguments.file).parent, document=document_of(arguments)
        )
    for number, step in enumerate(found.steps, 1):
        label = step.node if step.title == step.node else f"{step.node} ({step.title})"
        print(f"{number:3}. {label}: {step.reason}")
    for name in found.cached:
        print(f"  =  {name}: cached")
    for name, reason in found.skipped.items():
        print(f"  -  {name}: {reason}")
    if not found.steps:
        print("Nothing has to run.")
    return DONE
