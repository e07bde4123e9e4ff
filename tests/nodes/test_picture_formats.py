"""Every format that Pillow registers, frames, colour profiles, and files that claim more than they hold."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy
import PIL.Image
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from nodegraph import Cancelled, LoadError
from nodegraph.support.image_metadata.formats import FORMATS, PSD, START_BYTES, TGA, foreign_kind, format_of
from nodes.images.opening import open_picture
from nodes.images.reading import read, size_of

READ = {each.plugin for each in FORMATS}


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object, **more: object) -> None:
        raise AssertionError(f"a picture started a program: {arguments}")

    monkeypatch.setattr(subprocess, "Popen", refused)
    monkeypatch.setattr("os.system", refused)


def registered() -> list[str]:
    PIL.Image.init()
    return sorted(PIL.Image.ID)


def saved(plugin: str, path: Path) -> bool:
    """Write a small picture in a format, by whichever mode it takes; False where Pillow cannot write it."""
    for mode in ("RGB", "L", "1", "P", "F"):
        try:
            with warnings.catch_warnings(action="ignore"):
                PIL.Image.new(mode, (32, 24), 1).save(path, plugin)
        except (OSError, KeyError, ValueError, AttributeError):
            continue
        return True
    return False


@pytest.mark.parametrize("plugin", registered())
def test_every_registered_format_is_read_or_refused_with_a_sentence(tmp_path: Path, plugin: str) -> None:
    written = tmp_path / "written"
    if not saved(plugin, written):
        # Only read by Pillow: what matters is that its decoder is asked for nothing outside the list.
        assert plugin not in READ or plugin == "PSD"
        return
    data = written.read_bytes()
    for name in ("it.png", "it.jpg", f"it.{plugin.lower()}", "it"):
        path = tmp_path / name
        path.write_bytes(data)
        kind = format_of(data[:START_BYTES], name)
        if kind is not None and not (plugin == "TGA" and not name.endswith("tga")):
            assert kind.plugin in READ
            assert read(path, name).image.shape[1:3] in ((24, 32), (24, 24))
        else:
            with pytest.raises(LoadError, match=f"'{name}' (is|cannot)"):
                read(path, name)
            with pytest.raises(LoadError, match=f"'{name}' (is|cannot)"):
                size_of(path, name)


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\n(out.txt) (w) file closefile\nshowpage\n"


@pytest.mark.parametrize(
    "data", [EPS, b"\xc5\xd0\xd3\xc6" + struct.pack("<II", 32, len(EPS)) + bytes(20) + EPS]
)
@pytest.mark.parametrize("name", ["a.png", "a.eps", "a.tga", "a.jpg"])
def test_postscript_is_named_and_never_run(tmp_path: Path, data: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(LoadError, match="is a PostScript file, which is not read as a picture"):
        read(tmp_path / name, name)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "a HEIC picture"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "a film"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b'{"error": 1}', "a JSON text"),
        (b"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"),
        (b"\0" * 64, "a file of zeros"),
        (b"", "an empty file"),
        (b"%PDF-1.7", "a PDF document"),
        (b'<?xml version="1.0"?><svg xmlns="">', "an SVG drawing"),
        (b"PK\3\4", "a ZIP archive"),
        (b"GGUF\3", "a GGUF model"),
    ],
)
def test_what_is_no_picture_is_named(tmp_path: Path, start: bytes, kind: str) -> None:
    for name in ("p.png", "p.tga"):
        (tmp_path / name).write_bytes(start)
        with pytest.raises(LoadError, match=f"'{name}' is {kind}"):
            read(tmp_path / name, name)
    assert str(foreign_kind(start)).startswith(kind)


def solid(color: str, size: tuple[int, int] = (32, 24)) -> PIL.Image.Image:
    return PIL.Image.new("RGB", size, color)


THREE = [solid("red"), solid("lime"), solid("blue")]


@pytest.mark.parametrize("kind", ["gif", "webp", "png", "tiff", "avif"])
def test_frames_of_moving_pictures_and_pages_count(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"p.{kind}"
    THREE[0].save(path, save_all=True, append_images=THREE[1:])
    found = read(path, path.name).image
    assert found.shape == (3, 24, 32, 3)
    assert [int(frame[0, 0].argmax()) for frame in found] == [0, 1, 2]
    assert read(path, path.name, most=1).image.shape[0] == 1


def test_the_second_picture_of_a_jpeg_does_not_count(tmp_path: Path) -> None:
    THREE[0].save(tmp_path / "p.jpg", "MPO", save_all=True, append_images=[solid("blue", (8, 8)), THREE[2]])
    with PIL.Image.open(tmp_path / "p.jpg") as two:
        assert two.n_frames == 3  # type: ignore[attr-defined]  # MPO pictures have it
    found = read(tmp_path / "p.jpg", "p.jpg")
    assert found.image.shape == (1, 24, 32, 3) and not found.remarks


def test_the_layers_of_a_photoshop_document_do_not_count(tmp_path: Path) -> None:
    def channels(*values: int) -> bytes:
        return b"".join(bytes([value]) * 16 for value in values)

    record = struct.pack(">iiiiH", 0, 0, 4, 4, 3)
    record += b"".join(struct.pack(">hI", at, 18) for at in range(3)) + b"8BIMnorm" + bytes([255, 0, 0, 0])
    record += struct.pack(">I", 8) + struct.pack(">I", 0) + struct.pack(">I", 0)
    layer = b"".join(b"\0\0" + bytes([value]) * 16 for value in (9, 9, 9))
    info = struct.pack(">h", 2) + record * 2 + layer * 2
    section = struct.pack(">I", len(info)) + info
    head = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 4, 4, 8, 3) + bytes(8)
    head += struct.pack(">I", len(section)) + section
    (tmp_path / "p.psd").write_bytes(head + b"\0\0" + channels(255, 0, 0))
    found = read(tmp_path / "p.psd", "p.psd").image
    assert found.shape == (1, 4, 4, 3) and found[0, 0, 0].tolist() == [1, 0, 0]
    assert PSD.frames == "first"


def test_a_still_picture_before_a_moving_one_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    solid("gray").save(path, save_all=True, default_image=True, append_images=THREE)
    found = read(path, path.name).image
    assert [int(frame[0, 0].argmax()) for frame in found] == [0, 1, 2]


def test_smaller_copies_and_masks_in_a_tiff_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "p.tiff"
    pages = [solid("red"), solid("lime", (16, 12)), solid("blue")]
    infos = [ImageFileDirectory_v2() for _ in pages]
    for page, info, subfile in zip(pages, infos, (0, 1, 0), strict=True):
        info[254] = subfile
        page.encoderinfo = {"tiffinfo": info}
    first, *rest = pages
    first.save(path, save_all=True, append_images=rest, tiffinfo=infos[0])
    found = read(path, path.name)
    assert [int(frame[0, 0].argmax()) for frame in found.image] == [0, 2]
    assert not found.remarks


def test_frames_of_another_size_are_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "p.tiff"
    solid("red").save(path, save_all=True, append_images=[solid("lime", (16, 12)), solid("blue")])
    found = read(path, path.name)
    assert found.image.shape[0] == 2
    assert "1 frames of 'p.tiff' have another size" in found.remarks[0]


def profile(red: tuple[float, float, float], space: bytes = b"RGB ") -> bytes:
    """An ICC profile with these primaries for red, the others of Adobe RGB, and a gamma of 2.2."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(values: tuple[float, float, float]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))

    curve = b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(2.2 * 256), 0)
    tags = {
        b"wtpt": xyz((0.9642, 1, 0.8249)),
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 2) + b"x\0" + bytes(80),
    }
    if space == b"GRAY":
        tags[b"kTRC"] = b"curv\0\0\0\0" + struct.pack(">IHH", 1, round(1.0 * 256), 0)
    else:
        tags |= {
            b"rXYZ": xyz(red),
            b"gXYZ": xyz((0.20528, 0.62567, 0.06087)),
            b"bXYZ": xyz((0.14919, 0.06322, 0.74457)),
        }
        tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, data, at = b"", b"", 132 + 12 * len(tags)
    for name, value in tags.items():
        value += b"\0" * (-len(value) % 4)
        table += name + struct.pack(">II", at + len(data), len(value))
        data += value
    head = bytearray(128)
    head[8:12], head[12:24], head[36:40] = b"\x02\x10\0\0", b"mntr" + space + b"XYZ ", b"acsp"
    head[68:80] = fixed(0.9642) + fixed(1) + fixed(0.8249)
    whole = bytes(head) + struct.pack(">I", len(tags)) + table + data
    return struct.pack(">I", len(whole)) + whole[4:]


ADOBE = profile((0.60974, 0.31111, 0.01947))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def first_pixel(path: Path) -> list[int]:
    return (read(path, path.name).image[0, 0, 0] * 255).round().int().tolist()


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "tiff", "avif"])
def test_a_colour_profile_becomes_srgb(tmp_path: Path, kind: str) -> None:
    path, more = tmp_path / f"p.{kind}", {"lossless": True} if kind == "webp" else {"quality": 100}
    PIL.Image.new("RGB", (32, 32), (60, 180, 90)).save(path, icc_profile=ADOBE, **more)
    expected = numpy.array([0, 181, 83])
    assert numpy.abs(numpy.array(first_pixel(path)) - expected).max() <= 6
    PIL.Image.new("RGB", (32, 32), (60, 180, 90)).save(path, icc_profile=SRGB, **more)
    plain = tmp_path / f"plain.{kind}"
    PIL.Image.new("RGB", (32, 32), (60, 180, 90)).save(plain, **more)
    assert first_pixel(path) == first_pixel(plain)


def test_profiles_of_every_mode(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    gray = profile((0, 0, 0), b"GRAY")
    PIL.Image.new("L", (4, 4), 100).save(path, icc_profile=gray)
    assert first_pixel(path)[0] > 150
    PIL.Image.new("RGBA", (4, 4), (60, 180, 90, 51)).save(path, icc_profile=ADOBE)
    found = read(path, "p")
    assert abs(float(found.mask[0, 0, 0]) - 0.8) < 0.01 and float(found.image[0, 0, 0, 0]) < 0.02
    indexed = PIL.Image.new("RGB", (4, 4), (60, 180, 90)).convert("P", palette=PIL.Image.Palette.ADAPTIVE)
    indexed.save(path, icc_profile=ADOBE)
    assert first_pixel(path)[0] < 5
    PIL.Image.new("RGB", (4, 4), (60, 180, 90)).save(path, icc_profile=gray)
    assert first_pixel(path) == [60, 180, 90]
    assert "cannot be used" in read(path, "p").remarks[0]


@pytest.mark.parametrize("bad", [b"", b"x" * 200, ADOBE[:150], ADOBE[:128] + bytes(len(ADOBE) - 128)])
def test_a_damaged_profile_is_said_and_the_picture_is_read(tmp_path: Path, bad: bytes) -> None:
    PIL.Image.new("RGB", (4, 4), (60, 180, 90)).save(tmp_path / "p.png", icc_profile=bad)
    assert first_pixel(tmp_path / "p.png") == [60, 180, 90]
    assert len(read(tmp_path / "p.png", "p").remarks) == (1 if bad else 0)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int, height: int, *parts: bytes, color: int = 2, bits: int = 8, data: bytes = b"\0" * 20
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    whole = (chunk(b"IHDR", header), *parts, chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


def test_texts_that_unpack_to_much_do_not_matter_for_the_pixels(tmp_path: Path) -> None:
    large = zlib.compress(bytes(3 << 20), 9)
    texts = [
        chunk(b"zTXt", b"workflow\0\0" + large),
        chunk(b"iTXt", b"prompt\0\1\0\0\0" + large),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + large),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + large),
        chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(20 << 20), 9)),
        chunk(b"tEXt", b"no key"),
    ]
    (tmp_path / "p.png").write_bytes(png(2, 2, *texts, data=b"\0\1\2\3\4\5\6" * 2))
    assert first_pixel(tmp_path / "p.png") == [1, 2, 3]


def test_a_picture_is_turned_by_exif_and_by_xmp_in_a_png(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", '<x tiff:Orientation="6"/>')
    solid("red").save(tmp_path / "p.png", pnginfo=info)
    assert read(tmp_path / "p.png", "p").image.shape == (1, 32, 24, 3)


@pytest.mark.parametrize(
    "data",
    [
        png(11_000, 11_000),
        png(11_000, 11_000, color=0, bits=1),
        png(10_000, 10_000, color=6, bits=16),
        b"P6 11000 11000 255\n" + bytes(100),
        b"qoif" + struct.pack(">IIBB", 11_000, 11_000, 4, 0) + bytes(30),
        b"BM" + struct.pack("<IIIIiiHHIIIIII", 54, 0, 54, 40, 11_000, 11_000, 1, 24, 0, 0, 0, 0, 0, 0),
    ],
    ids=["png", "one bit", "sixteen bits", "ppm", "qoi", "bmp"],
)
def test_a_file_that_claims_more_than_it_holds_is_not_decoded(
    tmp_path: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(*_: object) -> None:
        raise AssertionError("it was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    (tmp_path / "p.png").write_bytes(data)
    with pytest.raises(LoadError, match=r"claims 1.* pixels.*, which its .* bytes cannot hold"):
        read(tmp_path / "p.png", "p.png")


def test_a_sound_picture_is_refused_where_the_memory_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solid("red").save(tmp_path / "p.webp")
    monkeypatch.setattr("nodes.models.memory.budget.free", lambda device: 1000)
    with pytest.raises(LoadError, match=r"32 x 24 pixels and takes .* of memory"):
        read(tmp_path / "p.webp", "p.webp")


def test_frames_are_counted_before_any_is_decoded(tmp_path: Path) -> None:
    frames = [PIL.Image.new("L", (1, 1), at % 255) for at in range(600)]
    for kind in ("gif", "tiff", "png"):
        frames[0].save(tmp_path / f"p.{kind}", save_all=True, append_images=frames[1:])
        with pytest.raises(LoadError, match="or 512 frames"):
            read(tmp_path / f"p.{kind}", "p")


def test_a_tiff_with_a_huge_tile_is_refused(tmp_path: Path) -> None:
    tags = {256: 8, 257: 8, 258: 8, 259: 8, 262: 1, 277: 1, 322: 2**15, 323: 2**15, 324: 8, 325: 4}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    data = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    (tmp_path / "p.tif").write_bytes(data)
    with pytest.raises(LoadError, match="claims 8 x 8 pixels, which is more than"):
        read(tmp_path / "p.tif", "p.tif")


def test_a_jpeg_of_very_many_passes_is_refused_and_what_follows_its_end_is_not_counted(
    tmp_path: Path,
) -> None:
    out = io.BytesIO()
    solid("red").save(out, "JPEG", progressive=True)
    data = out.getvalue()
    (tmp_path / "p.jpg").write_bytes(data + b"\xff\xda" * 1000)
    assert read(tmp_path / "p.jpg", "p.jpg").image.shape[0] == 1
    at = data.index(b"\xff\xda")
    end = data.index(b"\xff", at + 2)
    (tmp_path / "p.jpg").write_bytes(data[:end] + data[at:end] * 300 + data[end:])
    with pytest.raises(LoadError, match="JPEG of more than 200 passes"):
        read(tmp_path / "p.jpg", "p.jpg")


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "tiff", "bmp", "avif"])
def test_reading_can_be_cancelled_at_every_check(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"p.{kind}"
    PIL.Image.effect_noise((300, 600), 90).convert("RGB").save(path)
    calls = 0

    def stop_at(limit: int) -> Callable[[], None]:
        nonlocal calls
        calls = 0

        def count() -> None:
            nonlocal calls
            calls += 1
            if calls == limit:
                raise Cancelled

        return count

    read(path, path.name, stop_at(-1))
    total = calls
    assert total >= 4
    for limit in {1, 2, total // 2, total}:
        with pytest.raises(Cancelled):
            read(path, path.name, stop_at(limit))


def test_only_ordinary_files_are_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    for name in ("pipe.png", "/dev/zero", ".", "a\0b", "x" * 5000):
        with pytest.raises(LoadError):
            read(tmp_path / name, name)


SAMPLES = ("png", "jpeg", "webp", "gif", "bmp", "tiff", "avif", "ppm", "tga", "qoi")


def sample(kind: str) -> bytes:
    out = io.BytesIO()
    source = PIL.Image.linear_gradient("L").resize((9, 7)).convert("RGB")
    more = {"icc_profile": ADOBE} if kind in ("png", "jpeg", "webp", "tiff", "avif") else {}
    source.save(out, {"jpeg": "JPEG"}.get(kind, kind.upper()), **more)
    return out.getvalue()


DATA = {kind: sample(kind) for kind in SAMPLES}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SAMPLES), st.data())
def test_a_damaged_picture_is_read_or_refused_with_a_sentence(
    tmp_path: Path, kind: str, data: st.DataObject
) -> None:
    raw = bytearray(DATA[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / f"p.{kind}"
    path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw)
    for look in (read, size_of):
        try:
            look(path, path.name)
        except LoadError as error:
            assert str(error).startswith(f"'p.{kind}'") and "\n" not in str(error)


def test_opening_decodes_nothing_of_a_tga_without_its_ending(tmp_path: Path) -> None:
    PIL.Image.new("RGB", (4, 4)).save(tmp_path / "p.tga")
    (tmp_path / "p.png").write_bytes((tmp_path / "p.tga").read_bytes())
    with open_picture(tmp_path / "p.tga", "p.tga", lambda: None) as opened:
        assert opened.format is TGA
    with pytest.raises(LoadError):
        read(tmp_path / "p.png", "p.png")
