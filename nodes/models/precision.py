"""In which precision a network computes, and where."""

from __future__ import annotations

import os
import time
from functools import cache

import torch

from nodes.models.encoders import LANGUAGE_KINDS

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}

SMALL = 50_000_000
"""Networks with fewer parameters compute in float32 on the CPU: casting costs them more than it saves."""

GAIN = 1.25
"""How much faster bfloat16 must be than float32 to be worth its rounding."""


def pick_device(name: str) -> torch.device:
    """The device that "auto", "cpu", "cuda" or "mps" stands for here."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def network_dtype(wanted: str, device: torch.device, parameters: int, stored: str) -> torch.dtype:
    """The precision of a denoising network.

    `wanted` is a precision or "auto"; `stored` is the file's. On the CPU float16 is never used: its
    convolutions are hundreds of times slower.
    """
    if device.type == "cpu":
        if wanted == "float32" or (wanted == "auto" and parameters < SMALL):
            return torch.float32
        if wanted == "bfloat16":
            return torch.bfloat16
        return torch.bfloat16 if bfloat16_is_faster() else torch.float32
    if wanted in DTYPES:
        return DTYPES[wanted]
    if stored == "F32" and parameters < SMALL:
        return torch.float32
    supported = device.type != "cuda" or torch.cuda.is_bf16_supported()
    wide = stored.startswith(("BF16", "Q", "IQ"))
    return torch.bfloat16 if wide and supported else torch.float16


def encoder_dtype(wanted: str, kind: str = "", stored: str = "") -> torch.dtype | None:
    """The precision in which text encoders keep their weights. None: as stored.

    CLIP and T5 compute in float32 whatever they keep; language models, which are large, compute as they keep them.
    """
    if kind not in LANGUAGE_KINDS or wanted in DTYPES:
        return DTYPES.get(wanted)
    return torch.float32 if stored == "F32" else torch.bfloat16


def vae_dtype(wanted: str, device: torch.device) -> torch.dtype:
    """The precision of an autoencoder: float32 on the CPU, bfloat16 on an accelerator that has it."""
    if device.type == "cpu":
        return torch.bfloat16 if wanted == "bfloat16" else torch.float32
    if wanted in ("float32", "bfloat16"):
        return DTYPES[wanted]
    return torch.bfloat16 if device.type != "cuda" or torch.cuda.is_bf16_supported() else torch.float32


def default_budget(device: torch.device) -> int:
    """The bytes of weights to hold: most of an accelerator's memory, or half of the machine's."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory * 0.8)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2 if hasattr(os, "sysconf") else 2**33


@cache
def bfloat16_is_faster() -> bool:
    """Whether this CPU multiplies matrices clearly faster in bfloat16, by a measurement of milliseconds."""
    return _seconds(torch.float32) > GAIN * _seconds(torch.bfloat16)


def _seconds(dtype: torch.dtype) -> float:
    """The best of five multiplications of the size a transformer makes."""
    left, right = torch.ones(256, 640, dtype=dtype), torch.ones(640, 1280, dtype=dtype)
    times = []
    for _ in range(6):
        began = time.perf_counter()
        torch.matmul(left, right)
        times.append(time.perf_counter() - began)
    return min(times[1:])
