"""Workflows on disk: opened from a file or a picture, written whole, compared with what was read."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from nodegraph.formats import native
from nodegraph.journal.stamp import Stamp
from nodegraph.model.graph import Graph
from nodegraph.support import leftovers
from nodegraph.support.image_metadata.formats import CARRIER_SUFFIXES, SUFFIXES
from ui.config.model_files import MODEL_SUFFIXES

OWN_SUFFIX = ".json"
WORKFLOWS = (OWN_SUFFIX,)
CARRIERS = (OWN_SUFFIX, *CARRIER_SUFFIXES)
"""The formats that can hold a workflow: its own, and pictures that carry one."""


@dataclass(frozen=True, slots=True)
class Found:
    """The workflow in a file, what the file looked like, and whether saving may go there.

    A picture or a workflow of ComfyUI's stays as it is.
    """

    graph: Graph
    stamp: Stamp | None
    own: bool


def read(path: Path) -> Found:
    """The workflow in a regular file, whose size is known before it is read. Raises LoadError."""
    stamp = Stamp.of(path)
    loaded = native.opened(path)
    return Found(loaded.graph, stamp, loaded.own)


def write(graph: Graph, path: Path) -> Stamp | None:
    """Write the workflow, whole or not at all. Raises SaveError."""
    native.save(graph, path)
    leftovers.sweep(path.parent, path.name)
    return Stamp.of(path)


def is_protected(path: Path) -> bool:
    """Whether somebody marked the file as read-only; replacing it would get round that."""
    try:
        return not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    except OSError:
        return False


def kind(path: Path) -> str:
    """What a dropped file is, by its name: "workflow", "picture", "model", or "" for anything else."""
    suffix = path.suffix.lower()
    for name, suffixes in (("workflow", WORKFLOWS), ("picture", SUFFIXES), ("model", MODEL_SUFFIXES)):
        if suffix in suffixes:
            return name
    return ""
