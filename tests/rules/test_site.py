"""The documents and the API reference build as a site, without a warning and without the network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = (
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        str(tmp_path / "site"),
    )
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={"NO_MKDOCS_2_WARNING": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    pages = {path.parent.name for path in (tmp_path / "site").glob("*/index.html")}
    assert {"api", "code", "editor", "glossary", "nodes"} <= pages
    assert "nodegraph.engine.local.LocalEngine" in (tmp_path / "site" / "api" / "index.html").read_text(
        "utf-8"
    )
