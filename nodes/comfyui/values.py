"""Plain values, and what chooses between branches."""

from __future__ import annotations

from collections.abc import Mapping

from nodegraph.formats.comfyui.node_mapping import Same, Translation

SAME: Mapping[str, Translation] = {
    "PrimitiveInt": Same("PrimitiveInt", "value!", "", "int"),
    "PrimitiveFloat": Same("PrimitiveFloat", "value", "", "float"),
    "PrimitiveString": Same("PrimitiveText", "value", "", "text"),
    "PrimitiveStringMultiline": Same("PrimitiveText", "value", "", "text"),
    "PrimitiveBoolean": Same("PrimitiveBool", "value", "", "bool"),
    "ComfySwitchNode": Same("Switch", "switch=condition", "on_false on_true", "any"),
    "PreviewAny": Same("PreviewText", "", "source=text", "any"),
}
