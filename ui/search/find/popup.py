"""Find in the workflow: a query, everything it finds, and the canvas following the choice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from nodegraph.subgraphs.lookup import spec_of
from ui.document.editor import Editor
from ui.document.selection import Selected, kept
from ui.document.subgraph_editor import SubgraphEditor
from ui.search.find.query import Hit, find
from ui.theme import category_color
from ui.theme.appearance import Appearance
from ui.widgets.popup import ChoicePopup, Row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


MOST = 200
FARTHEST = 5000
"""So many finds are put in order, at most."""


class FindPopup(ChoicePopup):
    """Enter goes to what was found anywhere in the document; moving through the list already selects what is in view.

    `level` is the editor in front: of the document itself or of a subgraph, whose finds come first.
    """

    def __init__(self, parent: QWidget, look: Appearance, level: Editor) -> None:
        self._level = level
        self._editor = level.root if isinstance(level, SubgraphEditor) else level
        self._here = level.subgraph if isinstance(level, SubgraphEditor) else ""
        self._hits: list[Hit] = []
        super().__init__(
            parent,
            look,
            self.tr("Find in workflow"),
            self.tr("Find nodes, values, notes: type:KSampler steps>20"),
        )
        self.current_changed.connect(self._preview)

    def rows_for(self, query: str) -> Sequence[Row]:
        """Everything that is found."""
        found = find(query, self._editor.graph, self._editor.specs)
        if self._here:
            found = iter(sorted(islice(found, FARTHEST), key=lambda hit: hit.subgraph != self._here))
        self._hits = list(islice(found, MOST + 1))
        self.foot.setText(self._summary(query))
        return [self._row(number, hit) for number, hit in enumerate(self._hits[:MOST])]

    def hit(self, id: str) -> Hit | None:
        """What a row stands for."""
        return self._hits[int(id)] if id else None

    def in_view(self, hit: Hit) -> bool:
        """Whether it lies in the level in front."""
        return hit.subgraph == self._here

    def _row(self, number: int, hit: Hit) -> Row:
        graph = self._editor.graph
        nodes = graph.subgraphs[hit.subgraph].nodes if hit.subgraph else graph.nodes
        node = nodes.get(hit.id) if hit.kind == "node" else None
        spec = spec_of(graph, node.type, self._editor.specs) if node else None
        color = category_color(self.look.theme, spec.category).name() if spec else ""
        where = f"{hit.subgraph} › {hit.id}" if hit.subgraph else hit.id
        return Row(str(number), hit.title, hit.detail, where, hit.kind, color)

    def _summary(self, query: str) -> str:
        count = len(self._hits)
        if not query.strip():
            return self.tr("Words, type:, title:, id:, is:muted, parameter>value, -word to leave out")
        if count > MOST:
            return self.tr("More than {count} found").format(count=MOST)
        return self.tr("1 found") if count == 1 else self.tr("{count} found").format(count=count)

    def _preview(self, id: str) -> None:
        hit = self.hit(id)
        if hit is None or not self.in_view(hit):
            return
        self.select(self._level, hit)

    @staticmethod
    def select(level: Editor, hit: Hit) -> None:
        """Select what was found, in the level that holds it: its graph may be another than that which was searched."""
        wanted = {
            "node": Selected(nodes=frozenset((hit.id,))),
            "frame": Selected(frames=frozenset((hit.id,))),
            "note": Selected(notes=frozenset((hit.id,))),
        }
        level.selection.take(kept(wanted[hit.kind], level.graph))
