"""Colour profiles: pictures made for another space than sRGB, converted to it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import PIL.Image

CLOSE = 2
"""A profile that moves no colour by more than this of 255 is sRGB itself, under whatever name and rounding."""

_SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab ": "LAB"}


def in_srgb(picture: PIL.Image.Image, profile: bytes, mode: str) -> PIL.Image.Image | None:
    """The picture in sRGB as `mode`, RGB or RGBA; None where its ICC profile does not fit it or is damaged.

    An empty profile means the standard one of mode LAB.
    """
    from PIL import ImageCms

    try:
        source = _profile(profile)
        space = _SPACES.get(source.profile.xcolor_space)
        kept = picture.mode if picture.mode in ("CMYK", "LAB") else None
        if space is None or space not in _fitting(picture.mode):
            return None
        if space == "RGB" and _is_srgb(source):
            return picture.convert(mode)
        alpha = picture.convert("RGBA").getchannel("A") if mode == "RGBA" else None
        colours = picture if kept else picture.convert("RGB").convert(space)
        found = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    if found is None:
        return None
    if alpha is not None:
        found.putalpha(alpha)
    found.info.pop("icc_profile", None)
    return found


def is_srgb(profile: bytes) -> bool:
    """Whether an ICC profile leaves colours as they are; one that is damaged does not."""
    from PIL import ImageCms

    try:
        source = _profile(profile)
        return source.profile.xcolor_space == "RGB " and _is_srgb(source)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return False


def _fitting(mode: str) -> tuple[str, ...]:
    """The spaces of profiles that a picture of this mode may have."""
    if mode in ("CMYK", "LAB"):
        return (mode,)
    return ("L", "RGB") if mode in ("1", "L", "LA", "La") else ("RGB",)


def _profile(data: bytes) -> PIL.ImageCms.ImageCmsProfile:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(io.BytesIO(data) if data else ImageCms.createProfile("LAB"))


def _is_srgb(source: PIL.ImageCms.ImageCmsProfile) -> bool:
    """Whether a profile leaves a sample of all colours as they are: converting would only round them."""
    import PIL.Image
    from PIL import ImageChops, ImageCms

    levels = range(0, 256, 17)
    samples = bytes(value for r in levels for g in levels for b in levels for value in (r, g, b))
    before = PIL.Image.frombytes("RGB", (256, 16), samples)
    after = ImageCms.profileToProfile(before, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    if after is None:
        return False
    return max(high for _, high in ImageChops.difference(before, after).getextrema()) <= CLOSE  # type: ignore[misc]
