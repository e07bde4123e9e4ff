"""The autoencoder of Wan's video models (2025), which Qwen-Image uses for single pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from nodes.models.architectures.vaes.kind import VaeKind
from nodes.models.diffusers_classes import diffusers_class
from nodes.models.files.parts import Part, Piece, same, shapes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from torch import Tensor, nn

    from nodes.models.files.parts import Shapes

MEANS = (
    -0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508,
    0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921,
)  # fmt: skip
SPREADS = (
    2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743,
    3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.9160,
)  # fmt: skip
"""Mean and spread of each of the sixteen channels of its latents."""

PER_LEVEL = 4
"""Modules of a level of the decoder: three blocks and what enlarges."""

_PLAIN = {
    "encoder.conv1": "encoder.conv_in",
    "decoder.conv1": "decoder.conv_in",
    "encoder.head.0": "encoder.norm_out",
    "decoder.head.0": "decoder.norm_out",
    "encoder.head.2": "encoder.conv_out",
    "decoder.head.2": "decoder.conv_out",
    "conv1": "quant_conv",
    "conv2": "post_quant_conv",
}
_MIDDLE = {"0": "resnets.0", "1": "attentions.0", "2": "resnets.1"}
_BLOCK = {
    "residual.0": "norm1",
    "residual.2": "conv1",
    "residual.3": "norm2",
    "residual.6": "conv2",
    "shortcut": "conv_shortcut",
}
_INNER = re.compile(r"(encoder|decoder)\.(middle|downsamples|upsamples)\.(\d+)\.(.+)")


def recognise(shapes: Shapes) -> Part | None:
    """An autoencoder whose convolutions also reach over time."""
    if "decoder.middle.0.residual.0.gamma" in shapes:
        pieces = _from_original(shapes)
    elif "decoder.mid_block.resnets.0.norm1.gamma" in shapes:
        pieces = same(name for name in shapes if name.startswith(("encoder.", "decoder.", "quant_", "post_")))
    else:
        return None
    inner = shapes_of(pieces, shapes)
    config = {
        "base_dim": inner["encoder.conv_in.weight"][0],
        "z_dim": inner["post_quant_conv.weight"][0],
        "input_channels": inner["encoder.conv_in.weight"][1],
    }
    return Part("vae", config, pieces)


def _from_original(names: Iterable[str]) -> dict[str, Piece]:
    mapped = ((_diffusers(name), name) for name in names)
    return {new: Piece(old) for new, old in mapped if new}


def _diffusers(name: str) -> str | None:
    stem, _, end = name.rpartition(".")
    if stem in _PLAIN:
        return f"{_PLAIN[stem]}.{end}"
    match = _INNER.fullmatch(stem)
    if match is None:
        return None
    side, stack, number, module = match.groups()
    module = _BLOCK.get(module, module)
    if stack == "middle":
        return f"{side}.mid_block.{_MIDDLE.get(number, number)}.{module}.{end}"
    if stack == "downsamples":
        return f"{side}.down_blocks.{number}.{module}.{end}"
    level, at = divmod(int(number), PER_LEVEL)
    inner = f"resnets.{at}" if at < PER_LEVEL - 1 else "upsamplers.0"
    return f"{side}.up_blocks.{level}.{inner}.{module}.{end}"


def build(config: Mapping[str, Any]) -> nn.Module:
    """diffusers' AutoencoderKLQwenImage."""
    AutoencoderKLQwenImage = diffusers_class(
        "autoencoders.autoencoder_kl_qwenimage", "AutoencoderKLQwenImage"
    )

    network: nn.Module = AutoencoderKLQwenImage.from_config(dict(config))
    return network


def encode(network: Any, pixels: Tensor) -> Tensor:
    """The mean of the posterior of single pictures."""
    mean: Tensor = network.encode(pixels.unsqueeze(2)).latent_dist.mean
    return mean.squeeze(2)


def decode(network: Any, samples: Tensor) -> Tensor:
    """The pixels of the latents of single pictures."""
    pixels: Tensor = network.decode(samples.unsqueeze(2), return_dict=False)[0]
    return pixels[:, :, 0]


def channels(config: Mapping[str, Any]) -> int:
    """How many channels its latents have."""
    return int(config["z_dim"])


def downscale(config: Mapping[str, Any]) -> int:
    """How many pixels a side of a latent pixel has."""
    levels: int = len(config.get("dim_mult", (1, 2, 4, 4)))
    return 1 << (levels - 1)


def width(config: Mapping[str, Any]) -> int:
    """How many features a pixel has in the outermost layers."""
    return int(config["base_dim"])


KIND = VaeKind("wan", "of Wan and Qwen-Image", recognise, build, encode, decode, channels, downscale, width)
