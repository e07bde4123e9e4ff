"""How soon the window is on the screen: from the start of the process to the first painted frame, without torch.

Each start is a process of its own with a home of its own, as a person starts the editor. The first start of a
home also writes what later ones read; it is reported apart.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORKFLOW = Path(__file__).parents[1] / "workflows" / "text_to_image.json"
CHILD = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
import ui.app, ui.application
import ui.canvas.canvas as module
started, born = float(sys.argv[1]), module.Canvas.paintEvent
def paint(self, event):
    born(self, event)
    if not hasattr(module, "told"):
        module.told = True
        loaded = [name for name in ("torch", "diffusers", "transformers", "numpy", "PIL") if name in sys.modules]
        print(time.time() - started, ",".join(loaded), flush=True)
        QTimer.singleShot(0, QApplication.quit)
module.Canvas.paintEvent = paint
sys.exit(ui.app.main([Path(sys.argv[2])]))
"""


def start(home: Path) -> tuple[float, str]:
    """Seconds until the workflow is painted, and which heavy modules were loaded by then."""
    environment = {**os.environ, "NODEGRAPH_HOME": str(home)}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    command = [sys.executable, "-c", CHILD, str(time.time()), str(WORKFLOW)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seconds, _, loaded = done.stdout.splitlines()[-1].partition(" ")
    return float(seconds), loaded


def main(argv: list[str]) -> dict[str, object]:
    """Start the editor eight times."""
    with tempfile.TemporaryDirectory() as folder:
        first, loaded = start(Path(folder))
        later = [start(Path(folder)) for _ in range(7)]
    seconds = sorted(took for took, _ in later)
    return {
        "first_s": round(first, 3),
        "median_s": round(statistics.median(seconds), 3),
        "worst_s": round(seconds[-1], 3),
        "heavy_modules": loaded or next((names for _, names in later if names), "none"),
    }
