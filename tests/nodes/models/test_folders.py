"""Model folders as artists have them: found, listed, named when something is missing; all without torch."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nodegraph.cli import main
from nodes.models.detection.listing import describe
from nodes.models.files.directory_scanner import scan_directory
from nodes.models.files.folders import ModelFolders, open_folders
from nodes.models.files.model_dirs import places_of
from tests import models_maker as maker


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.delenv("NODEGRAPH_MODELS", raising=False)


def touch(path: Path) -> Path:
    """An empty file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def own(folders: ModelFolders, kind: str) -> list[str]:
    """The names of a kind apart from those that ship."""
    return [name for name in folders.names(kind) if not name.startswith("practice")]


def test_comfyui_and_a1111_folders_are_found(tmp_path: Path) -> None:
    touch(tmp_path / "comfy/models/checkpoints/sub/a.safetensors")
    touch(tmp_path / "comfy/models/unet/b.safetensors")
    touch(tmp_path / "a1111/models/Stable-diffusion/c.ckpt")
    touch(tmp_path / "a1111/models/Lora/d.safetensors")
    touch(tmp_path / "a1111/embeddings/e.pt")
    folders = open_folders([tmp_path / "comfy", tmp_path / "a1111"])
    assert own(folders, "checkpoints") == ["c.ckpt", "sub/a.safetensors"]
    assert own(folders, "diffusion_models") == ["b.safetensors"]
    assert own(folders, "loras") == ["d.safetensors"]
    assert own(folders, "embeddings") == ["e.pt"]
    assert (
        folders.find("checkpoints", "sub\\a.safetensors")
        == tmp_path / "comfy/models/checkpoints/sub/a.safetensors"
    )


def test_a_flat_folder_holds_every_kind(tmp_path: Path) -> None:
    touch(tmp_path / "a.safetensors")
    folders = open_folders([tmp_path])
    assert own(folders, "checkpoints") == own(folders, "vae") == ["a.safetensors"]


def test_diffusers_folders_are_one_model(tmp_path: Path) -> None:
    touch(tmp_path / "checkpoints/mine/model_index.json")
    touch(tmp_path / "checkpoints/mine/unet/diffusion_pytorch_model.safetensors")
    touch(tmp_path / "controlnet/edges/config.json")
    folders = open_folders([tmp_path])
    assert own(folders, "checkpoints") == ["mine"]
    assert folders.find("checkpoints", "mine") == tmp_path / "checkpoints/mine"
    assert own(folders, "controlnet") == ["edges"]


def test_the_first_folder_wins(tmp_path: Path) -> None:
    for name in "ab":
        touch(tmp_path / name / "vae/same.safetensors")
    folders = open_folders([tmp_path / "b", tmp_path / "a"])
    assert own(folders, "vae") == ["same.safetensors"]
    assert folders.find("vae", "same.safetensors") == tmp_path / "b/vae/same.safetensors"


def test_the_second_of_one_name_is_said_and_the_list_goes_on(tmp_path: Path) -> None:
    for name in "ab":
        touch(tmp_path / name / "vae/same.safetensors")
    (tmp_path / "c").mkdir()
    (tmp_path / "c/vae").symlink_to(tmp_path / "a/vae")
    touch(tmp_path / "b/vae/other.safetensors")
    rows = [
        row for row in describe(open_folders([tmp_path / name for name in "acb"])) if row["kind"] == "vae"
    ]
    assert [row["name"] for row in rows] == ["other.safetensors", "same.safetensors", "same.safetensors"]
    hidden, first = tmp_path / "b/vae/same.safetensors", tmp_path / "a/vae/same.safetensors"
    assert rows[2]["warning"] == (
        f"{hidden} is not used: {first} has the same name and comes first; rename one of them."
    )


def test_the_command_lists_what_it_can_and_says_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    maker.write_file(maker.sd1(), tmp_path / "checkpoints/good.safetensors")
    touch(tmp_path / "checkpoints/bad.safetensors")
    touch(tmp_path / "upscale_models/large.pth")
    assert main(["models", "--models", str(tmp_path)]) == 0
    said = capsys.readouterr()
    lines = [line.split() for line in said.out.splitlines()]
    good = next(line for line in lines if line[-1] == "good.safetensors")
    assert good[:4] == ["checkpoints", "Stable", "Diffusion", "1.x"] and good[5] == "MB"
    assert ["checkpoints", "bad.safetensors"] in lines
    assert next(line for line in lines if line[-1] == "large.pth")[0] == "upscale_models"
    assert "bad.safetensors is an empty file, no model" in said.err


def test_extra_model_paths_are_read_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_MODELS", str(tmp_path / "mine"))
    touch(tmp_path / "mine/ckpt/a.safetensors")
    touch(tmp_path / "more/b.safetensors")
    touch(tmp_path / "relative/vae/c.safetensors")
    path = tmp_path / "extra_model_paths.yaml"
    path.write_text(
        f"comfy:\n  base_path: $MY_MODELS\n  checkpoints: |\n    ckpt\n    {tmp_path / 'more'}\n  custom_nodes: nodes\n"
        "other:\n  is_default: true\n  base_path: relative\n  vae: vae\nbroken: 3\n"
    )
    for root in (path, tmp_path):
        places = places_of([root])
        assert places["checkpoints"] == [tmp_path / "mine/ckpt", tmp_path / "more"]
        assert places["vae"] == [tmp_path / "relative/vae"]
    assert own(open_folders([path]), "checkpoints") == ["a.safetensors", "b.safetensors"]


@pytest.mark.parametrize("text", ["", "[]", "a: [", "!!python/object/apply:os.system ['false']", "\0"])
def test_a_broken_yaml_names_no_folders(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    assert places_of([tmp_path / "x.yaml"]) == {}


def test_the_environment_and_the_settings_name_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("given", "one", "two", "set"):
        touch(tmp_path / name / "vae" / f"{name}.safetensors")
    monkeypatch.setenv("NODEGRAPH_MODELS", os.pathsep.join([str(tmp_path / "one"), str(tmp_path / "two")]))
    settings = tmp_path / "config/nodegraph/models.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"models": [str(tmp_path / "set"), 3]}))
    places = open_folders([tmp_path / "given"]).places["vae"]
    assert places == [tmp_path / name / "vae" for name in ("given", "one", "two", "set")]
    settings.write_text("{")
    assert len(open_folders([]).places["vae"]) == 2


def test_the_hub_cache_is_listed(tmp_path: Path) -> None:
    touch(tmp_path / "hf/hub/models--org--name/snapshots/abc/model_index.json")
    folders = open_folders([])
    assert "org/name" in folders.names("checkpoints")
    found = folders.find("checkpoints", "org/name")
    assert found is not None and found.name == "abc"


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "C:/x", "", "a/../../b", "..\\x"])
def test_names_stay_in_their_folders(tmp_path: Path, name: str) -> None:
    touch(tmp_path / "secret")
    touch(tmp_path / "models/vae/a.safetensors")
    assert open_folders([tmp_path / "models"]).find("vae", name) is None


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    touch(tmp_path / "a/b.safetensors")
    (tmp_path / "a/loop").symlink_to(tmp_path, target_is_directory=True)
    assert list(scan_directory(tmp_path).found) == ["a/b.safetensors"]


def test_a_folder_is_read_again_when_it_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However soon after: times of change are no finer than a clock's tick."""
    read: list[str] = []
    scandir = os.scandir

    def watched(place: str) -> Iterator[os.DirEntry[str]]:
        read.append(place)
        return scandir(place)

    monkeypatch.setattr(os, "scandir", watched)
    touch(tmp_path / "vae/a.safetensors")
    folders = open_folders([tmp_path])
    assert own(folders, "vae") == ["a.safetensors"]
    touch(tmp_path / "vae/sub/b.safetensors")
    assert own(folders, "vae") == ["a.safetensors", "sub/b.safetensors"]
    for folder in (tmp_path / "vae", tmp_path / "vae/sub"):
        os.utime(folder, (1, 1))
    assert own(folders, "vae") == ["a.safetensors", "sub/b.safetensors"]
    read.clear()
    assert folders.names("vae") is folders.names("vae") and not read
    (tmp_path / "vae/sub/b.safetensors").unlink()
    assert own(folders, "vae") == ["a.safetensors"] and read
    os.utime(tmp_path / "vae/sub", (1, 1))
    touch(tmp_path / "vae/sub/model_index.json")
    assert own(folders, "vae") == ["a.safetensors", "sub"]
    (tmp_path / "vae/sub/model_index.json").unlink()
    (tmp_path / "vae/sub").rmdir()
    assert own(folders, "vae") == ["a.safetensors"]


def test_what_is_missing_is_said_with_what_is_near(tmp_path: Path) -> None:
    touch(tmp_path / "checkpoints/sd/dreamshaper_8.safetensors")
    sentence = open_folders([tmp_path]).missing("checkpoints", "dreamshaper_7.safetensors")
    assert "'dreamshaper_7.safetensors'" in sentence and "sd/dreamshaper_8.safetensors" in sentence
    assert f"Put it into {tmp_path / 'checkpoints'}" in sentence
    assert "--models" in open_folders([]).missing("loras", "x")


def test_listing_says_what_each_file_is(tmp_path: Path) -> None:
    maker.write_file(maker.sd1(), tmp_path / "checkpoints/good.safetensors")
    (tmp_path / "checkpoints/bad.safetensors").write_bytes(b"no")
    rows = {row["name"]: row for row in describe(open_folders([tmp_path])) if row["name"] != "practice"}
    good, bad = rows["good.safetensors"], rows["bad.safetensors"]
    assert (good["kind"], good["family"], good["dtype"]) == ("checkpoints", "Stable Diffusion 1.x", "F32")
    assert good["bytes"] > 10**6 and len(good["fingerprint"]) == 40
    assert "is a text, no model" in bad["error"]


def test_listing_loads_no_torch(tmp_path: Path) -> None:
    maker.write_file(maker.sd1(), tmp_path / "checkpoints/good.safetensors")
    code = (
        "import sys, pathlib\n"
        "from nodes.models.files.folders import open_folders\n"
        "from nodes.models.detection.listing import describe\n"
        f"rows = list(describe(open_folders([pathlib.Path({str(tmp_path)!r})])))\n"
        "assert rows and not {'torch', 'diffusers', 'transformers', 'numpy'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
