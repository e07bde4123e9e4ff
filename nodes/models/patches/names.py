"""How files of every trainer name the tensors of a change: the weight it is about, and the tensor's role."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
_PROCESSOR = re.compile(r"^(.+)\.processor\.([^.]+)_lora\.(up|down)\.weight$")
_OLD_TEXT = re.compile(r"^(.+\.self_attn)\.to_(q|k|v|out)_lora\.(up|down)\.weight$")
_XLABS = re.compile(r"^(.*double_blocks\.\d+)\.processor\.(qkv|proj)_lora([12])\.(up|down)\.weight$")
_TARGET = re.compile(r"^(.+)\.(" + "|".join(sorted(map(re.escape, ROLES), key=len, reverse=True)) + ")$")
_ADAPTER = re.compile(
    r"^(.+\.(?:lora_[AB]|lora_magnitude_vector|lora_embedding_[AB]|(?:hada|lokr)_\w+))\.([^.]+)(\.weight)?$"
)
"""PEFT puts an adapter's name behind what a tensor is."""

_UNREAD = (
    (re.compile(r"\.oft_(?:blocks|diag|[rR])(?:\.|$)"), "an OFT"),
    (re.compile(r"\.boft_[RrSs](?:\.|$)"), "a BOFT"),
    (re.compile(r"\.[ab][12]\.weight$"), "a GLoRA"),
    (re.compile(r"\.on_input$|\.ia3_l(?:\.|$)"), "an IA3"),
    (re.compile(r"\.vera_lambda_[bd](?:\.|$)"), "a VeRA"),
    (re.compile(r"\.hra_u(?:\.|$)"), "an HRA"),
)
BOFT_AXES = 4


def split(name: str) -> tuple[str, str] | None:
    """The weight a tensor is about, as spelled, and its role; None for a tensor that is neither."""
    if xlabs := _XLABS.match(name):
        return f"{xlabs[1]}.{'img' if xlabs[3] == '1' else 'txt'}_attn.{xlabs[2]}", xlabs[4]
    if old := _PROCESSOR.match(name):
        inner = "to_out.0" if old[2] == "to_out" else old[2]
        return f"{old[1]}.{inner}", old[3]
    if old := _OLD_TEXT.match(name):
        return f"{old[1]}.{old[2]}_proj", old[3]
    match = _TARGET.match(name)
    if match is None and (adapter := _ADAPTER.match(name)):
        match = _TARGET.match(adapter[1] + (adapter[3] or ""))
    return (match[1], ROLES[match[2]]) if match else None


def is_change(name: str) -> bool:
    """Whether a tensor's name is that of a part of a change."""
    return split(name) is not None


def is_read(names: Iterable[str]) -> bool:
    """Whether one of these tensors changes a weight in a way that is read; strengths alone change nothing."""
    return any(role[1] not in ("alpha", "dora") for name in names if (role := split(name)))


def unread_change(names: Mapping[str, tuple[int, ...]]) -> str:
    """What a file of changes to weights is called whose kind is known and not read; "" for another one.

    `names` are its tensors with their shapes.
    """
    for pattern, title in _UNREAD:
        found = [name for name in names if pattern.search(name)]
        if title == "a GLoRA":
            ends = {name[-len("a1.weight") :] for name in found}
            found = found if {"a1.weight", "a2.weight", "b1.weight", "b2.weight"} <= ends else []
        if found:
            return "a BOFT" if title == "an OFT" and len(names[found[0]]) == BOFT_AXES else title
    return ""
