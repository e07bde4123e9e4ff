"""Seconds of work lost when an editing session is killed at a random moment: `kill [KILLS]`, 50 of each kind."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from statistics import median

KINDS = ("usual", "large", "saving")


def main(argv: list[str]) -> dict[str, object]:
    """Seconds; a tenth as many kills on a machine with too much to do."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from tests.ui.killing import busy_machine

    kills = int(argv[0]) if argv else 50
    qt = QApplication.instance() or QApplication([])
    figures: dict[str, object] = {"kills_of_each_kind": kills}
    for kind in KINDS:
        for under, machine, count in (
            ("", nullcontext(), kills),
            ("_under_load", busy_machine(), max(1, kills // 10)),
        ):
            with machine:
                figures |= _figures(f"{kind}{under}", lost(kind, range(100, 100 + count)))
    qt.processEvents()
    return figures


def lost(kind: str, seeds: Sequence[int]) -> list[float]:
    """The age of the oldest edit lost in each of these sessions."""
    from tests.ui.killing import moment, oldest_lost

    with tempfile.TemporaryDirectory() as folder:
        return [oldest_lost(Path(folder) / str(seed), seed, moment(seed), kind) for seed in seeds]


def _figures(name: str, ages: Sequence[float]) -> dict[str, object]:
    return {f"{name}_oldest_lost_s": max(ages), f"{name}_median_lost_s": median(ages)}
