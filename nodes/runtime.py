"""What these nodes bring to an engine: see nodegraph.node_api.runtime.Runtime. Importing it loads no torch."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nodegraph.node_api.codec import Codec
    from nodegraph.node_api.events import Picture
    from nodegraph.node_api.fingerprint import Fingerprints
    from nodegraph.node_api.model_files import Adopted, Files
    from nodegraph.node_api.runtime import Compute


def open_files(models: Sequence[Path]) -> Files:
    """The model folders: those given, those set, and the practice model."""
    from nodes.models.files.folders import open_folders

    return open_folders(models)


def facts(compute: Compute, *, settle: bool = False) -> list[tuple[str, str]]:
    """What "auto" means here, as far as it is known or with `settle` for certain; dtype, machine, libraries."""
    from nodes.models.memory import device_facts

    find = device_facts.measured_choices if settle else device_facts.remembered_choices
    choices = find(compute.device, compute.remember)
    libraries = [(name, version(name)) for name in ("torch", "diffusers", "transformers")]
    known = [("device", f"{compute.device}, not yet measured")] if choices is None else choices.facts()
    return [*known, ("dtype", compute.dtype), ("machine", platform.machine()), *libraries]


def open_models(files: Files, fingerprints: Fingerprints, compute: Compute) -> Any:
    """The pool that makes weights real."""
    from nodes.models import create_pool

    return create_pool(
        files=files,
        device=compute.device,
        dtype=compute.dtype,
        vram=compute.vram,
        ram=compute.ram,
        remember=compute.remember,
        fingerprints=fingerprints,
    )


def describe_models(files: Files) -> Iterable[Mapping[str, Any]]:
    """Every model file with its kind, family, size and fingerprint; reads headers only."""
    from nodes.models.detection.listing import describe

    return describe(files)


def prompt_chunks(text: str, reader: str = "") -> Sequence[tuple[int, int]]:
    """The chunks of at most 75 CLIP tokens; an embedding counts as the words it is called by."""
    if reader == "TextEncodeA1111":
        from nodes.text.attention import lengths

        return [(-1, length) for length in lengths(text)]
    from nodes.text.chunks import laid_out

    return laid_out(text)


def adopt(files: Files, path: Path) -> Adopted:
    """Make a model file known that lies anywhere; raises LoadError."""
    from nodes.models.detection.adopt import adopt as link
    from nodes.models.files.folders import ModelFolders

    assert isinstance(files, ModelFolders)
    return link(files, path)


def adopt_folder(files: Files, folder: Path) -> int:
    """Look for models in a folder too: how many are found in it; raises LoadError."""
    from nodes.models.detection.adopt import adopt_folder as add
    from nodes.models.files.folders import ModelFolders

    assert isinstance(files, ModelFolders)
    return add(files, folder)


def codec() -> Codec:
    """Tensors in safetensors."""
    from nodes.codec import TensorCodec

    return TensorCodec()


def picture(value: Any, size: int) -> Any:
    """Images, masks and latents as uint8 rows x columns x 3; None for other values."""
    from nodes.inspection import picture_of

    return picture_of(value, size)


def describe(value: Any) -> list[tuple[str, str]]:
    """Type, shape, dtype, device, range and memory of a value."""
    from nodes.inspection import facts_of

    return facts_of(value)


def channels(value: Any, item: int, size: int) -> tuple[Any, Sequence[tuple[float, ...]], int] | None:
    """The planes of a latent's item, their figures and the number of items; None for other values."""
    from nodes.images.latent_channels import channels_of

    return channels_of(value, item, size)


def animate(frames: Sequence[Picture], path: Path, seconds: float) -> None:
    """Write pictures of one size as an animated WebP without loss, endless; raises OSError or LoadError."""
    from nodes.images.animation import write_moving

    write_moving(frames, path, seconds)


def warm_up() -> None:
    """Import what the first run would otherwise wait for."""
    from nodes.models.diffusers_classes import diffusers_class

    diffusers_class("unets.unet_2d_condition", "UNet2DConditionModel")
    diffusers_class("autoencoders.autoencoder_kl", "AutoencoderKL")


def device_memory() -> tuple[int, int]:
    """Bytes in use on the GPU, and in all; zeros without one."""
    import torch

    if not torch.cuda.is_available():
        return 0, 0
    free, total = torch.cuda.mem_get_info()
    return total - free, total
