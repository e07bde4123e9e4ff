"""Prompts through text encoders, with what was not read of them said to the artist."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nodegraph import Context
    from nodes.models.runners.text_encoder import TextEncoder
    from nodes.types import Clip, Conditioning


def encoded(ctx: Context, clip: Clip, text: str, texts: Mapping[str, str] | None = None) -> Conditioning:
    """The conditioning of a prompt; `texts` gives single encoders their own."""
    encoder: TextEncoder = ctx.models.get(clip)
    found = encoder.encode(text, texts)
    say_unread(ctx, encoder)
    return found


def say_unread(ctx: Context, encoder: TextEncoder) -> None:
    """Say which embeddings were left out of the prompts that an encoder has read, and why."""
    for remark in encoder.remarks:
        ctx.say(remark)
