"""Which files a workflow may name as its input: those in its folder, and those that were allowed besides."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from nodegraph.support.errors import LoadError
from nodegraph.support.file_names import is_absolute_name, is_network_name, require_file_name, shortened


class InputAccess:
    """Finds the files that parameters name, without opening any of them.

    Relative names start from the folder `base`. `allowed` are files and folders that may be read besides what lies in
    `base`; None allows everything, for callers that have asked before. A name on another machine, such as
    `\\\\server\\share\\a.png`, is not even looked for unless it lies in an allowed folder: looking would already send
    the user's name there.

    `by_option` says that files are allowed with an option of the command line; otherwise those are that the artist
    chose in the editor, and the sentence of a refusal says so.
    """

    def __init__(self, base: Path, allowed: Iterable[Path] | None = None, *, by_option: bool = True) -> None:
        self.base = base
        self._allowed = None if allowed is None else (base, *allowed)
        self._by_option = by_option

    def require(self, name: str, *, folder: bool = False) -> Path:
        """Where a file lies, or with `folder` a folder; raises LoadError for a bad name and one that is not allowed."""
        require_file_name(name, folder=folder)
        path = self.base / name
        if self._allowed is None or self._is_allowed(name, path):
            return path
        if not self._by_option:
            raise LoadError(
                "{name!r} lies outside the folder of the workflow and was not chosen by hand; choose it in the field "
                "of the node that reads it, or move it into that folder.",
                name=shortened(name),
            )
        raise LoadError(
            "{name!r} lies outside the folder of the workflow; allow it with --allow-path {folder}, or choose "
            "another file.",
            name=shortened(name),
            folder=os.path.normpath(path if folder else path.parent),
        )

    def _is_allowed(self, name: str, path: Path) -> bool:
        assert self._allowed is not None
        if is_network_name(name):
            plain = _plain(name)
            return any(
                plain == one or plain.startswith(f"{one}/")
                for one in map(_plain, map(str, self._allowed[1:]))
            )
        if os.name != "nt" and is_absolute_name(name) and not name.startswith("/"):
            # The drive of another system is a plain name here, and such a file is not there.
            return True
        # Links are followed: one that lies in the folder may lead out of it.
        real = Path(os.path.normcase(os.path.realpath(path)))
        return any(place in self._places for place in (real, *real.parents))

    @cached_property
    def _places(self) -> frozenset[Path]:
        """What may be read, with links followed."""
        local = (
            place for place in self._allowed or () if place is self.base or not is_network_name(str(place))
        )
        return frozenset(Path(os.path.normcase(os.path.realpath(place))) for place in local)


def _plain(name: str) -> str:
    """A name on another machine with its steps upward worked out, in one spelling."""
    return os.path.normpath(name.replace("\\", "/")).casefold().rstrip("/")
