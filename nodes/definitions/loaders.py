"""Models from files. Weights are read when something runs with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

from nodegraph import Advanced, Choice, Context, GraphError, Help, ModelFile, Range, node
from nodes.models.architectures.families import names
from nodes.models.detection.leftovers import leftover_remark
from nodes.types import Clip, ControlNet, Model, Patch, Source, Vae

DTYPES = ("auto", "float32", "bfloat16", "float16")
Precision = Annotated[
    str, Choice(DTYPES), Advanced(), Help("How exactly it computes; auto is right almost always.")
]
TheModel = Annotated[Model, Help("The diffusion model.")]
TheClip = Annotated[Clip, Help("The text encoder.")]


class Checkpoint(NamedTuple):
    """The three parts of a checkpoint."""

    model: Annotated[Model, Help("The diffusion model, for a sampler.")]
    clip: Annotated[Clip, Help("The text encoder, for prompts.")]
    vae: Annotated[Vae, Help("The autoencoder, between pictures and latents.")]


class Patched(NamedTuple):
    """A model and its text encoder, changed alike."""

    model: Annotated[Model, Help("The changed diffusion model.")]
    clip: Annotated[Clip, Help("The changed text encoder.")]


@node(
    "CheckpointLoader",
    title="Load checkpoint",
    category="loaders",
    keywords=("model", "open", "stable diffusion", "safetensors"),
)
def checkpoint_loader(
    ctx: Context,
    *,
    checkpoint: Annotated[
        str, ModelFile("checkpoints"), Help("A file or folder from the checkpoints folder.")
    ] = "practice",
    dtype: Precision = "auto",
) -> Checkpoint:
    """Open a whole model: what draws, what reads prompts, and what turns latents into pictures. Start here."""
    source = _opened(ctx, "checkpoints", _chosen(checkpoint, "checkpoint"), "network")
    return Checkpoint(Model(source, dtype), Clip((source,)), Vae(source))


@node(
    "DiffusionModelLoader", title="Load diffusion model", category="loaders", keywords=("unet", "transformer")
)
def diffusion_model_loader(
    ctx: Context,
    *,
    file: Annotated[
        str, ModelFile("diffusion_models"), Help("A file from the diffusion_models folder.")
    ] = "",
    dtype: Precision = "auto",
) -> Model:
    """Open a diffusion model that comes alone; text encoders and autoencoder are then loaded by their own nodes."""
    return Model(_opened(ctx, "diffusion_models", _chosen(file, "diffusion model"), "network"), dtype)


FAMILIES = ("auto", *names())
Kind = Annotated[
    str, Choice(FAMILIES), Help("The family of models that will be used; auto goes by the files.")
]


@node(
    "ClipLoader",
    title="Load text encoder",
    category="loaders",
    keywords=("clip", "t5", "qwen", "gemma", "prompt"),
)
def clip_loader(
    ctx: Context,
    *,
    file: Annotated[str, ModelFile("text_encoders"), Help("A file from the text_encoders folder.")] = "",
    kind: Kind = "auto",
    dtype: Annotated[
        str,
        Choice(DTYPES),
        Advanced(),
        Help(
            "How exactly weights are kept, and language models compute; CLIP and T5 always compute in float32."
        ),
    ] = "auto",
) -> Clip:
    """Open a text encoder that comes as a file of its own. Families that read with several join them after this."""
    source = _opened(ctx, "text_encoders", _chosen(file, "text encoder"), "text")
    return Clip((source,), "" if kind == "auto" else kind, dtype)


@node(
    "ClipJoin",
    title="Join text encoders",
    category="loaders",
    keywords=("dual clip", "triple clip", "combine"),
)
def clip_join(
    clips: Annotated[tuple[Clip, ...], Help("The text encoders that read together.")], *, kind: Kind = "auto"
) -> Clip:
    """Let several text encoders read each prompt together, as SDXL, Stable Diffusion 3 and Flux need it."""
    if not clips:
        raise GraphError("No text encoder is linked; link at least one.")
    sources = tuple(source for clip in clips for source in clip.sources)
    patches = tuple(dict.fromkeys(patch for clip in clips for patch in clip.patches))
    dtype = next((clip.dtype for clip in clips if clip.dtype != "auto"), "auto")
    kind = clips[0].kind if kind == "auto" else kind
    return replace(clips[0], sources=sources, kind=kind, dtype=dtype, patches=patches)


@node("VaeLoader", title="Load autoencoder", category="loaders", keywords=("vae", "decoder"))
def vae_loader(
    ctx: Context,
    *,
    file: Annotated[str, ModelFile("vae"), Help("A file from the vae folder.")] = "",
    dtype: Precision = "auto",
) -> Vae:
    """Open an autoencoder that comes alone, to use in place of a checkpoint's own."""
    return Vae(_opened(ctx, "vae", _chosen(file, "autoencoder"), "vae"), dtype)


@node("LoraLoader", title="Load LoRA", category="loaders", keywords=("style", "lora", "adapter", "patch"))
def lora_loader(
    ctx: Context,
    model: TheModel,
    clip: Annotated[Clip | None, Help("The text encoder, where the LoRA should change it too.")] = None,
    *,
    lora: Annotated[str, ModelFile("loras"), Help("A file from the loras folder.")] = "",
    strength: Annotated[
        float,
        Range(-10, 10, step=0.05),
        Help("How strongly it changes the picture; 0 not at all, below 0 away."),
    ] = 1.0,
    clip_strength: Annotated[
        float, Range(-10, 10, step=0.05), Help("How strongly it changes how prompts are read.")
    ] = 1.0,
) -> Patched:
    """Add a style, a subject or a skill to a model. Several of these nodes in a row mix; the model stays whole."""
    source = _opened(ctx, "loras", _chosen(lora, "LoRA"), "lora")
    _check_fit(ctx, source, model, clip)
    changed = replace(model, patches=(*model.patches, Patch(source, strength))) if strength else model
    if clip is None:
        return Patched(changed, None)  # type: ignore[arg-type]  # nothing is linked to it then
    if clip_strength:
        clip = replace(clip, patches=(*clip.patches, Patch(source, clip_strength)))
    return Patched(changed, clip)


@node(
    "ControlNetLoader", title="Load ControlNet", category="loaders", keywords=("control", "guide", "adapter")
)
def control_net_loader(
    ctx: Context,
    *,
    controlnet: Annotated[
        str, ModelFile("controlnet"), Help("A file or folder from the controlnet folder.")
    ] = "",
    dtype: Precision = "auto",
) -> ControlNet:
    """Open a network that steers a picture by edges, depth, poses or the like."""
    return ControlNet(_opened(ctx, "controlnet", _chosen(controlnet, "ControlNet"), "controlnet"), dtype)


@node("ClipSkip", title="CLIP skip", category="conditioning", keywords=("layer", "clip", "last layer"))
def clip_skip(
    clip: TheClip,
    *,
    layer: Annotated[
        int,
        Range(-24, -1),
        Help("The layer to read, counted from the end; -2 is usual for illustration models."),
    ] = -1,
) -> Clip:
    """Read prompts from an earlier layer of the text encoder, as many illustration models were trained to."""
    return replace(clip, last_layer=layer)


def _chosen(name: str, what: str) -> str:
    if not name:
        raise GraphError("No {what} is chosen; choose one.", what=what)
    return name


def _opened(ctx: Context, kind: str, name: str, wanted: str) -> Source:
    """The file of a name. Raises LoadError where it has nothing of what is wanted; says what in it is not read."""
    source: Source = ctx.models.source(kind, name)
    if remark := leftover_remark(ctx.models.chosen(source, wanted)):
        ctx.say(remark)
    return source


def _check_fit(ctx: Context, source: Source, model: Model, clip: Clip | None) -> None:
    """Raises LoadError for a LoRA of another family; says what else of it is not used."""
    unused = ctx.models.fit(source, model, clip).unused
    if unused:
        ctx.say(
            "{count} parts of the LoRA {name} fit nowhere here and are left out, {first} first.",
            count=len(unused),
            name=Path(source.path).name,
            first=unused[0],
        )
