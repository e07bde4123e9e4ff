"""LUTs against reference values, and files that are no LUTs against one sentence each."""

from __future__ import annotations

import itertools
from pathlib import Path
from threading import Event

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray  # noqa: TC002  # hypothesis reads annotations
from scipy.interpolate import RegularGridInterpolator

from nodegraph import Context, LoadError
from nodegraph.node_api.context import Places
from nodes.definitions.images_colour import image_lut
from nodes.images.lut import MOST_SIDE, Lut, apply_lut, read_cube
from nodes.types import Image

SHARES = st.floats(0, 1, width=32)


def cube(side: int = 4, seed: int = 0) -> Lut:
    return Lut(torch.rand(side, side, side, 3, generator=torch.Generator().manual_seed(seed)))


def written(lut: Lut, path: Path, head: str = "") -> Path:
    """As the specification has it: red changes fastest."""
    rows = "\n".join(" ".join(f"{float(v):.9g}" for v in row) for row in lut.table.reshape(-1, 3))
    path.write_text(f"{head}LUT_{lut.dimensions}D_SIZE {lut.table.shape[0]}\n{rows}\n", encoding="utf-8")
    return path


@given(SHARES, SHARES, SHARES)
def test_trilinear_is_scipys(red: float, green: float, blue: float) -> None:
    lut = cube()
    axis = numpy.linspace(0, 1, 4)
    wanted = RegularGridInterpolator((axis, axis, axis), lut.table.numpy())((blue, green, red))
    found = apply_lut(torch.tensor([red, green, blue]), lut, "trilinear")
    numpy.testing.assert_allclose(found.numpy(), wanted[0] if wanted.ndim > 1 else wanted, atol=2e-6)


def by_cases(lut: Lut, pixel: tuple[float, float, float]) -> NDArray[numpy.float64]:
    """Tetrahedral interpolation by its six published cases."""
    side = lut.table.shape[0]
    table = lut.table.double().numpy()
    place = [value * (side - 1) for value in pixel]
    base = [min(int(value), side - 2) for value in place]
    r, g, b = (value - low for value, low in zip(place, base, strict=True))

    def corner(red: int, green: int, blue: int) -> NDArray[numpy.float64]:
        return numpy.asarray(table[base[2] + blue, base[1] + green, base[0] + red])

    low, high = corner(0, 0, 0), corner(1, 1, 1)
    if r > g:
        if g > b:
            steps = ((1 - r, low), (r - g, corner(1, 0, 0)), (g - b, corner(1, 1, 0)), (b, high))
        elif r > b:
            steps = ((1 - r, low), (r - b, corner(1, 0, 0)), (b - g, corner(1, 0, 1)), (g, high))
        else:
            steps = ((1 - b, low), (b - r, corner(0, 0, 1)), (r - g, corner(1, 0, 1)), (g, high))
    elif b > g:
        steps = ((1 - b, low), (b - g, corner(0, 0, 1)), (g - r, corner(0, 1, 1)), (r, high))
    elif b > r:
        steps = ((1 - g, low), (g - b, corner(0, 1, 0)), (b - r, corner(0, 1, 1)), (r, high))
    else:
        steps = ((1 - g, low), (g - r, corner(0, 1, 0)), (r - b, corner(1, 1, 0)), (b, high))
    return numpy.asarray(sum(share * value for share, value in steps))


@given(SHARES, SHARES, SHARES, st.integers(2, 6))
def test_tetrahedral_is_the_six_cases(red: float, green: float, blue: float, side: int) -> None:
    lut = cube(side)
    found = apply_lut(torch.tensor([red, green, blue]), lut)
    numpy.testing.assert_allclose(found.numpy(), by_cases(lut, (red, green, blue)), atol=3e-6)


@pytest.mark.parametrize("interpolation", ["tetrahedral", "trilinear"])
def test_the_corners_and_an_identity_are_exact(interpolation: str) -> None:
    lut = cube(5)
    places = torch.linspace(0, 1, 5)
    for b, g, r in itertools.product(range(5), repeat=3):
        pixel = torch.stack([places[r], places[g], places[b]])
        torch.testing.assert_close(
            apply_lut(pixel, lut, interpolation), lut.table[b, g, r], atol=1e-6, rtol=0
        )
    axis = torch.linspace(0, 1, 3)
    same = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")[::-1], dim=-1)
    pixels = torch.rand(50, 3, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(apply_lut(pixels, Lut(same), interpolation), pixels, atol=1e-6, rtol=0)


def test_tetrahedral_keeps_greys_grey() -> None:
    """A cube that is only true on its corners: on the diagonal nothing else may count."""
    lut = cube(2)
    lut.table[0, 0, 0], lut.table[1, 1, 1] = torch.zeros(3), torch.ones(3)
    greys = torch.linspace(0, 1, 11)[:, None].expand(-1, 3)
    torch.testing.assert_close(apply_lut(greys, lut), greys)


@given(SHARES, st.integers(2, 40))
def test_1d_is_linear_for_each_channel(value: float, side: int) -> None:
    table = torch.rand(side, 3, generator=torch.Generator().manual_seed(side))
    found = apply_lut(torch.full((3,), value), Lut(table))
    wanted = [numpy.interp(value, numpy.linspace(0, 1, side), table[:, c].numpy()) for c in range(3)]
    numpy.testing.assert_allclose(found.numpy(), wanted, atol=1e-5)


def test_a_domain_other_than_0_to_1(tmp_path: Path) -> None:
    path = written(
        cube(3), tmp_path / "a.cube", 'TITLE "Film"\nDOMAIN_MIN 0 -1 0.5\nDOMAIN_MAX 2 1 1\n# note\n\n'
    )
    lut = read_cube(path, "a.cube")
    assert lut.title == "Film" and lut.low == (0, -1, 0.5) and lut.high == (2, 1, 1)
    torch.testing.assert_close(lut.table, cube(3).table)
    pixel = torch.tensor([0.5, 0.25, 0.75])
    inner = torch.tensor([0.25, 0.625, 0.5])
    torch.testing.assert_close(apply_lut(pixel, lut), apply_lut(inner, cube(3)))
    # Below the domain the edge counts.
    torch.testing.assert_close(
        apply_lut(torch.tensor([0.0, 0, 0]), lut), apply_lut(torch.tensor([0, 0.5, 0]), cube(3))
    )


def context(folder: Path) -> Context:
    return Context("lut", Places(folder, folder), lambda event: None, Event())


def test_the_node_keeps_transparency_and_batches(tmp_path: Path) -> None:
    written(cube(3), tmp_path / "film.cube")
    image = torch.rand(2, 5, 7, 4, generator=torch.Generator().manual_seed(3))
    found = image_lut(context(tmp_path), Image(image), lut="film.cube", strength=0.5)
    assert torch.equal(found[..., 3], image[..., 3])
    wanted = (image[..., :3] + apply_lut(image[..., :3], cube(3))) / 2
    torch.testing.assert_close(found[..., :3], wanted)


HEAD = "LUT_3D_SIZE 2\n"
ROWS = "0 0 0\n" * 8


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("LUT_3D_SIZE 10000\n0 0 0\n", "claims 10000 entries a side in line 1; 3D LUTs take 2 to 256"),
        ("LUT_1D_SIZE 99999999999\n", "1D LUTs take 2 to 65536"),
        ("LUT_3D_SIZE 256\n0 0 0\n", "claims 16777216 entries and is too short"),
        ("LUT_3D_SIZE -4\n", "claims -4 entries"),
        ("LUT_3D_SIZE two\n", "claims two entries"),
        (HEAD + "nan 0 0\n" + ROWS, "Line 2 of 'x.cube' is 'nan 0 0', not three finite numbers"),
        (HEAD + "0 NaN 0\n" + ROWS, "Line 2 of"),
        (HEAD + "0 inf 0\n" + ROWS, "Line 2 of"),
        (HEAD + "1e300 0 0\n" + ROWS, "Line 2 of"),
        (HEAD + "-inf 0 0\n" + ROWS, "Line 2 of"),
        (HEAD + "0 0\n" + ROWS, "Line 2 of"),
        (HEAD + "0 0 0 0\n" + ROWS, "Line 2 of"),
        (HEAD + ROWS + "0 0 0\n", "more entries than the 8"),
        (HEAD + "0.000000 0.000000 0.000000\n" * 7, "has 7 of the 8 entries"),
        (ROWS, "has numbers in line 1 before"),
        ("", "has no LUT_1D_SIZE and no LUT_3D_SIZE"),
        ("TITLE a\n", "has no LUT_1D_SIZE"),
        (HEAD + HEAD + ROWS, "second table in line 2"),
        ("DOMAIN_MIN 1 1 1\nDOMAIN_MAX 1 1 1\n" + HEAD + ROWS, "domain of 'x.cube' is empty"),
        ("DOMAIN_MIN nan 1 1\n" + HEAD + ROWS, "Line 1 of"),
        ("\x00\x89PNG\r\n\x1a\n" + "x" * 9000, "x.cube"),
    ],
)
def test_what_is_no_lut_is_refused_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "x.cube"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LoadError) as caught:
        read_cube(path, "x.cube")
    assert sentence in str(caught.value) and "\n" not in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_lut_or_one_sentence(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.cube"
        path.write_bytes(b"LUT_1D_SIZE 2\n" + data)
        try:
            read_cube(path, "x.cube")
        except LoadError as error:
            assert str(error)


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"'gone\.cube' cannot be read"):
        read_cube(tmp_path / "gone.cube", "gone.cube")
    with pytest.raises(LoadError, match="'folder' cannot be read"):
        read_cube(tmp_path, "folder")
    assert MOST_SIDE[3] == 256
