"""What the start page calls the workflows to begin with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.thumbnails import MADE_FROM, SIDE, made_from
from ui.config.templates import THUMBNAILS, templates, thumbnail, title


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("03_picture_to_picture", "Picture to picture"),
        ("lora_mix", "LoRA mix"),
        ("controlnet_edges", "ControlNet edges"),
        ("a1111_prompt", "A1111 prompt"),
        ("two-stage", "Two stage"),
        ("01", "01"),
    ],
)
def test_a_file_name_becomes_a_title(name: str, called: str) -> None:
    assert title(Path(f"{name}.json")) == called


def test_no_two_templates_are_called_alike() -> None:
    titles = [title(path) for path in templates()]
    assert len(titles) == len(set(titles)) > 20


def test_every_template_has_a_picture_of_what_it_makes_now() -> None:
    folder = templates()[0].parent / THUMBNAILS
    names = {path.stem for path in templates()}
    assert {path.stem for path in folder.glob("*.webp")} == names
    assert sum(path.stat().st_size for path in folder.iterdir()) < 600_000
    digests = json.loads((folder / MADE_FROM).read_text("ascii"))
    for path in templates():
        with Image.open(thumbnail(path)) as picture:
            assert picture.format == "WEBP" and 96 <= max(picture.size) <= SIDE
            darkest, lightest = picture.convert("L").getextrema()
        assert isinstance(darkest, int) and isinstance(lightest, int) and lightest - darkest > 60
        assert digests[path.stem] == made_from(path), f"python -m tests.thumbnails {path.stem}"
