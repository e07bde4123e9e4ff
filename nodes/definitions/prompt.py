"""Prompts: what a text says to a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, NamedTuple

from nodegraph import Context, Help, Mentions, Multiline, Range, Seed, node
from nodes.guidance.prompt_encoding import encoded, say_unread
from nodes.images.token_chips import chips
from nodes.models.files.folders import tag_remark
from nodes.prompt_choices.wildcards import resolved, wildcards_in
from nodes.text.attention import network_tags, without_tags
from nodes.text.scheduled import and_parts, schedule
from nodes.text.token_view import report, seen
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
    return encoded(ctx, clip, text)


@node(
    "TextEncodeA1111",
    title="Prompt (A1111 syntax)",
    category="conditioning",
    keywords=("automatic1111", "webui", "and", "break", "scheduling", "alternate"),
)
def text_encode_a1111(
    ctx: Context,
    clip: Annotated[Clip, Help("The text encoder that reads the prompt.")],
    *,
    text: Annotated[
        str,
        Multiline(),
        Mentions("embeddings"),
        Help("(word) louder, [word] quieter, [a:b:0.5] changes halfway, [a|b] by turns, BREAK, AND."),
    ] = "",
    steps: Annotated[
        int, Range(1, 1000), Help("The sampler's steps: for turns, and for changes at a step's number.")
    ] = 20,
) -> Conditioning:
    """Read a prompt as Automatic1111's web interface does, for prompts that were written there.

    Weights multiply where they nest, a chunk ends at a comma if it can, and the whole keeps its loudness.
    """
    encoder, result = ctx.models.get(clip), []
    for tag in dict.fromkeys(network_tags(text)):
        ctx.say(tag_remark(tag))
    parts = and_parts(without_tags(text))
    for words, weight in parts:
        said: dict[str, list[tuple[float, float]]] = {}
        for start, end, moment in schedule(words, steps):
            said.setdefault(moment, []).append((start / steps, end / steps))
        for moment, spans in said.items():
            ctx.check()
            [condition] = encoder.encode(moment, multiplying=True)
            alone = len(parts) == 1 and weight == 1.0
            times = () if len(said) == 1 else tuple(spans)
            result.append(replace(condition, strength=weight, spans=times, summed=not alone))
    say_unread(ctx, encoder)
    return Conditioning(tuple(result))


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
    ctx: Context,
    *,
    text: Annotated[
        str,
        Multiline(),
        Mentions("wildcards"),
        Help(
            "{red|blue} is one of the two, {3::red|blue} more often red, {2$$red|blue|green} two of them; "
            "__name__ is a line of wildcards/name.txt; # begins a remark."
        ),
    ] = "a {red|blue|yellow} {house|boat}",
    seed: Annotated[int, Seed(), Help("The same seed chooses the same words.")] = 0,
) -> str:
    """Let chance choose words: one text for a whole series of pictures. Link it to a prompt's text."""
    if not any(wildcards_in(text)):
        return resolved(text, seed)
    wildcards = ctx.models.folders.wildcards
    wildcards.checked(text)
    return resolved(text, seed, wildcards.lines)
