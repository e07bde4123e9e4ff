"""Files of 16 bits, profiles, origin and settings: what goes in comes out."""

from __future__ import annotations

import io
import json
from pathlib import Path
from threading import Event
from typing import Any

import cv2
import numpy
import PIL.Image
import pytest
import tifffile
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import Context, LoadError, load
from nodegraph.node_api.context import Places
from nodegraph.node_api.events import Event as Said
from nodegraph.node_api.events import Message
from nodegraph.support.image_metadata import carried
from nodegraph.support.image_metadata.settings import settings_in
from nodes.definitions.picture_files import load_image, save_image
from nodes.images.deep import png_16, tiff, to_words
from nodes.images.embedding import ORIGINS, Embedded, icc_profile, origin_of, settings_text, xmp_packet
from nodes.images.writing import FORMATS, KEYWORD
from nodes.types import Image

ROOT = Path(__file__).resolve().parents[3]
PROMPT = "a red house left of a green tree on a meadow at sunset"
DRAWN = (ROOT / "workflows" / "text_to_image.json").read_text("utf-8")
CHANGED = (ROOT / "workflows" / "image_to_image.json").read_text("utf-8")


class Running:
    def __init__(self, folder: Path, workflow: str = DRAWN, node: str = "save") -> None:
        self.said: list[Said] = []
        self.ctx = Context(node, Places(folder, folder, workflow), self.said.append, Event())

    @property
    def messages(self) -> list[str]:
        return [str(event.text) for event in self.said if isinstance(event, Message)]

    def save(self, image: Image, **params: Any) -> Path:
        save_image(self.ctx, image, prefix="a", **params)
        return Path(self.ctx.written[-1])


def picture(channels: int = 3, height: int = 9, width: int = 14) -> Image:
    return Image(torch.rand(1, height, width, channels, generator=torch.Generator().manual_seed(0)))


@given(st.sampled_from([1, 3, 4]), st.integers(1, 20), st.integers(1, 20), st.booleans())
@settings(max_examples=30, deadline=None)
def test_sixteen_bits_are_exact(channels: int, height: int, width: int, as_tiff: bool) -> None:
    values = picture(channels, height, width)[0]
    words = to_words(values)
    data = tiff(values, 16, Embedded(), KEYWORD) if as_tiff else png_16(values, Embedded(), KEYWORD)
    found = cv2.imdecode(numpy.frombuffer(data, numpy.uint8), cv2.IMREAD_UNCHANGED)
    assert found is not None and found.dtype == numpy.uint16
    found = found.reshape(height, width, channels)
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]
    assert numpy.array_equal(found[..., order], words)
    if as_tiff:
        again = tifffile.imread(io.BytesIO(data)).reshape(height, width, channels)
        assert numpy.array_equal(again, words)


@pytest.mark.parametrize("format", ["png", "tiff"])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("profile", ["none", "srgb"])
def test_sixteen_bits_are_read_as_they_were_written(
    tmp_path: Path, format: str, channels: int, profile: str
) -> None:
    image = Image(torch.from_numpy(to_words(picture(channels)).astype(numpy.float32)) / 65535)
    path = Running(tmp_path).save(image, format=format, depth="16 bits", profile=profile)
    found = load_image(Running(tmp_path).ctx, image=path.name)
    assert torch.equal(found.image, image[..., :3])
    if channels == 4:
        torch.testing.assert_close(1 - found.mask, image[..., 3], atol=1e-7, rtol=0)


def test_sixteen_bits_of_another_space_are_converted(tmp_path: Path) -> None:
    """A profile that is not sRGB is not passed over for the sake of more bits."""
    from PIL import ImageCms

    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    data = png_16(picture()[0], Embedded(profile=swapped), KEYWORD)
    (tmp_path / "a.png").write_bytes(data)
    found = load_image(Running(tmp_path).ctx, image="a.png")
    eighths = found.image * 255
    torch.testing.assert_close(eighths, eighths.round(), atol=1e-4, rtol=0)


@pytest.mark.parametrize("cut", [40, 100, 300])
def test_a_file_of_sixteen_bits_that_is_cut_is_one_sentence(tmp_path: Path, cut: int) -> None:
    for name, data in (
        ("a.png", png_16(picture()[0], Embedded(), KEYWORD)),
        ("a.tif", tiff(picture()[0], 16, Embedded(), KEYWORD)),
    ):
        (tmp_path / name).write_bytes(data[:cut])
        with pytest.raises(LoadError):
            load_image(Running(tmp_path).ctx, image=name)


def test_words_are_rounded_and_clipped() -> None:
    values = torch.tensor([-1.0, 0.0, 0.5 / 65535, 0.500001, 1.0, 2.0, float("nan")])
    assert to_words(values).tolist() == [0, 0, 0, 32768, 65535, 65535, 0]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("depth", ["8 bits", "16 bits"])
def test_every_format_carries_everything_and_opens_again(tmp_path: Path, format: str, depth: str) -> None:
    running = Running(tmp_path)
    path = running.save(picture(), format=format, depth=depth, settings=True, profile="srgb", quality=100)
    assert load(path) == load(ROOT / "workflows" / "text_to_image.json")
    with PIL.Image.open(path) as opened:
        opened.load()
        assert opened.size == (14, 9)
        assert opened.info.get("icc_profile") == icc_profile("srgb")
    data = path.read_bytes()
    assert data.count(b"trainedAlgorithmicMedia") == 1 and b"Iptc4xmpExt:DigitalSourceType" in data
    if format != "tiff":
        found = carried(path).settings
        assert found is not None and found.seed == 7 and found.prompt == PROMPT
    told = any("8 bits a channel" in message for message in running.messages)
    assert told == (depth == "16 bits" and format in ("jpeg", "webp"))
    loaded = load_image(Running(tmp_path).ctx, image=path.name)
    assert float((loaded.image - picture()).abs().max()) < (0.3 if format == "jpeg" else 0.005)


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_is_carried_where_nothing_is_wished(tmp_path: Path, format: str) -> None:
    path = Running(tmp_path).save(picture(4), format=format, metadata=False, origin="none")
    data = path.read_bytes()
    for word in (
        b"nodegraph:",
        b"nodegraph\0",
        b"Iptc4xmpExt",
        b"parameters",
        b"iCCP",
        b"ICC_PROFILE",
        b"acsp",
    ):
        assert word not in data
    with PIL.Image.open(path) as opened:
        assert opened.mode == ("RGB" if format == "jpeg" else "RGBA")


@pytest.mark.parametrize("origin", ORIGINS[1:])
def test_the_origin_is_wellformed_xmp_of_iptcs_words(origin: str) -> None:
    from xml.etree import ElementTree

    packet = xmp_packet(origin)
    if origin == "none":
        assert packet == ""
        return
    tree = ElementTree.fromstring(packet.split("?>", 1)[1].rsplit("<?", 1)[0])
    found = tree.find(".//{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
    assert found is not None and found.text is not None
    assert found.text.startswith("http://cv.iptc.org/newscodes/digitalsourcetype/")


def flow(*nodes: dict[str, Any]) -> str:
    return json.dumps({"format": "nodegraph", "version": 1, "nodes": list(nodes)})


def test_the_origin_goes_by_what_stands_before_the_node() -> None:
    assert origin_of(DRAWN, "save") == "generated"
    assert origin_of(CHANGED, "save") == "edited"
    photo = {"id": "photo", "type": "LoadImage", "params": {"image": "a.png"}}
    graded = {"id": "grade", "type": "ImageLevels", "inputs": {"image": "photo.image"}}
    save = {"id": "save", "type": "SaveImage", "inputs": {"image": "grade.image"}}
    assert origin_of(flow(photo, graded, save), "save") == "none"
    loader = {"id": "up", "type": "UpscaleModelLoader", "params": {"file": "a"}}
    larger = {
        "id": "grade",
        "type": "UpscaleImage",
        "inputs": {"image": "photo.image", "upscaler": "up.upscalemodel"},
    }
    assert origin_of(flow(photo, loader, larger, save), "save") == "edited"
    apart = json.loads(DRAWN)["nodes"] + [photo | {"id": "other"}]
    assert origin_of(flow(*apart), "save") == "generated", "a picture beside the branch has no part in it"
    assert origin_of("rubbish", "save") == "generated"


def test_settings_are_read_back_as_other_programs_write_them() -> None:
    text = settings_text(DRAWN, "save", (128, 64))
    found = settings_in({"parameters": text})
    assert found is not None
    assert (found.prompt, found.seed) == (PROMPT, 7)
    assert "Steps: 20, Sampler: euler, Schedule type: normal, CFG scale: 4, Seed: 7, Size: 128x64" in text
    assert settings_text("", "save", (1, 1)) == "" and settings_text(DRAWN, "gone", (1, 1)) == ""


def test_settings_without_a_sampler_are_said(tmp_path: Path) -> None:
    colour = {"id": "colour", "type": "SolidColor", "params": {}}
    save = {"id": "save", "type": "SaveImage", "inputs": {"image": "colour.image"}}
    running = Running(tmp_path, flow(colour, save))
    running.save(picture(), settings=True)
    assert running.messages == ["No sampler stands before this node, so no settings were written as text."]
