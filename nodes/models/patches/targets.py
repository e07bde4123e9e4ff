"""Every name under which a LoRA may speak of a parameter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nodes.models.files.parts import Piece


@dataclass(frozen=True)
class Target:
    """A parameter that a change reaches: its name without the ending, and the rows of the change it takes."""

    base: str
    rows: tuple[int, int] | None = None
    form: str = ""


Table = dict[str, list[Target]]

NETWORK_LEADS = ("", "unet.", "transformer.", "diffusion_model.", "model.diffusion_model.")
"""What may stand before a dotted name of the denoising network."""

_WRAPPERS = re.compile(
    r"(?:(?<=\.)|^)(?:base_model\.model|base_layer|module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\."
)
"""What tools that wrap networks put into the names of their parameters."""

_TEXT = re.compile(r"(?:text_encoder|text_model|te\d?\.|clip_|lora_te|encoder\.block|encoder\.layers)")
_OTHERS = re.compile(rf"{_TEXT.pattern}|encoder\.|decoder\.|vae\.|first_stage")
"""How names of text encoders' parameters begin, and those of all networks but the denoising one."""

ENCODER_LEADS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "clip_l": (
        ("text_encoder.", "te.", "te1.", "text_encoders.clip_l.transformer.", "clip_l.transformer."),
        ("lora_te_", "lora_te1_"),
    ),
    "clip_h": (("text_encoder.", "text_encoders.clip_h.transformer."), ("lora_te_", "lora_te1_")),
    "clip_g": (
        ("text_encoder_2.", "te2.", "text_encoders.clip_g.transformer.", "clip_g.transformer."),
        ("lora_te2_", "lora_te_"),
    ),
    "t5": (("text_encoder_3.", "text_encoders.t5xxl.transformer.", "t5xxl.transformer."), ("lora_te3_",)),
}
"""What may stand before a dotted and before an underscored name of a text encoder, by its kind."""


def unwrapped(spelled: str) -> str:
    """A name without what wrapped networks have put into it."""
    return _WRAPPERS.sub("", spelled)


def is_of_text(spelled: str) -> bool:
    """Whether a name is that of a text encoder's parameter."""
    return _TEXT.match(unwrapped(spelled)) is not None


def targets_in(table: Table, spelled: str) -> list[Target]:
    """The parameters that a spelled name means, whatever a tool or a trainer has put in front of it; [] for none."""
    plain = unwrapped(spelled)
    if found := table.get(spelled) or table.get(plain):
        return found
    if _OTHERS.match(plain):
        return []
    while plain.count(".") > 1:
        plain = plain.partition(".")[2]
        if found := table.get(plain):
            return found
    return []


def network_targets(names: Mapping[str, Piece], original: Mapping[str, Piece]) -> Table:
    """All spellings of a denoising network's parameters: diffusers' and the original project's names,
    dotted behind one of several leads, or joined by underscores (kohya)."""
    table: Table = {}
    for spelled, target in _bases(names, original):
        for lead in NETWORK_LEADS:
            _add(table, lead + spelled, target)
        _add(table, "lora_unet_" + spelled.replace(".", "_"), target)
        _add(table, "lora_transformer_" + spelled.replace(".", "_"), target)
        _add(table, "lycoris_" + spelled.replace(".", "_"), target)
    return table


def encoder_targets(names: Mapping[str, Piece], kind: str, alone: bool, folder: str = "") -> Table:
    """All spellings of a text encoder's parameters; `alone` says that the family has no other encoder.

    `folder` is that of the family's diffusers folders ("text_encoder_2"), by whose number trainers count.
    """
    dotted, joined = ENCODER_LEADS.get(kind, ((f"text_encoders.{kind}.transformer.",), ()))
    if folder:
        number = folder.rpartition("_")[2] if folder[-1:].isdigit() else "1"
        dotted, joined = (*dotted, f"{folder}."), (*joined, f"lora_te{number}_")
    if alone or folder == "text_encoder":
        dotted = (*dotted, "")
    if alone:
        dotted, joined = (*dotted, "text_encoder."), (*joined, "lora_te_", "lora_te1_")
    table: Table = {}
    for name in names:
        base = name.rpartition(".")[0]
        for spelled in {base, base.removeprefix("text_model.")}:
            for lead in dotted:
                _add(table, lead + spelled, Target(base))
            for lead in joined:
                _add(table, lead + spelled.replace(".", "_"), Target(base))
    return table


def _bases(names: Mapping[str, Piece], original: Mapping[str, Piece]) -> Iterator[tuple[str, Target]]:
    for name in names:
        base = name.rpartition(".")[0]
        yield base, Target(base)
        piece = original.get(name)
        if piece and name.endswith(".weight"):
            spelled, target = piece.name.removesuffix(".weight"), Target(base, piece.rows, piece.form)
            yield spelled, target
            if short := _short(spelled, base):
                yield short, target


def _short(spelled: str, base: str) -> str:
    """What XLabs calls the layers of FLUX's single blocks, the first without its feed-forward part; else ""."""
    block, _, layer = spelled.rpartition(".")
    if layer == "linear2":
        return f"{block}.proj"
    return f"{block}.qkv" if layer == "linear1" and ".attn." in base else ""


def _add(table: Table, spelled: str, target: Target) -> None:
    known = table.setdefault(spelled, [])
    if target not in known:
        known.append(target)
