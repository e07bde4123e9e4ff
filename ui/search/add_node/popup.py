"""The add-node search: a query, the ranked node types, and a preview of the one that Enter would add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nodegraph.model.spec import NodeSpec
from ui.config.usage import Usage
from ui.search.add_node import candidates
from ui.search.add_node.card import Card
from ui.search.add_node.likely import from_port
from ui.search.add_node.recipes import RECIPES
from ui.search.rank import rank
from ui.theme import category_color
from ui.theme.appearance import Appearance
from ui.widgets.popup import ChoicePopup, Row

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


ICONS = {candidates.REROUTE: "link", candidates.DISCONNECT: "close"}


class AddNodePopup(ChoicePopup):
    """Offers every node type, or (with `type_id`) those that a link of that type can go to or come from."""

    def __init__(
        self,
        parent: QWidget,
        look: Appearance,
        specs: Mapping[str, NodeSpec],
        usage: Usage,
        type_id: str | None = None,
        from_output: bool = True,
        wires: bool = False,
        taken: bool = False,
        likely: Mapping[str, int] | None = None,
    ) -> None:
        self._specs = specs
        self._likely = likely or ({} if type_id is None else from_port(type_id, from_output))
        self._usage = usage
        self._entries = candidates.entries(specs, type_id, from_output, taken)
        super().__init__(parent, look, self.tr("Add node"), self._hint(type_id, from_output))
        self.card = Card(look, self)
        self.body.addWidget(self.card)
        self.current_changed.connect(self._preview)
        if wires:
            self.foot.setText(self.tr("Enter adds and wires to the selected node, Ctrl+Enter adds alone"))
        elif taken:
            self.foot.setText(self.tr("Enter moves the link, Ctrl+Enter adds alone, Esc puts it back"))
        elif type_id is not None:
            self.foot.setText(self.tr("Enter adds and links, Ctrl+Enter adds alone, Esc closes"))
        else:
            self.foot.setText(self.tr("Enter adds, Esc closes"))

    def rows_for(self, query: str) -> Sequence[Row]:
        """The ranked node types."""
        found = rank(query, self._entries, self._usage.habits, likely=self._likely)
        return [self._row(match.entry.id, match.entry.title, match.entry.group) for match in found]

    def _row(self, id: str, title: str, group: str) -> Row:
        spec = self._specs.get(id)
        if spec is None:
            icon = ICONS.get(id, "recipe")
            return Row(id, title, hint=group, icon=icon, color=self.look.theme.accent)
        return Row(id, title, hint=group, color=category_color(self.look.theme, spec.category).name())

    def _hint(self, type_id: str | None, from_output: bool) -> str:
        if type_id is None:
            return self.tr("Add a node…")
        if from_output:
            return self.tr("Send {type} to…").format(type=type_id)
        return self.tr("Get {type} from…").format(type=type_id)

    def _preview(self, id: str) -> None:
        self.card.show_item(
            self._specs.get(id) or candidates.recipe_of(id, RECIPES) or candidates.link_way(id)
        )
