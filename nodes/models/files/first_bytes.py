"""What a file that is no weights file is instead, from its first bytes, and what to do about it."""

from __future__ import annotations

import json

from nodegraph.support.messages import Phrase

LOOKED_AT = 512
"""How many bytes of a file are looked at."""

_ARCHIVES = {
    b"PK\x03\x04": "ZIP",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7-Zip",
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ": "XZ",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "Zstandard",
}
_PICTURES = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"RIFF": "WebP"}
_POINTER = b"version https://git-lfs"
_PROTOCOLS = range(2, 6)
"""Versions of the pickle format that begin with a byte of their own."""


def is_pickle(first: bytes) -> bool:
    """Whether a file begins as Python's pickles do, or as the archives of them that torch writes."""
    if first.startswith(b"PK\x03\x04"):
        return b"/data.pkl" in first or b"/.format_version" in first or b"/.data/" in first
    return first[:1] == b"\x80" and len(first) > 1 and first[1] in _PROTOCOLS


def what_it_is(first: bytes, size: int) -> tuple[Phrase, Phrase] | None:
    """What a file of `size` bytes that begins so is, and the remedy; None for bytes that say nothing.

    `first` are its first `LOOKED_AT` bytes, or all where there are fewer.
    """
    if not size:
        return Phrase("an empty file"), Phrase("its download never began; download it again")
    if not first.strip(b"\0"):
        return (
            Phrase("space that was reserved and never filled: zeros"),
            Phrase("its download broke off; download it again"),
        )
    if first.startswith(_POINTER):
        return (
            Phrase("a git-lfs pointer that stands for the file"),
            Phrase("fetch the file itself with git lfs pull, or download it from the website"),
        )
    for table, named in ((_ARCHIVES, "a {name} archive"), (_PICTURES, "a {name} picture")):
        for mark, name in table.items():
            if first.startswith(mark):
                remedy = (
                    "unpack it and choose the file inside" if table is _ARCHIVES else "choose a model file"
                )
                return Phrase(named, name=name), Phrase(remedy)
    if first.startswith(b"\x89HDF"):
        return Phrase("an HDF5 file"), Phrase("download the model as safetensors")
    return _text(first)


def _text(first: bytes) -> tuple[Phrase, Phrase] | None:
    start = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"<":
        return (
            Phrase("a web page"),
            Phrase("the website answered with a page, often to log in; log in there and download it again"),
        )
    if start[:1] in (b"{", b"["):
        return (
            Phrase("an answer in JSON{said}", said=_said(start)),
            Phrase("the website refused the download; log in there and download it again"),
        )
    try:
        # A character may be cut at the end of what was read.
        text = first.decode("utf-8", "strict" if len(first) < LOOKED_AT else "ignore")
    except UnicodeDecodeError:
        return None
    if len(text) * 2 < len(first) or not all(letter.isprintable() or letter.isspace() for letter in text):
        return None
    return Phrase("a text"), Phrase("choose a model file, or download it again")


def _said(start: bytes) -> Phrase | str:
    """The message inside an answer, in short."""
    try:
        found = json.loads(start)
    except (ValueError, RecursionError):
        return ""
    for name in ("message", "error", "detail"):
        if isinstance(found, dict) and isinstance(found.get(name), str) and found[name].strip():
            return Phrase(" ({message!r})", message=found[name][:120])
    return ""
