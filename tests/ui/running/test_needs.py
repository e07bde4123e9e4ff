from __future__ import annotations

from pathlib import Path

from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.node_api.model_files import NoFiles
from nodegraph.support.messages import Phrase
from ui.document.requirements import Needs, needs_of, practises

SPECS = {
    "Load": NodeSpec(
        "Load", "Load", "x", params=(Param("file", "Text", "practice", file="model:checkpoints"),)
    )
}


class Shelf(NoFiles):
    """Holds the practice model and nothing else."""

    def names(self, kind: str) -> list[str]:
        return ["practice"]

    def find(self, kind: str, name: str) -> Path | None:
        return Path(name) if (kind, name) == ("checkpoints", "practice") else None

    def missing(self, kind: str, name: str) -> Phrase:
        return Phrase("{name}", name=name)


def test_a_template_is_ready_or_says_what_it_needs() -> None:
    ready = Graph.of(Node("a", "Load"))
    assert needs_of(ready, SPECS, Shelf()).line == "Ready" and practises(ready, SPECS)
    one = Graph.of(Node("a", "Load", params={"file": "sdxl.safetensors"}))
    assert needs_of(one, SPECS, Shelf()).line == "Needs sdxl.safetensors" and not practises(one, SPECS)
    two = one.with_nodes([Node("b", "Load", params={"file": "vae.safetensors"}), Node("c", "Odd")])
    assert needs_of(two, SPECS, Shelf()).line == "Needs 2 files and 1 node type"
    muted = Graph.of(Node("a", "Load", params={"file": "x"}, mode="mute"))
    assert needs_of(muted, SPECS, Shelf()) == Needs()
