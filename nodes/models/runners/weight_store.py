"""What runners need besides the part they run: weights in memory, their device and what was read beside them.

`nodes.models.pool.Pool` implements it and makes the runners, so that runners import neither it nor each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    import torch
    from torch import Tensor, nn

    from nodes.models.architectures.family import Family, Inputs, Use
    from nodes.models.files.embeddings import Width
    from nodes.models.files.folders import ModelFolders
    from nodes.models.files.parts import Part
    from nodes.models.memory.device_facts import Choices
    from nodes.models.memory.residents import Residents
    from nodes.models.runners.network_inputs import ScaledNetwork
    from nodes.text.chunks import Lookup, Token
    from nodes.types import Clip, Control, ControlNet, Model


class ControlResiduals(Protocol):
    """A control network, ready to run."""

    def residuals(self, denoiser: ScaledNetwork, inputs: Inputs, control: Control) -> Mapping[str, Any]:
        """What the network adds to the denoiser's skips for this call; `LoadError` if they do not fit."""


class WeightStore(Protocol):
    """The weights that are in memory on one device; `dtype` is for networks that ask for no precision."""

    folders: ModelFolders
    choices: Choices
    device: torch.device
    dtype: str
    residents: Residents

    def get(self, ref: ControlNet, /) -> ControlResiduals:
        """The control network that a description names."""

    def network(self, ref: Model, family: Family, part: Part, dtype: torch.dtype, work: int = 0) -> nn.Module:
        """The denoising network of a model with its patches, and `work` bytes of memory free for a call."""

    def compiled(self, network: nn.Module, scope: str) -> AbstractContextManager[None]:
        """A context in which a denoising network runs compiled."""

    def encoder(self, ref: Clip, use: Use, part: Part, alone: bool) -> nn.Module:
        """A text encoder with its patches."""

    def tiny_decoder(self, family: str, channels: int) -> nn.Module | None:
        """The small decoder for previews of a family's latents, where there is one."""

    def blanks(self, ref: Clip, kind: str) -> dict[tuple[Token, ...], Tensor]:
        """The outputs of an encoder for the empty prompt, to be read and added to."""

    def embeddings(self, kind: str, width: int, other: Callable[[Width], object]) -> Lookup:
        """Textual inversions for an encoder, by name; one of another width is given to `other`."""
