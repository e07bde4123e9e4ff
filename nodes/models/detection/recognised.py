"""The answer to "what is this file?"."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nodes.models.architectures.family import Facts
    from nodes.models.files.parts import Part


@dataclass(frozen=True)
class Recognised:
    """A model file or folder, understood.

    `kind` is "checkpoint" (a network with more), "diffusion_model" (a bare network), "text_encoder", "vae",
    "controlnet", "lora", "embedding", "upscaler", "preview_decoder", "preview_encoder" or "unknown". `family` names
    the family where one fits and is "" elsewhere. `parts` are the networks inside by kind: "network", "vae",
    "clip_l" ... `dtype` is that of most of the bytes, `size` all bytes of tensors; `metadata` is what the maker wrote.
    `names` are those of its first tensors, and `leftovers` the tensors that no part reads and that may matter.
    """

    path: Path
    kind: str
    family: str
    parts: Mapping[str, Part]
    facts: Facts | None
    dtype: str
    size: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    leftovers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
