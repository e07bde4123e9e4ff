"""What is wrong with a node, in a sentence, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass

from nodegraph.edits.base import Edit


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason why `node` cannot run. `field` is the input, parameter or output it is about, or empty.

    `sentence` names the node and the remedy. `fix`, where there is one, is the edit that mends it; its title
    says how. Inside a subgraph `node` is `instance/inner` and there is no fix.
    """

    node: str
    field: str
    sentence: str
    fix: Edit | None = None
