"""Workflows on disk: opened from a file or a picture, written whole, compared with what was read."""

from __future__ import annotations

import stat
from pathlib import Path

from nodegraph import fileformat
from nodegraph.graph import Graph
from nodegraph.pictures.folders import SUFFIXES
from ui.journal.stamp import Stamp

WORKFLOWS = (".json",)
MODELS = (".safetensors", ".gguf", ".ckpt", ".pt", ".pth", ".sft")


def read(path: Path) -> tuple[Graph, Stamp | None]:
    """The workflow in a file, and what the file looked like. Raises LoadError."""
    stamp = Stamp.of(path)
    return fileformat.load(path), stamp


def write(graph: Graph, path: Path) -> Stamp | None:
    """Write the workflow, whole or not at all. Raises SaveError."""
    fileformat.save(graph, path)
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
    for name, suffixes in (("workflow", WORKFLOWS), ("picture", SUFFIXES), ("model", MODELS)):
        if suffix in suffixes:
            return name
    return ""
