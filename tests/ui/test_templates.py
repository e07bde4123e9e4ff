"""What the start page calls the workflows to begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from ui.start.templates import templates, title


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
