"""Pictures in notes: they lie in the workflow itself, and their sizes are known before anybody decodes them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from nodegraph.support.errors import LoadError
from nodegraph.support.image_metadata import size_of
from nodegraph.support.messages import Phrase

MOST_SIDE = 2048
"""Pixels a side."""
MOST_BYTES = 2 * 2**20
"""Of one picture, packed."""
ALL_BYTES = 16 * 2**20
"""Of all pictures of a workflow together, packed."""
ALL_PIXELS = 2**26
"""Of all pictures of a workflow together: 268 MB once they are decoded."""
FREE_PIXELS = 2**24
PIXELS_PER_BYTE = 64
"""Pictures that are packed more densely than PIXELS_PER_BYTE may have FREE_PIXELS together besides: a file of a few
kilobytes must not fill the memory."""

_SHOWN = re.compile(r"!\[([^\[\]]*)\]\(([^()\s]*)\)")
"""Markdown's picture: the words in its place, and its name. No part may hold a bracket, so that searching stays
linear in a text of many opening brackets."""


@dataclass(frozen=True, slots=True)
class NotePicture:
    """A PNG or WebP file as bytes, and its width and height in pixels. `of` makes one."""

    data: bytes
    size: tuple[int, int]

    @staticmethod
    def of(data: bytes) -> NotePicture:
        """The picture in `data`; raises ValueError with a phrase that ends a sentence on a picture."""
        if len(data) > MOST_BYTES:
            raise ValueError(Phrase("is larger than {most} MB; make it smaller first", most=MOST_BYTES >> 20))
        try:
            size = size_of(data)
        except LoadError:
            size = None
        if size is None or 0 in size:
            raise ValueError(Phrase("is damaged, or neither PNG nor WebP; take it out or paste it again"))
        if max(size) > MOST_SIDE:
            raise ValueError(
                Phrase(
                    "claims {width} x {height} pixels, and {most} a side is the most; make it smaller first",
                    width=size[0],
                    height=size[1],
                    most=MOST_SIDE,
                )
            )
        return NotePicture(data, size)

    @staticmethod
    def read(text: object) -> NotePicture:
        """The picture in a text of base64, as it stands in a file; raises ValueError as `of` does."""
        if not isinstance(text, str):
            raise ValueError(Phrase("must be a text of base64"))
        if len(text) > MOST_BYTES * 4 // 3 + 4:
            return NotePicture.of(bytes(MOST_BYTES + 1))
        try:
            return NotePicture.of(base64.b64decode(text, validate=True))
        except binascii.Error:
            raise ValueError(Phrase("is no text of base64; take it out or paste it again")) from None

    def text(self) -> str:
        """As base64, to be read by `read`."""
        return base64.b64encode(self.data).decode("ascii")


def shown_in(text: str, pictures: Mapping[str, NotePicture]) -> dict[str, NotePicture]:
    """Those of the pictures that a note's text shows."""
    names = {name for _, name in _SHOWN.findall(text)}
    return {name: picture for name, picture in pictures.items() if name in names}


def told(text: str) -> str:
    """A note's text with the words for its pictures in their places."""
    return _SHOWN.sub(lambda found: found[1], text)


def first_line(text: str) -> str:
    """What a note is called in lists: its first line with words in it, without marks; empty where there is none."""
    return next((line.strip("# ") for line in told(text).splitlines() if line.strip()), "")
