"""The seeds of the pictures that a document made, for its seed editors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from nodegraph.model.spec import NodeSpec
from nodegraph.support.errors import LoadError
from ui.document.editor import Editor
from ui.runs.result_store import Result, Results
from ui.runs.seeds import seed_line

MOST = 10
LOOKED_AT = 60
"""So many of the newest results are read for different seeds."""


@dataclass(frozen=True)
class PastSeed:
    """A seed, and the newest result that it drew; `show` gives its small picture as soon as it is read."""

    value: int
    result: Result
    results: Results

    def show(self, answer: Callable[[QImage], object]) -> None:
        """Answer with the small picture."""
        self.results.small(self.result, answer)


class PastSeeds(QObject):
    """Belongs to the editor of a document whose results have the key `document`."""

    def __init__(self, editor: Editor, document: str, results: Results) -> None:
        super().__init__(editor)
        self._document = document
        self._results = results

    def of(self, node: str, name: str) -> list[PastSeed]:
        """The last ten seeds of a parameter, the newest first, each once."""
        found: dict[int, PastSeed] = {}
        mine = [result for result in self._results.all() if result.document == self._document]
        for result in mine[:LOOKED_AT]:
            try:
                kept = result.graph().nodes.get(node)
            except LoadError:
                continue
            value = kept.params.get(name) if kept is not None else None
            if type(value) is int and value not in found:
                found[value] = PastSeed(value, result, self._results)
            if len(found) == MOST:
                break
        return list(found.values())


def seed_of(result: Result, specs: Mapping[str, NodeSpec]) -> str:
    """`seed 7`: what a result was drawn from; empty where its workflow cannot be read."""
    try:
        return seed_line(result.graph(), specs)
    except LoadError:
        return ""


def past_seeds(editor: Editor, node: str, name: str) -> list[PastSeed]:
    """The last seeds of a parameter in this document; none where no runs are kept."""
    found = editor.findChild(PastSeeds)
    return found.of(node, name) if found is not None else []
