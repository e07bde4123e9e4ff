"""In which precision a network computes, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from nodes.models.architectures.encoders import LANGUAGE_KINDS

if TYPE_CHECKING:
    from nodes.models.memory.device_facts import Choices

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

SMALL = 50_000_000
"""Networks with fewer parameters compute in float32 on the CPU: casting costs them more than it saves."""


def network_dtype(wanted: str, choices: Choices, parameters: int, stored: str) -> torch.dtype:
    """The precision of a denoising network.

    `wanted` is a precision or "auto"; `stored` is the file's. On the CPU float16 is never used: its
    convolutions are hundreds of times slower.
    """
    if choices.device == "cpu":
        if wanted == "float32" or (wanted == "auto" and parameters < SMALL):
            return torch.float32
        return torch.bfloat16 if wanted == "bfloat16" or choices.bfloat16 else torch.float32
    if wanted in DTYPES:
        return DTYPES[wanted]
    if stored == "F32" and parameters < SMALL:
        return torch.float32
    wide = stored.startswith(("BF16", "Q", "IQ"))
    return torch.bfloat16 if wide and choices.bfloat16 else torch.float16


def layout(dtype: torch.dtype | None, choices: Choices) -> torch.memory_format:
    """The layout in which convolutions of that precision are fastest here."""
    name = str(dtype).removeprefix("torch.")
    return torch.channels_last if name in choices.channels_last else torch.contiguous_format


def encoder_dtype(wanted: str, choices: Choices, kind: str, stored: str) -> torch.dtype | None:
    """The precision in which text encoders keep their weights. None: as stored.

    CLIP and T5 compute in float32 whatever they keep, and keep no more than float16 unless told to, as ComfyUI does:
    pictures depend on it. Language models, which are large, compute as they keep them, on the CPU never in float16.
    """
    if kind not in LANGUAGE_KINDS:
        return DTYPES.get(wanted, torch.float16 if stored == "F32" else None)
    if wanted == "float16" and choices.device == "cpu":
        wanted = "bfloat16"
    return DTYPES.get(wanted, torch.float32 if stored == "F32" else torch.bfloat16)


def vae_dtype(wanted: str, choices: Choices) -> torch.dtype:
    """The precision of an autoencoder: float32 on the CPU, bfloat16 on an accelerator that has it."""
    if choices.device == "cpu":
        return torch.bfloat16 if wanted == "bfloat16" else torch.float32
    if wanted in ("float32", "bfloat16"):
        return DTYPES[wanted]
    return torch.bfloat16 if choices.bfloat16 else torch.float32
