"""How files of every trainer name the tensors of a change: the weight it is about, and the tensor's role."""

from __future__ import annotations

import re

ROLES: dict[str, str] = {
    "lora_up.weight": "up",
    "lora_down.weight": "down",
    "lora_mid.weight": "mid",
    "lora_B.weight": "up",
    "lora_A.weight": "down",
    "lora.up.weight": "up",
    "lora.down.weight": "down",
    "lora_linear_layer.up.weight": "up",
    "lora_linear_layer.down.weight": "down",
    "lora_B": "up",
    "lora_A": "down",
    "alpha": "alpha",
    "dora_scale": "dora",
    "lora_magnitude_vector": "dora",
    "lora_magnitude_vector.weight": "dora",
    "diff": "diff",
    "diff_b": "bias",
    "w_norm": "diff",
    "b_norm": "bias",
    **{
        role: role
        for role in (
            *(f"hada_{name}" for name in ("w1_a", "w1_b", "w2_a", "w2_b", "t1", "t2")),
            *(f"lokr_{name}" for name in ("w1", "w1_a", "w1_b", "w2", "w2_a", "w2_b", "t1", "t2")),
        )
    },
}
_PROCESSOR = re.compile(r"^(.+)\.processor\.(.+)_lora\.(up|down)\.weight$")
_XLABS = re.compile(r"^(.*double_blocks\.\d+)\.processor\.(qkv|proj)_lora([12])\.(up|down)\.weight$")
_TARGET = re.compile(r"^(.+)\.(" + "|".join(sorted(map(re.escape, ROLES), key=len, reverse=True)) + ")$")


def split(name: str) -> tuple[str, str] | None:
    """The weight a tensor is about, as spelled, and its role; None for a tensor that is neither."""
    if xlabs := _XLABS.match(name):
        return f"{xlabs[1]}.{'img' if xlabs[3] == '1' else 'txt'}_attn.{xlabs[2]}", xlabs[4]
    if old := _PROCESSOR.match(name):
        inner = "to_out.0" if old[2] == "to_out" else old[2]
        return f"{old[1]}.{inner}", old[3]
    name = name.replace(".default.weight", ".weight").replace(".default_0.weight", ".weight")
    match = _TARGET.match(name)
    return (match[1], ROLES[match[2]]) if match else None


def is_change(name: str) -> bool:
    """Whether a tensor's name is that of a part of a change."""
    return split(name) is not None
