"""Where models are looked for: what is wrong with a place, or not read of it, is said in a line that names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nodes.models.files.folders import open_folders
from nodes.models.files.model_dirs import places_of

TEXTS: dict[str, tuple[str, str, bool]] = {
    "good": ("c:\n    base_path: {store}\n    loras: loras/\n", "", True),
    "several": (
        "c:\n    base_path: {store}\n    loras: |\n        loras\n        loras/../loras\n",
        "",
        True,
    ),
    "a tab": ("c:\n\tbase_path: {store}\n\tloras: loras/\n", "line 2 is no YAML", False),
    "not indented": (
        "base_path: {store}\nloras: loras\n",
        "'loras' stands at the beginning of its line",
        False,
    ),
    "capitals": ("c:\n    base_path: {store}\n    LORAS: loras/\n", "'LORAS' is read as loras", True),
    "misspelled": (
        "c:\n    base_path: {store}\n    lora_s: loras/\n",
        "no kind of model called 'lora_s'; loras",
        False,
    ),
    "a list": ("c:\n    base_path: {store}\n    loras:\n      - loras/\n", "loras is a list", True),
    "a number": ("c:\n    base_path: {store}\n    loras: 3\n", "loras must name folders", False),
    "gone": ("c:\n    base_path: {store}/gone\n    loras: loras/\n", "gone does not exist", False),
    "inner gone": ("c:\n    base_path: {store}\n    loras: loras\n    vae: vae2\n", "do not exist: ", True),
    "escape": ('c:\n    base_path: "C:\\Users"\n    loras: loras/\n', "line 2 is no YAML", False),
    "no table": ("- loras\n", "it holds no table", False),
    "other kinds": ("c:\n    base_path: {store}\n    loras: loras\n    custom_nodes: nodes\n", "", True),
    "empty": ("", "", False),
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_mistake_is_one_line_that_names_the_file(name: str, tmp_path: Path) -> None:
    text, sentence, found = TEXTS[name]
    store = tmp_path / "store"
    (store / "loras").mkdir(parents=True)
    (store / "loras" / "mine.safetensors").touch()
    path = tmp_path / "extra_model_paths.yaml"
    path.write_text(text.format(store=store))
    folders = open_folders([path])
    assert ("mine.safetensors" in folders.names("loras")) == found
    remarks = folders.remarks()
    assert bool(remarks) == bool(sentence)
    assert all(str(path) in remark and "\n" not in remark for remark in remarks)
    assert not sentence or any(sentence in remark for remark in remarks)


def test_a_folder_that_is_gone_is_named_and_not_said_to_be_unset(tmp_path: Path) -> None:
    folders = open_folders([tmp_path / "gone"])
    [remark] = folders.remarks()
    assert f"The model folder {tmp_path / 'gone'} does not exist" in remark
    assert folders.missing("checkpoints", "x.safetensors").endswith(remark)
    (tmp_path / "file").touch()
    assert "is no folder" in open_folders([tmp_path / "file"]).remarks()[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"models": ["/data"],}', "it is not JSON"),
        ('{"models": "/data"}', '"models" must be a list of folders'),
        ('{"models": [3]}', '"models" must be a list of folders'),
        ("[]", "it holds no table of settings"),
    ],
)
def test_settings_that_cannot_be_read_are_said(
    text: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "nodegraph").mkdir()
    (tmp_path / "nodegraph" / "models.json").write_text(text)
    folders = open_folders([])
    [remark] = folders.remarks()
    assert sentence in remark and "models.json" in remark
    (tmp_path / "nodegraph" / "models.json").write_text(json.dumps({"models": [str(tmp_path)]}) + "   ")
    assert folders.remarks() == ()


@given(st.text(st.sampled_from("c:\n \t-|*&{}[]'\"loras/base_path~$"), max_size=60))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_is_read_or_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "extra_model_paths.yaml"
    path.write_text(text)
    remarks: list[str] = []
    places_of([path], remarks)  # type: ignore[arg-type]  # sentences are texts
    assert all("\n" not in remark for remark in remarks)
