"""`python -m tests`: style, types, then every test; `python -m tests quick`: in two minutes what is most often broken.

Other arguments go to pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BESIDE = ("-n", str(min(4, os.cpu_count() or 1)))
"""Small networks gain nothing from a second thread: a core each is two to three times as fast as threads that wait for
each other. Not for windows, whose tests watch the clock."""

EDITOR = ("tests/ui/canvas", "tests/ui/params", "tests/ui/running", "tests/ui/window")
ROOMS = (
    ("tests/rules", "tests/nodegraph", "tests/nodes", "tests/training", *BESIDE),
    *((room,) for room in EDITOR),
    ("tests/ui", *(f"--ignore={room}" for room in EDITOR)),
)
"""Qt and torch are never in one process here: the editor and its engine are not either. And the editor's rooms are each
in their own: PySide6 does not survive any number of windows in one process (see tests/ui/conftest.py)."""

QUICK = (
    ("tests/rules", "tests/nodegraph", "tests/nodes/sampling", "tests/nodes/text", *BESIDE),
    ("tests/ui/theme", "tests/ui/test_editor.py", "tests/ui/test_keymap.py"),
)
"""The core, the numbers and the document: no whole run of a model, hardly a window."""

CHECKS = (("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",))


def main(arguments: list[str]) -> int:
    """Run the checks in order and stop at the first that fails."""
    environment = {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", **os.environ}
    quick = arguments[:1] == ["quick"]
    checks, rooms = (CHECKS[:2], QUICK) if quick else (CHECKS, ROOMS)
    extra = arguments[quick:]
    for check in (*checks, *(("pytest", *room, *extra) for room in rooms)):
        print("$", " ".join(check), flush=True)
        done = subprocess.run([sys.executable, "-m", *check], cwd=ROOT, env=environment, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
