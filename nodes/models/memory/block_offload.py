"""Networks larger than the memory: their blocks come one at a time, right before each runs, and leave after it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from torch import Tensor

    Fetch = Callable[[Iterable[str]], Iterator[tuple[str, Tensor]]]

COARSEST = 0.25
"""The largest share of the room that one block may take where its network can be divided further."""


def plan_offload(network: nn.Module, itemsize: int, room: int) -> dict[str, nn.Module]:
    """The blocks, by name, that cannot stay where a network has `room` bytes; those that run last.

    Only members of lists are taken: their weights are used by nothing but their own calls. All that is in none, and
    space for the largest block, stays.
    """
    sizes = {name: itemsize * count(module) for name, module in network.named_modules()}
    found = dict(_blocks(network, "", sizes, int(room * COARSEST)))
    inside = sum(sizes[name] for name in found)
    left = room - (sizes[""] - inside) - max((sizes[name] for name in found), default=0)
    going: dict[str, nn.Module] = {}
    for name, block in found.items():
        left -= sizes[name]
        if left < 0:
            going[name] = block
    return going


def count(module: nn.Module) -> int:
    """How many numbers a module's parameters have."""
    return sum(parameter.numel() for parameter in module.parameters())


def _blocks(
    module: nn.Module, lead: str, sizes: Mapping[str, int], limit: int
) -> Iterator[tuple[str, nn.Module]]:
    for name, child in module.named_children():
        place = f"{lead}{name}"
        if not isinstance(child, nn.ModuleList):
            yield from _blocks(child, f"{place}.", sizes, limit)
            continue
        for number, member in child.named_children():
            whole = f"{place}.{number}"
            parts = list(_blocks(member, f"{whole}.", sizes, limit)) if sizes[whole] > limit else []
            if sum(sizes[part] for part, _ in parts) * 2 > sizes[whole]:
                yield from parts
            else:
                yield whole, member


class BlockOffloader:
    """Blocks whose weights are there only while they run. `fetch` gives parameters by name, ready to use."""

    def __init__(self, network: nn.Module, blocks: Mapping[str, nn.Module], fetch: Fetch) -> None:
        self.names: dict[str, str] = {}
        self._parameters = dict(network.named_parameters())
        self._fetch = fetch
        for lead, block in blocks.items():
            names = [f"{lead}.{name}" for name, _ in block.named_parameters()]
            self.names |= dict.fromkeys(names, lead)
            block.register_forward_pre_hook(partial(self._come, names))
            block.register_forward_hook(partial(self._go, names), always_call=True)

    def _come(self, names: list[str], block: nn.Module, arguments: Any) -> None:
        for name, tensor in self._fetch(names):
            self._parameters[name].data = tensor

    def _go(self, names: list[str], block: nn.Module, arguments: Any, result: Any) -> None:
        for name in names:
            parameter = self._parameters[name]
            parameter.data = parameter.data.new_empty(0)
