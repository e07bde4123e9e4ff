"""How much memory there is, and how much a network's work will take."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from nodegraph.support.user_dirs import config_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARE = 0.5
DEVICE_SHARE = 0.9
"""The part of the machine's or the device's memory that models and their work may take where no limit is set."""

UNET, TRANSFORMER, DECODER = 40, 24, 9
"""Numbers alive at once for each pixel and channel of the widest layers, half more than counted for the families'
own sizes (26 for a UNet, 16 for a transformer, 6 for an autoencoder)."""


WIDEST = 4096
"""The width of a transformer whose settings do not tell it."""


def set_limit(name: str) -> int | None:
    """The bytes that the settings file models.json allows as `name`, "vram" or "ram", in gigabytes; None if it is
    silent."""
    settings = config_folder() / "models.json"
    try:
        allowed = float(json.loads(settings.read_text(encoding="utf-8"))[name])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return int(allowed * 1e9) if 0 < allowed < 1e6 else None


def default_limit(device: torch.device) -> int:
    """The bytes that models may take where the artist sets no limit."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory * DEVICE_SHARE)
    return int(machine_memory() * SHARE)


def machine_memory() -> int:
    """The bytes of memory of this machine, or of the container that this process lives in."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 2**33
    with suppress(OSError, ValueError):
        return min(pages, int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return pages


def free(device: torch.device) -> int | None:
    """The bytes that could be taken now; None where the system does not tell."""
    if device.type == "cuda":
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + unused
    with suppress(OSError, ValueError, StopIteration), open("/proc/meminfo", encoding="ascii") as lines:
        return int(next(line for line in lines if line.startswith("MemAvailable")).split()[1]) * 1024
    return None


def network_work(config: Mapping[str, Any], shape: tuple[int, ...], context: int, itemsize: int) -> int:
    """The bytes that one call of a denoising network takes for latents `[B, C, h, w]`, at 1/8 of the
    picture, and `context` tokens."""
    pixels = shape[0] * shape[-1] * shape[-2]
    if "block_out_channels" in config:
        return UNET * pixels * int(config["block_out_channels"][0]) * itemsize
    heads, each = config.get("num_attention_heads"), config.get("attention_head_dim")
    named = config.get("dim") or config.get("hidden_size")
    width = int(heads) * int(each) if heads and each else int(named or WIDEST)
    return TRANSFORMER * (pixels // 4 + shape[0] * context) * width * itemsize


def autoencoder_work(width: int, pixels: int, itemsize: int) -> int:
    """The bytes that an autoencoder takes for so many pixels of pictures, of `width` features each."""
    return DECODER * pixels * width * itemsize


def together(limit: int, size: int, one: int, count: int) -> int:
    """How many of `count` pieces of work, each of `one` byte, go at once beside weights of `size`; at least one.

    Where the weights do not fit as a whole and are brought block by block, work may take half of the memory: each
    call brings them anew.
    """
    spare = limit - size if size + one <= limit else limit // 2
    return max(1, min(count, spare // max(one, 1)))
