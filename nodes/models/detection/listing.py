"""What models there are: kind, name, family, size, fingerprint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.support.errors import LoadError
from nodes.models.architectures.families import families
from nodes.models.detection.detect import recognise
from nodes.models.detection.leftovers import leftover_remark
from nodes.models.files.folders import ModelFolders
from nodes.models.files.model_dirs import FOLDERS
from nodes.models.files.pickles import readable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from nodegraph.node_api.model_files import Files

UNREAD = ("clip_vision", "style_models", "model_patches", "ipadapter", "wildcards")
"""Kinds whose files are listed but not looked into."""


def describe(files: Files, fingerprints: Fingerprints | None = None) -> Iterator[Mapping[str, Any]]:
    """A row for every model file and folder: kind, name, family, dtype, bytes, fingerprint and path; "error" with
    a sentence where it cannot be read, and "warning" with one where a file of the same name takes its place. Only
    headers are read for all but the fingerprint."""
    prints = fingerprints or Fingerprints()
    for kind in FOLDERS:
        for name in files.names(kind):
            path = files.find(kind, name)
            if path is not None:
                yield _row(kind, name, path, prints)
            elif isinstance(files, ModelFolders) and (lost := files.paths(kind).get(name)) is not None:
                yield {
                    "kind": kind,
                    "name": name,
                    "path": str(lost),
                    "error": f"{lost} is a link that leads nowhere: link it again or remove it.",
                }
        for name, path, first in files.hidden(kind) if isinstance(files, ModelFolders) else ():
            yield {
                "kind": kind,
                "name": name,
                "path": str(path),
                "warning": f"{path} is not used: {first} has the same name and comes first; rename one of them.",
            }


def _row(kind: str, name: str, path: Path, prints: Fingerprints) -> dict[str, Any]:
    row: dict[str, Any] = {"kind": kind, "name": name, "path": str(path)}
    try:
        if kind in UNREAD:
            row |= {"family": "", "dtype": "", "bytes": path.stat().st_size}
        else:
            found = recognise(readable(path))
            family = families().get(found.family)
            title = family.title if family else found.kind.replace("_", " ")
            row |= {"family": title, "dtype": found.dtype, "bytes": found.size}
            if remark := leftover_remark(found):
                row["warning"] = str(remark)
        row["fingerprint"] = prints.of(path)
    except LoadError as error:
        row["error"] = str(error)
    except OSError as error:
        row["error"] = f"{path} cannot be read: {error.strerror or error}."
    return row
