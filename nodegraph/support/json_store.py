"""Small JSON files of the editor's own: read without trust, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from nodegraph.support import damaged_files
from nodegraph.support.atomic import write_text
from nodegraph.support.private_files import FILE_MODE, make_private_folder
from nodegraph.support.regular_files import read_regular

MAX_BYTES = 16 << 20
"""A larger file is none of the editor's own."""
MAX_PARTS = 500_000
"""So many lists and objects may be in a file; each takes a hundred times its letters in memory."""

set_aside = damaged_files.set_aside


def read(path: Path) -> dict[str, Any]:
    """The object in the file; empty where there is none. A file that holds something else is set aside."""
    try:
        data = parsed(read_regular(path, MAX_BYTES))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, PermissionError):
            return {}
        data = None
    if isinstance(data, dict):
        return data
    damaged_files.put_aside(path)
    return {}


def parsed(data: bytes, most_parts: int = MAX_PARTS) -> Any:
    """JSON with finite numbers and whole characters. Raises ValueError or RecursionError."""
    if data.count(b"[") + data.count(b"{") > most_parts:
        raise ValueError("too many lists and objects")
    found = json.loads(data.decode("utf-8"), parse_constant=_no_number)
    if b"\\u" in data:
        # Half a character cannot be shown or written.
        json.dumps(found, ensure_ascii=False).encode()
    return found


def write(path: Path, data: Mapping[str, Any]) -> None:
    """Replace the file by `data`; a crash leaves the old file or the new one. Raises OSError."""
    make_private_folder(path.parent)
    write_text(path, json.dumps(data, indent=1) + "\n", FILE_MODE)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")
