"""The files behind wildcards: `__folder/name__` is a line of folder/name.txt in a folder of wildcards."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Protocol

from nodegraph.node_api.fingerprint import Stamp, stamp
from nodegraph.support.errors import LoadError
from nodegraph.support.file_names import file_name_fault, shortened
from nodegraph.support.messages import Phrase
from nodegraph.support.suggestions import nearest
from nodes.prompt_choices.wildcards import wildcards_in

KIND = "wildcards"
ENDING = ".txt"
LARGEST = 16 * 2**20
"""Bytes of one file of choices."""
MOST = 2_000
"""Files that one prompt may reach."""
DEEPEST = 32
"""Files that may name each other in a row."""
KEPT = 64 * 2**20
"""Characters of files that are remembered."""


class Folders(Protocol):
    """Finds files by kind and name; `nodes.models.files.folders.ModelFolders` does."""

    def names(self, kind: str) -> Sequence[str]:
        """The files of a kind, sorted."""

    def folders(self, kind: str) -> Sequence[Path]:
        """Where files of a kind are looked for."""

    def find(self, kind: str, name: str) -> Path | None:
        """The file that `name` of a kind means, or None."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a wildcard: a sentence, its name, and the name that was probably meant, or empty."""

    sentence: Phrase
    name: str
    meant: str = ""


@dataclass
class Reached:
    """Every file that a text may come to ask for, None for one that is missing or unreadable; the first thing wrong."""

    files: dict[str, Path | None] = field(default_factory=dict)
    wrong: Wrong | None = None

    def add(self, wrong: Wrong) -> None:
        """Something is wrong; the first thing counts."""
        self.wrong = self.wrong or wrong


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of a file, and the wildcards among them with the number of their first line."""

    lines: tuple[str, ...]
    asks: dict[str, int]


class WildcardFiles:
    """Text files of one choice a line; blank lines and those that begin with `#` are none.

    A name is that of a file without its ending, in the folder of wildcards or in any folder within it; `*` stands for
    any letters and means every file that fits. Case does not matter.
    """

    def __init__(self, folders: Folders) -> None:
        self._files = folders
        self._known: dict[Path, tuple[Stamp, Choices]] = {}

    def lines(self, name: str) -> Sequence[str]:
        """The choices that a name stands for; raises LoadError."""
        found: list[str] = []
        for file in self._named(name):
            found += self._read(file).lines
        if not found:
            raise LoadError(self._missing(name).sentence)
        return found

    def reached(self, text: str) -> Reached:
        """All that a text may come to ask for, whatever the seed."""
        reached, edges = Reached(), list[tuple[str, str]]()
        waiting = deque((name, "", 0) for name in wildcards_in(text))
        while waiting:
            name, asker, line = waiting.popleft()
            named = self._named(name)
            if not named:
                reached.files[name] = None
                reached.add(self._missing(name, asker, line))
            for file in named:
                edges.append((asker, file))
                if file not in reached.files:
                    asks = self._asks(file, name, reached)
                    waiting += [(asked, file, number) for asked, number in asks.items()]
                if len(reached.files) > MOST:
                    many = Phrase(
                        "The wildcard __{name}__ reaches more than {most} files; name fewer.",
                        name=name,
                        most=MOST,
                    )
                    reached.add(Wrong(many, name))
                    return reached
        if any(asker for asker, _ in edges):
            self._follow(edges, reached)
        return reached

    def checked(self, text: str) -> None:
        """Raise LoadError if anything that a text may come to ask for is wrong."""
        wrong = self.reached(text).wrong
        if wrong is not None:
            raise LoadError(wrong.sentence)

    def _asks(self, file: str, name: str, reached: Reached) -> dict[str, int]:
        """The wildcards that a file names; it counts as reached."""
        reached.files[file] = None
        try:
            found = self._read(file)
        except LoadError as error:
            reached.add(Wrong(error.phrase, name))
            return {}
        reached.files[file] = self._files.find(KIND, file)
        return found.asks

    def _follow(self, edges: list[tuple[str, str]], reached: Reached) -> None:
        """Refuse files that name each other in a circle, or in too long a row."""
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for asker, file in edges:
            sorter.add(asker, file)
        try:
            order = list(sorter.static_order())
        except CycleError as error:
            self._refuse_circle(error.args[1][:0:-1], reached)
            return
        depths = dict.fromkeys(order, 0)
        named: dict[str, list[str]] = {}
        for asker, file in edges:
            named.setdefault(asker, []).append(file)
        for name in order:
            depths[name] = 1 + max((depths[file] for file in named.get(name, ())), default=0)
            if name and depths[name] > DEEPEST:
                long = "From {file} on, more than {most} wildcard files name each other; shorten the row."
                sentence = Phrase(long, file=name, most=DEEPEST)
                reached.add(Wrong(sentence, name.removesuffix(ENDING)))
                return

    def _refuse_circle(self, circle: Sequence[str], reached: Reached) -> None:
        shown = " -> ".join([*circle[:6], *(["..."] if len(circle) > 6 else []), circle[0]])
        sentence = Phrase(
            "Wildcard files name each other in a circle: {circle}; take one of these names out.", circle=shown
        )
        reached.add(Wrong(sentence, circle[0].removesuffix(ENDING)))

    def _named(self, name: str) -> list[str]:
        """The files that a name means, sorted."""
        exact = f"{name}{ENDING}"
        if file_name_fault(exact, inside=True) is not None:
            return []
        if "*" not in name and self._files.find(KIND, exact):
            return [exact]
        wanted = exact.lower()
        known = self._files.names(KIND)
        if "*" in name:
            return [file for file in known if fnmatchcase(file.lower(), wanted)]
        found = [file for file in known if file.lower() == wanted or file.lower().endswith(f"/{wanted}")]
        return sorted(found, key=len)[:1]

    def _missing(self, name: str, asker: str = "", line: int = 0) -> Wrong:
        place = Phrase(" Line {line} of {file} names it.", line=line, file=asker) if asker else ""
        if ".." in name.split("/") or name.startswith("/"):
            out = (
                "The wildcard __{name}__ leads out of the folder of wildcards.{place} Name a file within it."
            )
            return Wrong(Phrase(out, name=name, place=place), name)
        fault = file_name_fault(f"{name}{ENDING}", inside=True)
        if fault is not None:
            unusable = "The wildcard __{name}__ cannot be the name of a file: {fault}.{place}"
            return Wrong(Phrase(unusable, name=shortened(name), fault=fault, place=place), name)
        known = [file.removesuffix(ENDING) for file in self._files.names(KIND)]
        near = nearest(name, known) or nearest(name, [file.rpartition("/")[2] for file in known])
        hint = Phrase(" Did you mean __{name}__?", name=near) if near else ""
        folders = self._files.folders(KIND)
        where = (
            Phrase(" Put it into {folder}.", folder=folders[0])
            if folders
            else Phrase(" No folder of models is set: name one with --models.")
        )
        sentence = Phrase(
            "There is no wildcard file {file}.{place}{hint}{where}",
            file=f"{name}{ENDING}",
            place=place,
            hint=hint,
            where=where,
        )
        return Wrong(sentence, name, near or "")

    def _read(self, file: str) -> Choices:
        path = self._files.find(KIND, file)
        try:
            if path is None or not path.is_file():
                raise LoadError(
                    Phrase(
                        "The wildcard file {file} is gone; bring it back, or take its name out.", file=file
                    )
                )
            state = stamp(path)
            if path in self._known and self._known[path][0] == state:
                return self._known[path][1]
            if state[0] > LARGEST:
                large = (
                    "The wildcard file {file} has {size:,} bytes, more than {most:,}; divide it into several."
                )
                raise LoadError(Phrase(large, file=file, size=state[0], most=LARGEST))
            found = _choices(path.read_text(encoding="utf-8-sig"), file)
        except OSError as error:
            unread = "The wildcard file {file} cannot be read ({reason})."
            raise LoadError(Phrase(unread, file=file, reason=str(error.strerror or error))) from None
        except UnicodeDecodeError:
            foreign = Phrase("The wildcard file {file} is no UTF-8 text; save it as UTF-8.", file=file)
            raise LoadError(foreign) from None
        if sum(known[0][0] for known in self._known.values()) + state[0] > KEPT:
            self._known.clear()
        self._known[path] = (state, found)
        return found


def _choices(text: str, file: str) -> Choices:
    lines, asks = [], dict[str, int]()
    for number, written in enumerate(text.splitlines(), 1):
        line = written.strip()
        if line and not line.startswith("#"):
            lines.append(line)
            for name in wildcards_in(line):
                asks.setdefault(name, number)
    if not lines:
        raise LoadError(
            Phrase("The wildcard file {file} holds no choice; write one on each line.", file=file)
        )
    return Choices(tuple(lines), asks)
