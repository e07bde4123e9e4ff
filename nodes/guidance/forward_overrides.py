"""Changes of how a network computes that last for one call: forwards replaced and put back, never a weight touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

from nodes.guidance.network_blocks import attention_of

if TYPE_CHECKING:
    from torch import nn

Alter = Callable[["nn.Module"], AbstractContextManager[object]]
"""Changes a network as long as its context is open."""


def together(*alters: Alter | None) -> Alter | None:
    """All the changes at once; None where there is none."""
    given = [alter for alter in alters if alter is not None]
    if not given:
        return None

    @contextmanager
    def altered(network: nn.Module) -> Iterator[None]:
        with ExitStack() as stack:
            for alter in given:
                stack.enter_context(alter(network))
            yield

    return altered


@contextmanager
def forwards(replacements: Sequence[tuple[nn.Module, Callable[..., Any]]]) -> Iterator[None]:
    """Modules that compute something else; on leaving they are exactly as before."""
    for module, forward in replacements:
        module.__dict__["forward"] = forward
    try:
        yield
    finally:
        for module, _ in replacements:
            del module.__dict__["forward"]


def skipping(blocks: Callable[[nn.Module], Sequence[nn.Module]]) -> Alter:
    """Blocks that hand on what they are given."""

    def altered(network: nn.Module) -> AbstractContextManager[None]:
        return forwards([(block, _passed_on) for block in blocks(network)])

    return altered


def _passed_on(
    hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, *_: Any, **others: Any
) -> Any:
    """A block's input as its output: of text and picture where it works on both, else of the picture."""
    joint = "temb" in others
    return (encoder_hidden_states, hidden_states) if joint else hidden_states


def identity_attention(blocks: Callable[[nn.Module], Sequence[nn.Module]]) -> Alter:
    """Blocks in which each place of the picture attends to itself alone, and to the text where the block joins them."""

    def altered(network: nn.Module) -> AbstractContextManager[None]:
        return forwards([(attention, _alone(attention)) for attention in attention_of(blocks(network))])

    return altered


def _alone(attention: Any) -> Callable[..., Any]:
    usual = attention.forward

    def forward(hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, **others: Any) -> Any:
        if encoder_hidden_states is None:
            return attention.to_out[1](attention.to_out[0](attention.to_v(hidden_states)))
        # Flux's attention puts the text before the picture, that of Stable Diffusion 3 after it.
        start = encoder_hidden_states.shape[1] if hasattr(attention, "head_dim") else 0
        with _SelfOnly(hidden_states.shape[1], start):
            return usual(hidden_states, encoder_hidden_states=encoder_hidden_states, **others)

    return forward


class _SelfOnly(TorchFunctionMode):
    """Attention in which the `count` tokens from `start` on do not see each other."""

    def __init__(self, count: int, start: int) -> None:
        super().__init__()
        self._count = count
        self._start = start

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func is functional.scaled_dot_product_attention:
            kwargs["attn_mask"] = self._mask(args[0] if args else kwargs["query"])
        return func(*args, **kwargs)

    def _mask(self, query: Tensor) -> Tensor:
        length, inner = query.shape[-2], slice(self._start, self._start + self._count)
        allowed = torch.ones(length, length, dtype=torch.bool, device=query.device)
        allowed[inner, inner] = torch.eye(self._count, dtype=torch.bool, device=query.device)
        return allowed


class AttentionRecord:
    """The attention map of the first self-attention in the middle of a UNet, kept from its last call."""

    def __init__(self) -> None:
        self._weights: Tensor | None = None
        self._size = (0, 0)

    @contextmanager
    def recording(self, network: nn.Module) -> Iterator[None]:
        """Look on while the network runs; what it computes stays the same."""
        middle: Any = network.get_submodule("mid_block.attentions.0")
        attention: Any = middle.transformer_blocks[0].attn1
        handles = [
            middle.register_forward_pre_hook(self._see_size, with_kwargs=True),
            attention.register_forward_pre_hook(self._see_attention, with_kwargs=True),
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def attended(self, batch: int) -> Tensor:
        """How much each place `[batch, 1, h, w]` is looked at by all places, averaged over the heads."""
        if self._weights is None:
            raise RuntimeError("No network has run while it was recorded.")
        return self._weights[:batch].reshape(batch, 1, *self._size)

    def _see_size(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        hidden = args[0] if args else kwargs["hidden_states"]
        self._size = tuple(hidden.shape[-2:])

    def _see_attention(self, attention: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        hidden = args[0] if args else kwargs["hidden_states"]
        query, key = (attention.head_to_batch_dim(to(hidden)) for to in (attention.to_q, attention.to_k))
        scores = attention.get_attention_scores(query, key).float()
        self._weights = scores.unflatten(0, (-1, attention.heads)).mean(1).sum(1)
