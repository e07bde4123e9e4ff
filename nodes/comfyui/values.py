"""Plain values, and what chooses between branches."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.formats.comfyui.node_mapping import Made, ManyWays, Same, Translation, read_widgets
from nodegraph.formats.comfyui.source_graph import Old

INTEGER = Same("PrimitiveInt", "value!", "", "int")
SEED = Same("PrimitiveSeed", "value!=seed", "", "int")


def _integer(old: Old) -> Made:
    """A number; one that changes after each run is a seed here, as no other number changes by itself."""
    _, modes = read_widgets(old, "value!")
    return SEED(old) if modes else INTEGER(old)


SAME: Mapping[str, Translation] = {
    "PrimitiveInt": ManyWays(_integer, (INTEGER, SEED)),
    "PrimitiveFloat": Same("PrimitiveFloat", "value", "", "float"),
    "PrimitiveString": Same("PrimitiveText", "value", "", "text"),
    "PrimitiveStringMultiline": Same("PrimitiveText", "value", "", "text"),
    "PrimitiveBoolean": Same("PrimitiveBool", "value", "", "bool"),
    "ComfySwitchNode": Same("Switch", "switch=condition", "on_false on_true", "any"),
    "PreviewAny": Same("PreviewText", "", "source=text", "any"),
}
