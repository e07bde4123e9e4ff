"""Consoles and pipes of every kind: none of them ends a run, and none is commanded by a file."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.cli import main
from nodegraph.cli.console import Console, drawing, guarded, one_line, visible
from nodegraph.cli.progress import Bar
from nodegraph.node_api import events

ROOT = Path(__file__).resolve().parents[2]


def stream(encoding: str) -> tuple[io.BytesIO, io.TextIOWrapper]:
    data = io.BytesIO()
    return data, io.TextIOWrapper(data, encoding=encoding, errors="strict", write_through=True)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk", "utf-8", "utf-16", "koi8-r"])
@given(text=st.text(st.characters(exclude_categories=())))
def test_any_text_goes_into_any_encoding(encoding: str, text: str) -> None:
    _, inner = stream(encoding)
    console = Console(inner)
    assert console.write(text) == len(text)
    console.flush()
    assert console.error is None
    inner.detach()


@given(st.text(st.characters(exclude_categories=())))
def test_no_control_character_is_left(text: str) -> None:
    shown = visible(text)
    assert not any((c < " " and c not in "\t\n") or "\x7f" <= c <= "\x9f" for c in shown)
    assert "\n" not in one_line(text)
    assert visible("plain é 🦊\tx\n") == "plain é 🦊\tx\n"


class Broken(io.StringIO):
    """Fails as a full disk or a closed pipe does."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.problem = error
        self.tried = 0

    def write(self, text: str) -> int:
        self.tried += 1
        raise self.problem


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), BrokenPipeError(errno.EPIPE, "gone"), ValueError("closed")]
)
def test_a_stream_that_fails_is_left_alone_from_then_on(error: Exception) -> None:
    inner = Broken(error)
    console = Console(inner)
    for _ in range(3):
        print("text", file=console, flush=True)
    assert console.error is not None and inner.tried == 1


def test_a_program_without_a_console_writes_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with guarded():
        print("text")
        print("text", file=sys.stderr)
        assert not sys.stderr.isatty()
    assert main(["nodes", "KSampler"]) == 0


def test_the_progress_line_moves_the_cursor_and_nothing_in_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    data, inner = stream("utf-8")
    monkeypatch.setattr(sys, "stderr", inner)
    with guarded():
        bar = Bar(drawing())
    bar.show(events.NodeStarted("s", "KS\x1b[2Jampler", ""))
    bar.show(events.Progress("s", 1, 2))
    bar.show(events.Message("s", "a\nb\x1b]0;title\x07"))
    text = data.getvalue().decode()
    assert text.count("\x1b") == text.count("\x1b[K") == 2
    assert "\\x1b[2J" in text and "a b" in text


EVIL = "red\x1b[2J\x1b]0;x\x07\u202edrac\r\nflow.json: 1 nodes, nothing is wrong."


def workflow(folder: Path, **more: Any) -> str:
    nodes = [
        {"id": "color", "type": "SolidColor", "params": {"width": 8, "height": 8}, "title": EVIL},
        {"id": "note", "type": "Unknown", "params": {"text": EVIL, EVIL: 1}, "title": EVIL, "mode": "mute"},
        {
            "id": "save",
            "type": "SaveImage",
            "inputs": {"image": "color.image"},
            "params": {"prefix": "дом"},
            **more,
        },
    ]
    path = folder / "flow.json"
    path.write_text(json.dumps({"format": "nodegraph", "version": 1, "nodes": nodes}), encoding="utf-8")
    return str(path)


def test_no_command_hands_a_files_escapes_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    flow = workflow(tmp_path, params={EVIL: "x", "prefix": EVIL})
    for command in (["check", flow], ["info", flow], ["explain", flow], ["plan", flow], ["run", flow]):
        main(command)
        said = capsys.readouterr()
        for text in (said.out, said.err):
            assert visible(text) == text
        if command[0] == "check":
            assert not any(line.startswith("flow.json") for line in said.out.splitlines())
    folder = tmp_path / "models" / "loras"
    folder.mkdir(parents=True)
    (folder / "a\x1b[2Jb.safetensors").write_bytes(b"x")
    main(["models", "--models", str(tmp_path / "models")])
    said = capsys.readouterr()
    assert visible(said.out) == said.out and visible(said.err) == said.err


def command(*arguments: str, folder: Path, env: dict[str, str] | None = None, **more: Any) -> Any:
    whole = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "user"), **(env or {})}
    return subprocess.Popen(
        [sys.executable, "-m", "nodegraph", *arguments],
        cwd=folder,
        env=whole,
        **{"stderr": subprocess.PIPE, **more},
    )


def test_a_reader_that_leaves_early_does_not_end_the_run(tmp_path: Path) -> None:
    flow = workflow(tmp_path)
    child = command("run", flow, "--json", "--out", "out", folder=tmp_path, stdout=subprocess.PIPE)
    assert json.loads(child.stdout.readline())["event"] == "run_started"
    child.stdout.close()
    _, said = child.communicate()
    assert child.returncode == 0, said
    assert list((tmp_path / "out").glob("*.png"))
    assert b"Traceback" not in said and b"Exception ignored" not in said


def test_a_reader_that_leaves_early_does_not_hide_a_failure(tmp_path: Path) -> None:
    flow = workflow(tmp_path)
    (tmp_path / "out").write_text("a file where the folder belongs")
    child = command("run", flow, "--json", "--out", "out", folder=tmp_path, stdout=subprocess.PIPE)
    child.stdout.readline()
    child.stdout.close()
    child.communicate()
    assert child.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_output_is_no_failure_of_a_run_and_one_of_a_listing(tmp_path: Path) -> None:
    flow = workflow(tmp_path)
    with open("/dev/full", "w") as full:
        run = command("run", flow, "--out", "out", folder=tmp_path, stdout=full)
        _, said = run.communicate()
        assert run.returncode == 0, said
        nodes = command("nodes", folder=tmp_path, stdout=full)
        _, said = nodes.communicate()
    assert nodes.returncode == 1 and b"could not be written" in said
    assert said.count(b"\n") == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8:strict"])
def test_output_in_another_encoding(tmp_path: Path, encoding: str) -> None:
    flow = workflow(tmp_path)
    for name in ("info", "explain"):
        child = command(
            name, flow, folder=tmp_path, env={"PYTHONIOENCODING": encoding}, stdout=subprocess.PIPE
        )
        out, said = child.communicate()
        assert child.returncode == 0, said
        assert b"SaveImage" in out or b"Save image" in out


def test_closed_streams_are_no_failure(tmp_path: Path) -> None:
    flow = workflow(tmp_path)
    line = f'"{sys.executable}" -m nodegraph check "{flow}" >&- 2>&-'
    env = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "user")}
    assert subprocess.run(["sh", "-c", line], cwd=tmp_path, env=env).returncode == 0
