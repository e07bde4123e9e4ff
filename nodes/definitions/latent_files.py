"""Latents into files and from files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import torch
from torch import Tensor

from nodegraph import Context, GraphError, Help, InputFile, LoadError, OutputName, node
from nodegraph.support.file_names import require_file_name
from nodegraph.support.name_patterns import UNKNOWN_PATTERN, filled, unknown_in, values_of
from nodegraph.support.numbered_files import write_numbered
from nodes.images.naming import inside, relative
from nodes.sampling.noise import MOST_INDEX
from nodes.types import BatchPlaces, Latent

OLD_SCALE = 0.18215
"""Files without a version hold latents that were still scaled for Stable Diffusion 1."""

PIXELS = {128: 16}
"""Pixels of the picture for each pixel of a latent, where the number of its channels says that they are not 8."""

SAMPLES, VERSION = "latent_tensor", "latent_format_version_0"
MASK, INDEX, PLACES, COUNT = "noise_mask", "batch_index", "batch_places", "batch_count"


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
    values = values_of(ctx.places.workflow)
    name = relative(filled(prefix, values, datetime.now()))
    stem = inside(ctx.places.output, name)
    for unknown in unknown_in(prefix, values):
        ctx.say(UNKNOWN_PATTERN, pattern=unknown)
    if not torch.isfinite(latent.samples).all():
        raise GraphError(
            "The latent contains NaN or infinite values and was not saved; run what made it in float32 "
            "(--dtype float32), or choose another model file."
        )
    from safetensors.torch import save

    data = save(_tensors(latent), _metadata(ctx))
    try:
        path = write_numbered(stem, "latent", data)
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

    if not file:
        raise LoadError("No latent is chosen; choose a file in `file`.")
    path = ctx.places.base / require_file_name(file)
    if not path.is_file():
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
    mask, index, places, count = (found.get(name) for name in (MASK, INDEX, PLACES, COUNT))
    if mask is not None and (mask.ndim != 3 or mask.shape[0] not in (1, len(samples)) or not mask.numel()):
        raise LoadError("The noise mask in {file!r} does not fit its latent; choose another file.", file=file)
    taken = None
    if places is not None and count is not None:
        taken = BatchPlaces(_whole(places, file), _whole(count, file)[0])
        if max(taken.index) >= taken.count:
            raise _no_places(file)
    return Latent(
        samples if VERSION in found else samples / OLD_SCALE,
        None if mask is None else mask.float(),
        None if index is None else _whole(index, file),
        pixel=PIXELS.get(samples.shape[1], 8),
        places=taken,
    )


def _whole(tensor: Tensor, file: str) -> tuple[int, ...]:
    """Whole numbers out of a file; raises LoadError for anything but a list of them from 0 to MOST_INDEX + 1."""
    plain = tensor.ndim == 1 and 0 < tensor.numel() <= MOST_INDEX and not tensor.is_floating_point()
    if plain and not tensor.is_complex() and tensor.min() >= 0 and tensor.max() <= MOST_INDEX + 1:
        return tuple(int(value) for value in tensor.tolist())
    raise _no_places(file)


def _no_places(file: str) -> LoadError:
    return LoadError(
        "{file!r} names pictures of a batch that cannot be; save the latent again or choose another file.",
        file=file,
    )


def _tensors(latent: Latent) -> dict[str, Tensor]:
    tensors = {SAMPLES: latent.samples.contiguous(), VERSION: torch.empty(0)}
    if latent.noise_mask is not None:
        tensors[MASK] = latent.noise_mask.contiguous().clone()
    if latent.batch_index is not None:
        tensors[INDEX] = torch.tensor(latent.batch_index)
    if latent.places is not None:
        tensors[PLACES] = torch.tensor(latent.places.index)
        tensors[COUNT] = torch.tensor([latent.places.count])
    return tensors


def _metadata(ctx: Context) -> dict[str, str]:
    return (
        {"nodegraph": ctx.places.workflow}
        if ctx.places.workflow and ctx.places.metadata
        else {"format": "pt"}
    )
