from __future__ import annotations

import re

import pytest

from tests.keytable import PAGE, page

TEXT = PAGE.read_text("utf-8")


def test_the_keys_in_the_documentation_are_those_of_the_actions() -> None:
    assert page(TEXT) == TEXT, "run python -m tests.keytable"


@pytest.mark.parametrize("name", ["editor", "nodes_200"])
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("scale", [100, 200])
def test_every_screenshot_is_there_and_small(name: str, theme: str, scale: int) -> None:
    picture = PAGE.parent / f"{name}_{theme}_{scale}.png"
    assert 20_000 < picture.stat().st_size < 400_000


def test_the_page_shows_pictures_that_exist() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", TEXT)
    assert shown
    assert [name for name in shown if not (PAGE.parent / name).is_file()] == []
