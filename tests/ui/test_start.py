from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

CODE = """
import json, sys, time
from PySide6.QtWidgets import QApplication
from tests.ui.standin import StandIn
from ui.app import specs
from ui.shell.application import Application
qt = QApplication([])
app = Application(qt, specs(), StandIn)
window = app.start()
heavy = ("torch", "networkx", "numpy", "diffusers", "transformers", "PIL", "nodes")
qt.processEvents()
found = [name for name in heavy if name in sys.modules]
print(json.dumps({"seconds": time.process_time(), "heavy": found, "shown": window.isVisible()}))
app.end()
"""


def test_the_window_opens_within_a_second_without_torch(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "NODEGRAPH_HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }
    figures = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", CODE],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        figures.append(json.loads(done.stdout.splitlines()[-1]))
    assert all(figure["shown"] for figure in figures)
    assert [figure["heavy"] for figure in figures] == [[], []]
