"""Model files: finding them, knowing what they are, and making them real. Importing this loads no torch."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nodegraph.node_api.fingerprint import Fingerprints
    from nodegraph.node_api.model_files import Files
    from nodes.models.pool import Pool

# Before diffusers is imported anywhere: it asks nobody on the network, and runs no code that a model brings.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("DIFFUSERS_DISABLE_REMOTE_CODE", "1")


def create_pool(
    *,
    models: Sequence[Path] = (),
    device: str = "auto",
    dtype: str = "auto",
    vram: int | None = None,
    ram: int | None = None,
    remember: Path | None = None,
    files: Files | None = None,
    fingerprints: Fingerprints | None = None,
) -> Pool:
    """The pool that nodes see as `ctx.models`, over the folders `models` or over folders already opened.

    `vram` and `ram` are limits in bytes, None for a share of what there is. `remember` is a folder for what was
    measured of this machine. `fingerprints` shares what an engine already knows about files, so that none is
    read twice.
    """
    from nodes.models.files.folders import ModelFolders, open_folders
    from nodes.models.memory.device_facts import measured_choices
    from nodes.models.pool import Pool

    folders = files if isinstance(files, ModelFolders) else open_folders(models)
    choices = measured_choices(device, remember)
    return Pool(folders, choices, dtype, vram=vram, ram=ram, fingerprints=fingerprints)
