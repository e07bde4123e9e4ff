"""Tokenizers that come with the models: beside the file, or in the folder."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph.support.errors import LoadError
from nodes.models.files.header import read_header
from nodes.text_encoders.tokenizers import sentencepiece, tekken
from nodes.text_encoders.tokenizers.limits import MOST_MERGES, check_text, check_tokenizer, check_words
from nodes.text_encoders.tokenizers.refusals import Refusals

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LIMIT = 64 * 2**20
"""The largest tokenizer that is read, in bytes."""

INSIDE = ("spiece_model", "tekken_model")
"""How the tensors are called that hold a tokenizer's file: a SentencePiece model, or Mistral's own form."""
OWN = ("tokenizer.model", "tekken.json")
"""How such files are called beside the weights."""
PAIR = ("vocab.json", "merges.txt")
ANY = ("*tokenizer.json", "tokenizer.model", *PAIR)
"""What files with tokenizers are called."""

MODELS = ("BPE", "Unigram", "WordPiece", "WordLevel")
TITLES = {
    "gemma2": "Gemma 2",
    "qwen3": "Qwen 3",
    "qwen25": "Qwen 2.5 VL",
    "mistral": "Mistral Small 3",
    "pile_t5": "Pile-T5",
}


def tokenizer_for(place: Path, kind: str) -> Tokenizer:
    """The tokenizer of a text encoder: `place` is the file that holds the encoder.

    Looked for are `<its name>.tokenizer.json`, `<kind>.tokenizer.json`, `tokenizer.json` and
    `tokenizer/tokenizer.json` beside the file, and in a diffusers folder the folder `tokenizer`; for Qwen also
    `vocab.json` with `merges.txt` in these folders. Last, a SentencePiece model or a `tekken.json` inside the file
    itself, or as `tokenizer.model` or `tekken.json` in these folders.
    """
    for path in candidates(place, kind):
        if path.is_file():
            stat = path.stat()
            return _read(path, stat.st_mtime_ns, stat.st_size)
    for folder in dict.fromkeys(path.parent for path in candidates(place, kind)):
        if kind in ("qwen3", "qwen25") and all((folder / name).is_file() for name in PAIR):
            return _read_pair(folder, max((folder / name).stat().st_mtime_ns for name in PAIR))
    folders = dict.fromkeys(path.parent for path in candidates(place, kind))
    for path, start, end in (
        *inside(place, kind),
        *((folder / name, 0, -1) for folder in folders for name in OWN),
    ):
        if path.is_file():
            stat = path.stat()
            return _read_own(path, start, stat.st_size if end < 0 else end, stat.st_mtime_ns)
    raise LoadError(
        "{place} has no tokenizer: put the tokenizer.json of {titles} beside it as {kind}.tokenizer.json.",
        place=place,
        titles=TITLES[kind],
        kind=kind,
    )


def candidates(place: Path, kind: str) -> list[Path]:
    """Where a tokenizer may lie, in order."""
    near = [place.with_suffix(".tokenizer.json")]
    near += [place.parent / name for name in (f"{kind}.tokenizer.json", "tokenizer.json")]
    return [*near, place.parent / "tokenizer" / "tokenizer.json", *_of_folder(place)]


def _of_folder(place: Path) -> list[Path]:
    whole = place.parents[1] if len(place.parents) > 1 else place.parent
    return [whole / "tokenizer" / "tokenizer.json"] if (whole / "model_index.json").is_file() else []


def beside(place: Path) -> list[Path]:
    """All that `tokenizer_for` may read for encoders in a file or folder, besides what lies in the folder itself."""
    home = place if place.is_dir() else place.parent
    folders = [] if place.is_dir() else [home, home / "tokenizer"]
    folders += [home.parent / "tokenizer"] if (home.parent / "model_index.json").is_file() else []
    found = {path for folder in folders for pattern in ANY for path in folder.glob(pattern) if path.is_file()}
    return sorted(found)


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, size: int) -> Tokenizer:
    if size > LIMIT:
        raise LoadError("{path} is too large for a tokenizer.", path=path)
    try:
        text = path.read_text(encoding="utf-8")
        check_text(text)
        found = json.loads(text)
        check(path, found)
        check_tokenizer(found)
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise LoadError("{path} cannot be read as a tokenizer: {error}.", path=path, error=error) from error
    from tokenizers import Tokenizer

    with Refusals(f"The tokenizer {path}"):
        made = Tokenizer.from_str(text)
    # Prompts are cut and filled for the encoder, not as the file was saved.
    made.no_truncation()
    made.no_padding()
    return made


@lru_cache(maxsize=4)
def _read_pair(folder: Path, _changed: int) -> Tokenizer:
    """The older layout of Qwen's tokenizers, put together by the transformers library."""
    if any(file.stat().st_size > LIMIT for file in folder.iterdir() if file.suffix in (".json", ".txt")):
        raise LoadError("{folder} is too large for a tokenizer.", folder=folder)
    _check_pair(folder)
    from transformers import Qwen2Tokenizer

    try:
        with Refusals(f"The tokenizer in {folder}"):
            made: Tokenizer = Qwen2Tokenizer.from_pretrained(
                str(folder), local_files_only=True
            ).backend_tokenizer
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise LoadError(
            "{folder} cannot be read as a tokenizer: {reason}.", folder=folder, reason=reason
        ) from error
    return made


def _check_pair(folder: Path) -> None:
    """Raise `LoadError` for a vocabulary that is no table of numbers, or merges of words that it has not."""
    try:
        text, merges = ((folder / name).read_text(encoding="utf-8") for name in PAIR)
        check_text(text)
        vocabulary, lines = json.loads(text), merges.splitlines()
        check_words(vocabulary)
        if len(lines) > MOST_MERGES:
            raise ValueError("its vocabulary is larger than any")
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise LoadError(
            "{folder} cannot be read as a tokenizer: {error}.", folder=folder, error=error
        ) from error
    if not isinstance(vocabulary, dict) or not all(isinstance(number, int) for number in vocabulary.values()):
        raise LoadError(
            "{folder} cannot be read as a tokenizer: {pair} is no table of numbers.",
            folder=folder,
            pair=PAIR[0],
        )
    for line in lines:
        words = line.split(" ")
        sound = len(words) == 2 and all(word in vocabulary for word in (*words, "".join(words)))
        if line and not line.startswith("#version") and not sound:
            raise LoadError(
                "{folder} cannot be read as a tokenizer: {pair} has {line!r}.",
                folder=folder,
                pair=PAIR[1],
                line=line[:40],
            )


def inside(place: Path, kind: str) -> list[tuple[Path, int, int]]:
    """Where a weights file holds a tokenizer's file as one of its tensors: the file, first byte and end."""
    infos = {name: info for name, info in read_header(place).tensors.items() if name.endswith(INSIDE)}
    own = [info for name, info in infos.items() if kind.replace("_", "") in name.replace("_", "")]
    return [(info.path, info.start, info.end) for info in own or list(infos.values())[:1]]


@lru_cache(maxsize=4)
def _read_own(path: Path, start: int, end: int, _changed: int) -> Tokenizer:
    if end - start > LIMIT:
        raise LoadError("{path} holds something too large for a tokenizer.", path=path)
    try:
        with path.open("rb") as file:
            file.seek(start)
            data = file.read(end - start)
        with Refusals(f"The tokenizer of {path}"):
            # No SentencePiece model begins with a brace.
            return tekken.tokenizer_of(data) if data.startswith(b"{") else sentencepiece.tokenizer_of(data)
    except (OSError, ValueError) as error:
        raise LoadError(
            "{path} holds a tokenizer that cannot be read: {error}.", path=path, error=error
        ) from error


def check(path: Path, found: Any) -> None:
    """Raise `LoadError` for a table that is no tokenizer's."""
    model = found.get("model") if isinstance(found, dict) else None
    table = model if isinstance(model, dict) else {}
    vocabulary = table.get("vocab")
    if not vocabulary or not isinstance(vocabulary, dict | list) or table.get("type", "BPE") not in MODELS:
        raise LoadError("{path} is no tokenizer: it has no vocabulary.", path=path)
