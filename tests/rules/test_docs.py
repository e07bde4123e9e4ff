"""What the documents say of the tree is so: every path and every page they name is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
IN_TREE = re.compile(r"`((?:nodegraph|nodes|ui|tests|training|benchmarks|workflows|docs)/[\w/.*-]*)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_a_page_names_is_there(page: Path) -> None:
    text = page.read_text("utf-8")
    named = [ROOT / path for path in IN_TREE.findall(text)]
    linked = [page.parent / path for path in LINK.findall(text)]
    missing = [str(p.relative_to(ROOT)) for p in (*named, *linked) if not list(p.parent.glob(p.name or "*"))]
    assert missing == []


def test_the_picture_that_the_readme_names_is_the_one_that_its_command_makes() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    [workflow] = set(re.findall(r"nodegraph run (workflows/\S+\.json)", text))
    [picture] = re.findall(r"nodegraph run output/(\S+)_00001\.png", text)
    prefixes = [
        node["params"]["prefix"]
        for node in json.loads((ROOT / workflow).read_text("utf-8"))["nodes"]
        if node["type"] == "SaveImage"
    ]
    assert prefixes == [picture]
