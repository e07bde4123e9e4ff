"""Parameters that a subgraph exposes, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.nodegraph.test_cli import _apart as _apart
from tests.nodegraph.test_cli import run, workflow, written

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def folded() -> dict[str, object]:
    """The workflow with its colour in a subgraph that takes 4 to 32 pixels of width."""
    nodes = workflow()["nodes"]
    size = {
        "outputs": {"image": "color.image"},
        "inputs": {"width": "color.width"},
        "exposed": {"width": {"section": "Size", "minimum": 4, "maximum": 32}},
        "nodes": nodes[:1],
    }
    group = {"id": "group", "type": "subgraph/Paper", "params": {"width": 20}}
    nodes[1]["inputs"] = {"image": "group.image"}
    return workflow(nodes=[group, *nodes[1:]], subgraphs={"Paper": size})


def test_an_exposed_value_is_set_within_its_limits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = written(tmp_path, folded())
    assert run("run", flow, "--set", "group.width=24") == 0
    picture = capsys.readouterr().out.strip()
    assert run("info", picture) == 0
    assert "picture: 24 x 8" in capsys.readouterr().out
    beyond = "Node group (Paper): width is 64, above 32; use 4 to 32."
    assert run("run", flow, "--set", "group.width=64") == 2
    assert beyond in capsys.readouterr().err
    assert run("run", flow, "--set", "group.width==60+4") == 2
    assert beyond in capsys.readouterr().err
    assert run("run", flow, "--set", "group.wdth=24") == 2
    assert "did you mean width?" in capsys.readouterr().err
    wide = folded()
    wide["nodes"][0]["params"] = {"width": 64}  # type: ignore[index]
    assert run("check", written(tmp_path, wide)) == 2
    assert beyond in "".join(capsys.readouterr())
