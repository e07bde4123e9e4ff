"""How an engine runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nodegraph.node_api.runtime import Compute


@dataclass(frozen=True, slots=True)
class Options:
    """How an engine runs. `cache_dir` None keeps results in memory only, `disk_bytes` limits that folder;
    `remember` is a folder for fingerprints and for what was measured; for `vram` and `ram` see Compute. `allowed` are
    files and folders that nodes may read besides the workflow's folder and the output folder; None allows all."""

    cache_bytes: int = 1 << 30
    models: tuple[Path, ...] = ()
    device: str = "auto"
    dtype: str = "auto"
    vram: int | None = None
    ram: int | None = None
    cache_dir: Path | None = None
    disk_bytes: int = 10 << 30
    cache: bool = True
    verify: bool = False
    output: Path = Path("output")
    metadata: bool = True
    remember: Path | None = None
    allowed: tuple[Path, ...] | None = None

    def compute(self, remember: Path | None) -> Compute:
        """What the nodes need to know of it; `remember` is a folder for what they find out."""
        return Compute(self.device, self.dtype, self.vram, self.ram, remember)
