"""Names of files that come out of a workflow, a setting or another file: checked before any of them is opened.

Every name that a stranger may have written goes through `file_name_fault` or `require_file_name` before it reaches
`pathlib` or the operating system: names that they refuse raise ValueError, OSError or IndexError there, and names of
devices open the device. The rules are the same on every system, so that a workflow that opens here opens elsewhere.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase

MAX_PATH_CHARACTERS = 1024
"""Length of a whole name; Linux takes 4,096 bytes, macOS 1,024."""

MAX_PART_BYTES = 255
"""Length of each part of a name in UTF-8, the limit of common file systems."""

SHOWN_CHARACTERS = 60
"""Length of a name within a sentence."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HALF = re.compile(r"[\ud800-\udfff]")
_FILLED_IN = re.compile(r"%[A-Za-z0-9_][^%\n]{0,79}%")
_DRIVE = re.compile(r"[A-Za-z]:")
# Windows takes superscript digits for digits, and looks only at what stands before the first dot or colon.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE)


def file_name_fault(name: str, *, inside: bool = False, folder: bool = False) -> Phrase | None:
    """Why `name` cannot name a file, as a clause such as "it contains a control character"; None if it can.

    `name` may be a path with `/` or `\\` between its parts. It is refused if it is empty, holds a control character
    (NUL among them) or half a surrogate pair, is longer than MAX_PATH_CHARACTERS, has a part of more than
    MAX_PART_BYTES, has a part that Windows reserves for a device (`con`, `NUL.png`, `COM¹`, `CONIN$`), or ends in no
    name of a file (`.`, `/`, `..`). With `folder`, the last rule is left out: `.` and `..` are folders. With
    `inside`, it must stay within the folder it is relative to: no absolute path, drive, network path or `..`.

    No file is looked for, and it takes time linear in the length of the name.
    """
    if not name:
        return Phrase("it is empty")
    if len(name) > MAX_PATH_CHARACTERS:
        return Phrase(
            "it has {count:,} characters, and {most:,} is the most", count=len(name), most=MAX_PATH_CHARACTERS
        )
    if _CONTROL.search(name):
        return Phrase("it contains a control character")
    if _HALF.search(name):
        return Phrase("it contains half of a surrogate pair, which no file system can store")
    parts = [part for part in re.split(r"[/\\]+", name) if part not in ("", ".")]
    for part in parts:
        if len(part.encode()) > MAX_PART_BYTES:
            return Phrase("one of its parts is longer than {most} bytes", most=MAX_PART_BYTES)
        if is_device_name(part):
            return Phrase("{part!r} is the name of a device on Windows", part=part)
    if inside and (is_absolute_name(name) or ".." in (part.strip() for part in parts)):
        return Phrase("it leads out of its folder")
    if not folder and (not parts or parts[-1] == ".."):
        return Phrase("it names a folder, not a file")
    return None


def require_file_name(name: str, *, inside: bool = False, folder: bool = False) -> str:
    """`name` itself if `file_name_fault` finds nothing wrong with it; raises LoadError with one sentence."""
    fault = file_name_fault(name, inside=inside, folder=folder)
    if fault is not None:
        raise LoadError(
            "{name!r} cannot be the name of a file: {fault}; choose another file.",
            name=shortened(name),
            fault=fault,
        )
    return name


def is_device_name(part: str) -> bool:
    """Whether Windows opens a device under this one part of a path, whatever its ending."""
    return _DEVICE.fullmatch(re.split("[.:]", part, maxsplit=1)[0].rstrip(" ")) is not None


def is_absolute_name(name: str) -> bool:
    """Whether a name starts at the root of a disk, on a drive, or on another machine, by the rules of any system."""
    return name.startswith(("/", "\\")) or _DRIVE.match(name) is not None


def is_network_name(name: str) -> bool:
    """Whether a name leads to another machine or to a device on Windows: `\\\\server\\share`, `//server/share`."""
    return re.match(r"[/\\]{2}", name) is not None


def leads_upward(name: str) -> bool:
    """Whether a relative name climbs out of the folder it starts from at any of its parts."""
    depth = 0
    for part in re.split(r"[/\\]+", name):
        if part.strip() == "..":
            depth -= 1
        elif part not in ("", "."):
            depth += 1
        if depth < 0:
            return True
    return False


def output_name_fault(pattern: str) -> Phrase | None:
    """Why a pattern for the names of new files, as in Save image, cannot be used; None if it can.

    It may name folders below the output folder, with `/` or `\\`. `%node.parameter%` and its like are filled in later,
    and what they stand for never holds a folder.
    """
    filled = _FILLED_IN.sub("x", pattern)
    if is_absolute_name(filled) or ".." in (part.strip() for part in re.split(r"[/\\]+", filled)):
        return Phrase("it leads out of the output folder")
    return None


def shortened(name: str) -> str:
    """The beginning of a name, for a sentence; with `!r` nothing in it reaches a terminal as a control sequence."""
    return name if len(name) <= SHOWN_CHARACTERS else f"{name[: SHOWN_CHARACTERS - 1]}…"


def posix_name(name: str) -> PurePosixPath:
    """A checked relative name with `/` between its parts, whatever system wrote it; raises LoadError."""
    return PurePosixPath(require_file_name(name, inside=True).replace("\\", "/"))
