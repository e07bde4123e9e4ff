"""Prompts for families whose text encoders can be told different things, or more than words."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from nodegraph import Advanced, Context, Help, Mentions, Multiline, Range, node
from nodes.guidance.prompt_encoding import encoded
from nodes.types import Clip, Conditioning

TheClip = Annotated[Clip, Help("The text encoders that read the prompt.")]
TheConditioning = Annotated[Conditioning, Help("The conditioning to change; it stays as it is.")]
EMBEDDINGS = Mentions("embeddings")
Side = Range(0, 16384)
CATEGORY = "conditioning/families"


@node("TextEncodeSDXL", title="Prompt (SDXL)", category=CATEGORY, keywords=("size", "crop", "clip g"))
def text_encode_sdxl(
    ctx: Context,
    clip: TheClip,
    *,
    text: Annotated[
        str, Multiline(), EMBEDDINGS, Help("The prompt; both encoders read it unless the next one is given.")
    ] = "",
    text_l: Annotated[
        str,
        Multiline(),
        EMBEDDINGS,
        Advanced(),
        Help("What the smaller encoder reads instead; empty for the same."),
    ] = "",
    width: Annotated[
        int, Side, Help("Width of the picture it should look like; larger looks sharper.")
    ] = 1024,
    height: Annotated[int, Side, Help("Height of the picture it should look like.")] = 1024,
    crop_x: Annotated[int, Side, Advanced(), Help("Pixels cut off on the left; 0 keeps subjects whole.")] = 0,
    crop_y: Annotated[int, Side, Advanced(), Help("Pixels cut off above; 0 keeps subjects whole.")] = 0,
    target_width: Annotated[int, Side, Advanced(), Help("Width of the picture to be made.")] = 1024,
    target_height: Annotated[int, Side, Advanced(), Help("Height of the picture to be made.")] = 1024,
) -> Conditioning:
    """A prompt for SDXL with what it knows of picture sizes and crops: good sizes give whole, sharp subjects."""
    ctx.check()
    said = encoded(ctx, clip, text, {"clip_l": text_l} if text_l else {})
    sizes = {
        "width": width,
        "height": height,
        "crop_w": crop_x,
        "crop_h": crop_y,
        "target_width": target_width,
        "target_height": target_height,
    }
    return Conditioning(tuple(replace(each, extras={**each.extras, **sizes}) for each in said))


@node(
    "TextEncodeSDXLRefiner",
    title="Prompt (SDXL refiner)",
    category=CATEGORY,
    keywords=("aesthetic", "score", "size"),
)
def text_encode_sdxl_refiner(
    ctx: Context,
    clip: TheClip,
    *,
    text: Annotated[
        str, Multiline(), EMBEDDINGS, Help("What to say, as in the prompt for the base model.")
    ] = "",
    score: Annotated[
        float,
        Range(0, 1000, 0.01),
        Help("How beautiful the picture should be, 1 to 10: 6 for the prompt, 2.5 for the negative one."),
    ] = 6.0,
    width: Annotated[int, Side, Help("Width of the picture it should look like.")] = 1024,
    height: Annotated[int, Side, Help("Height of the picture it should look like.")] = 1024,
) -> Conditioning:
    """A prompt for SDXL's refiner, which knows pictures by their beauty. A plain prompt takes 6 and 2.5 by itself."""
    ctx.check()
    said = encoded(ctx, clip, text)
    told = {"width": width, "height": height, "aesthetic_score": score}
    return Conditioning(tuple(replace(each, extras={**each.extras, **told}) for each in said))


@node(
    "TextEncodeSD3",
    title="Prompt (Stable Diffusion 3)",
    category=CATEGORY,
    keywords=("t5", "clip l", "clip g"),
)
def text_encode_sd3(
    ctx: Context,
    clip: TheClip,
    *,
    text: Annotated[
        str, Multiline(), EMBEDDINGS, Help("The prompt; each encoder reads it unless it has its own.")
    ] = "",
    clip_l: Annotated[
        str, Multiline(), EMBEDDINGS, Advanced(), Help("What CLIP-L reads instead; empty for the same.")
    ] = "",
    clip_g: Annotated[
        str, Multiline(), EMBEDDINGS, Advanced(), Help("What CLIP-G reads instead; empty for the same.")
    ] = "",
    t5: Annotated[
        str, Multiline(), EMBEDDINGS, Advanced(), Help("What T5 reads instead; empty for the same.")
    ] = "",
) -> Conditioning:
    """A prompt for Stable Diffusion 3, whose three text encoders may each be told something else."""
    ctx.check()
    own = {name: words for name, words in (("clip_l", clip_l), ("clip_g", clip_g), ("t5", t5)) if words}
    return encoded(ctx, clip, text, own)


@node("TextEncodeFlux", title="Prompt (Flux)", category=CATEGORY, keywords=("t5", "guidance"))
def text_encode_flux(
    ctx: Context,
    clip: TheClip,
    *,
    text: Annotated[str, Multiline(), EMBEDDINGS, Help("The prompt in whole sentences, read by T5.")] = "",
    clip_l: Annotated[
        str, Multiline(), EMBEDDINGS, Advanced(), Help("What CLIP reads instead; empty for the same.")
    ] = "",
    guidance: Annotated[
        float,
        Range(0, 100, 0.1),
        Help("How closely to follow it; 3.5 is usual, 2 looks more like a photograph."),
    ] = 3.5,
) -> Conditioning:
    """A prompt for Flux, which takes guidance as part of the prompt. Keep the sampler's cfg at 1."""
    ctx.check()
    said = encoded(ctx, clip, text, {"clip_l": clip_l} if clip_l else {})
    return conditioning_guidance(said, guidance=guidance)


LUMINA = (
    "You are an assistant designed to generate superior images with the superior degree of image-text alignment based "
    "on textual prompts or user prompts."
)


@node("TextEncodeLumina2", title="Prompt (Lumina 2)", category=CATEGORY, keywords=("gemma", "system prompt"))
def text_encode_lumina2(
    ctx: Context,
    clip: TheClip,
    *,
    text: Annotated[str, Multiline(), EMBEDDINGS, Help("The prompt in whole sentences, read by Gemma.")] = "",
    instruction: Annotated[
        str,
        Multiline(),
        EMBEDDINGS,
        Advanced(),
        Help("What Gemma is told before the prompt, as in training; may be empty."),
    ] = LUMINA,
) -> Conditioning:
    """A prompt for Lumina 2, which was trained with an instruction before each. Use a plain prompt for the negative."""
    ctx.check()
    whole = f"{instruction} <Prompt Start> {text}" if instruction else text
    return encoded(ctx, clip, whole)


@node(
    "ConditioningGuidance",
    title="Prompt guidance",
    category=CATEGORY,
    keywords=("flux guidance", "distilled"),
)
def conditioning_guidance(
    conditioning: TheConditioning,
    *,
    guidance: Annotated[
        float, Range(0, 100, 0.1), Help("How closely to follow the prompt; 3.5 is usual.")
    ] = 3.5,
) -> Conditioning:
    """Set the guidance that models such as Flux take with the prompt, in the place of the sampler's cfg."""
    return Conditioning(tuple(replace(each, guidance=guidance) for each in conditioning))
