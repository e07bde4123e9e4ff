"""A network in memory, and the patched weights that take the place of its own while a patched model runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nodes.models.loading import bytes_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    import torch
    from torch import Tensor, nn

    from nodes.models.parts import Part


class Resident:
    """A loaded network. Patches swap the pointers of its parameters; its own tensors are never written to."""

    def __init__(self, key: Hashable, network: nn.Module, part: Part, device: torch.device) -> None:
        self.key = key
        self.network = network
        self.part = part
        self.device = device
        self.bytes = bytes_of(network.state_dict().values())
        self._parameters = dict(network.named_parameters())
        self._own = {name: parameter.data for name, parameter in self._parameters.items()}
        self._active: Mapping[str, Tensor] = {}

    def has(self, name: str) -> bool:
        """Whether the network has a parameter of this name."""
        return name in self._own

    def own(self, name: str) -> Tensor:
        """A parameter without any patch."""
        return self._own[name]

    def wear(self, patched: Mapping[str, Tensor]) -> None:
        """Put `patched` in the place of the network's own parameters; {} takes all patches off, exactly."""
        if patched is self._active:
            return
        for name in self._active:
            if name not in patched:
                self._parameters[name].data = self._own[name]
        for name, tensor in patched.items():
            self._parameters[name].data = tensor
        self._active = patched
