"""A folder of pictures as one batch; all sizes are known before the first picture is decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from nodegraph import GraphError, LoadError
from nodegraph.support.image_metadata.folders import pictures_in
from nodegraph.support.image_metadata.formats import MAX_PIXELS
from nodes.images.opening import Check
from nodes.images.reading import no_check, read, size_of
from nodes.images.sizing import resize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from nodegraph.support.messages import Phrase

MOST = 512
"""Pictures in a batch."""
FITS = ("crop", "stretch", "same")


def chosen(folder: Path, name: str, skip: int, count: int) -> list[Path]:
    """The pictures of a folder that are to be read, in order; raises GraphError and LoadError."""
    try:
        found = pictures_in(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise LoadError(
            "The folder {name!r} cannot be read ({reason}); choose another.", name=name, reason=reason
        ) from None
    if not found:
        raise GraphError(
            "The folder {name!r} holds no pictures; choose one with PNG, JPEG or WebP files in it.", name=name
        )
    taken = found[skip : skip + count] if count else found[skip:]
    if not taken:
        raise GraphError(
            "The folder {name!r} holds {count} pictures and {skip} are skipped; skip fewer.",
            name=name,
            count=len(found),
            skip=skip,
        )
    if len(taken) > MOST:
        raise GraphError(
            "{count} pictures are more than the {most} that fit into one batch; set `count`, and `skip` for "
            "the next ones.",
            count=len(taken),
            most=MOST,
        )
    return taken


def common_size(paths: Sequence[Path], fit: str, check: Check = no_check) -> tuple[int, int]:
    """Width and height of the batch, those of the first picture; raises GraphError where it cannot be."""
    sizes = [size_of(path, path.name, check) for path in paths]
    width, height = sizes[0]
    for path, size in zip(paths, sizes, strict=True):
        if fit == "same" and size != sizes[0]:
            raise GraphError(
                "{name} is {size} x {size2} and {name2} {width} x {height} pixels; set `fit` to "
                "crop or stretch, or make them the same size.",
                name=path.name,
                size=size[0],
                size2=size[1],
                name2=paths[0].name,
                width=width,
                height=height,
            )
    if width * height * len(paths) > MAX_PIXELS:
        raise GraphError(
            "{count} pictures of {width} x {height} are more than {value} million pixels; set "
            "`count`, or make them smaller first.",
            count=len(paths),
            width=width,
            height=height,
            value=MAX_PIXELS // 10**6,
        )
    return width, height


class Member(NamedTuple):
    """A picture of the batch `[1, H, W, 3]`, its mask `[1, H, W]`, whether it had another size, and remarks on it."""

    image: Tensor
    mask: Tensor
    resized: bool
    remarks: tuple[Phrase, ...]


def batch(
    paths: Sequence[Path], size: tuple[int, int], fit: str, check: Check = no_check
) -> Iterator[Member]:
    """Each picture at a size; of a moving one, its first frame."""
    for path in paths:
        picture = read(path, path.name, check, 1)
        whole = torch.cat([picture.image, picture.mask[..., None]], dim=-1)
        other = (whole.shape[2], whole.shape[1]) != size
        if other:
            whole = resize(whole, *size, "lanczos", fit)
        yield Member(whole[..., :3], whole[..., 3], other, picture.remarks)
