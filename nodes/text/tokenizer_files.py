"""Tokenizers that come with the models: beside the file, or in the folder."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodegraph.errors import LoadError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LIMIT = 128 * 2**20
"""The largest tokenizer that is read, in bytes."""

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
    `tokenizer/tokenizer.json` beside the file, and in a diffusers folder the folder `tokenizer`.
    """
    for path in candidates(place, kind):
        if path.is_file():
            stat = path.stat()
            return _read(path, stat.st_mtime_ns, stat.st_size)
    raise LoadError(
        f"{place} has no tokenizer: put the tokenizer.json of {TITLES[kind]} beside it as {kind}.tokenizer.json."
    )


def candidates(place: Path, kind: str) -> list[Path]:
    """Where a tokenizer may lie, in order."""
    near = [place.with_suffix(".tokenizer.json")]
    near += [place.parent / name for name in (f"{kind}.tokenizer.json", "tokenizer.json")]
    return [*near, place.parent / "tokenizer" / "tokenizer.json", *_of_folder(place)]


def _of_folder(place: Path) -> list[Path]:
    whole = place.parents[1] if len(place.parents) > 1 else place.parent
    return [whole / "tokenizer" / "tokenizer.json"] if (whole / "model_index.json").is_file() else []


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int, size: int) -> Tokenizer:
    if size > LIMIT:
        raise LoadError(f"{path} is too large for a tokenizer.")
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise LoadError(f"{path} cannot be read as a tokenizer: {error}.") from error
    check(path, found)
    from tokenizers import Tokenizer

    return Tokenizer.from_str(text)


def check(path: Path, found: Any) -> None:
    """Raise `LoadError` for a table that is no tokenizer's."""
    model = found.get("model") if isinstance(found, dict) else None
    if not isinstance(model, dict) or not model.get("vocab") or model.get("type", "BPE") not in MODELS:
        raise LoadError(f"{path} is no tokenizer: it has no vocabulary.")
