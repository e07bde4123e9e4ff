"""The blocks of a network by the names that artists give them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from nodegraph import GraphError

if TYPE_CHECKING:
    from torch import nn

MIDDLE = "middle"


def is_unet(network: nn.Module) -> bool:
    """Whether the network is a UNet whose middle attends to the text."""
    middle: Any = getattr(network, "mid_block", None)
    return bool(getattr(middle, "attentions", None))


def need_unet(network: nn.Module, what: str) -> None:
    """GraphError where `what` finds no UNet to act on."""
    if not is_unet(network):
        raise GraphError(
            "{what} acts on the UNet of models such as Stable Diffusion 1, 2 and XL, and this model has none; "
            "take the node out for this model.",
            what=what,
        )


def chosen_blocks(text: str, single: str = "") -> Callable[[nn.Module], list[nn.Module]]:
    """Finds the blocks that `text` names: `middle`, or numbers from 0 up divided by commas.

    A UNet's attention blocks count from its input to its output; `single` counts Flux's later blocks, which other
    networks do not have.
    """

    def blocks(network: nn.Module) -> list[nn.Module]:
        if is_unet(network):
            return _of_unet(network, text)
        joint = _listed(network, "transformer_blocks")
        return [*_numbered(joint, text), *_numbered(_listed(network, "single_transformer_blocks"), single)]

    return blocks


def attention_of(blocks: Sequence[nn.Module]) -> list[nn.Module]:
    """Where blocks let the picture attend to itself."""
    names = ("attn1", "attn", "attn2")
    found = [[getattr(block, name, None) for name in names] for block in blocks]
    return [each for first, joint, dual in found for each in ([first] if first else [joint, dual]) if each]


def _of_unet(network: nn.Module, text: str) -> list[nn.Module]:
    parts = (network.get_submodule(name) for name in ("down_blocks", "mid_block", "up_blocks"))
    down, middle, up = ([m for m in part.modules() if hasattr(m, "attn1")] for part in parts)
    return middle if text.strip() == MIDDLE else _numbered([*down, *middle, *up], text)


def _listed(network: nn.Module, name: str) -> list[nn.Module]:
    return list(getattr(network, name, ()))


def _numbered(blocks: list[nn.Module], text: str) -> list[nn.Module]:
    chosen = numbers(text)
    for number in chosen:
        if number >= len(blocks):
            middle = f", or write {MIDDLE}" if blocks and hasattr(blocks[0], "attn1") else ""
            raise GraphError(
                "This network has {count} blocks of this kind, counted from 0; there is no block {number}. "
                "Choose others{middle}.",
                count=len(blocks),
                number=number,
                middle=middle,
            )
    return [blocks[number] for number in dict.fromkeys(chosen)]


def numbers(text: str) -> list[int]:
    """Numbers of blocks, divided by commas or spaces; GraphError for anything else."""
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    if not all(re.fullmatch(r"[0-9]{1,4}", word) for word in words):
        raise GraphError(
            "Blocks are named by whole numbers from 0 up, divided by commas, or in a UNet by the word {middle}; "
            "'{text}' is neither.",
            middle=MIDDLE,
            text=text.strip(),
        )
    return [int(word) for word in words]
