"""Every example loads, is without fault, saves byte for byte, and gives a picture on the practice model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from nodegraph import LocalEngine, Options, dumps, load
from nodegraph.validation import problems

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / "workflows").glob("*.json"))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    with LocalEngine(options=Options(output=tmp_path_factory.mktemp("output"))) as found:
        yield found


def test_there_are_examples() -> None:
    wanted = {"text_to_image", "image_to_image", "lora_mix", "controlnet_edges", "two_stage", "switch"}
    assert wanted <= {path.stem for path in WORKFLOWS}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_example_runs(path: Path, engine: LocalEngine) -> None:
    text = path.read_text(encoding="utf-8")
    graph = load(path)
    assert dumps(graph) == text
    assert problems(graph, engine.node_types, engine.files) == []
    result = engine.run(graph, base=path.parent, workflow=text)
    assert result.ok, result.error
    assert result.outputs
    for output in result.outputs:
        with Image.open(output.path) as picture:
            darkest, lightest = cast("tuple[int, int]", picture.convert("L").getextrema())
        assert lightest - darkest > 60, "a picture worth looking at is not flat"
        assert load(Path(output.path)) == graph
    again = engine.run(graph, base=path.parent, workflow=text)
    assert again.ran == []
