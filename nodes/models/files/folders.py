"""Where model files lie. Importing and listing load no torch."""

from __future__ import annotations

import difflib
from functools import cached_property, lru_cache
from operator import is_
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nodegraph.node_api.fingerprint import stamp
from nodegraph.support.errors import LoadError
from nodegraph.support.messages import Phrase
from nodes.models.files.directory_scanner import ENDINGS, MARKS, DirectoryListing, DirectoryScanner
from nodes.models.files.model_dirs import Places, hub_cache, own_folder, places_of, set_places, settings_stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from torch import Tensor

    from nodegraph.node_api.fingerprint import Stamp
    from nodes.models.detection.recognised import Recognised
    from nodes.prompt_choices.wildcard_files import WildcardFiles

PRACTICE = Path(__file__).parents[2] / "practice"
TEXTS = (".txt",)
"""The endings of files of wildcards; those of all other kinds are ENDINGS."""

WANTED_OF = {
    "checkpoints": "network",
    "diffusion_models": "network",
    "text_encoders": "text",
    "vae": "vae",
    "controlnet": "controlnet",
    "loras": "lora",
    "upscale_models": "upscaler",
}
"""What the nodes that open files of a kind want of them; see nodes.models.detection.file_kinds."""

READERS = ("checkpoints", "text_encoders")
"""Kinds of files that may hold text encoders."""


class ModelFolders:
    """Model files and diffusers folders by kind and name; see nodegraph.node_api.model_files.Files.

    Names are POSIX paths relative to their folder. Where two folders hold one name, the first wins; the
    model that ships is always there as "practice".
    """

    def __init__(self, places: Places, own: Path | None = None, given: Sequence[Path] | None = None) -> None:
        """With `given`, the places are those under it and under what the settings name, whenever that changes."""
        self._places = places
        self._own = own
        self._given = given
        self._stamp: Stamp | tuple[()] | None = ()
        self._walks = DirectoryScanner()
        self._remarks: list[Phrase] = []
        self._sorted: dict[str, tuple[Mapping[str, Path], list[DirectoryListing], tuple[str, ...]]] = {}

    @property
    def places(self) -> Places:
        """The folders of each kind, in order."""
        if self._given is not None and (now := settings_stamp()) != self._stamp:
            self._remarks = []
            roots = [*self._given, *set_places(self._remarks)]
            self._stamp, self._places = now, places_of(roots, self._remarks)
        return self._places

    def remarks(self) -> Sequence[Phrase]:
        """What is wrong with the places where models are looked for, and what of their settings is not read."""
        return tuple(self._remarks) if self.places is not None else ()

    def refused(self, kind: str, name: str) -> Phrase | None:
        """Why a file that is there cannot be opened by a node that opens files of the kind; None where it can."""
        from nodes.models.detection.file_kinds import has, refusal

        path, wanted = self.find(kind, name), WANTED_OF.get(kind)
        if path is None or wanted is None:
            return None
        try:
            found = looked_at(path)
        except LoadError as error:
            return error.phrase
        return None if has(found, wanted) else refusal(found, wanted, chosen=True).phrase

    def remark(self, kind: str, name: str) -> Phrase | None:
        """What a file that can be opened holds beside what is read of it; None where that is nothing."""
        from nodes.models.detection.leftovers import leftover_remark

        path = self.find(kind, name) if kind in WANTED_OF else None
        try:
            return None if path is None else leftover_remark(looked_at(path))
        except LoadError:
            return None

    def names(self, kind: str) -> Sequence[str]:
        """The files and model folders of a kind, sorted; folders are read again where they have changed."""
        walked = [self._walks.of(folder, _endings(kind)) for folder in self.folders(kind)]
        more = {**shipped(kind), **(dict(hub_cache()) if kind == "checkpoints" else {})}
        known = self._sorted.get(kind)
        if known is None or known[0] != more or not all(map(is_, known[1], walked)):
            names = more.keys() | {name for one in walked for name in one.found}
            known = self._sorted[kind] = (more, walked, tuple(sorted(names, key=str.lower)))
        return known[2]

    def folders(self, kind: str) -> Sequence[Path]:
        """Where files of a kind are looked for; the program's own folder, last, may come to be later."""
        return (*self.places.get(kind, ()), *([self._own / kind] if self._own is not None else ()))

    def paths(self, kind: str) -> Mapping[str, Path]:
        """The files and model folders of a kind by name."""
        found = dict(shipped(kind))
        for folder in self.folders(kind):
            for name, path in self._walks.of(folder, _endings(kind)).found.items():
                found.setdefault(name, Path(path))
        if kind == "checkpoints":
            for name, snapshot in hub_cache():
                found.setdefault(name, snapshot)
        return found

    def hidden(self, kind: str) -> Iterator[tuple[str, Path, Path]]:
        """Files whose name another one has that is found first: name, path, and path of the first."""
        first = self.paths(kind)
        for folder in self.places.get(kind, ()):
            for name, path in self._walks.of(folder, _endings(kind)).found.items():
                if not _same(Path(path), first[name]):
                    yield name, Path(path), first[name]

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

    @cached_property
    def wildcards(self) -> WildcardFiles:
        """The files behind `__name__` in prompts."""
        from nodes.prompt_choices.wildcard_files import WildcardFiles

        return WildcardFiles(self)

    def mentioned(self, kind: str, text: str) -> Mapping[str, Path | None]:
        """The embeddings that a prompt names, as text encoders look for them, or all wildcard files behind it."""
        from nodes.text.attention import attention_pieces
        from nodes.text.chunks import EMBEDDING, prompt_pieces

        if kind == "wildcards":
            return self.wildcards.reached(text).files
        found: dict[str, Path | None] = {}

        def look(name: str) -> Sequence[Tensor] | None:
            found[name] = self.embedding(name)
            return None if found[name] is None else ()

        if kind == "embeddings" and EMBEDDING in text:
            prompt_pieces(text, lambda words: [], look)
        if kind == "embeddings" and (words := self.words):
            # A prompt in A1111's syntax also names them bare, and which node reads a text is not known here.
            attention_pieces(text, lambda words: [], look, names=words)
        return found

    def beside(self, kind: str, path: Path) -> Sequence[Path]:
        """The tokenizers that text encoders may read prompts with, and the settings of a LoRA in PEFT's folder."""
        from nodes.models.patches.beside import settings_beside
        from nodes.text_encoders.tokenizers.files import beside

        if kind == "loras":
            return settings_beside(path)
        return beside(path) if kind in READERS else ()

    def mistaken(self, kind: str, text: str) -> tuple[Phrase, str] | None:
        """What is wrong with the wildcards that a prompt names; embeddings that are not there are read past."""
        wrong = self.wildcards.reached(text).wrong if kind == "wildcards" and "__" in text else None
        if wrong is None:
            return None
        meant = text.replace(f"__{wrong.name}__", f"__{wrong.meant}__") if wrong.meant else text
        return wrong.sentence, "" if meant == text else meant

    def embedding(self, name: str) -> Path | None:
        """The file of an embedding, in any sub-folder, with or without its ending; capitals count where two names
        differ in nothing else."""
        wanted = name.strip().replace("\\", "/")
        for same in (str, str.lower):
            for listed in self.names("embeddings"):
                spelled = PurePosixPath(listed)
                names = (listed, spelled.name, spelled.stem, str(spelled.with_suffix("")))
                if same(wanted) in map(same, names):
                    return self.find("embeddings", listed)
        return None

    @property
    def words(self) -> Sequence[str]:
        """The names that embeddings go by in prompts, without folder and ending."""
        return [PurePosixPath(name).stem for name in self.names("embeddings")]

    def unread(self, kind: str, text: str) -> Sequence[Phrase]:
        """What a prompt names within itself and is read past: a sentence for each."""
        from nodes.text.attention import network_tags

        if kind != "embeddings":
            return ()
        tags = [tag_remark(tag) for tag in dict.fromkeys(network_tags(text))]
        return [*(self.no_embedding(name) for name in self._missing(text)), *tags]

    def no_embedding(self, name: str) -> Phrase:
        """The sentence for an embedding that is not there."""
        near = nearest(name, self.names("embeddings"))
        hint = Phrase(" Similar: {names}.", names=", ".join(near)) if near else ""
        return Phrase(
            "There is no embedding {name!r}, and the prompt is read without it.{hint}",
            name=name[:200],
            hint=hint,
        )

    def _missing(self, text: str) -> Sequence[str]:
        from nodes.text.chunks import EMBEDDING, prompt_pieces

        missed: dict[str, None] = {}
        if EMBEDDING in text:
            prompt_pieces(
                text,
                lambda words: [],
                lambda name: None if self.embedding(name) is None else (),
                missed.setdefault,
            )
        return list(missed)

    def _home(self, kind: str) -> Phrase:
        folders = self.places.get(kind, ())
        if folders:
            return Phrase("Put it into {folder}.", folder=folders[0])
        if wrong := self.remarks():
            return Phrase("{sentence}", sentence=wrong[0])
        others = [folder for named in self.places.values() for folder in named]
        if others:
            return Phrase("Put it into a folder called {kind} beside {folder}.", kind=kind, folder=others[0])
        return Phrase("No model folder is set: name one with --models or in NODEGRAPH_MODELS.")


def looked_at(path: Path) -> Recognised:
    """What a file or folder is, remembered until it changes; raises `LoadError`."""
    try:
        return _looked_at(path, stamp(path))
    except OSError as error:
        raise LoadError(
            "{path} cannot be read: {value}.", path=path, value=error.strerror or error
        ) from error


@lru_cache(maxsize=64)
def _looked_at(path: Path, _state: Stamp) -> Recognised:
    from nodes.models.detection.detect import recognise
    from nodes.models.files.pickles import readable

    return recognise(readable(path))


def tag_remark(tag: str) -> Phrase:
    """The sentence for a tag like `<lora:name:0.8>` in a prompt."""
    return Phrase(
        "{tag} in a prompt changes nothing here: put a Load LoRA node between the model and the sampler.",
        tag=tag,
    )


def _same(left: Path, right: Path) -> bool:
    try:
        return left == right or left.samefile(right)
    except OSError:
        return False


def open_folders(models: Sequence[Path]) -> ModelFolders:
    """The folders given, then those that the environment and the settings name, then this program's own."""
    return ModelFolders({}, own_folder(), tuple(models))


def shipped(kind: str) -> Mapping[str, Path]:
    """What ships with the program, by name."""
    found: dict[str, Path] = {}
    if kind == "checkpoints" and (PRACTICE / "model" / "model_index.json").is_file():
        found["practice"] = PRACTICE / "model"
    if kind == "controlnet" and (PRACTICE / "controlnet" / "config.json").is_file():
        found["practice"] = PRACTICE / "controlnet"
    if kind == "loras" and (PRACTICE / "loras").is_dir():
        found |= {f"practice/{file.name}": file for file in (PRACTICE / "loras").glob("*.safetensors")}
    if kind == "upscale_models" and (PRACTICE / "upscalers").is_dir():
        found |= {f"practice/{file.name}": file for file in (PRACTICE / "upscalers").glob("*.safetensors")}
    return found


def _endings(kind: str) -> tuple[str, ...]:
    return TEXTS if kind == "wildcards" else ENDINGS


def nearest(name: str, names: Sequence[str], count: int = 3) -> list[str]:
    """The names most like `name`, by the whole or by the last part."""
    wanted = name.replace("\\", "/").rpartition("/")[2].lower()
    by_last = {known.rpartition("/")[2].lower(): known for known in names}
    return [by_last[match] for match in difflib.get_close_matches(wanted, by_last, count, 0.5)]
