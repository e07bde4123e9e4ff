"""What is wrong with a node, in a sentence, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass

from nodegraph.edits.base import Edit
from nodegraph.support.messages import Phrase


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason why `node` cannot run. `field` is the input, parameter or output it is about, or empty.

    `title` is what the node is called, beside its id; `reason` says what is wrong and names the remedy. `fix`,
    where there is one, is the edit of the document that mends it; its title says how. Inside a subgraph `node` is
    `instance/inner`.
    """

    node: str
    field: str
    title: str
    reason: str
    fix: Edit | None = None

    @property
    def sentence(self) -> Phrase:
        """The node and the reason."""
        if not self.title:
            return Phrase("Node {node}: {reason}", node=self.node, reason=self.reason)
        return Phrase("Node {node} ({title}): {reason}", node=self.node, title=self.title, reason=self.reason)
