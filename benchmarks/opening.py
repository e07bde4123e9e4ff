"""How soon the window is on the screen: from the start of the process to the first painted frame, without torch.

Each start is a process of its own with a home of its own, as a person starts the editor. The first start also compiles
the program, which installing it does otherwise, and writes what later ones read; it is reported apart.
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
import resource, sys, time
from pathlib import Path
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
import ui.app
def paint(self, event):
    born(self, event)
    if not told:
        told.append(True)
        loaded = [name for name in ("torch", "diffusers", "transformers", "numpy", "PIL") if name in sys.modules]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(time.time() - float(sys.argv[1]), memory, ",".join(loaded), flush=True)
        QTimer.singleShot(0, QApplication.quit)
def run():
    global born
    from ui.canvas.canvas import Canvas
    born, Canvas.paintEvent = Canvas.paintEvent, paint
    return execute()
told, execute = [], QApplication.exec
QApplication.exec = staticmethod(run)
sys.exit(ui.app.main([Path(sys.argv[2])]))
"""


def start(home: Path) -> tuple[float, int, str]:
    """Seconds until the workflow is painted, megabytes held by then, and which heavy modules were loaded."""
    environment = {**os.environ, "NODEGRAPH_HOME": str(home), "PYTHONPYCACHEPREFIX": str(home / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    command = [sys.executable, "-c", CHILD, str(time.time()), str(WORKFLOW)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    seconds, memory, loaded = (*done.stdout.splitlines()[-1].split(" ", 2), "")[:3]
    return float(seconds), int(memory), loaded


def main(argv: list[str]) -> dict[str, object]:
    """Start the editor eight times."""
    with tempfile.TemporaryDirectory() as folder:
        first, memory, loaded = start(Path(folder))
        later = [start(Path(folder)) for _ in range(7)]
    seconds = sorted(took for took, _, _ in later)
    return {
        "first_s": round(first, 3),
        "median_s": round(statistics.median(seconds), 3),
        "worst_s": round(seconds[-1], 3),
        "memory_mb": memory,
        "heavy_modules": loaded or next((names for _, _, names in later if names), "none"),
    }
