"""A picture says whether it can be made again: what it was made with, compared with what is here."""

from __future__ import annotations

import json
from pathlib import Path

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.analysis.made_with import MadeWith, differences, parse_made_with
from nodegraph.cli import main
from nodegraph.support.image_metadata import carried

TABLES = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4)


@given(TABLES, TABLES)
def test_a_record_survives_its_text(facts: dict[str, str], files: dict[str, str]) -> None:
    record = MadeWith(facts, files)
    assert parse_made_with(record.text()) == record
    assert differences(record, record) == []


@given(st.text(max_size=200) | st.recursive(st.none() | st.integers(), st.lists).map(json.dumps))
def test_any_text_is_a_record_or_none(text: str) -> None:
    found = parse_made_with(text)
    assert found is None or isinstance(found, MadeWith)


def test_deep_and_long_texts_are_passed_over() -> None:
    assert parse_made_with("[" * 100_000) is None
    assert parse_made_with('{"facts": {}, "files": {"a": "' + "x" * 300_000 + '"}}') is None


def test_what_differs_is_named() -> None:
    then = MadeWith(
        {"torch": "2.13", "device": "cuda", "gone": "1"}, {"a.file": "x", "b.file": "y", "c.file": "z"}
    )
    now = MadeWith(
        {"torch": "2.14", "device": "auto, not yet measured", "new": "1"}, {"a.file": "x", "b.file": "q"}
    )
    assert [str(found) for found in differences(then, now)] == [
        "b.file names a file with another content now.",
        "c.file named a file that took part, and names none now.",
        "torch is 2.14 now and was 2.13.",
    ]


@pytest.fixture
def workflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    PIL.Image.new("RGB", (8, 8), "red").save(tmp_path / "photo.png")
    nodes = [
        {"id": "photo", "type": "LoadImage", "params": {"image": "photo.png"}},
        {"id": "save", "type": "SaveImage", "inputs": {"image": "photo.image"}, "params": {"prefix": "done"}},
    ]
    path = tmp_path / "flow.json"
    path.write_text(json.dumps({"format": "nodegraph", "version": 1, "nodes": nodes}), encoding="utf-8")
    return path


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "tiff"])
def test_info_says_whether_a_picture_would_come_out_the_same(
    workflow: Path, capsys: pytest.CaptureFixture[str], format: str
) -> None:
    folder = workflow.parent
    run = ["run", str(workflow), "--out", str(folder), "--no-cache", "--dtype", "float32"]
    assert main([*run, "--set", f"save.format={format}"]) == 0
    made = next(path for path in folder.glob("done_*"))
    assert "photo.image" in carried(made).made_with
    capsys.readouterr()
    assert main(["info", str(made)]) == 0
    said = capsys.readouterr().out
    assert "made with: device cpu" in said and "torch" in said
    assert "made again here: same as when it was made" in said
    PIL.Image.new("RGB", (8, 8), "blue").save(folder / "photo.png")
    assert main(["info", str(made)]) == 0
    said = capsys.readouterr().out
    assert "made again here: differs because" in said
    assert "photo.image names a file with another content now." in said
    (folder / "photo.png").unlink()
    assert main(["info", str(made)]) == 0
    last = capsys.readouterr()
    assert "photo.png" in last.out and "Traceback" not in last.out + last.err


def test_without_metadata_nothing_is_recorded(workflow: Path) -> None:
    assert main(["run", str(workflow), "--out", str(workflow.parent), "--no-cache", "--no-metadata"]) == 0
    made = next(path for path in workflow.parent.glob("done_*"))
    assert carried(made).made_with == "" and b"made-with" not in made.read_bytes()
