"""The contact sheet in docs/sampling.md: one prompt and seed with every solver on every schedule.

python -m training.solver_sheet docs/solvers.png
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

from nodegraph.node_api.context import Context, Places
from nodegraph.node_api.fingerprint import Fingerprints
from nodegraph.node_api.runtime import Compute
from nodes import runtime
from nodes.definitions.latents import empty_latent
from nodes.definitions.loaders import checkpoint_loader
from nodes.definitions.prompt import text_encode
from nodes.definitions.sampler import ksampler
from nodes.definitions.vae import vae_decode
from nodes.sampling.names import SAMPLERS, SCHEDULES, needs_unconditional

if TYPE_CHECKING:
    from torch import Tensor

PROMPT, SEED, STEPS = "a red house left of a green tree in a meadow on a sunny day", 5, 20
CFG, CFG_PLUS_PLUS = 4.0, 1.5
"""CFG++ solvers follow the guided picture in the direction of the unguided noise: a lower scale does the same."""

SOLVERS = tuple(name for name in SAMPLERS if not name.endswith("_gpu"))
"""On a processor a `_gpu` solver draws the same noise as the one that it is named after."""

SIDE, GAP, NAMES, HEAD = 64, 3, 216, 120
PAPER, INK = (252, 250, 246), (70, 66, 82)


def drawn(solvers: tuple[str, ...], schedules: tuple[str, ...]) -> dict[tuple[str, str], Tensor]:
    """A picture `[H, W, 3]` for each solver and schedule, of the practice model."""
    models = runtime.open_models(runtime.open_files([]), Fingerprints(), Compute("cpu", "float32"))
    ctx = Context("sheet", Places(Path("output"), Path()), lambda event: None, Event(), models)
    model, clip, vae = checkpoint_loader(ctx, checkpoint="practice")
    sides: Any = {
        "positive": text_encode(ctx, clip, text=PROMPT),
        "negative": text_encode(ctx, clip, text=""),
    }
    pictures = {}
    for solver in solvers:
        for schedule in schedules:
            latent = ksampler(
                ctx, model, **sides, latent=empty_latent(width=128, height=128), seed=SEED, steps=STEPS,
                cfg=CFG_PLUS_PLUS if needs_unconditional(solver) else CFG, sampler=solver, schedule=schedule,
            )  # fmt: skip
            pictures[solver, schedule] = vae_decode(ctx, latent, vae)[0]
        print(solver, file=sys.stderr, flush=True)
    return pictures


def sheet(pictures: dict[tuple[str, str], Tensor], blocks: int = 2) -> Image.Image:
    """Solvers in rows beside their names, schedules in columns under theirs; the rows in `blocks` side by side."""
    solvers, schedules = (list(dict.fromkeys(key[at] for key in pictures)) for at in (0, 1))
    rows, step = -(-len(solvers) // blocks), SIDE + GAP
    wide = NAMES + len(schedules) * step + 4 * GAP
    whole = Image.new("RGB", (blocks * wide, HEAD + rows * step + GAP), PAPER)
    pen, font = ImageDraw.Draw(whole), ImageFont.load_default(13)
    for place, solver in enumerate(solvers):
        x, y = place // rows * wide, HEAD + place % rows * step
        pen.text((x + NAMES - 8, y + SIDE // 2), solver, fill=INK, font=font, anchor="rm")
        for column, schedule in enumerate(schedules):
            left = x + NAMES + column * step
            whole.paste(_small(pictures[solver, schedule]), (left, y))
            if place % rows == 0:
                _upright(whole, schedule, (left, 0), font)
    return whole


def _small(picture: Tensor) -> Image.Image:
    large = Image.fromarray((picture * 255).byte().numpy())
    return large.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _upright(whole: Image.Image, text: str, place: tuple[int, int], font: Any) -> None:
    """A column's name, turned so that it fits over narrow columns."""
    strip = Image.new("RGB", (HEAD - 6, SIDE), PAPER)
    ImageDraw.Draw(strip).text((0, SIDE // 2), text, fill=INK, font=font, anchor="lm")
    whole.paste(strip.rotate(90, expand=True), place)


def main(argv: list[str]) -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser(prog="python -m training.solver_sheet", description=__doc__)
    parser.add_argument("out", type=Path, help="the picture to write")
    given = parser.parse_args(argv)
    whole = sheet(drawn(SOLVERS, SCHEDULES))
    whole.quantize(256, dither=Image.Dither.NONE).save(given.out, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
