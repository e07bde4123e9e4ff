"""The settings that stand beside a file of changes. Importing this loads no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = "adapter_config.json"
"""What PEFT writes beside a file of weights: its strength stands there alone."""

CONFIGURED = ("adapter_model",)
"""The names of such files, without their endings."""


def settings_beside(path: Path) -> list[Path]:
    """The file of settings that is read along with a file of changes."""
    beside = path.parent / CONFIG
    return [beside] if path.stem in CONFIGURED and beside.is_file() else []
