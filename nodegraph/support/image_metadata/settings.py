"""What other programs write into their pictures instead of a workflow: prompt, seed and settings as texts.

Automatic1111 and its forks: `parameters`, lines of prose that end with `Steps: 20, Seed: 1 ...`, in PNG texts or in
EXIF's UserComment. InvokeAI: JSON called `invokeai_metadata` or `sd-metadata`, or a command line called `Dream`.
NovelAI: `Comment` (JSON) and `Description`, with `Software` saying its name. Fooocus and SwarmUI: JSON called
`parameters`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_SETTINGS = 2**20
"""Bytes of each of these texts; longer ones are not read."""

KEYS = (
    "parameters",
    "invokeai_metadata",
    "sd-metadata",
    "Dream",
    "Comment",
    "Description",
    "Software",
    "Source",
)
"""The names of the texts that `settings_in` looks at."""

_SEED = re.compile(r"\bSeed: *(\d{1,20})\b")
_DREAM_SEED = re.compile(r" -S *(\d{1,20})\b")
_A1111 = re.compile(r"^Steps: *\d+,", re.MULTILINE)
_NEGATIVE = "Negative prompt:"


@dataclass(frozen=True, slots=True)
class Settings:
    """The prompts and the seed that a picture was made with, by the program of that name."""

    program: str
    prompt: str
    negative: str = ""
    seed: int | None = None


def settings_in(texts: Mapping[str, str], comment: bytes = b"") -> Settings | None:
    """The settings among a picture's texts and its EXIF UserComment; None where there are none that are known."""
    parameters = texts.get("parameters") or decoded_comment(comment)
    if parameters:
        found = _of_json(parameters) or _of_a1111(parameters)
        if found:
            return found
    for key in ("invokeai_metadata", "sd-metadata"):
        data = _json(texts.get(key, ""))
        if data is not None:
            return _of_invokeai(data)
    if texts.get("Dream"):
        return _of_dream(texts["Dream"])
    if texts.get("Software", "").startswith("NovelAI") or "NovelAI" in texts.get("Source", ""):
        return _of_novelai(texts)
    return None


def decoded_comment(comment: bytes) -> str:
    """The text of EXIF's UserComment, whose first eight bytes name its encoding."""
    kind, text = comment[:8].rstrip(b"\0"), comment[8:]
    if kind == b"UNICODE":
        # The order of bytes is that of the EXIF block; programs write either whatever that says.
        big = text[:2] == b"\xfe\xff" or (text[:2] != b"\xff\xfe" and text[:1] == b"\0")
        return text.decode("utf-16-be" if big else "utf-16-le", "replace").strip("\ufeff\0")
    return text.decode("utf-8", "replace").strip("\0 ") if kind in (b"ASCII", b"") else ""


def _of_a1111(text: str) -> Settings | None:
    starts = [found.start() for found in _A1111.finditer(text)]
    if not starts:
        return None
    words, rest = text[: starts[-1]], text[starts[-1] :]
    prompt, _, negative = words.partition(_NEGATIVE)
    seed = _SEED.search(rest)
    return Settings("Automatic1111", prompt.strip(), negative.strip(), int(seed[1]) if seed else None)


def _of_json(text: str) -> Settings | None:
    data = _json(text)
    if data is None:
        return None
    swarm = data.get("sui_image_params")
    if isinstance(swarm, dict):
        return _settings("SwarmUI", swarm, "prompt", "negativeprompt")
    return _settings("Fooocus", data, "prompt", "negative_prompt") if "prompt" in data else None


def _of_invokeai(data: Mapping[str, Any]) -> Settings:
    image = data.get("image")
    if isinstance(image, dict):
        prompts = image.get("prompt")
        if isinstance(prompts, list):
            parts = [part.get("prompt") for part in prompts if isinstance(part, dict)]
            return _settings("InvokeAI", {**image, "prompt": " ".join(map(_text, parts))}, "prompt", "")
        return _settings("InvokeAI", image, "prompt", "negative_prompt")
    return _settings("InvokeAI", data, "positive_prompt", "negative_prompt")


def _of_dream(text: str) -> Settings:
    seed = _DREAM_SEED.search(text)
    _, quote, rest = text.partition('"')
    prompt = rest.partition('"')[0] if quote else text.partition(" -")[0]
    return Settings("InvokeAI", prompt.strip(), "", int(seed[1]) if seed else None)


def _of_novelai(texts: Mapping[str, str]) -> Settings:
    data = _json(texts.get("Comment", "")) or {}
    found = _settings("NovelAI", data, "prompt", "uc")
    prompt = found.prompt or texts.get("Description", "").strip()
    return Settings(found.program, prompt, found.negative, found.seed)


def _settings(program: str, data: Mapping[str, Any], prompt: str, negative: str) -> Settings:
    seed = data.get("seed")
    if isinstance(seed, str) and seed.isdecimal() and len(seed) <= 20:
        seed = int(seed)
    whole = isinstance(seed, int) and not isinstance(seed, bool)
    return Settings(program, _text(data.get(prompt)), _text(data.get(negative)), seed if whole else None)


def _json(text: str) -> dict[str, Any] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
