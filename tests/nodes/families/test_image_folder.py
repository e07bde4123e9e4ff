from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
import torch

from nodegraph import GraphError, LoadError
from nodegraph.cli import main
from nodegraph.support.image_metadata.folders import MOST_ENTRIES, pictures_in
from nodes.definitions.picture_files import load_image, load_image_folder
from nodes.images import folder as folders
from tests.nodes.families.context import Recorder


def fill(place: Path, **pictures: tuple[tuple[int, int], str]) -> Recorder:
    (place / "in").mkdir()
    for name, (size, color) in pictures.items():
        PIL.Image.new("RGBA", size, color).save(place / "in" / f"{name}.png")
    return Recorder(place)


def colors(image: torch.Tensor) -> list[list[float]]:
    return [[round(float(value), 2) for value in one[1, 1]] for one in image]


def test_a_folder_is_one_batch_in_the_order_in_which_people_count(tmp_path: Path) -> None:
    record = fill(tmp_path, f10=((4, 3), "#ff0000"), F9=((4, 3), "#00ff00"), f11=((4, 3), "#0000ff80"))
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    (tmp_path / "in" / ".hidden.png").write_bytes(b"")
    (tmp_path / "in" / "deeper.png").mkdir()
    loaded = load_image_folder(record.context, folder="in")
    assert loaded.image.shape == (3, 3, 4, 3) and loaded.mask.shape == (3, 3, 4)
    assert colors(loaded.image) == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert loaded.mask[:2].sum() == 0 and loaded.mask[2].mean() == pytest.approx(127 / 255, abs=0.01)
    assert torch.equal(loaded.image[:1], load_image(record.context, image="in/F9.png").image)
    some = load_image_folder(record.context, folder="in", skip=1, count=1)
    assert colors(some.image) == [[1, 0, 0]]


def test_other_sizes_are_fitted_or_refused(tmp_path: Path) -> None:
    record = fill(tmp_path, a=((4, 4), "#ff0000"), b=((16, 4), "#00ff00"))
    with PIL.Image.open(tmp_path / "in" / "b.png") as wide:
        wide.paste("#0000ff", (0, 0, 4, 4))
        wide.save(tmp_path / "in" / "b.png")
    cropped = load_image_folder(record.context, folder="in")
    assert cropped.image.shape == (2, 4, 4, 3) and colors(cropped.image)[1] == [0, 1, 0]
    stretched = load_image_folder(record.context, folder="in", fit="stretch").image
    assert stretched[1, 0, 0, 2] > 0.8 and stretched[1, 0, 3, 1] > 0.8
    with pytest.raises(GraphError, match=r"b\.png is 16 x 4 and a\.png 4 x 4 pixels; set `fit` to crop"):
        load_image_folder(record.context, folder="in", fit="same")


def test_a_turned_photograph_has_the_size_in_which_it_is_seen(tmp_path: Path) -> None:
    record = fill(tmp_path, a=((4, 2), "#ff0000"))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.new("RGB", (2, 4)).save(tmp_path / "in" / "b.jpg", exif=exif)
    assert load_image_folder(record.context, folder="in", fit="same").image.shape == (2, 2, 4, 3)


def test_what_cannot_be_a_batch_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = fill(tmp_path, a=((4, 2), "#ff0000"), b=((4, 2), "#ff0000"))
    (tmp_path / "empty").mkdir()
    for named, sentence in {
        "": "No folder is chosen",
        "gone": "The folder 'gone' cannot be read",
        "in/a.png": "The folder 'in/a.png' cannot be read",
        "empty": "The folder 'empty' holds no pictures",
    }.items():
        with pytest.raises((GraphError, LoadError), match=sentence):
            load_image_folder(record.context, folder=named)
    with pytest.raises(GraphError, match="holds 2 pictures and 5 are skipped"):
        load_image_folder(record.context, folder="in", skip=5)
    monkeypatch.setattr(folders, "MAX_PIXELS", 15)
    with pytest.raises(GraphError, match="2 pictures of 4 x 2 are more than"):
        load_image_folder(record.context, folder="in")
    monkeypatch.setattr(folders, "MOST", 1)
    with pytest.raises(
        GraphError, match="2 pictures are more than the 1 that fit into one batch; set `count`"
    ):
        load_image_folder(record.context, folder="in")
    (tmp_path / "in" / "b.png").write_bytes(b"broken")
    with pytest.raises(LoadError, match=r"'b\.png' is not a picture"):
        load_image_folder(record.context, folder="in", count=0, skip=1)


def test_a_huge_folder_is_not_looked_through(tmp_path: Path) -> None:
    for number in range(MOST_ENTRIES + 1):
        (tmp_path / f"{number}.txt").touch()
    with pytest.raises(LoadError, match="holds more than 10,000 files"):
        pictures_in(tmp_path)


def flow(place: Path, *nodes: dict[str, Any], **more: Any) -> str:
    path = place / "flow.json"
    path.write_text(json.dumps({"format": "nodegraph", "version": 1, "nodes": nodes, **more}))
    return str(path)


def run(place: Path, *nodes: dict[str, Any]) -> list[str]:
    """Run a workflow by the command line; the files it says it has written, by name."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert (
            main(["run", flow(place, *nodes), "--out", str(place / "out"), "--cache-dir", str(place / "c")])
            == 0
        )
    return [Path(line).name for line in out.getvalue().splitlines()]


LOAD = {"id": "load", "type": "LoadImageFolder", "params": {"folder": "in"}}
SAVE = {"id": "save", "type": "SaveImage", "inputs": {"image": "load.image"}}


def test_a_changed_folder_is_read_again(tmp_path: Path) -> None:
    fill(tmp_path, a=((4, 2), "#ff0000"), b=((4, 2), "#00ff00"))
    assert len(run(tmp_path, LOAD, SAVE)) == 2
    PIL.Image.new("RGB", (4, 2), "#0000ff").save(tmp_path / "in" / "c.png")
    assert len(run(tmp_path, LOAD, SAVE)) == 3


@pytest.mark.skipif(sys.platform == "win32", reason="these are names of other systems")
@pytest.mark.parametrize(
    ("nodes", "more", "sentence"),
    [
        ([LOAD | {"params": {"folder": "gone"}}, SAVE], {}, "the folder 'gone' cannot be read"),
        ([LOAD, SAVE], {}, "The folder 'in' holds no pictures"),
        (
            [LOAD | {"type": "LoadImage", "params": {"image": "/dev/zero"}}, SAVE],
            {},
            "lies outside the folder of the workflow",
        ),
        ([LOAD | {"type": "LoadImage", "params": {"image": "/"}}, SAVE], {}, "it names a folder, not a file"),
        (
            [],
            {"notes": [{"id": "n", "text": "", "pictures": {"p": "AAAA"}}]},
            "note n: its picture 'p' is damaged",
        ),
    ],
    ids=["gone", "empty", "device", "disk", "note"],
)
def test_bad_files_are_told_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], nodes: list[dict[str, Any]], more: Any, sentence: str
) -> None:
    (tmp_path / "in").mkdir()
    assert main(["run", flow(tmp_path, *nodes, **more), "--out", str(tmp_path / "out"), "--no-cache"]) in (
        1,
        2,
    )
    said = capsys.readouterr()
    assert sentence in said.err and "Traceback" not in said.err + said.out
