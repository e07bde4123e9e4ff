from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy
import PIL.Image
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nodegraph import Context, GraphError, LoadError
from nodegraph.node_api import events
from nodegraph.support.name_patterns import filled, unknown_in, values_of
from nodes.definitions.latent_files import load_latent
from nodes.definitions.picture_files import load_image, load_image_folder, preview_image, save_image
from nodes.images.naming import relative
from nodes.types import Image
from tests.nodes.families.context import Recorder

WORKFLOW = json.dumps(
    {
        "format": "nodegraph",
        "nodes": [
            {"id": "prompt", "type": "TextEncode", "params": {"text": "ein roter Käfer / 猫"}},
            {"id": "sampler", "type": "KSampler", "params": {"seed": 7, "steps": 20}},
        ],
    },
    ensure_ascii=False,
)


def picture(batch: int = 1) -> Image:
    return Image(torch.linspace(0, 1, batch * 4 * 5 * 3).reshape(batch, 4, 5, 3))


def test_pictures_are_numbered_and_carry_the_workflow(tmp_path: Path) -> None:
    record = Recorder(tmp_path, workflow=WORKFLOW)
    save_image(record.context, picture(2), prefix="a/b")
    save_image(record.context, picture(), prefix="a/b")
    names = [path.relative_to(tmp_path / "output").as_posix() for path in record.written()]
    assert names == ["a/b_00001.png", "a/b_00002.png", "a/b_00003.png"]
    with PIL.Image.open(record.written()[0]) as saved:
        assert saved.text["nodegraph"] == WORKFLOW  # type: ignore[attr-defined]  # PNG pictures have it
        truncated = (picture(2)[0] * 255).to(torch.uint8)
        assert torch.equal(torch.from_numpy(numpy.array(saved)), truncated)
    assert not list((tmp_path / "output").rglob("*.tmp"))


@pytest.mark.parametrize(("kind", "suffix"), [("jpeg", "jpg"), ("webp", "webp")])
def test_jpeg_and_webp_carry_the_workflow_in_exif(tmp_path: Path, kind: str, suffix: str) -> None:
    record = Recorder(tmp_path, workflow=WORKFLOW)
    save_image(record.context, picture(), format=kind, quality=100)
    (path,) = record.written()
    assert path.suffix == f".{suffix}"
    assert b"nodegraph:" + WORKFLOW.encode() in path.read_bytes()
    with PIL.Image.open(path) as saved:
        raw = saved.getexif()[0x010E]
        assert raw.startswith("nodegraph:")


def test_metadata_can_be_left_out(tmp_path: Path) -> None:
    for record, metadata in ((Recorder(tmp_path, workflow=WORKFLOW), False),
                             (Recorder(tmp_path, workflow=WORKFLOW, metadata=False), True)):  # fmt: skip
        for kind in ("png", "jpeg", "webp"):
            save_image(record.context, picture(), format=kind, metadata=metadata)
        assert all(b"nodegraph" not in path.read_bytes() for path in record.written())


def test_a_workflow_too_large_for_a_jpeg_is_left_out_and_said(tmp_path: Path) -> None:
    record = Recorder(tmp_path, workflow="x" * 70_000)
    save_image(record.context, picture(), format="jpeg")
    assert record.written()[0].stat().st_size < 5000
    assert "too large for a jpeg" in record.of(events.Message)[0].text


def test_webp_at_100_loses_nothing(tmp_path: Path) -> None:
    record = Recorder(tmp_path)
    save_image(record.context, picture(), format="webp", quality=100)
    with PIL.Image.open(record.written()[0]) as saved:
        assert torch.equal(torch.from_numpy(numpy.array(saved)), (picture()[0] * 255).to(torch.uint8))


@pytest.mark.parametrize("prefix", ["../evil", "a/../../evil", "/etc/evil", "C:/evil", "..\\evil", " .. /x"])
def test_names_that_leave_the_output_folder_are_refused(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(GraphError, match="out of the output folder"):
        save_image(Recorder(tmp_path).context, picture(), prefix=prefix)
    assert not list(tmp_path.rglob("*.png"))


def test_a_link_on_the_disk_does_not_lead_out(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "way").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(GraphError, match="through a link"):
        save_image(Recorder(tmp_path).context, picture(), prefix="way/out")
    assert not list((tmp_path / "elsewhere").iterdir())


@given(st.text(max_size=300))
def test_every_text_gives_a_name_inside_or_a_sentence(text: str) -> None:
    values = {"prompt.text": text, "seed": 1}
    for pattern in (text, "%prompt.text%", f"x/%prompt.text%/{text}"):
        try:
            name = relative(filled(pattern, values, datetime(2026, 1, 2)))
        except GraphError:
            continue
        parts = name.split("/")
        assert name and all(part and part not in (".", "..") for part in parts)
        assert not re.search(r'[\x00-\x1f<>:"|?*\\%]', name)
        assert all(len(part.encode()) <= 242 for part in parts)


def test_names_are_filled_in() -> None:
    now = datetime(2026, 3, 4, 5, 6, 7)
    values = values_of(WORKFLOW)
    assert filled("%year%-%month%/%time%_%seed%_%sampler.steps%", values, now) == "2026-03/05-06-07_7_20"
    assert filled("%date% %date:yyMMdd-hhmm% %unknown%", values, now) == "2026-03-04 260304-0506 %unknown%"
    assert relative(filled("%prompt.text%", values, now)) == "ein roter Käfer _ 猫"
    assert relative("con/ab:c. ") == "_con/ab_c"


def test_nodes_are_found_by_type_and_title_and_dates_as_in_comfyui() -> None:
    now = datetime(2026, 3, 4, 5, 6, 7)
    nodes = [
        {"id": "size", "type": "EmptyLatent", "params": {"width": 64}},
        {"id": "draw", "type": "KSampler", "title": "First pass", "params": {"seed": 7}},
        {"id": "again", "type": "KSampler", "params": {"seed": 8, "denoise": "a/b:c"}},
        {"id": "KSampler", "type": "Note", "params": {"seed": 9}},
    ]
    values = values_of(json.dumps({"nodes": nodes}))
    for pattern, expected in {
        "%Empty Latent.width%": "64",
        "%EmptyLatent.width%": "64",
        "%First pass.seed%": "7",
        "%first-pass.seed%": "7",
        "%ksampler.seed%": "7",
        "%KSampler.seed%": "9",
        "%again.denoise%": "a_b_c",
        "%date:yyyy-M-d%": "2026-3-4",
        "%date:yy-MM-dd%": "26-03-04",
        "%date:h:m:s%": "5_6_7",
        "%date:hh:mm:ss%": "05_06_07",
        "100%": "100%",
        "50% off": "50% off",
    }.items():
        assert filled(pattern, values, now) == expected
        assert relative(filled(pattern, values, now))
        assert unknown_in(pattern, values) == []
    assert unknown_in("%a% %KSampler.steps%/%a% %date%", values) == ["%a%", "%KSampler.steps%"]
    assert relative(filled("%x.y%/z", {"x.y": ".."}, now)) == "_/z"


def test_unknown_patterns_are_named_and_batch_num_counts(tmp_path: Path) -> None:
    record = Recorder(tmp_path, workflow=WORKFLOW)
    save_image(record.context, picture(2), prefix="%batch_num%_%nothing.here%_%sampler.steps%")
    assert [path.name for path in record.written()] == [
        "0__nothing.here__20_00001.png",
        "1__nothing.here__20_00001.png",
    ]
    (said,) = [message.text for message in record.of(events.Message)]
    assert said.startswith("%nothing.here% in the file name is not known")


@pytest.mark.parametrize("bad", [float("nan"), [float("nan"), 0.5]])
def test_a_picture_with_nan_is_not_saved(tmp_path: Path, bad: float | list[float]) -> None:
    image = picture(2).clone()
    image[1, 0, 0, : 1 if isinstance(bad, float) else 2] = torch.tensor(bad)
    with pytest.raises(GraphError, match="Picture 2 contains NaN values and was not saved"):
        save_image(Recorder(tmp_path).context, Image(image))
    assert not (tmp_path / "output").exists()


def loads(context: Context, name: str) -> tuple[Callable[[], object], ...]:
    """Each way to load a file by its name."""
    return (
        lambda: load_image(context, image=name),
        lambda: load_latent(context, file=name),
        lambda: load_image_folder(context, folder=name),
    )


@given(st.text(max_size=40))
def test_names_of_any_kind_are_files_or_sentences(name: str) -> None:
    context = Recorder(Path("/nonexistent")).context
    for load in loads(context, name):
        with pytest.raises((LoadError, GraphError)) as caught:
            load()
        assert "\n" not in str(caught.value) or "\n" in name


@pytest.mark.parametrize(
    "name", ["a\0b", ".", "x" * 5000, "\ud800.png", "COM¹.png", "CONIN$", "nul", "a/" * 600 + "b"]
)
def test_names_that_no_file_can_have_are_refused(tmp_path: Path, name: str) -> None:
    context = Recorder(tmp_path).context
    for load in loads(context, name)[: 2 if name == "." else 3]:
        with pytest.raises(LoadError, match="cannot be the name of a file"):
            load()


def test_loading_turns_upright_and_makes_alpha_a_mask(tmp_path: Path) -> None:
    record = Recorder(tmp_path)
    source = PIL.Image.new("RGBA", (4, 2), (255, 0, 0, 255))
    source.putpixel((0, 0), (0, 0, 255, 0))
    source.save(tmp_path / "alpha.png")
    loaded = load_image(record.context, image="alpha.png")
    assert loaded.image.shape == (1, 2, 4, 3) and loaded.mask.shape == (1, 2, 4)
    assert loaded.mask[0, 0, 0] == 1 and loaded.mask.sum() == 1
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.new("RGB", (4, 2)).save(tmp_path / "turned.jpg", exif=exif)
    assert load_image(record.context, image="turned.jpg").image.shape == (1, 4, 2, 3)


def test_sixteen_bits_a_pixel_are_scaled_and_not_cut_off(tmp_path: Path) -> None:
    values = numpy.array([[0, 32768, 65535]], dtype=numpy.uint16)
    PIL.Image.fromarray(values).save(tmp_path / "deep.png")
    loaded = load_image(Recorder(tmp_path).context, image="deep.png").image
    assert torch.allclose(loaded[0, 0, :, 0], torch.tensor([0, 0.5, 1.0]), atol=0.01)


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"this is no picture", "is not a picture that can be read"),
        (b"", "is an empty file, which is not read"),
        (bomb(40_000, 40_000), "claims more than 134 million pixels"),
        (bomb(2**31 - 1, 2**31 - 1), "claims more than 134 million pixels"),
        (bomb(11_000, 11_000), "claims 11000 x 11000 pixels, which its .* bytes cannot hold"),
        (bomb(30, 30), "cannot be read as a picture"),
    ],
    ids=["text", "empty", "bomb", "absurd", "large", "truncated"],
)
def test_what_is_no_picture_is_refused_with_a_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    (tmp_path / "it.png").write_bytes(data)
    with pytest.raises(LoadError, match=sentence):
        load_image(Recorder(tmp_path).context, image="it.png")


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="There is no picture 'gone"):
        load_image(Recorder(tmp_path).context, image="gone.png")
    with pytest.raises(GraphError, match="No picture is chosen"):
        load_image(Recorder(tmp_path).context)


def test_preview_passes_the_picture_on_and_shows_bytes(tmp_path: Path) -> None:
    record = Recorder(tmp_path)
    given_picture = picture()
    assert preview_image(record.context, given_picture) is given_picture
    shown = record.of(events.Preview)[0].picture()
    assert shown.dtype == numpy.uint8 and shown.shape == (4, 5, 3)


def test_a_preview_names_pictures_with_nan(tmp_path: Path) -> None:
    record = Recorder(tmp_path)
    bad = picture(3).clone()
    bad[1:, 0, 0, 0] = float("nan")
    preview_image(record.context, Image(bad))
    said = [str(event.text) for event in record.of(events.Message)]
    assert len(said) == 2 and said[0].startswith("Picture 2 contains NaN") and "Picture 3" in said[1]
    assert record.of(events.Preview)


def test_a_picture_with_nan_is_not_saved_black(tmp_path: Path) -> None:
    bad = picture(2).clone()
    bad[1, 0, 0, 0] = float("nan")
    record = Recorder(tmp_path)
    with pytest.raises(GraphError, match="contains NaN values"):
        save_image(record.context, Image(bad[1:]))
    assert not list(tmp_path.rglob("*.png"))
