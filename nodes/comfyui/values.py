"""Plain values, and what chooses between branches."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.formats.comfyui.node_mapping import Converted, ManyWays, NodeMapping, Translation, read_widgets
from nodegraph.formats.comfyui.source_graph import SourceNode

INTEGER = NodeMapping("PrimitiveInt", "value!", "", "int")
SEED = NodeMapping("PrimitiveSeed", "value!=seed", "", "int")


def _integer(old: SourceNode) -> Converted:
    """A number; one that changes after each run is a seed here, as no other number changes by itself."""
    _, modes = read_widgets(old, "value!")
    return SEED(old) if modes else INTEGER(old)


SAME: Mapping[str, Translation] = {
    "PrimitiveInt": ManyWays(_integer, (INTEGER, SEED)),
    "PrimitiveFloat": NodeMapping("PrimitiveFloat", "value", "", "float"),
    "PrimitiveString": NodeMapping("PrimitiveText", "value", "", "text"),
    "PrimitiveStringMultiline": NodeMapping("PrimitiveText", "value", "", "text"),
    "PrimitiveBoolean": NodeMapping("PrimitiveBool", "value", "", "bool"),
    "ComfySwitchNode": NodeMapping("Switch", "switch=condition", "on_false on_true", "any"),
    "PreviewAny": NodeMapping("PreviewText", "", "source=text", "any"),
}
