"""Small JSON files of the editor's own: read without trust, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nodegraph.atomic import write_text


def read(path: Path) -> dict[str, Any]:
    """The object in the file; empty where there is no file or it holds something else."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def write(path: Path, data: Mapping[str, Any]) -> None:
    """Replace the file by `data`; a crash leaves the old file or the new one. Raises OSError."""
    write_text(path, json.dumps(data, indent=1) + "\n")
