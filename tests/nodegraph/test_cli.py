"""The command line as a stranger uses it: exit codes, sentences, JSON, and every kind of bad file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from nodegraph.cli import main

ROOT = Path(__file__).resolve().parents[2]


def workflow(**changes: Any) -> dict[str, Any]:
    nodes = [
        {"id": "color", "type": "SolidColor", "params": {"width": 16, "height": 8, "color": "#ff8000"}},
        {"id": "invert", "type": "ImageInvert", "inputs": {"image": "color.image"}},
        {"id": "save", "type": "SaveImage", "inputs": {"image": "invert.image"}},
    ]
    return {"format": "nodegraph", "version": 1, "nodes": nodes, **changes}


def written(folder: Path, data: object) -> str:
    path = folder / "flow.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))


def run(*arguments: str) -> int:
    """The exit code, argparse's own included."""
    try:
        return main(list(arguments))
    except SystemExit as stop:
        return int(stop.code or 0)


def test_a_run_writes_a_picture_and_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", written(tmp_path, workflow()), "--out", "pictures") == 0
    path = Path(capsys.readouterr().out.strip())
    assert path.is_file() and path.parent.name == "pictures"
    assert run("info", str(path)) == 0
    said = capsys.readouterr().out
    assert "picture: 16 x 8" in said and "SolidColor" in said
    assert run("run", str(path), "--out", "again") == 0


def test_info_shows_the_settings_of_other_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "made.png"
    info = PngInfo()
    info.add_text(
        "parameters", "a red \x1b[31mhouse\nNegative prompt: blurry\nSteps: 20, Seed: 123, Size: 512x512"
    )
    Image.new("RGB", (16, 8)).save(path, pnginfo=info)
    assert run("info", str(path)) == 0
    said = capsys.readouterr().out
    assert "made by: Automatic1111" in said and "prompt: a red  [31mhouse" in said and "seed: 123" in said
    assert run("run", str(path), "--out", "out") == 2
    assert "made by Automatic1111" in capsys.readouterr().err
    path.write_bytes(path.read_bytes()[:20])
    assert run("info", str(path)) == 2
    assert "cut off" in capsys.readouterr().err


def test_values_are_set_and_events_are_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flow = written(tmp_path, workflow())
    assert run("run", flow, "--set", "color.width=24", "--json", "--cache-dir", "kept") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["event"] == "run_started" and lines[-1]["event"] == "run_finished"
    assert lines[-1]["ok"] and lines[-1]["ran"] == ["color", "invert", "save"]
    assert [output["node"] for output in lines[-1]["outputs"]] == ["save"]
    assert run("run", flow, "--set", "color.width=24", "--json", "--cache-dir", "kept") == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["ran"] == [] and sorted(last["cached"]) == ["color", "invert", "save"]
    assert run("plan", flow, "--set", "color.width=32", "--cache-dir", "kept") == 0
    assert "color (Solid colour): width changed from 24 to 32" in capsys.readouterr().out


def test_to_runs_only_what_a_node_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", written(tmp_path, workflow()), "--to", "invert", "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["ran"] == ["color", "invert"]


def test_metadata_can_be_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run", written(tmp_path, workflow()), "--no-metadata") == 0
    path = capsys.readouterr().out.strip()
    assert run("run", path) == 2
    assert "carries no workflow" in capsys.readouterr().err


def with_node(**fields: Any) -> dict[str, Any]:
    """The workflow with something wrong about `invert`."""
    data = workflow()
    data["nodes"][1] = {**data["nodes"][1], **fields}
    return data


def with_color(**params: Any) -> dict[str, Any]:
    data = workflow()
    data["nodes"][0]["params"] = {**data["nodes"][0]["params"], **params}
    return data


BAD: dict[str, tuple[object, str]] = {
    "not JSON": ("this is no JSON", "flow.json"),
    "empty": ("", "flow.json"),
    "another format": ({"a": 1}, "nodegraph"),
    "newer version": (workflow(version=99), "99"),
    "unknown node": (with_node(type="ImageInvertt"), "ImageInvertt"),
    "unknown parameter": (with_color(widht=3), "widht"),
    "out of range": (with_color(width=-5), "width"),
    "wrong type": (with_color(width="wide"), "width"),
    "bad colour": (with_color(color="red"), "color"),
    "missing link": (with_node(inputs={}), "image"),
    "cycle": (with_node(inputs={"image": "invert.image"}), "circle"),
    "dangling link": (with_node(inputs={"image": "nobody.image"}), "nobody"),
    "missing output": (with_node(inputs={"image": "color.picture"}), "picture"),
    "duplicate id": (with_node(id="color"), "color"),
    "bad id": (with_node(id="../x"), "../x"),
    "deep nesting": ('{"format": "nodegraph", "version": 1, "nodes": ' + "[" * 100_000, "flow.json"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["run", "check"])
def test_bad_workflows_get_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, command: str
) -> None:
    data, mentions = BAD[name]
    assert run(command, written(tmp_path, data)) == 2
    said = "".join(capsys.readouterr())
    assert mentions in said and "Traceback" not in said and len(said) < 600
    assert not (tmp_path / "output").exists()


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        (("--set", "colour.width=3"), "did you mean color?"),
        (("--set", "color.widht=3"), "did you mean width?"),
        (("--set", "color.width=wide"), "takes a whole number"),
        (("--set", "color"), "NODE.PARAM=VALUE"),
        (("--set", "color.width=0"), "width"),
        (("--to", "nobody"), "nobody"),
    ],
)
def test_bad_options_get_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], mentions: str
) -> None:
    assert run("run", written(tmp_path, workflow()), *arguments) == 2
    assert mentions in capsys.readouterr().err


def test_bad_files_get_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin.json").write_bytes(b'{"format": "nodegraph", "x": "\xe9"}')
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(200 << 20)
    for name in ("latin.json", "cut.png", "huge.json", "absent.json", "."):
        assert run("run", str(tmp_path / name)) == 2, name
        said = capsys.readouterr().err
        assert said.startswith("nodegraph: ") and "Traceback" not in said and len(said.splitlines()) == 1


def test_a_file_name_cannot_leave_the_output_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = workflow()
    data["nodes"][2]["params"] = {"name": "../../escaped"}
    code = run("run", written(tmp_path, data), "--out", "deep/out")
    said = capsys.readouterr()
    assert code in (0, 1, 2) and "Traceback" not in said.err
    outside = [p for p in tmp_path.rglob("*.png") if (tmp_path / "deep" / "out") not in p.parents]
    assert not outside


def test_a_picture_that_is_none_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "photo.png").write_text("no picture")
    data = workflow()
    data["nodes"][0] = {"id": "color", "type": "LoadImage", "params": {"image": "photo.png"}}
    assert run("run", written(tmp_path, data)) in (1, 2)
    said = capsys.readouterr().err
    assert "photo.png" in said and "Traceback" not in said


def test_nodes_are_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("nodes") == 0 and "ImageInvert" in capsys.readouterr().out
    assert run("nodes", "SolidColor") == 0 and "color" in capsys.readouterr().out
    assert run("nodes", "SolidColr") == 2 and "SolidColor" in capsys.readouterr().err
    assert run("nodes", "--json") == 0 and "SolidColor" in json.loads(capsys.readouterr().out)


def test_bad_usage_is_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("run") == 2 and run("fly") == 2 and run("run", "x", "--device", "toaster") == 2
    assert "Traceback" not in capsys.readouterr().err


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nodegraph", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    nodes: list[dict[str, Any]] = [
        {"id": "n0", "type": "SolidColor", "params": {"width": 2048, "height": 2048}}
    ]
    nodes += [
        {"id": f"n{i}", "type": "ImageInvert", "inputs": {"image": f"n{i - 1}.image"}} for i in range(1, 2000)
    ]
    data = {"format": "nodegraph", "version": 1, "nodes": nodes}
    child = started("run", written(tmp_path, data), "--json", "--out", str(tmp_path / "out"))
    assert child.stdout is not None
    for line in child.stdout:
        if json.loads(line)["event"] == "node_finished":
            break
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130 and "cancelled" in errors and "Traceback" not in errors


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert run("--version") == 0
    assert capsys.readouterr().out == f"nodegraph {project['version']}\n"
