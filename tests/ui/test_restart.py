from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_new_scale_is_one_press_away_and_everything_comes_back(tmp_path: Path) -> None:
    environment = {**os.environ, "NODEGRAPH_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("QT_SCALE_FACTOR", None)
    command = [sys.executable, "-m", "tests.ui.restarted"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    said = [line for line in done.stderr.splitlines() if "This plugin does not support" not in line]
    assert (done.returncode, said) == (0, [])
    told = json.loads((tmp_path / "told").read_text())
    name = told["tabs"][0]
    assert told == {
        "arguments": ["edit"],
        "ratio": 2.0,
        "tabs": [name, name, "Untitled"],
        "current": 1,
        "steps": [4, 0, 0],
        "branches": [1, 0, 0],
        "unsaved": [True, False, False],
        "selected": ["sampler"],
        "zoom": 0.5,
    }


def test_another_key_and_another_layout_are_there_in_the_next_process(tmp_path: Path) -> None:
    environment = {**os.environ, "NODEGRAPH_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    for _ in range(2):
        command = [sys.executable, "-m", "tests.ui.rebound"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
        said = [line for line in done.stderr.splitlines() if "This plugin does not support" not in line]
        assert (done.returncode, said) == (0, [])
    before, after, modes = (
        json.loads((tmp_path / name).read_text()) for name in ("before", "after", "modes")
    )
    assert modes == ["run", "mute"]
    assert after == before == {"size": [790, 700], "history": [True, "LeftDockWidgetArea"], "outline": False}
