"""Pictures as the autoencoder sees them: latents of unit size, encoded once and kept on disk.

On 2 CPU cores about 9 ms a picture: some 5 minutes for 32,000.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from training.autoencoder import best_autoencoder, fix_encoder
from training.draw.frame import SHAPES
from training.draw.many import rendered_parts
from training.draw.render import LOOK
from training.loop import CPU, HERE, Place, arguments, autocast, options
from training.pictures import scenes, to_tensor, write_array

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from training.scene import Scene

POOL = 32_768
CHUNK = 4096
SEED = 20_000


def latents_folder(runs: Path) -> Path:
    """Where the latents of today's look are kept."""
    return runs / f"latents_{LOOK}"


def chunk_file(runs: Path, index: int, style: str = "flat", shape: str = "square") -> Path:
    """Where one chunk of a style's latents is kept."""
    name = style if shape == "square" else f"{style}_{shape}"
    return latents_folder(runs) / f"{name}_{index:03d}.npy"


def chunk_scenes(index: int, count: int = CHUNK, shape: str = "square") -> list[Scene]:
    """The scenes of one chunk: the same for every style."""
    return [replace(scene, shape=shape) for scene in scenes(SEED + index, count)]


@torch.no_grad()
def encode(
    runs: Path,
    index: int,
    style: str = "flat",
    count: int = CHUNK,
    batch: int = 16,
    place: Place = HERE,
    shape: str = "square",
) -> None:
    """Render and encode one chunk unless it is there."""
    path = chunk_file(runs, index, style, shape)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    model, wanted = best_autoencoder(runs).to(place.device), chunk_scenes(index, count, shape)
    found = []
    for part in rendered_parts(wanted, [style] * count, batch, workers=place.workers):
        with autocast(place.device):
            moments = model.encode(to_tensor(part).to(place.device)).latent_dist.mode()
        found.append((moments.float() * model.config.scaling_factor).half().cpu().numpy())
    write_array(path, np.concatenate(found))
    print(f"latents: {path.name}", flush=True)


class LatentPool:
    """The encoded chunks of one style and shape, with the scenes they show."""

    def __init__(
        self,
        runs: Path,
        style: str = "flat",
        count: int = CHUNK,
        device: torch.device = CPU,
        shape: str = "square",
    ) -> None:
        pattern = chunk_file(runs, 0, style, shape).name.replace("000", "[0-9]*")
        files = sorted(latents_folder(runs).glob(pattern))
        if not files:
            raise FileNotFoundError(
                f"no latents in {latents_folder(runs)}: run python -m training.latents first"
            )
        chunks: list[NDArray[np.float16]] = [np.load(file) for file in files]
        self.latents = torch.from_numpy(np.concatenate(chunks)).to(device)
        numbers = [int(file.stem.rsplit("_", 1)[1]) for file in files]
        self.scenes = [one for number in numbers for one in chunk_scenes(number, count, shape)]

    def __len__(self) -> int:
        return len(self.scenes)

    def take(self, rows: list[int]) -> tuple[Tensor, list[Scene]]:
        """Latents `[N, 4, h, w]` of unit size and the scenes they show; 32 x 32, wide 24 x 40, tall 40 x 24."""
        chosen = self.latents[rows].float().contiguous(memory_format=torch.channels_last)
        return chosen, [self.scenes[row] for row in rows]


def main() -> None:
    """Command line."""
    parser = arguments("Encode pictures for the denoiser.", 0)
    parser.add_argument("--count", type=int, default=POOL, help=f"pictures (default {POOL})")
    parser.add_argument("--style", default="flat")
    parser.add_argument("--shape", choices=SHAPES, default="square")
    chosen = parser.parse_args()
    _, place = options(chosen, 0.0)
    fix_encoder(chosen.runs)
    for index in range(chosen.count // CHUNK):
        encode(chosen.runs, index, chosen.style, batch=chosen.batch or 16, place=place, shape=chosen.shape)


if __name__ == "__main__":
    main()
