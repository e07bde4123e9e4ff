"""Make the practice model from nothing: `python -m training --runs runs`.

Runs every stage in order. A stage that was ended early goes on where it stopped; one that is done is passed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stage:
    """One command and the minutes it takes on two processor cores that nothing else uses."""

    command: tuple[str, ...]
    minutes: float


STAGES = (
    Stage(("training.autoencoder", "--minutes", "30"), 30),
    Stage(("training.text", "--minutes", "3"), 3),
    Stage(("training.latents", "--count", "24576"), 5),
    Stage(("training.latents", "--style", "ink", "--count", "4096"), 1),
    Stage(("training.latents", "--style", "neon", "--count", "4096"), 1),
    Stage(("training.unet", "--minutes", "60"), 60),
    Stage(("training.autoencoder", "--decoder", "--minutes", "12"), 12),
    Stage(("training.controlnet", "--minutes", "10"), 10),
    Stage(("training.lora", "--style", "ink", "--minutes", "6"), 6),
    Stage(("training.lora", "--style", "neon", "--minutes", "6"), 6),
    Stage(("training.classifier", "--minutes", "8"), 8),
    Stage(("training.export",), 0.5),
    Stage(("training.contact",), 0.5),
    Stage(("training.evaluate", "--card"), 3),
)


def main() -> int:
    """Command line; the exit status of the first stage that fails, else 0."""
    parser = argparse.ArgumentParser(description="Make the practice model from nothing.")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument(
        "--list", action="store_true", help="only say what would be run, and how long it takes"
    )
    chosen = parser.parse_args()
    for stage in STAGES:
        line = f"python -m {' '.join(stage.command)} --runs {chosen.runs}"
        print(f"{line}    # about {stage.minutes:g} min on 2 cores", flush=True)
        if chosen.list:
            continue
        status = subprocess.run(
            [sys.executable, "-m", *stage.command, "--runs", str(chosen.runs)], check=False
        )
        if status.returncode:
            return status.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
