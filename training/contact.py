"""The contact sheet that goes with the model card: pictures from captions, each with its words."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from training.generate import Maker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CAPTIONS = (
    "a red house in a meadow on a sunny day",
    "a black cat in the snow at dawn",
    "a yellow boat at sea at sunset",
    "a purple castle in the desert at night",
    "a large green tree on the right in a meadow in the rain",
    "an orange fish above a blue boat on the sea, by day",
    "a white house left of a green tree in the snow at sunset",
    "a big pink flower in the desert at dawn",
    "a blue car in the city in the rain",
    "a large red balloon in the city on a sunny day",
    "a yellow star above a black castle at night in the snow",
    "a purple mountain in the desert at sunset",
    "a white bird on the left at sea at dawn",
    "an orange cat right of a blue flower in a meadow, by day",
    "a brown castle by the sea in the rain",
    "a green balloon over a red car in the desert at sunset",
    "a pink house in the city at night",
    "a blue mountain in a meadow in the morning at dawn",
    "a yellow flower left of a red flower in the snow by day",
    "a large white star in the city at night",
    "a dog",
    "a red lighthouse by the sea at night",
    "a blue robot left of a yellow bicycle in the city",
    "a small person right of a large red mushroom in a meadow",
)
COLUMNS = 6
SIDE, GAP, WORDS = 192, 22, 40
PAPER, INK = (252, 250, 246), (70, 66, 82)


def contact_sheet(pictures: NDArray[np.uint8], captions: tuple[str, ...] = CAPTIONS) -> Image.Image:
    """Pictures with rounded corners on warm white, their captions beneath."""
    rows = -(-len(pictures) // COLUMNS)
    step = SIDE + GAP
    size = (COLUMNS * step + GAP, rows * (step + WORDS) + GAP)
    whole = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(whole)
    font = ImageFont.load_default(12)
    mask = _rounded(SIDE, 12)
    for index, picture in enumerate(pictures):
        x, y = GAP + index % COLUMNS * step, GAP + index // COLUMNS * (step + WORDS)
        shown = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        whole.paste(shown, (x, y), mask)
        for row, line in enumerate(textwrap.wrap(captions[index], 32)[:3]):
            pen.text((x + 2, y + SIDE + 6 + row * 15), line, fill=INK, font=font)
    return whole


def _rounded(side: int, radius: int) -> Image.Image:
    mask = Image.new("L", (side * 4, side * 4), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side * 4 - 1, side * 4 - 1), radius * 4, fill=255)
    return mask.resize((side, side), Image.Resampling.LANCZOS)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Draw the practice model's contact sheet.")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--out", type=Path, default=Path("nodes/practice/contact_sheet.png"))
    parser.add_argument("--seed", type=int, default=11)
    chosen = parser.parse_args()
    maker = Maker.of(chosen.runs)
    seeds = [chosen.seed + index for index in range(len(CAPTIONS))]
    contact_sheet(maker.pictures(CAPTIONS, seeds)).save(chosen.out, optimize=True)


if __name__ == "__main__":
    main()
