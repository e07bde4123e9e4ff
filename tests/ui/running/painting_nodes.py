"""Nodes for tests of runs: a source, a painter that shows its steps, and ways to go wrong. Lives in the child."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NewType

import numpy as np

from nodegraph.node_api import events
from nodegraph.node_api.codec import Codec, PlainCodec
from nodegraph.node_api.context import Context
from nodegraph.node_api.declare import InputFile, Multiline, Range, Seed, node
from nodegraph.node_api.registry import Registry
from nodegraph.node_api.runtime import PlainRuntime

Number = NewType("Number", int)
Image = NewType("Image", tuple[int, ...])
Latent = NewType("Latent", tuple[int, ...])
EDGE = 48


@node("test/Words")
def words(*, text: Annotated[str, Multiline()] = "a red fox") -> Number:
    """A number for a text."""
    return Number(sum(text.encode()) % 256)


@node("test/Read")
def read(ctx: Context, *, file: Annotated[str, InputFile("text")] = "") -> Number:
    """A number for the text in a file."""
    return Number(sum(Path(file).read_bytes()) % 256)


@node("test/Now", cache="never")
def now() -> Number:
    """Another number each time."""
    return Number(time.perf_counter_ns() // 1000 % 256)


@node("test/Paint")
def paint(
    ctx: Context,
    words: Number,
    *,
    seed: Annotated[int, Seed()] = 0,
    steps: Annotated[int, Range(1, 1000)] = 4,
    seconds: float = 0.0,
    deaf: bool = False,
) -> Image:
    """A picture from a text and a seed that comes out of the dark in steps; a deaf one does not hear a cancel."""
    for step in range(1, steps + 1):
        time.sleep(seconds / steps)
        if not deaf:
            ctx.progress(step, steps)
        ctx.preview(pixels(words, seed, step / steps))
    return Image((words, seed, steps))


@node("test/Die")
def die(ctx: Context, image: Image, *, how: str = "kill") -> Image:
    """Go wrong in a way."""
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "raise":
        raise ValueError("the brush broke")
    while how == "hang":
        time.sleep(0.05)
    return image


@node("test/Show", sink=True)
def show(ctx: Context, image: Image) -> None:
    """Take the picture."""


@node("test/Save", sink=True)
def save(ctx: Context, image: Image) -> None:
    """Write the picture as a portable pixmap."""
    path = ctx.places.output / f"picture_{'_'.join(map(str, image))}.ppm"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"P6 {EDGE} {EDGE} 255\n".encode() + pixels(image[0], image[1], 1.0).tobytes())
    ctx.wrote(path)


@node("test/Latent")
def latent(ctx: Context, image: Image, *, channels: int = 4, items: int = 1, sick: int = -1) -> Latent:
    """Numbers of a picture, as many channels as wished; one of them may hold what is no number."""
    return Latent((-7, channels, items, sick, *image))


@node("test/Sick")
def sick(image: Image) -> Image:
    """A picture that shall be looked at with alarm."""
    return Image((*image, -1))


def pixels(hue: int, seed: int, done: float) -> Any:
    """A disc on a gradient, placed by the seed, as bright as the work is done."""
    y, x = np.mgrid[0:EDGE, 0:EDGE] / (EDGE - 1)
    cx, cy = 0.3 + (seed * 37 % 41) / 100, 0.3 + (seed * 53 % 41) / 100
    disc = ((x - cx) ** 2 + (y - cy) ** 2) < 0.05
    red = np.where(disc, 0.9, 0.15 + 0.5 * y)
    green = np.where(disc, hue / 255, 0.25 + 0.4 * x)
    blue = np.where(disc, 1 - hue / 255, 0.55 - 0.3 * y)
    return (np.stack([red, green, blue], -1) * 255 * (0.2 + 0.8 * done)).astype(np.uint8)


def numbers(count: int, item: int, sick: int) -> tuple[Any, list[tuple[float, ...]]]:
    """Waves, one a channel; the fourth of four has no sign, the one named `sick` has holes."""
    y, x = np.mgrid[0:12, 0:16]
    planes: list[Any] = []
    figures: list[tuple[float, ...]] = []
    for channel in range(count):
        wave = np.sin(x * (channel % 5 + 1) / 5 + y / 3 + item) * 3
        wave = wave + 4 if channel % 4 == 3 else wave
        span = float(np.abs(wave).max())
        levels = (wave / span * 127).round().astype(int) + 128
        holes = np.zeros_like(levels, dtype=bool) if channel != sick else (x + y) % 7 == 0
        planes.append(np.where(holes, 0, levels).astype(np.uint8))
        known = wave[~holes]
        low, high, mean, deviation = known.min(), known.max(), known.mean(), known.std()
        figures.append((float(low), float(high), float(mean), float(deviation), float(holes.sum()), span))
    return np.stack(planes), figures


class Planes:
    """An array as the engine takes tensors."""

    def __init__(self, values: Any) -> None:
        self.shape = values.shape
        self._values = values

    def numpy(self) -> Any:
        """The array."""
        return self._values


class Tuples(PlainCodec):
    """Keeps tuples on disk as well."""

    def dump(self, value: Any, path: Path, key: str) -> bool:
        """Write it as a list."""
        path.write_text(json.dumps(value), encoding="ascii")
        return True

    def load(self, path: Path, key: str) -> Any:
        """The tuple that was written, or the number."""
        found = json.loads(path.read_text(encoding="ascii"))
        return tuple(found) if isinstance(found, list) else found


class Pictures(PlainRuntime):
    """Shows the tuples that these nodes call images."""

    def codec(self) -> Codec:
        """Tuples are kept."""
        return Tuples()

    def picture(self, value: Any, size: int) -> Any:
        """The picture that was painted."""
        if isinstance(value, tuple) and value[0] == -7:
            return np.stack([numbers(value[1], 0, -1)[0][0]] * 3, -1)
        return pixels(value[0], value[1], 1.0) if isinstance(value, tuple) and len(value) > 2 else None

    def describe(self, value: Any) -> list[tuple[str, str]]:
        """Shape and, where it is sick, an alarm."""
        if not isinstance(value, tuple):
            return super().describe(value)
        if value[0] == -7:
            return [("type", "latent"), ("shape", f"{value[2]} x {value[1]} x 12 x 16"), ("dtype", "float32")]
        facts = [("shape", f"1 x {EDGE} x {EDGE} x 3"), ("dtype", "float32"), ("device", "cpu")]
        return [*facts, ("alarm", "12 values are NaN or infinite")] if value[-1] == -1 else facts

    def channels(
        self, value: Any, item: int, size: int
    ) -> tuple[Any, Sequence[tuple[float, ...]], int] | None:
        """The planes of a latent."""
        if not isinstance(value, tuple) or value[0] != -7:
            return None
        kept = max(0, min(item, value[2] - 1))
        planes, figures = numbers(value[1], kept, value[3])
        return Planes(planes), figures, value[2]

    def animate(self, frames: Sequence[events.Picture], path: Path, seconds: float) -> None:
        """Note how many there were."""
        path.write_text(f"{len(frames)} x {frames[0].width}", encoding="ascii")


def library() -> tuple[Registry, Pictures]:
    """These nodes and how their values look."""
    found = Registry()
    found.add_declared((words, read, now, paint, die, show, save, sick, latent))
    return found, Pictures()


SPECS = dict(library()[0])
