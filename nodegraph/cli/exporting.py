"""`nodegraph export`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nodegraph.cli.exit_codes import DONE
from nodegraph.cli.opening import node_types
from nodegraph.formats.comfyui.exporting import default_path, exported_api, exported_ui, write_export
from nodegraph.formats.native import load


def export(arguments: argparse.Namespace) -> int:
    """Write a workflow for ComfyUI; what has no equal there is named first, on stderr."""
    path = Path(arguments.file)
    graph = load(path)
    out = Path(arguments.out) if arguments.out else default_path(path, api=arguments.api)
    found = (exported_api if arguments.api else exported_ui)(graph, node_types())
    for sentence in found.losses:
        print(f"nodegraph: {sentence}", file=sys.stderr)
    write_export(found, out)
    count = len(found.losses)
    parts = "1 part has" if count == 1 else f"{count} parts have"
    print(f"{out}: written for ComfyUI" + (f"; {parts} no equal there." if count else "."))
    return DONE
