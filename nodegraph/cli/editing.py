"""`nodegraph edit`, and `nodegraph` alone."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import cast

from nodegraph.node_api.packs import own_module
from nodegraph.support.errors import LoadError

GROUP = "nodegraph.editor"


def edit(arguments: argparse.Namespace) -> int:
    """Open the editor with the files given."""
    module, faults = own_module(GROUP)
    for fault in faults:
        print(f"nodegraph: {fault.sentence}", file=sys.stderr)
    if not module:
        raise LoadError("The editor is not installed; install the whole package.")
    return cast("int", importlib.import_module(module).main([Path(name) for name in arguments.files]))
