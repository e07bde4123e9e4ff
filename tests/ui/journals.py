"""Journals of small graphs."""

from __future__ import annotations

from pathlib import Path

from nodegraph.journal.journal import Journal
from nodegraph.model.graph import Graph, Node


def graph(number: int) -> Graph:
    return Graph.of(Node("a", "KSampler", params={"steps": number}))


def journal_of(folder: Path) -> Journal:
    return Journal.create(folder, graph(0), None, None, saved=True)
