"""Values as pictures and facts, for an eye that follows a link."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import torch
from torch import Tensor

from nodes.codec import TensorCodec
from nodes.types import Clip, Condition, ControlNet, Latent, Model, Source, UpscaleModel, Vae


def picture_of(value: Any, size: int) -> Tensor | None:
    """The first item of an image, mask or latent as uint8 `[h, w, 3]`, at most `size` long; None for other values."""
    if isinstance(value, Latent):
        return _fitted(_grey(value.samples[0]), size)
    if not isinstance(value, Tensor) or not value.is_floating_point():
        return None
    if value.ndim == 4 and value.shape[-1] in (1, 3, 4):
        return _fitted(value[0, :, :, :3].expand(-1, -1, 3), size)
    if value.ndim == 3:
        return _fitted(value[0].unsqueeze(-1).expand(-1, -1, 3), size)
    return None


def facts_of(value: Any) -> list[tuple[str, str]]:
    """Type, shape, dtype, device, range, NaN count and memory."""
    if isinstance(value, Tensor):
        return [("type", "tensor"), *_tensor_facts(value)]
    if isinstance(value, Latent):
        return [("type", "latent"), *_tensor_facts(value.samples)]
    if isinstance(value, Model | Clip | Vae | ControlNet | UpscaleModel):
        return [("type", type(value).__name__), *_weights_facts(value)]
    if isinstance(value, tuple) and value and all(isinstance(item, Condition) for item in value):
        return [("type", "conditioning"), *_condition_facts(value)]
    return [("type", type(value).__name__), ("value", TensorCodec().summary(value))]


def _weights_facts(value: Model | Clip | Vae | ControlNet | UpscaleModel) -> list[tuple[str, str]]:
    """Which file, and what lies over it: weights do not travel on links, their description does."""
    sources = value.sources if isinstance(value, Clip) else (value.source,)
    facts = [("file", ", ".join(_name(source) for source in sources))]
    if value.dtype != "auto":
        facts.append(("precision", value.dtype))
    if isinstance(value, Model | Clip) and value.patches:
        facts.append(("LoRA", ", ".join(f"{_name(p.source)} {p.strength:g}" for p in value.patches)))
    if isinstance(value, Model | ControlNet) and value.options:
        facts.append(("options", ", ".join(f"{name} {_short(option)}" for name, option in value.options)))
    if isinstance(value, Clip) and value.last_layer:
        facts.append(("last layer", str(value.last_layer)))
    return facts


def _condition_facts(conditions: tuple[Condition, ...]) -> list[tuple[str, str]]:
    """How many there are, the numbers of the first, and what limits any of them."""
    first = conditions[0]
    facts = [("conditions", str(len(conditions)))] if len(conditions) > 1 else []
    facts += _tensor_facts(first.cond)
    strengths = [condition.strength for condition in conditions]
    if any(strength != 1.0 for strength in strengths):
        facts.append(("strength", ", ".join(f"{strength:g}" for strength in strengths)))
    limits = {
        "an area": any(c.area is not None for c in conditions),
        "a mask": any(c.mask is not None for c in conditions),
        "a part of the steps": any((c.start, c.end) != (0.0, 1.0) or c.spans for c in conditions),
    }
    if any(limits.values()):
        facts.append(("limited to", ", ".join(name for name, on in limits.items() if on)))
    nets = dict.fromkeys(_name(control.net.source) for c in conditions for control in c.controls)
    return facts + ([("ControlNet", ", ".join(nets))] if nets else [])


def _name(source: Source) -> str:
    """A file by its name; a folder by its last two, for its own is often only "unet"."""
    path = PurePath(source.path)
    return path.name if path.suffix else "/".join(path.parts[-2:])


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _tensor_facts(value: Tensor) -> list[tuple[str, str]]:
    facts = [
        ("shape", " x ".join(map(str, value.shape))),
        ("dtype", str(value.dtype).removeprefix("torch.")),
        ("device", str(value.device)),
        ("memory", f"{value.nbytes / 1e6:.2f} MB"),
    ]
    if value.is_floating_point() and value.numel():
        finite = value[torch.isfinite(value)].float()
        if finite.numel():
            low, high, mean = finite.min().item(), finite.max().item(), finite.mean().item()
            facts.append(("range", f"{low:.3g} to {high:.3g}, mean {mean:.3g}"))
        if finite.numel() < value.numel():
            facts.append(("alarm", f"{value.numel() - finite.numel()} values are NaN or infinite"))
    return facts


def _grey(samples: Tensor) -> Tensor:
    """Up to three latent channels as red, green and blue, each stretched to its range."""
    chosen = samples[[0, min(1, len(samples) - 1), min(2, len(samples) - 1)]].float()
    low, high = chosen.amin((1, 2), keepdim=True), chosen.amax((1, 2), keepdim=True)
    return ((chosen - low) / (high - low).clamp(min=1e-6)).permute(1, 2, 0)


def _fitted(picture: Tensor, size: int) -> Tensor:
    height, width = picture.shape[:2]
    longest = max(height, width)
    if longest > size:
        shape = (max(1, height * size // longest), max(1, width * size // longest))
        channels = picture.permute(2, 0, 1).unsqueeze(0).float()
        picture = torch.nn.functional.interpolate(channels, shape, mode="area")[0].permute(1, 2, 0)
    return picture.nan_to_num(0.0).clamp(0, 1).mul(255).to(torch.uint8).contiguous()
