"""Latents into files and from files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import torch
from torch import Tensor

from nodegraph import Context, GraphError, Help, InputFile, LoadError, OutputName, node
from nodegraph.support.atomic import replacing
from nodes.images.naming import filled, inside, relative, reserve, values_of
from nodes.types import Latent

OLD_SCALE = 0.18215
"""Files without a version hold latents that were still scaled for Stable Diffusion 1."""

PIXELS = {128: 16}
"""Pixels of the picture for each pixel of a latent, where the number of its channels says that they are not 8."""

SAMPLES, VERSION = "latent_tensor", "latent_format_version_0"


@node("SaveLatent", title="Save latent", category="output", sink=True, keywords=("write", "store", "keep"))
def save_latent(
    ctx: Context,
    latent: Annotated[Latent, Help("The latent to save.")],
    *,
    prefix: Annotated[
        str, OutputName(), Help("The file name before its number, as in Save image.")
    ] = "latent",
) -> None:
    """Write a latent to the output folder, to go on with it later, or in another workflow."""
    name = relative(filled(prefix, values_of(ctx.places.workflow), datetime.now()))
    stem = inside(ctx.places.output, name)
    try:
        path = reserve(stem, "latent")
        with replacing(path) as temporary:
            from safetensors.torch import save_file

            save_file(_tensors(latent), temporary, _metadata(ctx))
    except OSError as error:
        reason = error.strerror or str(error)
        raise GraphError(
            "The latent cannot be written to {parent} ({reason}); free space there or choose another "
            "output folder.",
            parent=stem.parent,
            reason=reason,
        ) from error
    ctx.wrote(path)


@node("LoadLatent", title="Load latent", category="latent", keywords=("open", "read"))
def load_latent(
    ctx: Context,
    *,
    file: Annotated[str, InputFile("latent"), Help("A .latent file, named from the workflow's folder.")] = "",
) -> Latent:
    """Open a latent that was saved, here or by ComfyUI, to go on without drawing it again."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = ctx.places.base / file
    if not file or not path.is_file():
        raise LoadError("There is no latent {file!r}; choose a file.", file=file)
    try:
        found = load_file(path)
        samples = found[SAMPLES].float()
    except (SafetensorError, KeyError, OSError, ValueError) as error:
        raise LoadError(
            "{file!r} is no latent, or it is damaged ({error}); choose another file.", file=file, error=error
        ) from None
    if samples.ndim != 4 or not samples.numel():
        raise LoadError(
            "{file!r} holds {ndim} dimensions, where a latent has four; choose another.",
            file=file,
            ndim=samples.ndim,
        )
    index = found.get("batch_index")
    return Latent(
        samples if VERSION in found else samples / OLD_SCALE,
        found.get("noise_mask"),
        None if index is None else tuple(index.tolist()),
        pixel=PIXELS.get(samples.shape[1], 8),
    )


def _tensors(latent: Latent) -> dict[str, Tensor]:
    tensors = {SAMPLES: latent.samples.contiguous(), VERSION: torch.empty(0)}
    if latent.noise_mask is not None:
        tensors["noise_mask"] = latent.noise_mask.contiguous().clone()
    if latent.batch_index is not None:
        tensors["batch_index"] = torch.tensor(latent.batch_index)
    return tensors


def _metadata(ctx: Context) -> dict[str, str]:
    return (
        {"nodegraph": ctx.places.workflow}
        if ctx.places.workflow and ctx.places.metadata
        else {"format": "pt"}
    )
