"""Language models as text encoders: the transformers library's own networks, read out at some of their layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nodes.text_encoders.config import LanguageConfig

FACTS: dict[str, dict[str, Any]] = {
    "gemma2": {"rms_norm_eps": 1e-6, "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0}},
    "qwen3": {"rms_norm_eps": 1e-6, "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0}},
    "qwen25": {"rms_norm_eps": 1e-6, "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0}},
    "mistral": {
        "rms_norm_eps": 1e-5,
        "sliding_window": None,
        "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000_000.0},
    },
}
"""What shapes do not tell: of Gemma 2 2B, Qwen 3, Qwen 2.5 VL (which reads words as Qwen 2 does), Mistral Small 3."""


class LanguageModel(nn.Module):
    """The network without its output layer, with the parameter names of the transformers library."""

    def __init__(self, config: LanguageConfig) -> None:
        super().__init__()
        made = _made(config)
        self.embed_tokens, self.layers = made.embed_tokens, made.layers
        self.norm = made.norm if config.normed else nn.Identity()
        self.rotary_emb = made.rotary_emb
        made.norm = self.norm
        self._whole = (made,)

    def forward(self, ids: Tensor, mask: Tensor | None, wanted: Sequence[int]) -> list[Tensor]:
        """The states `[B, L, D]` at some layers for tokens `[B, L]`; `mask` `[B, L]` is 1 for words, 0 for padding.

        0 is the embeddings, k what layer k says; -1 is the last layer's after the norm, -2 the one before it.
        """
        kept: dict[int, Tensor] = {}
        hooks = [
            layer.register_forward_hook(lambda _, __, said, at=at + 1: kept.__setitem__(at, _first(said)))
            for at, layer in enumerate(self.layers)
        ]
        try:
            last = self._whole[0](input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
        finally:
            for hook in hooks:
                hook.remove()
        count = len(self.layers)
        return [last if at == -1 else kept[at if at >= 0 else count + 1 + at] for at in wanted]


def _first(said: Any) -> Tensor:
    found: Tensor = said[0] if isinstance(said, tuple) else said
    return found


def _made(config: LanguageConfig) -> Any:
    import transformers

    classes = {"gemma2": "Gemma2", "qwen3": "Qwen3", "qwen25": "Qwen2", "mistral": "Mistral"}
    name = classes[config.kind]
    settings = getattr(transformers, f"{name}Config")(
        vocab_size=config.vocabulary,
        hidden_size=config.width,
        intermediate_size=config.hidden,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        num_key_value_heads=config.shared_heads,
        head_dim=config.head,
        pad_token_id=None,
        # Gemma 2 bounds its attention scores, which only the plain computation does.
        attn_implementation="eager" if config.kind == "gemma2" else "sdpa",
        **FACTS[config.kind],
    )
    return getattr(transformers, f"{name}Model")(settings)


def padded(ids: Sequence[int], minimum: int, pad: int, left: bool) -> tuple[Tensor, Tensor | None]:
    """Token ids `[1, L]` filled up to `minimum`, and a mask of what is words; None where nothing was filled."""
    missing = max(minimum - len(ids), 0)
    if not missing:
        return torch.tensor([list(ids)]), None
    filling, words = [pad] * missing, [1] * len(ids)
    row = [*filling, *ids] if left else [*ids, *filling]
    mask = [0] * missing + words if left else words + [0] * missing
    return torch.tensor([row]), torch.tensor([mask])
