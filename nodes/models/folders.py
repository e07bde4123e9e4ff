"""Where model files lie. Importing and listing load no torch."""

from __future__ import annotations

import difflib
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nodegraph.phrases import Phrase
from nodes.models.places import Places, hub_cache, own_folder, places_of, set_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from torch import Tensor

PRACTICE = Path(__file__).parents[1] / "practice"
ENDINGS = (".safetensors", ".sft", ".gguf", ".ckpt", ".pt", ".pth", ".bin")
MARKS = ("model_index.json", "config.json")
DEEPEST = 8
MOST = 50_000


class ModelFolders:
    """Model files and diffusers folders by kind and name; see nodegraph.files.Files.

    Names are POSIX paths relative to their folder. Where two folders hold one name, the first wins; the
    model that ships is always there as "practice".
    """

    def __init__(self, places: Places, own: Path | None = None) -> None:
        self.places = places
        self._own = own

    def names(self, kind: str) -> Sequence[str]:
        """The files and model folders of a kind, sorted; read anew each time."""
        return tuple(sorted(self.paths(kind), key=str.lower))

    def folders(self, kind: str) -> Sequence[Path]:
        """Where files of a kind are looked for; the program's own folder, last, may come to be later."""
        return (*self.places.get(kind, ()), *([self._own / kind] if self._own is not None else ()))

    def paths(self, kind: str) -> Mapping[str, Path]:
        """The files and model folders of a kind by name."""
        found = dict(shipped(kind))
        for folder in self.folders(kind):
            for name, path in walk(folder):
                found.setdefault(name, path)
        if kind == "checkpoints":
            for name, path in hub_cache():
                found.setdefault(name, path)
        return found

    def hidden(self, kind: str) -> Iterator[tuple[str, Path, Path]]:
        """Files whose name another one has that is found first: name, path, and path of the first."""
        first = self.paths(kind)
        for folder in self.places.get(kind, ()):
            for name, path in walk(folder):
                if not _same(path, first[name]):
                    yield name, path, first[name]

    def find(self, kind: str, name: str) -> Path | None:
        """The file or folder that `name` of a kind means, or None."""
        name = name.replace("\\", "/")
        relative = PurePosixPath(name)
        if not name or relative.is_absolute() or ".." in relative.parts or ":" in relative.parts[0]:
            return None
        known = shipped(kind).get(name)
        if known:
            return known
        for folder in self.folders(kind):
            path = folder / relative
            if path.is_file() or any((path / mark).is_file() for mark in MARKS):
                return path
        return dict(hub_cache()).get(name) if kind == "checkpoints" else None

    def missing(self, kind: str, name: str) -> Phrase:
        """A sentence for a name that is not there: the nearest names, and the folder where it belongs."""
        near = nearest(name, self.names(kind))
        hint = Phrase(" Similar: {names}.", names=", ".join(near)) if near else ""
        home = self._home(kind)
        return Phrase(
            "There is no {kind} file {name!r}.{hint} {home}", kind=kind, name=name, hint=hint, home=home
        )

    def mentioned(self, kind: str, text: str) -> Mapping[str, Path | None]:
        """The embeddings that a prompt names, as text encoders look for them; other kinds are named nowhere."""
        from nodes.text.chunks import EMBEDDING, prompt_pieces

        found: dict[str, Path | None] = {}

        def look(name: str) -> Sequence[Tensor] | None:
            found[name] = self.embedding(name)
            return None if found[name] is None else ()

        if kind == "embeddings" and EMBEDDING in text:
            prompt_pieces(text, lambda words: [], look)
        return found

    def embedding(self, name: str) -> Path | None:
        """The file of an embedding, in any sub-folder, with or without its ending."""
        wanted = name.strip().replace("\\", "/")
        for listed in self.names("embeddings"):
            spelled = PurePosixPath(listed)
            if wanted in (listed, spelled.name, spelled.stem, str(spelled.with_suffix(""))):
                return self.find("embeddings", listed)
        return None

    def _home(self, kind: str) -> Phrase:
        folders = self.places.get(kind, ())
        if folders:
            return Phrase("Put it into {folder}.", folder=folders[0])
        return Phrase("No model folder is set: name one with --models or in NODEGRAPH_MODELS.")


def _same(left: Path, right: Path) -> bool:
    try:
        return left == right or left.samefile(right)
    except OSError:
        return False


def open_folders(models: Sequence[Path]) -> ModelFolders:
    """The folders given, then those that the environment and the settings name, then this program's own."""
    return ModelFolders(places_of([*models, *set_places()]), own_folder())


def shipped(kind: str) -> Mapping[str, Path]:
    """What ships with the program, by name."""
    found: dict[str, Path] = {}
    if kind == "checkpoints" and (PRACTICE / "model" / "model_index.json").is_file():
        found["practice"] = PRACTICE / "model"
    if kind == "controlnet" and (PRACTICE / "controlnet" / "config.json").is_file():
        found["practice"] = PRACTICE / "controlnet"
    if kind == "loras" and (PRACTICE / "loras").is_dir():
        found |= {f"practice/{file.name}": file for file in (PRACTICE / "loras").glob("*.safetensors")}
    return found


def walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Model files and diffusers folders under a folder, by relative name; links are followed once."""
    pending = [(folder, PurePosixPath(), 0)]
    seen: set[str] = set()
    count = 0
    while pending:
        place, relative, depth = pending.pop()
        real = os.path.realpath(place)
        if real in seen:
            continue
        seen.add(real)
        for entry in entries(place):
            count += 1
            if count > MOST:
                return
            name = relative / entry.name
            if entry.is_dir():
                path = Path(entry.path)
                if any((path / mark).is_file() for mark in MARKS):
                    yield str(name), path
                elif depth < DEEPEST and not entry.name.startswith("."):
                    pending.append((path, name, depth + 1))
            elif entry.name.lower().endswith(ENDINGS):
                yield str(name), Path(entry.path)


def entries(place: Path) -> Iterable[os.DirEntry[str]]:
    """What a folder holds; nothing where it cannot be read."""
    try:
        with os.scandir(place) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError:
        return []


def nearest(name: str, names: Sequence[str], count: int = 3) -> list[str]:
    """The names most like `name`, by the whole or by the last part."""
    wanted = PurePosixPath(name.replace("\\", "/")).name.lower()
    by_last = {PurePosixPath(known).name.lower(): known for known in names}
    return [by_last[match] for match in difflib.get_close_matches(wanted, by_last, count, 0.5)]
