"""How a node is seen whose type is not installed: by what it holds, and by what its file says of its ports.

A node of ComfyUI's without an equal keeps the names and types of its inputs and outputs in `extra["comfyui"]`, so that
it can be drawn, linked and bypassed as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nodegraph.model.graph import Node
from nodegraph.model.spec import ANY, FOREIGN, NodeSpec, Output, Param, Scalar, Socket

KEY = "comfyui"
"""Under which a node keeps what a ComfyUI file said of it that has no place in our words."""

TYPES: Mapping[str, str] = {
    "IMAGE": "Image", "MASK": "Mask", "LATENT": "Latent", "MODEL": "Model", "CLIP": "Clip", "VAE": "Vae",
    "CONDITIONING": "Conditioning", "CONTROL_NET": "ControlNet", "SIGMAS": "Sigmas", "NOISE": "Noise",
    "GUIDER": "Guider", "SAMPLER": "Solver", "INT": "Int", "FLOAT": "Float", "STRING": "Text", "BOOLEAN": "Bool",
    "COMBO": "Text", "": ANY, "*": ANY,
}  # fmt: skip
"""ComfyUI's socket types and what they are called here; others keep their names."""


def our_type(theirs: str) -> str:
    """A socket type of ComfyUI's in our words; one that stands for several is `Any`."""
    if "," in theirs or theirs.startswith("COMFY_"):
        return ANY
    return TYPES.get(theirs, theirs)


def is_foreign(node: Node) -> bool:
    """Whether the node is one of ComfyUI's that has no equal here."""
    return node.type.startswith(FOREIGN)


def declared_spec(node: Node) -> NodeSpec | None:
    """The spec of a kept node of ComfyUI's by the ports that its file states; None for any other node."""
    return placeholder_spec(node) if is_foreign(node) else None


def placeholder_spec(node: Node, outputs: Iterable[str] = ()) -> NodeSpec:
    """A spec made from what the node holds: its values, its links, the ports that its file states, and `outputs`."""
    inputs, stated = _stated(node, "inputs"), _stated(node, "outputs")
    names = dict.fromkeys((*inputs, *node.inputs))
    sockets = tuple(
        Socket(name, inputs.get(name, ANY), optional=True, variadic=len(node.inputs.get(name, ())) > 1)
        for name in names
        if name not in node.params
    )
    more = sorted(set(outputs) - stated.keys())
    return NodeSpec(
        node.type,
        node.type.removeprefix(FOREIGN),
        "unknown",
        sockets=sockets,
        params=tuple(_param(name, value) for name, value in node.params.items()),
        outputs=(*(Output(n, kind) for n, kind in stated.items()), *(Output(n, ANY) for n in more)),
    )


def _stated(node: Node, key: str) -> dict[str, str]:
    """The ports that the node's file states, by name, with their types in our words."""
    kept = node.extra.get(KEY)
    found = kept.get(key) if is_foreign(node) and isinstance(kept, Mapping) else None
    if not isinstance(found, Mapping):
        return {}
    return {str(name): our_type(kind) for name, kind in found.items() if name and isinstance(kind, str)}


def _param(name: str, value: Scalar) -> Param:
    kind = {bool: "Bool", int: "Int", float: "Float"}.get(type(value), "Text")
    return Param(name, kind, value)
