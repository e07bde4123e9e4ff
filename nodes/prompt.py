"""Prompts: what a text says to a model."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from nodegraph import Context, Help, Mentions, Multiline, Range, Seed, node
from nodes.conditions.tokens import report, seen
from nodes.conditions.wildcards import resolved
from nodes.pictures.chips import chips
from nodes.types import Clip, Conditioning, Image


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
        str,
        Multiline(),
        Mentions("embeddings"),
        Help("What to say. (word:1.3) says a word louder, (word:0.7) quieter."),
    ] = "",
) -> Conditioning:
    """Say what the picture should show, or in a negative prompt what it should not."""
    ctx.check()
    found: Conditioning = ctx.models.get(clip).encode(text)
    return found


class Tokens(NamedTuple):
    """A prompt's tokens, in words and as a picture."""

    report: Annotated[str, Help("Each chunk's tokens and weights as text.")]
    image: Annotated[Image, Help("The same as a picture.")]


@node(
    "PromptTokens",
    title="Prompt tokens",
    category="conditioning",
    keywords=("weights", "chunks", "length", "clip"),
)
def prompt_tokens(
    *,
    text: Annotated[str, Multiline(), Help("The prompt to look into.")] = "",
    width: Annotated[int, Range(200, 4096), Help("Width of the picture in pixels.")] = 720,
) -> Tokens:
    """See a prompt as CLIP reads it: tokens, weights, and where it is cut into chunks of 75."""
    return Tokens(report(text), Image(chips(seen(text), width)))


@node(
    "PromptChoices",
    title="Prompt with choices",
    category="conditioning",
    keywords=("wildcards", "random", "dynamic"),
)
def prompt_choices(
    *,
    text: Annotated[
        str,
        Multiline(),
        Help("{red|blue} is one of the two, {3::red|blue} more often red; # begins a remark."),
    ] = "a {red|blue|yellow} {house|boat}",
    seed: Annotated[int, Seed(), Help("The same seed chooses the same words.")] = 0,
) -> str:
    """Let chance choose words: one text for a whole series of pictures. Link it to a prompt's text."""
    return resolved(text, seed)
