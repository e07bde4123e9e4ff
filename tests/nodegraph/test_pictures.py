from __future__ import annotations

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
from nodegraph.support.image_metadata import Carried, carried, picture_size, png, read_workflow, text_keys

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
    assert read_workflow(path) == TEXT
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
        assert read_workflow(tmp_path / "p.png") == '{"a": 1}'


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_without_a_workflow_says_so(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"plain.{kind}"
    Image.new("RGB", (4, 4)).save(path)
    assert carried(path) == Carried((4, 4), None, ())
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


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_a_picture_cut_off_anywhere_is_a_sentence_or_still_whole(tmp_path: Path, kind: str) -> None:
    data = write(tmp_path, kind).read_bytes()
    cut = tmp_path / f"cut.{kind}"
    refused = 0
    for end in range(0, len(data)):
        cut.write_bytes(data[:end])
        try:
            assert load(cut) == GRAPH
        except LoadError as error:
            refused += 1
            assert str(error).startswith(f"cut.{kind}")
    assert refused > len(data) // 4


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
