from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from nodegraph.node_api.events import Picture
from nodegraph.support.errors import LoadError
from nodes.images.animation import write_moving


def frames(count: int) -> list[Picture]:
    return [Picture(4, 2, bytes([index * 40] * 24)) for index in range(count)]


def test_frames_come_back_in_order_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "strip.webp"
    write_moving(frames(4), path, 0.25)
    with Image.open(path) as read:
        assert (read.format, getattr(read, "n_frames", 1), read.size) == ("WEBP", 4, (4, 2))
        for index in range(4):
            read.seek(index)
            assert read.convert("RGB").tobytes() == frames(4)[index].pixels
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("bad", [[], [*frames(1), Picture(1, 1, b"abc")]])
def test_what_is_no_film_is_refused(tmp_path: Path, bad: list[Picture]) -> None:
    with pytest.raises(LoadError, match=r"\.$"):
        write_moving(bad, tmp_path / "strip.webp", 0.25)
    assert not list(tmp_path.iterdir())
