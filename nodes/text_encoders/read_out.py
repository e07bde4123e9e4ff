"""Prompts through encoders whose tokenizers come with them: language models, and AuraFlow's T5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from nodegraph.support.errors import LoadError
from nodes.text.chunks import prompt_pieces
from nodes.text_encoders.encode import Encoded, encode
from nodes.text_encoders.language import padded
from nodes.text_encoders.tokenizers.limits import LONGEST_TEXT
from nodes.text_encoders.tokenizers.refusals import Refusals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer
    from torch import Tensor

    from nodes.models.architectures.family import Use
    from nodes.text.chunks import Lookup, Missed, Weighted

PADS = {"gemma2": "<pad>", "qwen3": "<|endoftext|>", "qwen25": "<|endoftext|>", "mistral": "<pad>"}
"""The token that fills, by kind."""

FROM_THE_LEFT = ("mistral",)
"""Kinds whose padding stands before the words."""

BEGINNING = {"gemma2": "<bos>"}
"""The token before every text, by kind; templates have theirs written out."""

T5_END, T5_PAD = "</s>", "<s>"


def read_out(network: Any, use: Use, tokenizer: Tokenizer, text: str) -> Encoded:
    """What a language model makes of a prompt in its template. Weights are read as text: these models know
    parentheses."""
    whole = BEGINNING.get(use.kind, "") + use.template.replace("{}", text)
    ids = ids_of(tokenizer, whole, network.embed_tokens.weight)
    pad = tokenizer.token_to_id(PADS[use.kind]) or 0
    tokens, mask = padded(ids, use.minimum, pad, use.kind in FROM_THE_LEFT)
    device = network.embed_tokens.weight.device
    masked = None if mask is None else mask.to(device)
    states = network(tokens.to(device), masked, use.layers or (use.layer,))
    cond = torch.cat(states, -1)[:, use.skip :].float()
    return Encoded(cond, cond[:, 0])


def pile_t5(
    network: Any, use: Use, tokenizer: Tokenizer, text: str, lookup: Lookup, missed: Missed | None = None
) -> Encoded:
    """What Pile-T5 makes of a weighted prompt, filled with zeros up to the least length."""

    def tokens(words: str) -> list[int]:
        return ids_of(tokenizer, words, network.shared.weight)

    end, pad = (tokenizer.token_to_id(name) or 0 for name in (T5_END, T5_PAD))
    pieces = prompt_pieces(text, tokens, lookup, missed)
    chunk: list[Weighted] = [*(token for piece in pieces for token in piece), (end, 1.0)]
    blank: Sequence[Weighted] = [(end, 1.0), *[(pad, 1.0)] * (len(chunk) - 1)]
    said = encode(network, [chunk], blank)
    return Encoded(functional.pad(said.cond, (0, 0, 0, max(use.minimum - len(chunk), 0))), said.pooled)


def ids_of(tokenizer: Tokenizer, text: str, table: Tensor) -> list[int]:
    """The tokens of a text; raises `LoadError` where the encoder, whose embeddings are `table`, has not so many, and
    for a text that is longer than any prompt."""
    if len(text) > LONGEST_TEXT:
        raise LoadError(
            "The prompt has {count} characters, and this text encoder reads at most {most}: shorten it.",
            count=len(text),
            most=LONGEST_TEXT,
        )
    with Refusals("The tokenizer of a text encoder"):
        ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    if max(ids, default=0) >= table.shape[0]:
        raise LoadError(
            "The text encoder has {shape} words and the tokenizer says number {max}: the tokenizer "
            "beside it is another model's.",
            shape=table.shape[0],
            max=max(ids),
        )
    return ids
