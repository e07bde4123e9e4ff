"""`nodegraph edit`, and `nodegraph` alone."""

from __future__ import annotations

import argparse
import importlib
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

from nodegraph.support.errors import LoadError

GROUP = "nodegraph.editor"


def edit(arguments: argparse.Namespace) -> int:
    """Open the editor with the files given."""
    for entry in entry_points(group=GROUP):
        editor = importlib.import_module(entry.value)
        return cast("int", editor.main([Path(name) for name in arguments.files]))
    raise LoadError("The editor is not installed; install the whole package.")
