"""Patterns in the names of new files that `check` names before a run leaves them as they are written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nodegraph.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def _check(tmp_path: Path, capsys: pytest.CaptureFixture[str], prefixes: dict[str, str]) -> tuple[int, str]:
    sources = {
        "SaveImage": {"image": ["photo.image"]},
        "SaveAnimation": {"image": ["photo.image"]},
        "SaveLatent": {"latent": ["empty.latent"]},
    }
    saves = [
        {"id": f"save{at}", "type": kind, "params": {"prefix": prefix}, "inputs": sources[kind]}
        for at, (kind, prefix) in enumerate(prefixes.items())
    ]
    nodes = [
        {"id": "photo", "type": "SolidColor", "params": {"width": 64}},
        {"id": "empty", "type": "EmptyLatent", "params": {"width": 64}},
    ]
    path = tmp_path / "w.json"
    path.write_text(json.dumps({"format": "nodegraph", "version": 1, "nodes": [*nodes, *saves]}))
    code = main(["check", str(path)])
    return code, capsys.readouterr().out


def test_check_names_patterns_that_a_run_leaves_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = _check(
        tmp_path,
        capsys,
        {
            "SaveImage": "a_%nobody.seed%_%width%",
            "SaveAnimation": "%batch_num%_%what%",
            "SaveLatent": "%width%",
        },
    )
    assert code == 0, said
    for node, pattern in (("save0", "%nobody.seed%"), ("save1", "%what%"), ("save2", "%width%")):
        assert f"Node {node}" in said and f"{pattern} in the file name is not known" in said
    assert said.count("is not known") == 3 and "nothing keeps it from running" in said


def test_check_says_nothing_of_patterns_that_a_run_fills_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prefixes = {
        "SaveImage": "%date%/%photo.width%_%batch_num%",
        "SaveAnimation": "%width%x%height%_%SolidColor.width%",
        "SaveLatent": "%date:yyyy-M-d%_%EmptyLatent.width%_100%",
    }
    code, said = _check(tmp_path, capsys, prefixes)
    assert code == 0 and "nothing is wrong" in said


def test_check_refuses_a_film_that_leads_out_of_the_output_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = _check(tmp_path, capsys, {"SaveAnimation": "../film"})
    assert code == 2 and "leads out of the output folder" in said
