"""Animations: every picture, its time and its number of rounds come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageSequence
import pytest
import torch

from nodegraph import GraphError, load
from nodes.definitions.picture_files import load_image, save_animation
from nodes.images.animation import MOVING_FORMATS
from nodes.images.convert import to_bytes
from nodes.types import Image
from tests.nodes.finishing.test_saving import ROOT, Running


def frames(count: int = 5, channels: int = 3) -> Image:
    """Pictures of flat colours, each with another."""
    colours = torch.rand(count, 1, 1, channels, generator=torch.Generator().manual_seed(2))
    if channels == 4:
        colours[..., 3] = 1.0
    return Image(colours.expand(count, 12, 17, channels).contiguous())


def saved(folder: Path, image: Image, **params: Any) -> Path:
    running = Running(folder)
    save_animation(running.ctx, image, **params)
    assert len(running.ctx.written) == 1
    return Path(running.ctx.written[0])


@pytest.mark.parametrize("format", MOVING_FORMATS)
@pytest.mark.parametrize("channels", [3, 4])
def test_every_picture_comes_back(tmp_path: Path, format: str, channels: int) -> None:
    path = saved(tmp_path, frames(5, channels), format=format, quality=100, rate=10.0)
    wanted = to_bytes(frames(5, channels)[..., :3])
    with PIL.Image.open(path) as opened:
        assert getattr(opened, "n_frames", 1) == 5
        durations = []
        for index, frame in enumerate(PIL.ImageSequence.Iterator(opened)):
            frame.load()
            durations.append(frame.info["duration"])
            pixel = frame.convert("RGB").getpixel((3, 3))
            assert isinstance(pixel, tuple)
            assert max(abs(int(a) - int(b)) for a, b in zip(pixel, wanted[index, 0, 0], strict=True)) <= 1
    assert durations == [100] * 5
    loaded = load_image(Running(tmp_path).ctx, image=path.name)
    assert loaded.image.shape == (5, 12, 17, 3)


@pytest.mark.parametrize("format", ["webp", "apng"])
def test_the_workflow_and_the_origin_are_carried(tmp_path: Path, format: str) -> None:
    path = saved(tmp_path, frames(), format=format)
    assert load(path) == load(ROOT / "workflows" / "text_to_image.json")
    assert b"trainedAlgorithmicMedia" in path.read_bytes()
    bare = saved(tmp_path, frames(), format=format, metadata=False, origin="none")
    assert b"nodegraph" not in bare.read_bytes() and b"DigitalSourceType" not in bare.read_bytes()


@pytest.mark.parametrize(("format", "key"), [("webp", "loop"), ("apng", "loop"), ("gif", "loop")])
@pytest.mark.parametrize("loops", [0, 1, 3])
def test_it_is_shown_as_often_as_is_wished(tmp_path: Path, format: str, key: str, loops: int) -> None:
    with PIL.Image.open(saved(tmp_path, frames(), format=format, loops=loops)) as opened:
        found = opened.info.get(key)
    if format == "gif":
        assert found == {0: 0, 1: None, 3: 2}[loops]
    else:
        assert found == loops


@pytest.mark.parametrize("format", MOVING_FORMATS)
def test_one_picture_is_an_animation_too(tmp_path: Path, format: str) -> None:
    with PIL.Image.open(saved(tmp_path, frames(1), format=format)) as opened:
        assert opened.size == (17, 12)


def test_odd_rates_do_not_drift(tmp_path: Path) -> None:
    path = saved(tmp_path, frames(30), rate=24.0)
    with PIL.Image.open(path) as opened:
        total = 0
        for frame in PIL.ImageSequence.Iterator(opened):
            frame.load()
            total += frame.info["duration"]
    assert total == 1250


def test_too_many_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="at most 4096 pictures"):
        saved(tmp_path, Image(torch.zeros(1, 1, 1, 3).expand(4097, 1, 1, 3)))
