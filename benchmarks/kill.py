"""Seconds of work lost when the editor is killed at a random moment: `kill [KILLS]`, 50 of each kind.

Scripted sessions are judged by their journals; the real editor is typed into while it is killed, and started again.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from statistics import median

KINDS = ("usual", "large", "saving")
FIELDS = ("prompt", "name", "seed", "note", "title")


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
    for kind in FIELDS:
        figures |= _figures(f"typing_{kind}", letters_lost(kind, range(100, 100 + max(1, kills // 10))))
    qt.processEvents()
    return figures


def lost(kind: str, seeds: Sequence[int]) -> list[float]:
    """The age of the oldest edit lost in each of these sessions."""
    from tests.ui.killing import moment, oldest_lost

    with tempfile.TemporaryDirectory() as folder:
        return [oldest_lost(Path(folder) / str(seed), seed, moment(seed), kind) for seed in seeds]


def letters_lost(kind: str, seeds: Sequence[int]) -> list[float]:
    """The age of the oldest letter lost in each start of the real editor."""
    from tests.ui.killing import moment, oldest_letter_lost

    with tempfile.TemporaryDirectory() as folder:
        return [oldest_letter_lost(Path(folder) / str(seed), kind, moment(seed)) for seed in seeds]


def _figures(name: str, ages: Sequence[float]) -> dict[str, object]:
    return {f"{name}_oldest_lost_s": max(ages), f"{name}_median_lost_s": median(ages)}
