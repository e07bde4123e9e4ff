"""Find in the workflow: a query, everything it finds, and the canvas following the choice."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from nodegraph.lookup import spec_of
from ui.editor import Editor
from ui.find.query import Hit, find
from ui.look import Look
from ui.popup import ChoicePopup, Row
from ui.selection import Selected, kept
from ui.theme import category_color

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

MOST = 200


class FindPopup(ChoicePopup):
    """Enter goes to what was found; moving through the list already selects it."""

    def __init__(self, parent: QWidget, look: Look, editor: Editor) -> None:
        self._editor = editor
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
        self._hits = list(islice(find(query, self._editor.graph, self._editor.specs), MOST + 1))
        self.foot.setText(self._summary(query))
        return [self._row(number, hit) for number, hit in enumerate(self._hits[:MOST])]

    def hit(self, id: str) -> Hit | None:
        """What a row stands for."""
        return self._hits[int(id)] if id else None

    def _row(self, number: int, hit: Hit) -> Row:
        node = self._editor.graph.nodes.get(hit.id) if hit.kind == "node" and not hit.subgraph else None
        spec = spec_of(self._editor.graph, node.type, self._editor.specs) if node else None
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
        if hit is None or hit.subgraph:
            return
        wanted = {
            "node": Selected(nodes=frozenset((hit.id,))),
            "frame": Selected(frames=frozenset((hit.id,))),
            "note": Selected(notes=frozenset((hit.id,))),
        }
        # The graph may be another one than that which was searched.
        self._editor.selection.take(kept(wanted[hit.kind], self._editor.graph))
