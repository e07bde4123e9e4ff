"""A workflow opens no file outside its folder that it names itself; `check` says what `run` would refuse."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.cli import main
from nodegraph.model.graph import Graph, Node
from nodegraph.model.spec import NodeSpec, Param
from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.support.errors import GraphError, LoadError
from nodegraph.support.file_names import output_name_fault
from nodegraph.support.input_access import InputAccess
from nodegraph.validation import problems
from tests.nodegraph.counting import engine, make

OUTSIDE = ["../secret.txt", "{home}/secret.txt", "in/../../secret.txt", "link/secret.txt", "..\\secret.txt"]
NETWORK = ["\\\\server\\share\\a.png", "//server/share/a.png", "\\\\?\\C:\\a.png", "\\\\.\\pipe\\x"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder of a workflow, with a secret beside it and a link to where that lies."""
    base = tmp_path / "workflow"
    (base / "in").mkdir(parents=True)
    (base / "in" / "a.txt").write_text("7")
    (tmp_path / "secret.txt").write_text("42")
    (base / "link").symlink_to(tmp_path)
    return base


@pytest.mark.parametrize("name", ["in/a.txt", "./in/a.txt", "in/../in/a.txt", "absent.txt"])
def test_what_lies_in_the_folder_is_found(place: Path, name: str) -> None:
    assert InputAccess(place, ()).require(name) == place / name


@pytest.mark.skipif(os.name == "nt", reason="links and names of other systems")
@pytest.mark.parametrize("name", OUTSIDE[:4])
def test_what_lies_outside_is_named_and_can_be_allowed(place: Path, name: str) -> None:
    name = name.format(home=place.parent)
    with pytest.raises(LoadError, match="outside the folder of the workflow; allow it with --allow-path"):
        InputAccess(place, ()).require(name)
    for allowed in (place.parent, place.parent / "secret.txt"):
        assert InputAccess(place, (allowed,)).require(name).read_text() == "42"
    assert InputAccess(place).require(name).read_text() == "42"


@pytest.mark.parametrize("name", NETWORK)
def test_a_name_on_another_machine_is_not_even_looked_for(
    place: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Any) -> str:
        raise AssertionError(f"looked at {path}")

    monkeypatch.setattr(os.path, "realpath", refuse)
    with pytest.raises(LoadError, match="outside the folder"):
        InputAccess(place, ()).require(name)


def test_a_folder_on_another_machine_can_be_allowed(place: Path) -> None:
    access = InputAccess(place, (Path("//server/share"),))
    access.require("//server/share/a.png")
    for name in ("//server/share/../other/a.png", "//server/shared/a.png", "//other/share/a.png"):
        with pytest.raises(LoadError):
            access.require(name)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(["..", ".", "in", "a.txt", "", "x", "link"]), max_size=6),
    st.sampled_from(["", "/"]),
)
def test_whatever_is_allowed_lies_in_the_folder(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], start: str
) -> None:
    base = tmp_path_factory.getbasetemp() / "shared_base"
    (base / "in").mkdir(parents=True, exist_ok=True)
    link = base / "link"
    if not link.is_symlink():
        link.symlink_to(tmp_path_factory.getbasetemp())
    try:
        found = InputAccess(base, ()).require(start + "/".join(parts))
    except LoadError:
        return
    assert Path(os.path.realpath(found)).is_relative_to(os.path.realpath(base))


@pytest.mark.skipif(os.name == "nt", reason="links and names of other systems")
@pytest.mark.parametrize("name", OUTSIDE[:4])
@pytest.mark.parametrize("linked", [False, True])
def test_a_run_reads_and_fingerprints_nothing_outside(
    place: Path, tmp_path: Path, name: str, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = name.format(home=place.parent)
    opened: list[Path] = []
    real = Fingerprints.of

    def noted(self: Fingerprints, path: Path) -> str:
        opened.append(path)
        return real(self, path)

    monkeypatch.setattr(Fingerprints, "of", noted)
    node = make("r", "Read", links={"file": "t.text"}) if linked else make("r", "Read", file=name)
    # What the node before says is only known once it has run.
    graph = Graph.of(node, *([make("t", "Doubt", value=name)] if linked else []))
    with engine(tmp_path / "out", allowed=()) as run:
        try:
            said = run.run(graph, ["r"], base=place).error
        except GraphError as error:
            said = str(error)
        assert "outside the folder of the workflow" in said
    assert opened == []
    with engine(tmp_path / "out", allowed=(place.parent,)) as run:
        assert run.run(graph, ["r"], base=place).value("r.number") == 42


@pytest.mark.skipif(os.name == "nt", reason="links and names of other systems")
@pytest.mark.parametrize("name", OUTSIDE[:4])
@pytest.mark.parametrize("linked", [False, True])
def test_a_request_of_the_editor_allows_its_files_and_no_others(
    place: Path, tmp_path: Path, name: str, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = name.format(home=place.parent)
    opened: list[Path] = []
    real = Fingerprints.of

    def noted(self: Fingerprints, path: Path) -> str:
        opened.append(path)
        return real(self, path)

    monkeypatch.setattr(Fingerprints, "of", noted)
    node = make("r", "Read", links={"file": "t.text"}) if linked else make("r", "Read", file=name)
    graph = Graph.of(node, *([make("t", "Doubt", value=name)] if linked else []))
    # The options of the engine allow everything, as those of the editor do.
    with engine(tmp_path / "out", allowed=None) as run:
        for allowed in ((), (place.parent / "other.txt",)):
            try:
                run.recall(graph, ["r"], base=place, allowed=allowed)
                said = run.run(graph, ["r"], base=place, allowed=allowed).error
            except GraphError as error:
                said = str(error)
            assert "outside the folder of the workflow and was not chosen by hand" in said
            assert "--allow-path" not in said and opened == []
        allowed = (place.parent / "secret.txt",)
        assert run.run(graph, ["r"], base=place, allowed=allowed).value("r.number") == 42
        found = run.recall(graph, ["r"], base=place, allowed=allowed)
        assert linked or "r" in found


def test_results_in_the_output_folder_may_be_read_again(place: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "n.txt").write_text("3")
    graph = Graph.of(make("r", "Read", file=str(tmp_path / "out" / "n.txt")))
    with engine(tmp_path / "out", allowed=()) as run:
        assert run.run(graph, base=place).value("r.number") == 3


@pytest.mark.parametrize(
    "pattern", ["../x", "a/../b", "/x", "\\x", "C:x", "a\\..\\b", ".. /x", "%seed%/../x"]
)
def test_a_pattern_that_leads_out_is_a_problem(pattern: str) -> None:
    assert output_name_fault(pattern) is not None
    spec = NodeSpec("Save", "Save", "x", params=(Param("prefix", "Text", "p", output_name=True),))
    found = problems(Graph.of(Node("s", "Save", params={"prefix": pattern})), {"Save": spec})
    assert ["leads out of the output folder" in problem.reason for problem in found] == [True]
    assert found[0].fix is not None


@pytest.mark.parametrize("pattern", ["", "a/b", "%date:yyyy/MM/dd%/x", "..a", "a..b", "%date:../..%", "ä b"])
def test_a_pattern_below_the_output_folder_is_none(pattern: str) -> None:
    assert output_name_fault(pattern) is None


def workflow(place: Path, kind: str, /, **params: object) -> str:
    nodes = [
        {"id": "load", "type": kind, "params": params},
        {"id": "save", "type": "SaveImage", "inputs": {"image": "load.image"}},
    ]
    path = place / "flow.json"
    path.write_text(json.dumps({"format": "nodegraph", "version": 1, "nodes": nodes}), encoding="utf-8")
    return str(path)


REFUSED: list[tuple[str, str, str]] = [
    ("LoadImage", "image", "absent.png"),
    ("LoadImage", "image", "in"),
    ("LoadImage", "image", "../secret.txt"),
    ("LoadImage", "image", "/etc/hostname"),
    ("LoadImage", "image", "\\\\server\\share\\a.png"),
    ("LoadImage", "image", "a\0.png"),
    ("LoadImage", "image", "."),
    ("LoadImage", "image", "x" * 5000),
    ("LoadImage", "image", "COM¹.png"),
    ("LoadImage", "image", "CONIN$"),
    ("LoadImageFolder", "folder", "absent"),
    ("LoadImageFolder", "folder", "in/a.txt"),
    ("LoadImageFolder", "folder", ".."),
    ("LoadImageFolder", "folder", "nul"),
]


@pytest.mark.parametrize(("kind", "param", "value"), REFUSED)
def test_check_says_what_run_refuses(
    place: Path, kind: str, param: str, value: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    flow = workflow(place, kind, **{param: value})
    assert main(["check", flow]) == 2
    checked = capsys.readouterr()
    assert len(checked.out.splitlines()) == 1 and len(checked.out) < 500
    assert checked.out.startswith("Node load (")
    assert main(["plan", flow]) == 2
    planned = capsys.readouterr()
    assert "Traceback" not in planned.err and len(planned.err.splitlines()) == 1


def test_check_says_what_cannot_be_wired(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    nodes = [
        {"id": "c", "type": "SolidColor"},
        {"id": "s", "type": "SaveImage", "inputs": {"image": "c.image"}, "params": {"prefix": "../../x"}},
    ]
    flow = tmp_path / "flow.json"
    flow.write_text(json.dumps({"format": "nodegraph", "version": 1, "nodes": nodes}))
    assert main(["check", str(flow)]) == 2
    assert "leads out of the output folder" in capsys.readouterr().out


def test_an_allowed_picture_passes_check_and_plan(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    (tmp_path / "p.png").write_bytes(b"x")
    flow = workflow(place, "LoadImage", image="../p.png")
    assert main(["check", flow]) == 2
    assert f"--allow-path {tmp_path}" in capsys.readouterr().out
    for command in ("check", "plan"):
        assert main([command, flow, "--allow-path", str(tmp_path)]) == 0
