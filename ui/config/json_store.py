"""Small JSON files of the editor's own: read without trust, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.support.atomic import write_text

set_aside: list[Path] = []
"""Where files that could not be read are kept now, so that nobody's choices are written over."""


def read(path: Path) -> dict[str, Any]:
    """The object in the file; empty where there is none. A file that holds something else is set aside."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError:
        return {}
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        return data
    with contextlib.suppress(OSError):
        set_aside.append(path.replace(path.with_name(f"{path.name}.broken")))
    return {}


def write(path: Path, data: Mapping[str, Any]) -> None:
    """Replace the file by `data`; a crash leaves the old file or the new one. Raises OSError."""
    write_text(path, json.dumps(data, indent=1) + "\n")
