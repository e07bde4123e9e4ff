"""Which networks are in memory: what a step needs comes, the rest leaves by last use, all within one limit."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import torch

from nodes.models.memory import budget
from nodes.models.memory.loading import Place, bytes_in, bytes_of, load_part
from nodes.models.memory.precision import layout
from nodes.models.memory.resident import Resident

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from torch import Tensor, nn

    from nodes.models.files.parts import Part
    from nodes.models.memory.device_facts import Choices
    from nodes.models.patches.apply import Patching
    from nodes.types import Source

Stack = tuple["Hashable", "Hashable"]
"""The key of a network and its patches."""

CONVOLUTIONAL = ("network", "vae", "controlnet")


class Residents:
    """Networks and patched weights on one device.

    `vram` limits what they and their work take on an accelerator, `ram` what they take in the machine's memory; None
    is what the settings say or a share of what there is. On the CPU `ram` alone counts.
    """

    def __init__(self, choices: Choices, vram: int | None, ram: int | None) -> None:
        self.choices = choices
        self.device = torch.device(choices.device)
        self.ram = ram or budget.set_limit("ram") or budget.default_limit(torch.device("cpu"))
        vram = vram or budget.set_limit("vram") or budget.default_limit(self.device)
        self.limit = self.ram if choices.device == "cpu" else vram
        self._held: OrderedDict[Hashable, Resident] = OrderedDict()
        self._patched: OrderedDict[Stack, dict[str, Tensor]] = OrderedDict()
        self._needed: set[Hashable] = set()
        self._fitted: set[tuple[Hashable, int]] = set()

    @property
    def bytes(self) -> int:
        """Memory of all weights that are held, patched ones included."""
        patched = sum(bytes_of(tensors.values()) for tensors in self._patched.values())
        return patched + sum(resident.bytes for resident in self._held.values())

    def __len__(self) -> int:
        return len(self._held)

    def begin(self) -> None:
        """A step begins: what the last one needed may leave for it."""
        self._needed.clear()

    def reconsider(self) -> None:
        """A run begins: there may be more or less memory than in the last one."""
        self._fitted.clear()

    def most(self) -> int:
        """The bytes that there would be if all that is held had left."""
        free = budget.free(self.device)
        return self.limit if free is None else min(self.limit, free + self.bytes)

    def get(
        self,
        source: Source,
        part: Part,
        build: Callable[[Mapping[str, Any]], nn.Module],
        dtype: torch.dtype | None,
        work: int = 0,
    ) -> Resident:
        """A network that is ready to run, whole or block by block, with `work` bytes left for its work."""
        key = (source, part.kind, dtype)
        held = self._held.get(key)
        self._needed.add(key)
        if held is None or not held.current or (key, work) not in self._fitted:
            held = self._fit(key, part, build, dtype, work)
            self._fitted.add((key, work))
        self._held.move_to_end(key)
        return held

    def whole(
        self,
        source: Source,
        part: Part,
        make: Callable[[Place], nn.Module],
        dtype: torch.dtype,
        size: int,
        work: int = 0,
    ) -> Resident:
        """A network of about `size` bytes that `make` reads as a whole, with `work` bytes left for its work.

        It is for classes whose settings are known only from the values of their weights.
        """
        key = (source, part.kind, dtype)
        held = self._held.get(key)
        self._needed.add(key)
        if held is None or not held.current:
            if held is not None:
                self._let_go(key)
            self.make_room(size + work)
            place = Place(self.device, dtype)
            held = self._held[key] = Resident(key, make(place), part, place, full=size)
            self._fitted.clear()
        elif work:
            self.make_room(work)
        self._held.move_to_end(key)
        return held

    def holding(self, network: nn.Module) -> Resident:
        """The resident that a network in memory belongs to."""
        return next(held for held in self._held.values() if held.network is network)

    def patched(
        self, resident: Resident, patches: Hashable, plan: Callable[[], Patching]
    ) -> dict[str, Tensor]:
        """The weights of a stack of patches over a network, made, in room made for them, if they are not there."""
        key = (resident.key, patches)
        if key not in self._patched:
            planned = plan()
            self.make_room(planned.bytes)
            self._patched[key] = planned.weights()
            self._fitted.clear()
        self._patched.move_to_end(key)
        return self._patched[key]

    def make_room(self, size: int) -> None:
        """Let go of patched weights and networks, the longest unused first, until `size` more bytes fit."""
        most = self.most()
        for stack in list(self._patched):
            if self.bytes + size <= most:
                return
            self._undress(stack)
        for key in list(self._held):
            if self.bytes + size <= most:
                return
            if key not in self._needed:
                self._let_go(key)

    def clear(self) -> None:
        """Let go of all weights."""
        self._needed.clear()
        for stack in list(self._patched):
            self._undress(stack)
        self._held.clear()
        self._fitted.clear()

    def _fit(
        self,
        key: Hashable,
        part: Part,
        build: Callable[[Mapping[str, Any]], nn.Module],
        dtype: torch.dtype | None,
        work: int,
    ) -> Resident:
        held = self._held.get(key)
        if held is not None and not (held.current and self._well_placed(held, work)):
            self._let_go(key)
            held = None
        size = bytes_in(part, dtype)
        self.make_room((size if held is None else 0) + work)
        if held is None:
            shape = layout(dtype, self.choices) if part.kind in CONVOLUTIONAL else torch.contiguous_format
            place = Place(self.device, dtype, shape)
            network, blocks = load_part(part, build, place, self._room(key, work))
            copies = 0 if self.device.type == "cpu" else self.ram - sum(r.copied for r in self._held.values())
            held = self._held[key] = Resident(key, network, part, place, blocks, copies, size)
            self._fitted.clear()
        return held

    def _room(self, key: Hashable, work: int) -> int:
        """What a network may take beside the others that this step needs."""
        others = (name for name in self._needed if name in self._held and name != key)
        return self.most() - work - sum(self._held[name].bytes for name in others)

    def _well_placed(self, held: Resident, work: int) -> bool:
        """Whether a network is there as a whole if there is room for that, and no more of it than there is room for."""
        room = self._room(held.key, work)
        return held.bytes <= room if held.whole else held.full > room

    def _let_go(self, key: Hashable) -> None:
        for stack in [stack for stack in self._patched if stack[0] == key]:
            self._undress(stack)
        del self._held[key]
        self._fitted.clear()

    def _undress(self, stack: Stack) -> None:
        patched = self._patched.pop(stack)
        self._fitted.clear()
        for resident in self._held.values():
            if resident.wears(patched):
                resident.wear({})
