"""Finishing from the command line: a right picture, or one sentence, exit code 1 or 2, and nothing written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nodegraph.cli import main

COLOR = {"id": "color", "type": "SolidColor", "params": {"width": 64, "height": 48}}


def flow(folder: Path, *nodes: dict[str, Any]) -> Path:
    """A colour, then nodes one after the other, then Save image."""
    chain, before = [COLOR], "color.image"
    for node in nodes:
        chain.append(node | {"inputs": {"image": before} | node.get("inputs", {})})
        before = f"{node['id']}.image"
    chain.append({"id": "save", "type": "SaveImage", "inputs": {"image": before}})
    path = folder / "flow.json"
    path.write_text(json.dumps({"format": "nodegraph", "version": 1, "nodes": chain}), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))


def node(type_id: str, **params: Any) -> dict[str, Any]:
    return {"id": "tried", "type": type_id, "params": params}


@pytest.mark.parametrize(
    ("tried", "sentence"),
    [
        (node("ImageLut", lut="huge.cube"), "claims 10000 entries a side in line 1"),
        (node("ImageLut", lut="nan.cube"), "not three finite numbers"),
        (node("ImageLut", lut="gone.cube"), "gone.cube"),
        (node("ImageCurves", curve="0,0 nonsense"), "'nonsense' in the curve all is not a point"),
        (node("ImageLevels", black=0.9, white=0.1), "not above the black point"),
        (node("ImagePerspective", top_left_x=1.5), "make no convex shape"),
        (node("ImagePad", left=8192, right=8192, top=8192), "16384 a side is the most"),
        (node("ImageText", font="nan.cube"), "cannot be read as a font"),
        (node("ImageBoxes", boxes="a, b"), "Line 1 of the boxes"),
        (node("ImageSplitToning", shadows="blue"), "#rrggbb"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tried: dict[str, Any], sentence: str
) -> None:
    (tmp_path / "huge.cube").write_text("LUT_3D_SIZE 10000\n0 0 0\n")
    (tmp_path / "nan.cube").write_text("LUT_3D_SIZE 2\nnan 0 0\n" + "0 0 0\n" * 7)
    code = main(["run", str(flow(tmp_path, tried)), "--out", str(tmp_path), "--no-cache"])
    last = capsys.readouterr()
    assert code in (1, 2), last.err
    assert sentence in last.err and "Traceback" not in last.err + last.out
    assert not list(tmp_path.glob("*.png"))


@pytest.mark.parametrize(
    "tried",
    [
        node("ImageText", text=""),
        node("ImageText", text="Ω Ж é"),
        node("ImageBlur", radius=1024.0),
        node("ImageMotionBlur", length=500.0, angle=45.0),
        node("ImageLensBlur", radius=60.0, blades=3),
        node("ImageGlow", radius=1024.0),
        node("ImageGrain", size=20.0, amount=1.0),
        node("ImageChromaticAberration", red=-100.0, blue=100.0),
        node("ImageLensDistortion", amount=-1.0, edges=-1.0, zoom=0.25),
        node("ImagePerspective", top_left_x=-1.0, bottom_right_x=2.0),
        node("ImageDither", steps=256),
    ],
    ids=lambda value: value["type"],
)
def test_what_is_odd_gives_a_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tried: dict[str, Any]
) -> None:
    path = flow(tmp_path, tried)
    assert main(["check", str(path)]) == 0, capsys.readouterr().out
    assert main(["run", str(path), "--out", str(tmp_path), "--no-cache"]) == 0, capsys.readouterr().err
    assert len(list(tmp_path.glob("*.png"))) == 1


def test_a_result_beyond_the_memory_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture of 16 megapixels, to be cleaned within 0.3 gigabytes."""
    from safetensors.torch import save_file
    from spandrel.architectures.Compact import Compact

    (tmp_path / "upscale_models").mkdir()
    network = Compact(num_feat=4, num_conv=1, upscale=1)
    save_file(
        {key: value.contiguous().clone() for key, value in network.state_dict().items()},
        tmp_path / "upscale_models" / "a.safetensors",
    )
    nodes = [
        COLOR | {"params": {"width": 4_000, "height": 4_000}},
        {"id": "loader", "type": "UpscaleModelLoader", "params": {"file": "a.safetensors"}},
        {
            "id": "up",
            "type": "UpscaleImage",
            "inputs": {"image": "color.image", "upscaler": "loader.upscalemodel"},
        },
        {"id": "save", "type": "SaveImage", "inputs": {"image": "up.image"}},
    ]
    path = tmp_path / "flow.json"
    path.write_text(json.dumps({"format": "nodegraph", "version": 1, "nodes": nodes}), encoding="utf-8")
    arguments = [
        "run",
        str(path),
        "--models",
        str(tmp_path),
        "--ram",
        "0.3",
        "--out",
        str(tmp_path),
        "--no-cache",
    ]
    code = main(arguments)
    last = capsys.readouterr()
    assert code == 1 and "raise --ram" in last.err and "Traceback" not in last.err, last.err
    assert not list(tmp_path.glob("*.png"))
