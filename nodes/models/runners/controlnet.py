"""Control networks at work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from nodegraph.support.errors import LoadError
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.memory.loading import damage
from nodes.models.runners.network_inputs import to_batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor, nn

    from nodes.models.architectures.family import Inputs
    from nodes.models.files.parts import Part
    from nodes.models.runners.network_inputs import ScaledNetwork
    from nodes.models.runners.weight_store import WeightStore
    from nodes.types import Control, ControlNet


def build_control(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' ControlNetModel."""
    ControlNetModel = diffusers_class("controlnets.controlnet", "ControlNetModel")

    network: nn.Module = ControlNetModel.from_config(dict(config))
    return network


class ControlRunner:
    """The network of one `ControlNet`."""

    def __init__(self, pool: WeightStore, ref: ControlNet, part: Part) -> None:
        self._pool = pool
        self._ref = ref
        self._part = part
        self._checked = False

    def residuals(self, denoiser: ScaledNetwork, inputs: Inputs, control: Control) -> Mapping[str, Any]:
        """What the network adds to the denoiser's skips for this call; `LoadError` if they do not fit."""
        call = denoiser.family.control
        if call is None:
            raise LoadError(
                "{title} has no control networks that this program can run.", title=denoiser.family.title
            )
        width = self._part.config.get("cross_attention_dim")
        if width != inputs.context.shape[2]:
            raise LoadError(
                "{place} was made for another family than {title}: it reads "
                "prompts {width} wide, not {shape}.",
                place=self._part.place,
                title=denoiser.family.title,
                width=width,
                shape=inputs.context.shape[2],
            )
        network = self._pool.residents.get(
            self._ref.source, self._part, build_control, denoiser.dtype
        ).network
        scale = denoiser.facts.latent.downscale
        size = (inputs.x.shape[-2] * scale, inputs.x.shape[-1] * scale)
        hint = to_batch(fitted(control.hint, size).to(inputs.x), inputs.x.shape[0])
        found = call(network, inputs, hint, control.strength)
        if not self._checked:
            self._checked = True
            if not all(map(_finite, found.values())) and (fault := damage(self._part, network)):
                raise fault
        return found


def _finite(value: Any) -> bool:
    """Whether a tensor, or each of a sequence of them, holds finite numbers alone."""
    parts = [value] if isinstance(value, torch.Tensor) else value
    return all(bool(torch.isfinite(part.sum())) for part in parts)


def fitted(image: Tensor, size: tuple[int, int]) -> Tensor:
    """`[B, H, W, C]` pictures as `[B, 3, *size]`: the middle in the right proportions, nearest pixels."""
    pixels = image.movedim(-1, 1)[:, :3]
    if tuple(pixels.shape[-2:]) == size:
        return pixels
    height, width = pixels.shape[-2:]
    wanted, given = size[1] / size[0], width / height
    across = round((width - width * (wanted / given)) / 2) if given > wanted else 0
    down = round((height - height * (given / wanted)) / 2) if given < wanted else 0
    middle = pixels[..., down : height - down, across : width - across]
    return functional.interpolate(middle, size=size, mode="nearest-exact")
