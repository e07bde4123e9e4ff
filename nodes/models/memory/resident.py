"""A network in memory, and the patched weights that take the place of its own while a patched model runs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import torch

from nodegraph.node_api.fingerprint import stamp
from nodes.models.memory.block_offload import BlockOffloader
from nodes.models.memory.compiled import compiled
from nodes.models.memory.loading import Place, bytes_of, read

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from torch import Tensor, nn

    from nodes.models.files.parts import Part
    from nodes.models.memory.compiled import Forwards


class Resident:
    """A loaded network. Patches swap the pointers of its parameters; its own tensors are never written to.

    `blocks` are those whose weights come for each call and leave after it: out of the file, or where the network
    runs on an accelerator out of copies in the machine's memory, of which it may hold `copies` bytes. `full` are the
    bytes of the whole network.
    """

    def __init__(
        self,
        key: Hashable,
        network: nn.Module,
        part: Part,
        place: Place,
        blocks: Mapping[str, nn.Module] | None = None,
        copies: int = 0,
        full: int = 0,
    ) -> None:
        self.key = key
        self.network = network
        self.part = part
        self.place = place
        self.device = place.device
        self.bytes = bytes_of(network.state_dict().values())
        self.full = full
        self.copied = 0
        self._copies: dict[str, Tensor] = {}
        self._copies_limit = copies
        self._parameters = dict(network.named_parameters())
        self._own = {name: parameter.data for name, parameter in self._parameters.items()}
        self._active: Mapping[str, Tensor] = {}
        self._visitors = BlockOffloader(network, blocks or {}, self._fetch)
        self._files = {info.path for info in part.tensors.values()}
        self._stamps = self._now()
        self._compiled: dict[str, Forwards] = {}

    @property
    def whole(self) -> bool:
        """Whether all of it stays."""
        return not self._visitors.names

    @property
    def current(self) -> bool:
        """Whether its files are still those it was read from: its tensors may be pages of theirs."""
        return self._now() == self._stamps

    def compiled(self, scope: str) -> Forwards:
        """The network's forwards compiled, as a whole or by blocks."""
        if scope not in self._compiled:
            self._compiled[scope] = compiled(self.network, scope, set(self._visitors.names.values()))
        return self._compiled[scope]

    def has(self, name: str) -> bool:
        """Whether the network has a parameter of this name."""
        return name in self._own

    def own(self, name: str) -> Tensor:
        """A parameter without any patch; empty where its block is not there."""
        return self._own[name]

    def home(self, name: str) -> Place:
        """Where a patched parameter is to be kept."""
        device = torch.device("cpu") if name in self._visitors.names else self.device
        return Place(device, self._own[name].dtype, self.place.layout)

    def wears(self, patched: Mapping[str, Tensor]) -> bool:
        """Whether these patched weights are in the place of its own."""
        return patched is self._active

    def wear(self, patched: Mapping[str, Tensor]) -> None:
        """Put `patched` in the place of the network's own parameters; {} takes all patches off, exactly."""
        if patched is self._active:
            return
        for name in self._active:
            if name not in patched:
                self._parameters[name].data = self._own[name]
        for name, tensor in patched.items():
            if name not in self._visitors.names:
                self._parameters[name].data = tensor
        self._active = patched

    def _fetch(self, names: Iterable[str]) -> Iterator[tuple[str, Tensor]]:
        """The weights of a block, patched where patches are worn."""
        missing = []
        for name in names:
            near = self._active.get(name)
            if near is None:
                near = self._copies.get(name)
            if near is None:
                missing.append(name)
            else:
                yield name, near.to(self.device, non_blocking=True)
        if self.copied < self._copies_limit:
            for name, tensor in read(self.part, missing, self.place._replace(device=torch.device("cpu"))):
                yield name, self._copy(name, tensor).to(self.device, non_blocking=True)
        else:
            yield from read(self.part, missing, self.place)

    def _copy(self, name: str, tensor: Tensor) -> Tensor:
        """Keep a weight in the machine's memory, where the device can fetch it without waiting."""
        pinned = tensor.pin_memory() if self.device.type == "cuda" else tensor.clone()
        self._copies[name] = pinned
        self.copied += pinned.nbytes
        return pinned

    def _now(self) -> list[object]:
        """The state of each file; of one that has gone, nothing: its pages stay."""
        found: list[object] = []
        for path in self._files:
            with suppress(OSError):
                found.append(stamp(path))
        return found
