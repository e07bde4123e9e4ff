"""Where each kind of model file belongs: its folder and the node that opens it; and what is said of one elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase
from nodes.models.architectures.encoders import NO_ENCODERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nodes.models.detection.recognised import Recognised


@dataclass(frozen=True)
class Home:
    """What a kind of file is called in a sentence, its folder, and the title of the node that opens it."""

    title: str
    folder: str
    node: str = ""


HOMES: Mapping[str, Home] = {
    "checkpoint": Home("a checkpoint", "checkpoints", "Load checkpoint"),
    "diffusion_model": Home("a diffusion model alone", "diffusion_models", "Load diffusion model"),
    "text_encoder": Home("a text encoder", "text_encoders", "Load text encoder"),
    "vae": Home("an autoencoder", "vae", "Load autoencoder"),
    "controlnet": Home("a ControlNet", "controlnet", "Load ControlNet"),
    "lora": Home("a LoRA", "loras", "Load LoRA"),
    "upscaler": Home("an upscaler", "upscale_models", "Load upscaler"),
    "embedding": Home("an embedding, a word for prompts", "embeddings"),
    "preview_decoder": Home("a decoder for previews", "vae_approx"),
    "preview_encoder": Home("an encoder of previews, for which there is no use here", "vae_approx"),
}
"""The kinds of `Recognised`, all but "unknown"."""

WANTED = {
    "network": ("diffusion model", ("diffusion_model", "checkpoint")),
    "text": ("text encoder", ("text_encoder", "checkpoint")),
    "vae": ("autoencoder", ("vae", "checkpoint")),
    "controlnet": ("ControlNet", ("controlnet",)),
    "lora": ("LoRA", ("lora",)),
    "upscaler": ("upscaler", ("upscaler",)),
}
"""What is asked of a file: how it is called, and the kinds of files that have it, the likeliest first."""


def has(found: Recognised, wanted: str) -> bool:
    """Whether a file has what is wanted of it: "network", "text", "vae", "controlnet", "lora" or "upscaler".

    A file of which nothing is known may hold an upscaler of a rare architecture, which only spandrel tells.
    """
    if wanted == "lora":
        return found.kind == "lora"
    if wanted == "upscaler":
        return found.kind in ("upscaler", "unknown")
    if wanted == "text":
        return any(kind not in NO_ENCODERS for kind in found.parts)
    return wanted in found.parts


def refusal(found: Recognised, wanted: str, chosen: bool = False) -> LoadError:
    """Why a file has not what is wanted of it, and what to do.

    `chosen` says that it was chosen where that is loaded: the node that stands there is then no remedy.
    """
    title, kinds = WANTED[wanted]
    home = HOMES.get(found.kind)
    if home is None:
        names = Phrase("; its tensors begin with {name!r}", name=found.names[0][:80]) if found.names else ""
        return LoadError(
            "{path} holds no {title}, nor any other model that is known here{names}: choose another file.",
            path=found.path,
            title=title,
            names=names,
        )
    if found.kind in kinds and chosen:
        return LoadError(
            "{path} is {what} and brings no {title}: choose another file.",
            path=found.path,
            what=home.title,
            title=title,
        )
    if found.kind in ("checkpoint", "diffusion_model") and not chosen:
        return LoadError(
            "{path} is {what} and brings no {title}: open one with {node} and link that.",
            path=found.path,
            what=home.title,
            title=title,
            node=HOMES[kinds[0]].node,
        )
    return LoadError(
        "{path} is {what}, no {title}: move it to the folder {folder}{node}.",
        path=found.path,
        what=home.title,
        title=title,
        folder=home.folder,
        node=Phrase(" and open it with {node}", node=home.node) if home.node else "",
    )
