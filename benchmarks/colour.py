"""Point operations on pictures of 4 megapixels against the same work in plain numpy: seconds and ratios."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy
import torch
from numpy.typing import NDArray

from benchmarks.timing import seconds
from nodegraph import Context
from nodegraph.node_api.context import Places
from nodes.definitions import images_colour as nodes
from nodes.images.colour import balance_matrix
from nodes.images.curves import curve_points, curve_table
from nodes.types import Image

SIDE = 2048
LUT_SIDE = 33
CURVE = "0,0 0.25,0.2 0.75,0.8 1,1"
Array = NDArray[numpy.float32]


def main(_argv: list[str]) -> dict[str, object]:
    """The median of five calls each, then numpy's, then the ratio; below 2 is the aim."""
    random = torch.Generator().manual_seed(0)
    image = Image(torch.rand(1, SIDE, SIDE, 3, generator=random))
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        _write_cube(Path(folder) / "film.cube")
        context = Context("lut", Places(Path(folder), Path(folder)), lambda _event: None, Event())
        for name, (ours, theirs) in operations(image, context).items():
            own, plain = seconds(ours), seconds(theirs)
            figures[f"{name}_s"], figures[f"{name}_numpy_s"] = own, plain
            figures[f"{name}_ratio"] = own / plain
    return figures


def operations(
    image: Image, context: Context
) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Each node's call and the same work in numpy."""
    values: Array = image.numpy()
    reference = Image(image[:, ::4, ::4].flip(-1).contiguous())
    table = curve_table(curve_points(CURVE, "all")).numpy()
    matrix = balance_matrix(4800, 10).numpy()
    return {
        "levels": (
            lambda: nodes.image_levels(image, black=0.1, white=0.9, gamma=1.3),
            lambda: ((values - 0.1) / 0.8).clip(0, 1) ** (1 / 1.3),
        ),
        "curves": (
            lambda: nodes.image_curves(image, curve=CURVE),
            lambda: numpy.interp(values, numpy.linspace(0, 1, len(table)), table),
        ),
        "exposure": (
            lambda: nodes.image_exposure(image, stops=0.5),
            lambda: _encoded(_decoded(values) * 2**0.5),
        ),
        "contrast": (
            lambda: nodes.image_contrast(image, contrast=1.3),
            lambda: ((values - 0.5) * 1.3 + 0.5).clip(0, 1),
        ),
        "white_balance": (
            lambda: nodes.image_white_balance(image, temperature=4800.0, tint=10.0),
            lambda: _encoded(_decoded(values) @ matrix.T),
        ),
        "hue_saturation": (
            lambda: nodes.image_hue_saturation(image, hue=30.0, saturation=0.2),
            lambda: _turned(values, 30.0, 1.2),
        ),
        "vibrance": (
            lambda: nodes.image_vibrance(image, vibrance=0.5),
            lambda: _vibrant(values, 0.5),
        ),
        "split_toning": (
            lambda: nodes.image_split_toning(image),
            lambda: _split_toned(values),
        ),
        "lut_3d": (
            lambda: nodes.image_lut(context, image, lut="film.cube"),
            lambda: _tetrahedral(values, _cube()),
        ),
        "match_mkl": (
            lambda: nodes.image_match_colours(image, reference),
            lambda: _mkl(values, reference.numpy()),
        ),
        "posterise": (
            lambda: nodes.image_posterise(image, steps=6),
            lambda: (numpy.round(values * 5) / 5).clip(0, 1),
        ),
        "threshold": (
            lambda: nodes.image_threshold(image, softness=0.1),
            lambda: numpy.repeat(((_luma(values) - 0.5) / 0.1 + 0.5).clip(0, 1), 3, axis=-1),
        ),
        "dither_ordered": (
            lambda: nodes.image_dither(image, steps=4, method="ordered"),
            lambda: _ordered(values),
        ),
    }


def _cube() -> Array:
    axis = numpy.linspace(0, 1, LUT_SIDE, dtype=numpy.float32)
    blue, green, red = numpy.meshgrid(axis, axis, axis, indexing="ij")
    return numpy.stack([red**0.9, green, blue**1.2], axis=-1)


def _write_cube(path: Path) -> None:
    rows = "\n".join(" ".join(f"{value:.7f}" for value in row) for row in _cube().reshape(-1, 3))
    path.write_text(f"LUT_3D_SIZE {LUT_SIDE}\n{rows}\n", encoding="utf-8")


def _decoded(values: Array) -> Array:
    return numpy.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _encoded(light: Array) -> Array:
    light = light.clip(0, 1)
    return numpy.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def _luma(values: Array) -> Array:
    found: Array = (values @ numpy.array([0.2126, 0.7152, 0.0722], numpy.float32))[..., None]
    return found


def _turned(values: Array, degrees: float, saturation: float) -> Array:
    high, low = values.max(-1), values.min(-1)
    chroma = high - low
    safe = numpy.where(chroma > 0, chroma, 1)
    red, green, blue = (values[..., c] for c in range(3))
    hue = numpy.where(
        high == red,
        ((green - blue) / safe) % 6,
        numpy.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    lightness = (high + low) / 2
    room = 1 - abs(2 * lightness - 1)
    shade = (chroma / numpy.where(room > 0, room, 1) * saturation).clip(0, 1)
    reach = shade * numpy.minimum(lightness, 1 - lightness)
    place = hue * 2 + degrees / 30
    planes = []
    for offset in (0, 8, 4):
        k = (place + offset) % 12
        planes.append(lightness - reach * numpy.minimum(k - 3, 9 - k).clip(-1, 1))
    return numpy.stack(planes, axis=-1)


def _vibrant(values: Array, amount: float) -> Array:
    grey = _luma(values)
    chroma = values.max(-1, keepdims=True) - values.min(-1, keepdims=True)
    done: Array = (grey + (values - grey) * (1 + amount * (1 - chroma))).clip(0, 1)
    return done


def _split_toned(values: Array) -> Array:
    grey = _luma(values)
    bright = grey * grey * (3 - 2 * grey)
    room = (4 * grey * (1 - grey)).clip(0, 1)
    low, high = (numpy.array(c, numpy.float32) for c in ((-0.2, 0.05, 0.1), (0.2, 0, -0.3)))
    return (values + room * (low * (1 - bright) * 0.3 + high * bright * 0.3)).clip(0, 1)


def _tetrahedral(values: Array, table: Array) -> Array:
    side = len(table)
    place = (values * (side - 1)).reshape(-1, 3)
    below = place.astype(numpy.int32).clip(0, side - 2)
    share = place - below
    order = numpy.argsort(-share, axis=-1, kind="stable")
    ordered = numpy.take_along_axis(share, order, axis=-1)
    strides = numpy.array([1, side, side * side])
    flat = table.reshape(-1, 3)
    at = below @ strides
    steps = strides[order]
    first = at + steps[:, 0]
    second = first + steps[:, 1]
    result = flat[at] * (1 - ordered[:, :1])
    result += flat[first] * (ordered[:, :1] - ordered[:, 1:2])
    result += flat[second] * (ordered[:, 1:2] - ordered[:, 2:])
    result += flat[at + strides.sum()] * ordered[:, 2:]
    done: Array = result.reshape(values.shape).clip(0, 1)
    return done


def _mkl(values: Array, reference: Array) -> Array:
    flat, other = values.reshape(-1, 3), reference.reshape(-1, 3)

    def root(matrix: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
        weights, vectors = numpy.linalg.eigh(matrix)
        found: NDArray[numpy.float64] = (vectors * numpy.sqrt(weights)) @ vectors.T
        return found

    own = root(numpy.cov(flat.T))
    inverse = numpy.linalg.inv(own)
    matrix = inverse @ root(own @ numpy.cov(other.T) @ own) @ inverse
    done: Array = ((flat - flat.mean(0)) @ matrix.T.astype(numpy.float32) + other.mean(0)).clip(0, 1)
    return done


def _ordered(values: Array) -> Array:
    pattern = numpy.arange(64, dtype=numpy.float32).reshape(8, 8) / 64
    tiled = numpy.tile(pattern, (SIDE // 8, SIDE // 8))[..., None]
    return (numpy.round(values * 3 + tiled - 0.5) / 3).clip(0, 1)
