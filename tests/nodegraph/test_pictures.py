from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from nodegraph.formats.native import dumps, load
from nodegraph.model.graph import Graph, Node
from nodegraph.support.errors import LoadError
from nodegraph.support.image_metadata import Carried, carried, picture_size, png, read_workflows, text_keys
from nodegraph.support.image_metadata.settings import KEYS, Settings, settings_in

GRAPH = Graph.of(Node("prompt", "TextEncode", params={"text": "ein großes Haus 家"}))
TEXT = dumps(GRAPH)


def write(folder: Path, kind: str, text: str = TEXT, size: tuple[int, int] = (37, 21)) -> Path:
    """A picture that carries `text`, as the nodes write it."""
    path = folder / f"picture.{kind}"
    picture = Image.new("RGB", size, "red")
    if kind == "png":
        info = PngInfo()
        info.add_itxt("nodegraph", text)
        picture.save(path, pnginfo=info)
    else:
        exif = Image.Exif()
        exif[0x010E] = b"nodegraph:" + text.encode()
        picture.save(path, exif=exif)
    return path


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_opens_like_the_workflow_it_carries(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path, kind)
    assert read_workflows(path) == (TEXT,)
    assert load(path) == GRAPH
    assert picture_size(path) == (37, 21)
    assert text_keys(path) == ("nodegraph",)


def test_every_way_a_webp_tells_its_size(tmp_path: Path) -> None:
    for name, lossless in (("lossy", False), ("lossless", True)):
        path = tmp_path / f"{name}.webp"
        Image.new("RGB", (300, 200), "red").save(path, lossless=lossless)
        assert picture_size(path) == (300, 200)


@pytest.mark.parametrize("packed", [True, False])
def test_every_kind_of_text_chunk_is_read(tmp_path: Path, packed: bool) -> None:
    for add in ("add_text", "add_itxt"):
        info = PngInfo()
        arguments = {"zip": packed}
        getattr(info, add)("nodegraph", '{"a": 1}', **arguments)
        Image.new("RGB", (4, 4)).save(tmp_path / "p.png", pnginfo=info)
        assert read_workflows(tmp_path / "p.png") == ('{"a": 1}',)


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_without_a_workflow_says_so(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"plain.{kind}"
    Image.new("RGB", (4, 4)).save(path)
    assert carried(path) == Carried((4, 4), (), ())
    with pytest.raises(LoadError, match="carries no workflow; open the workflow file"):
        load(path)


def test_what_other_programs_wrote_is_named(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("prompt", "{}")
    info.add_text("workflow", "{}", zip=True)
    info.add_text("parameters", "a house")
    Image.new("RGB", (4, 4)).save(tmp_path / "p.png", pnginfo=info)
    assert text_keys(tmp_path / "p.png") == ("prompt", "workflow", "parameters")
    exif = Image.Exif()
    exif[0x010F] = "workflow:{}"
    exif[0x0110] = "prompt:{}"
    exif[0x010E] = "My holiday: a lake"
    Image.new("RGB", (4, 4)).save(tmp_path / "p.webp", exif=exif)
    assert sorted(text_keys(tmp_path / "p.webp")) == ["ImageDescription", "prompt", "workflow"]


def test_a_file_that_is_no_picture_has_no_size(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text(TEXT, encoding="utf-8")
    assert picture_size(tmp_path / "w.json") is None


PADDING = 4
"""EXIF ends with up to so many bytes."""


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_cut_off_anywhere_is_a_sentence_or_still_gives_its_workflow(
    tmp_path: Path, kind: str
) -> None:
    path = write(tmp_path, kind)
    data, cut = path.read_bytes(), tmp_path / f"cut.{kind}"
    # WebP keeps EXIF behind the pixels.
    whole = data.index(TEXT[-20:].encode()) + 20 if kind != "webp" else len(data)
    for end in range(0, len(data)):
        cut.write_bytes(data[:end])
        if end >= whole + PADDING:
            assert load(cut) == GRAPH
        if end >= whole:
            continue
        with pytest.raises(LoadError, match=f"^cut.{kind}"):
            load(cut)


def comfyui(text: str) -> str:
    """ComfyUI's prompt, as run, with one node that saves the text."""
    return json.dumps({"1": {"class_type": "CLIPTextEncode", "inputs": {"text": text}}})


@pytest.mark.parametrize("first", ["{", "{}", '{"1": 2}', "{" * 5000])
def test_the_next_text_counts_where_one_is_bad(tmp_path: Path, first: str) -> None:
    info = PngInfo()
    info.add_text("workflow", first)
    info.add_text("prompt", comfyui("a house"))
    Image.new("RGB", (4, 4)).save(tmp_path / "p.png", pnginfo=info)
    assert "a house" in dumps(load(tmp_path / "p.png"))
    exif = Image.Exif()
    exif[0x010F] = f"workflow:{first}"
    exif[0x0110] = f"prompt:{comfyui('a house')}"
    Image.new("RGB", (4, 4)).save(tmp_path / "p.webp", exif=exif)
    assert "a house" in dumps(load(tmp_path / "p.webp"))


def test_a_damaged_workflow_of_ours_is_said_where_there_is_no_other(tmp_path: Path) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
    bad, end = chunk(b"zTXt", b"nodegraph\0\0damaged"), chunk(b"IEND", b"")
    path = tmp_path / "p.png"
    path.write_bytes(png.SIGNATURE + header + bad + end)
    with pytest.raises(LoadError, match="the workflow in the picture is damaged"):
        load(path)
    path.write_bytes(png.SIGNATURE + header + bad + chunk(b"tEXt", b"prompt\0" + comfyui("x").encode()) + end)
    assert load(path).nodes


A1111 = "a red house, (detailed:1.2)\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 123"


@pytest.mark.parametrize(
    ("texts", "settings"),
    [
        ({"parameters": A1111}, Settings("Automatic1111", "a red house, (detailed:1.2)", "blurry", 123)),
        ({"parameters": "x\nSteps: 1, Seed: 5"}, Settings("Automatic1111", "x", "", 5)),
        (
            {"invokeai_metadata": '{"positive_prompt": "x", "negative_prompt": "y", "seed": 7}'},
            Settings("InvokeAI", "x", "y", 7),
        ),
        (
            {"sd-metadata": '{"image": {"prompt": [{"prompt": "x", "weight": 1}], "seed": 8}}'},
            Settings("InvokeAI", "x", "", 8),
        ),
        ({"Dream": '"a fox" -s 50 -S 9 -W 512'}, Settings("InvokeAI", "a fox", "", 9)),
        (
            {
                "Software": "NovelAI",
                "Description": "a cat",
                "Comment": '{"steps": 28, "seed": 3, "uc": "bad"}',
            },
            Settings("NovelAI", "a cat", "bad", 3),
        ),
        ({"parameters": '{"prompt": "x", "seed": "4"}'}, Settings("Fooocus", "x", "", 4)),
        ({"parameters": '{"sui_image_params": {"prompt": "x", "seed": 4}}'}, Settings("SwarmUI", "x", "", 4)),
        ({"parameters": "my holiday"}, None),
        ({"parameters": '{"seed": NaN'}, None),
        ({"Comment": '{"seed": 1}'}, None),
        ({"invokeai_metadata": '{"positive_prompt": 5, "seed": [1]}'}, Settings("InvokeAI", "")),
    ],
)
def test_settings_of_other_programs_are_read(
    tmp_path: Path, texts: dict[str, str], settings: Settings | None
) -> None:
    for packed in (False, True):
        info = PngInfo()
        for key, text in texts.items():
            info.add_text(key, text, zip=packed)
        Image.new("RGB", (4, 4)).save(tmp_path / "p.png", pnginfo=info)
        assert carried(tmp_path / "p.png").settings == settings


@pytest.mark.parametrize("order", ["utf-16-be", "utf-16-le"])
@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_settings_in_exif_are_read(tmp_path: Path, kind: str, order: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + A1111.encode(order)
    path = tmp_path / f"p.{kind}"
    Image.new("RGB", (4, 4)).save(path, exif=exif)
    assert carried(path).settings == Settings("Automatic1111", "a red house, (detailed:1.2)", "blurry", 123)
    with pytest.raises(LoadError, match=r"made by Automatic1111, .* its prompt: a red house"):
        load(path)


@given(st.text(), st.binary(max_size=60), st.sampled_from(KEYS))
def test_settings_never_raise(text: str, comment: bytes, key: str) -> None:
    for texts in (
        {key: text},
        {key: '{"prompt": ' + json.dumps(text) + "}"},
        {"Software": "NovelAI", key: text},
    ):
        settings_in(texts, comment)
        settings_in({}, b"UNICODE\0" + comment)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["png", "jpeg", "webp"]), st.data())
def test_a_damaged_picture_raises_nothing_but_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp()
    raw = bytearray(write(folder, kind).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = folder / f"damaged.{kind}"
    path.write_bytes(raw)
    try:
        carried(path)
        load(path)
    except LoadError as error:
        assert str(error).startswith("damaged")


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(png.MAX_TEXT + 1), 9)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
    text = chunk(b"zTXt", b"nodegraph\0\0" + bomb)
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + text + chunk(b"IEND", b""))
    assert path.stat().st_size < 100_000
    with pytest.raises(LoadError, match="unpacks to more than 6 MB"):
        load(path)


def test_a_chunk_that_lies_about_its_length_is_not_believed(tmp_path: Path) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
    path = tmp_path / "liar.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", 0xFFFFFFFF) + b"iTXtnodegraph\0")
    with pytest.raises(LoadError, match="larger than 64 MB"):
        load(path)
