"""Prompts: what a text says to a model."""

from __future__ import annotations

from typing import Annotated

from nodegraph import Context, Help, Multiline, node
from nodes.types import Clip, Conditioning


@node(
    "TextEncode",
    title="Prompt",
    category="conditioning",
    keywords=("text", "clip", "words", "positive", "negative"),
)
def text_encode(
    ctx: Context,
    clip: Annotated[Clip, Help("The text encoder that reads the prompt.")],
    *,
    text: Annotated[
        str, Multiline(), Help("What to say. (word:1.3) says a word louder, (word:0.7) quieter.")
    ] = "",
) -> Conditioning:
    """Say what the picture should show, or in a negative prompt what it should not."""
    ctx.check()
    found: Conditioning = ctx.models.get(clip).encode(text)
    return found
