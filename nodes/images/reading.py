"""Reading pictures that strangers made: nothing is decoded before its size is known."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from nodegraph import LoadError
from nodes.images.convert import from_pil

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import PIL.Image

MOST_PIXELS = 2**27
"""134 million pixels: 16384 x 8192, 1.6 gigabytes as a tensor. More is refused before it is decoded."""

MOST_FRAMES = 512
ORIENTATION = 0x0112
"""The EXIF note of how the camera was held: from 5 on, the sides change places."""


class Picture(NamedTuple):
    """`image` `[B, H, W, 3]`, one item for each frame, and `mask` `[B, H, W]`: 1 where it is transparent."""

    image: Tensor
    mask: Tensor


def read(path: Path, name: str) -> Picture:
    """A picture file, turned upright by its EXIF note. Raises LoadError with a sentence that calls it `name`."""
    if not path.is_file():
        raise LoadError("There is no picture {name!r}; choose another file.", name=name)
    with _sentences(name):
        import PIL.Image
        import PIL.ImageSequence

        with PIL.Image.open(path) as picture:
            _check_size(picture, name)
            frames = [_upright(frame) for frame in PIL.ImageSequence.Iterator(picture)]
    first = frames[0].size
    pairs = [_tensors(frame) for frame in frames if frame.size == first]
    return Picture(torch.stack([image for image, _ in pairs]), torch.stack([mask for _, mask in pairs]))


def size_of(path: Path, name: str) -> tuple[int, int]:
    """Width and height of a picture file as it is seen, by its header alone. Raises LoadError as `read` does."""
    with _sentences(name):
        import PIL.Image

        with PIL.Image.open(path) as picture:
            _check_size(picture, name)
            width, height = picture.size
            turned = picture.getexif().get(ORIENTATION, 1) >= 5
    return (height, width) if turned else (width, height)


@contextmanager
def _sentences(name: str) -> Iterator[None]:
    import PIL
    from PIL.Image import DecompressionBombError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PIL.UnidentifiedImageError:
        raise LoadError(
            "{name!r} is no picture; choose a PNG, JPEG, WebP, TIFF or similar file.", name=name
        ) from None
    except DecompressionBombError:
        raise LoadError(
            "{name!r} claims more than {value} million pixels; make it smaller first.",
            name=name,
            value=MOST_PIXELS // 10**6,
        ) from None
    except MemoryError:
        raise LoadError("{name!r} is too large for the memory; make it smaller first.", name=name) from None
    except (OSError, SyntaxError, ValueError, EOFError, OverflowError) as error:
        raise LoadError(
            "{name!r} cannot be read as a picture ({error}); save it anew or choose another.",
            name=name,
            error=error,
        ) from None


def _check_size(picture: PIL.Image.Image, name: str) -> None:
    frames = getattr(picture, "n_frames", 1)
    width, height = picture.size
    if frames > MOST_FRAMES or width * height * frames > MOST_PIXELS:
        what = f"{width} x {height} pixels" + (f" in {frames} frames" if frames > 1 else "")
        raise LoadError(
            "{name!r} claims {what}, which is more than {value} million pixels "
            "or {most_frames} frames; make it smaller first.",
            name=name,
            what=what,
            value=MOST_PIXELS // 10**6,
            most_frames=MOST_FRAMES,
        )


def _upright(frame: PIL.Image.Image) -> PIL.Image.Image:
    import PIL.ImageOps

    upright = PIL.ImageOps.exif_transpose(frame)
    if upright.mode.startswith("I") or upright.mode == "F":
        return _eight_bits(upright)
    transparent = upright.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in upright.info
    return upright.convert("RGBA" if transparent else "RGB")


def _eight_bits(frame: PIL.Image.Image) -> PIL.Image.Image:
    """Pictures of 16 bits a pixel scaled down; PIL by itself would cut them off at 255."""
    import numpy
    import PIL.Image

    values = numpy.asarray(frame, dtype=numpy.float64)
    top = 65535.0 if frame.mode.startswith("I") else 1.0
    bytes_ = (numpy.nan_to_num(values) / top).clip(0, 1) * 255
    return PIL.Image.fromarray(bytes_.round().astype(numpy.uint8)).convert("RGB")


def _tensors(frame: PIL.Image.Image) -> tuple[Tensor, Tensor]:
    values = from_pil(frame)
    if values.shape[-1] == 4:
        return values[..., :3].contiguous(), 1.0 - values[..., 3]
    return values, torch.zeros(values.shape[:2])
