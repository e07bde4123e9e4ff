"""`nodegraph export`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nodegraph.cli import DONE
from nodegraph.cli.opening import node_types
from nodegraph.formats.comfyui.exporting import default_path, write_export
from nodegraph.formats.native import load


def export(arguments: argparse.Namespace) -> int:
    """Write a workflow for ComfyUI; what has no equal there is named first, on stderr."""
    path = Path(arguments.file)
    graph = load(path)
    out = Path(arguments.out) if arguments.out else default_path(path, api=arguments.api)
    losses = write_export(graph, node_types(), out, api=arguments.api, report=_print_loss)
    count = len(losses)
    parts = "1 part has" if count == 1 else f"{count} parts have"
    print(f"{out}: written for ComfyUI" + (f"; {parts} no equal there." if count else "."))
    return DONE


def _print_loss(sentence: str) -> None:
    print(f"nodegraph: {sentence}", file=sys.stderr)
