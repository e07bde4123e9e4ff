"""What a report of a fault needs: versions, the machine, settings without paths, the newest lines of the logs."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from nodegraph.support.logs import last_lines
from ui.config.settings import Settings

LIBRARIES = ("nodegraph", "PySide6_Essentials", "torch", "diffusers", "transformers", "numpy", "networkx")
LOG_LINES = 60


def diagnostics(settings: Settings) -> str:
    """The report as text. The home folder is written as `~`, recent files are left out."""
    lines = [
        *(f"{name} {_version(name)}" for name in LIBRARIES),
        f"Python {platform.python_version()}, {platform.platform()}, {os.cpu_count()} cores",
        *(
            f"Screen {screen.size().width()} x {screen.size().height()} at {screen.devicePixelRatio():g}"
            for screen in QGuiApplication.screens()
        ),
        "",
        *(f"{name} = {value}" for name, value in settings.to_json().items() if name != "recent"),
    ]
    for process in ("nodegraph", "engine"):
        lines += ["", f"Log of {process}:", *(last_lines(LOG_LINES, process) or ["(empty)"])]
    return "\n".join(lines).replace(str(Path.home()), "~") + "\n"


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"
