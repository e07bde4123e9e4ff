"""Text and boxes: where they stand, that they fit, and what cannot be drawn."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph import Context, GraphError, LoadError
from nodegraph.node_api.context import Places
from nodegraph.node_api.events import Event as Said
from nodegraph.node_api.events import Message
from nodes.definitions.images_lettering import image_boxes, image_text
from nodes.images.lettering import PLACES, open_font, parse_boxes, wrapped
from nodes.types import Image, Mask


class Running:
    """A context that keeps what is reported."""

    def __init__(self, folder: Path) -> None:
        self.said: list[Said] = []
        self.ctx = Context("n", Places(folder, folder), self.said.append, Event())


@pytest.fixture
def running(tmp_path: Path) -> Running:
    return Running(tmp_path)


def grey(channels: int = 3, height: int = 120, width: int = 200, batch: int = 1) -> Image:
    return Image(torch.full((batch, height, width, channels), 0.5))


@pytest.mark.parametrize("place", PLACES)
def test_text_stands_where_it_is_placed(running: Running, place: str) -> None:
    done = image_text(running.ctx, grey(), text="Hxg", size=24, place=place, x=0, y=0)
    rows, columns = (done[0, ..., 0] > 0.6).nonzero(as_tuple=True)
    row, column = divmod(PLACES.index(place), 3)
    edges = (int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max()))
    assert edges[row == 2] == pytest.approx((0, 60, 119)[row], abs=2) or row == 1
    if row == 1:
        assert (edges[0] + edges[1]) / 2 == pytest.approx(60, abs=2)
    if column == 1:
        assert (edges[2] + edges[3]) / 2 == pytest.approx(100, abs=2)
    else:
        assert edges[2 + (column == 2)] == pytest.approx((0, 0, 199)[column], abs=2)


def test_outline_colour_opacity_and_mask(running: Running) -> None:
    done = image_text(
        running.ctx,
        grey(),
        text="X",
        size=60,
        place="middle",
        y=0,
        color="#ff0000",
        outline=6,
        outline_color="#0000ff",
    )
    colours = {tuple(pixel) for pixel in done[0].reshape(-1, 3).tolist()}
    assert {(1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.5, 0.5)} <= colours
    faint = image_text(
        running.ctx, grey(), text="X", size=60, place="middle", y=0, color="#ff0000", opacity=0.5, outline=6
    )
    assert float(faint[..., 0].max()) == pytest.approx(0.75, abs=1e-3), (
        "letters hide their outline, then both fade"
    )
    hidden = image_text(running.ctx, grey(), Mask(torch.zeros(1, 4, 4)), text="X", size=60)
    assert torch.equal(hidden, grey())


def test_text_makes_transparent_pictures_solid_where_it_is(running: Running) -> None:
    clear = Image(torch.zeros(2, 120, 200, 4))
    done = image_text(running.ctx, clear, text="X", size=60, place="middle", y=0)
    solid = done[..., 3] > 0.99
    assert bool(solid.any()) and done.shape == clear.shape
    assert bool((done[solid][:, :3] > 0.99).all())
    assert float(done[0, 0, 0, 3]) == 0


@given(st.text("abc de\n", max_size=60), st.integers(20, 200))
@settings(deadline=None)
def test_broken_lines_fit_and_lose_no_letter(text: str, width: int) -> None:
    font = open_font(None, "", 16)
    lines = wrapped(text, font, width)
    assert all(font.getlength(line) <= width or len(line) == 1 for line in lines.split("\n"))
    assert "".join(lines.split()) == "".join(text.split())


def test_letters_without_a_shape_are_named(running: Running) -> None:
    image_text(running.ctx, grey(), text="Äö Ж Ω 日本")
    messages = [str(event.text) for event in running.said if isinstance(event, Message)]
    assert messages == ["The font has no shape for 日本; choose a font file that has them."]


def test_a_font_of_ones_own_and_one_that_is_none(running: Running, tmp_path: Path) -> None:
    import shutil

    from nodes.images.lettering import BUILT_IN

    shutil.copy(BUILT_IN, tmp_path / "mine.otf")
    own = image_text(running.ctx, grey(), text="abc", font="mine.otf")
    assert torch.equal(own, image_text(running.ctx, grey(), text="abc"))
    (tmp_path / "bad.ttf").write_bytes(b"\x00\x01\x00\x00" + b"rubbish" * 40)
    for name in ("bad.ttf", "gone.ttf", "."):
        with pytest.raises(LoadError, match="cannot be read as a font"):
            image_text(running.ctx, grey(), text="abc", font=name)


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "a\tb", "\x00", "🏠"])
def test_odd_texts_are_drawn(running: Running, text: str) -> None:
    assert image_text(running.ctx, grey(), text=text).shape == grey().shape


def test_long_texts_are_refused(running: Running) -> None:
    with pytest.raises(GraphError, match="20000 are the most"):
        image_text(running.ctx, grey(), text="x" * 20_001)


def test_boxes_are_exact(running: Running) -> None:
    done = image_boxes(running.ctx, grey(4), boxes="10, 20, 30, 40", color="#ff0000", line=2)
    red = done[0, ..., 0] == 1
    wanted = torch.zeros(120, 200, dtype=torch.bool)
    wanted[20:60, 10:40] = True
    wanted[22:58, 12:38] = False
    assert torch.equal(red, wanted)
    filled = image_boxes(running.ctx, grey(), boxes="10,20,30,40", color="#ff0000", line=0, fill=0.5)
    assert filled[0, 40, 20].tolist() == [0.75, 0.25, 0.25] and filled[0, 40, 9].tolist() == [0.5] * 3


@pytest.mark.parametrize(
    "boxes", ["-50,-50,60,60,left top", "190,110,500,500,right bottom", "0,0,0.1,0.1,dot", "1e6,5,1e6,5,far"]
)
def test_boxes_beyond_the_edge_are_cut(running: Running, boxes: str) -> None:
    done = image_boxes(running.ctx, grey(batch=2), boxes=boxes)
    assert done.shape == (2, 120, 200, 3)


def test_labels_keep_their_commas() -> None:
    assert parse_boxes("1,2,3,4, a house, red\n\n 5,6,7,8")[0].label == "a house, red"


@pytest.mark.parametrize(
    "line",
    ["1,2,3", "a,b,c,d", "1,2,0,4", "1,2,-3,4", "nan,1,1,1", "1,inf,1,1", "1,2,1e9,4", "1;2;3;4", "1,2,3,4x"],
)
def test_a_line_that_is_no_box_is_named(line: str) -> None:
    with pytest.raises(GraphError, match="Line 2 of the boxes is"):
        parse_boxes(f"1,2,3,4\n{line}")


def test_too_many_boxes_are_refused() -> None:
    with pytest.raises(GraphError, match="1000 are the most"):
        parse_boxes("1,2,3,4\n" * 1001)
