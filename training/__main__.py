"""Train the practice model further: `python -m training --runs runs`; `--from-nothing` makes it from nothing.

Runs every stage in order. It starts from the states under `runs`, and where there are none from the shipped
weights. A stage that was ended early goes on where it stopped; one that is done is passed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stage:
    """One command and the minutes it is given, on two processor cores that nothing else uses."""

    command: tuple[str, ...]
    minutes: float
    reads_runs: bool = True
    only: str = ""
    """"nothing": only when everything is made from nothing; "shipped": only when the shipped weights are the start."""


STAGES = (
    Stage(("training.restore",), 0.2, only="shipped"),
    Stage(("training.autoencoder", "--minutes", "90"), 90, only="nothing"),
    Stage(("training.text", "--minutes", "5"), 5, only="nothing"),
    Stage(("training.latents", "--count", "24576"), 25),
    Stage(("training.latents", "--shape", "wide", "--count", "8192"), 8),
    Stage(("training.latents", "--shape", "tall", "--count", "8192"), 8),
    Stage(("training.latents", "--style", "ink", "--count", "4096"), 4),
    Stage(("training.latents", "--style", "neon", "--count", "4096"), 4),
    Stage(("training.unet", "--minutes", "480"), 480),
    Stage(("training.autoencoder", "--decoder", "--minutes", "30"), 30),
    Stage(("training.controlnet", "--minutes", "20"), 20),
    Stage(("training.lora", "--style", "ink", "--minutes", "15"), 15),
    Stage(("training.lora", "--style", "neon", "--minutes", "15"), 15),
    Stage(("training.fewstep", "--minutes", "30"), 30),
    Stage(("training.upscaler", "--minutes", "20"), 20),
    Stage(("training.classifier", "--minutes", "12"), 12),
    Stage(("training.export",), 0.5),
    Stage(("training.preview",), 6, reads_runs=False),
    Stage(("training.contact",), 1),
    Stage(("training.evaluate", "--card"), 12),
)


def main() -> int:
    """Command line; the exit status of the first stage that fails, else 0."""
    parser = argparse.ArgumentParser(description="Train the practice model.")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument(
        "--list", action="store_true", help="only say what would be run, and how long it takes"
    )
    parser.add_argument(
        "--from-nothing", action="store_true", help="start from random weights, not from the shipped ones"
    )
    chosen = parser.parse_args()
    start = "nothing" if chosen.from_nothing else "shipped"
    for stage in STAGES:
        if stage.only not in ("", start):
            continue
        command = [*stage.command, *(["--runs", str(chosen.runs)] if stage.reads_runs else [])]
        print(f"python -m {' '.join(command)}    # about {stage.minutes:g} min on 2 cores", flush=True)
        if chosen.list:
            continue
        status = subprocess.run([sys.executable, "-m", *command], check=False)
        if status.returncode:
            return status.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
