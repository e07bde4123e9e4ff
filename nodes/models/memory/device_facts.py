"""What "auto" means on this machine: measured once in milliseconds, remembered, and the same in every later run.

Importing this loads no torch: what was found out before joins the cache keys of a plan as well.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from nodegraph.model.digest import digest
from nodegraph.support.atomic import write_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import torch
    from torch import Tensor

MEMORY = "machine.json"
BFLOAT16_GAIN = 1.25
"""How much faster bfloat16 must be than float32 to be worth its rounding."""
CHANNELS_LAST_GAIN = 1.1
"""How much faster that layout must be to be worth a copy of weights that the file has in the other."""
ROUNDS = 8


@dataclass(frozen=True)
class Choices:
    """What a machine does best.

    `device` is "cpu", "cuda" or "mps". `bfloat16` says that it is clearly faster than float32 on the CPU, or that
    an accelerator has it. `channels_last` names the precisions in which convolutions are faster in that layout.
    """

    device: str = "cpu"
    bfloat16: bool = False
    channels_last: tuple[str, ...] = ()

    def facts(self) -> list[tuple[str, str]]:
        """For cache keys."""
        return [
            ("device", self.device),
            ("bfloat16", str(self.bfloat16)),
            ("channels_last", " ".join(self.channels_last)),
        ]


def remembered_choices(device: str, folder: Path | None) -> Choices | None:
    """What was found out for a device ("auto", "cpu" ...) by this process or an earlier one; None if nothing was."""
    name = _identity(device)
    if name not in _found and folder is not None:
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            known = json.loads((folder / MEMORY).read_text(encoding="utf-8"))[name]
            last = tuple(map(str, known["channels_last"]))
            _found[name] = Choices(str(known["device"]), bool(known["bfloat16"]), last)
    return _found.get(name)


def measured_choices(device: str, folder: Path | None) -> Choices:
    """The same for certain: what is not known or no longer true is found out and remembered in `folder`."""
    real = pick_device(device)
    known = remembered_choices(device, folder)
    if known is None or known.device != real.type:
        known = _measured(real)
        _found[_identity(device)] = known
        if folder is not None:
            _write(folder / MEMORY, _identity(device), known)
    return known


def pick_device(name: str) -> torch.device:
    """The device that "auto", "cpu", "cuda" or "mps" stands for here."""
    import torch

    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


_found: dict[str, Choices] = {}


def _write(path: Path, name: str, choices: Choices) -> None:
    """Add to what is remembered; a folder that cannot be written to is no harm."""
    known = {}
    with suppress(OSError, ValueError):
        known = json.loads(path.read_text(encoding="utf-8"))
    with suppress(OSError):
        write_text(path, json.dumps({**(known if isinstance(known, dict) else {}), name: asdict(choices)}))


@cache
def _identity(device: str) -> str:
    """A short name for all that a measurement depends on, found without torch."""
    visible = [os.environ.get(name, "") for name in ("CUDA_VISIBLE_DEVICES", "ATEN_CPU_CAPABILITY")]
    drivers = [Path(place).exists() for place in ("/proc/driver/nvidia/version", "/dev/nvidia0")]
    processor = platform.processor()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        processor = " ".join(
            dict.fromkeys(x for x in lines if x.startswith(("model name", "flags", "Features")))
        )
    return digest(device, sys.platform, platform.machine(), processor, visible, drivers, version("torch"))


def _measured(device: torch.device) -> Choices:
    import torch

    kinds: tuple[torch.dtype, ...]
    if device.type == "cpu":
        bfloat16 = _ratio(device, _product(torch.float32), _product(torch.bfloat16)) > BFLOAT16_GAIN
        kinds = (torch.float32, torch.bfloat16) if bfloat16 else (torch.float32,)
    else:
        bfloat16 = device.type != "cuda" or torch.cuda.is_bf16_supported()
        kinds = () if device.type != "cuda" else (torch.float16, torch.bfloat16)
    faster = [kind for kind in kinds if _prefers_channels_last(kind, device)]
    return Choices(device.type, bfloat16, tuple(str(kind).removeprefix("torch.") for kind in faster))


def _prefers_channels_last(kind: torch.dtype, device: torch.device) -> bool:
    """Whether that layout is clearly faster, measured twice: a busy machine may mislead once."""
    import torch

    plain, last = (_block(kind, device, form) for form in (torch.contiguous_format, torch.channels_last))
    return all(_ratio(device, plain, last) > CHANNELS_LAST_GAIN for _ in range(2))


def _ratio(device: torch.device, first: Callable[[], object], second: Callable[[], object]) -> float:
    """How many times longer the first takes, by the best of several turns."""
    import time

    import torch

    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for work, found in zip((first, second), times, strict=True):
            began = time.perf_counter()
            work()
            if device.type == "cuda":
                torch.cuda.synchronize()
            found.append(time.perf_counter() - began)
    return min(times[0][1:]) / min(times[1][1:])


def _product(dtype: torch.dtype) -> Callable[[], Tensor]:
    """A multiplication of the size a transformer makes."""
    import torch

    left, right = torch.ones(256, 640, dtype=dtype), torch.ones(640, 1280, dtype=dtype)
    return lambda: torch.matmul(left, right)


def _block(dtype: torch.dtype, device: torch.device, layout: torch.memory_format) -> Callable[[], Tensor]:
    """Norm, activation and convolution as in a UNet's blocks."""
    import torch
    from torch.nn import functional

    x = torch.ones(1, 320, 24, 24, dtype=dtype, device=device).to(memory_format=layout)
    weight = torch.ones(320, 320, 3, 3, dtype=dtype, device=device).to(memory_format=layout)
    return lambda: functional.conv2d(functional.silu(functional.group_norm(x, 32)), weight, padding=1)
