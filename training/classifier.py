"""A small network that names what a picture shows, trained on renders alone, to judge what the model makes.

Takes about 6 minutes on 2 CPU cores.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.draw.frame import FRAME
from training.draw.many import rendered
from training.draw.render import LOOK
from training.loop import HERE, Place, Run, Schedule, arguments, autocast, averaged, options
from training.optimizer import Muon, split_groups
from training.pictures import to_tensor, write_array
from training.scene import COLOURS, GROUNDS, KINDS, LIGHTS, POSITIONS, RELATIONS, Scene, random_scene

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SLOTS: dict[str, tuple[str, ...]] = {
    "kind1": KINDS,
    "colour1": COLOURS,
    "kind2": ("none", *KINDS),
    "colour2": ("none", *COLOURS),
    "position": POSITIONS,
    "relation": ("none", *RELATIONS),
    "ground": GROUNDS,
    "light": LIGHTS,
}
BATCH = 48
POOL = 12_000
WIDTHS = (32, 48, 96, 160)


def seen_order(scene: Scene) -> Scene:
    """The scene told from left to right, or from the bottom up: what a picture can show of a relation."""
    mirrored = {"right": "left", "above": "below"}
    if scene.relation not in mirrored:
        return scene
    first, second = scene.subjects
    return Scene((second, first), scene.ground, scene.light, mirrored[scene.relation], scene.seed)


def truth(scene: Scene) -> dict[str, str]:
    """What each slot should read; the first subject is the left one, or the lower one."""
    told = seen_order(scene)
    pair = len(told.subjects) == 2
    first, second = told.subjects[0], told.subjects[-1]
    return {
        "kind1": first.kind,
        "colour1": first.colour,
        "kind2": second.kind if pair else "none",
        "colour2": second.colour if pair else "none",
        "position": first.position,
        "relation": told.relation or "none",
        "ground": told.ground,
        "light": told.light,
    }


class Classifier(nn.Module):
    """Convolutions down to 8 x 8, then one linear head a slot over all places."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for width in WIDTHS:
            layers += [nn.Conv2d(before, width, 4, 2, 1), nn.GroupNorm(8, width), nn.SiLU()]
            layers += [nn.Conv2d(width, width, 3, 1, 1), nn.GroupNorm(8, width), nn.SiLU()]
            before = width
        self.trunk = nn.Sequential(
            *layers, nn.Conv2d(before, 24, 1), nn.Flatten(), nn.Linear(24 * 64, 256), nn.SiLU()
        )
        self.heads = nn.ModuleDict({slot: nn.Linear(256, len(values)) for slot, values in SLOTS.items()})
        self.to(memory_format=torch.channels_last)

    def forward(self, pictures: Tensor) -> dict[str, Tensor]:
        """Scores of each slot for square pictures `[N, 3, S, S]` from -1 to 1, read at 128 x 128."""
        seen = self.trunk(functional.interpolate(pictures, size=(FRAME, FRAME), mode="area"))
        return {slot: head(seen) for slot, head in self.heads.items()}

    @torch.no_grad()
    def name(self, pictures: Tensor) -> list[dict[str, str]]:
        """The likeliest value of each slot for each picture."""
        scores = {slot: one.argmax(dim=1).tolist() for slot, one in self(pictures).items()}
        return [
            {slot: SLOTS[slot][rows[index]] for slot, rows in scores.items()}
            for index in range(len(pictures))
        ]


def naming_loss(model: Classifier, pictures: Tensor, scenes: Sequence[Scene]) -> Tensor:
    """Mean cross-entropy over the slots."""
    with autocast(pictures.device):
        scores = model(pictures)
    told = [truth(scene) for scene in scenes]
    losses = []
    for slot, values in SLOTS.items():
        wanted = torch.tensor([values.index(one[slot]) for one in told], device=pictures.device)
        losses.append(functional.cross_entropy(scores[slot].float(), wanted))
    return torch.stack(losses).mean()


def worn(pictures: Tensor) -> Tensor:
    """Pictures slightly blurred, shifted in colour and noised, so that no single pixel decides."""
    if random.random() < 0.5:
        pictures = functional.avg_pool2d(functional.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, 1)
    offset = 0.06 * torch.randn(len(pictures), 3, 1, 1, device=pictures.device)
    return pictures + offset + random.random() * 0.08 * torch.randn_like(pictures)


def drawn(runs: Path, count: int, seed: int, workers: int) -> tuple[list[Scene], NDArray[np.uint8]]:
    """Scenes of any kind and their pictures `[count, 128, 128, 3]`, drawn once and then read from disk."""
    rng = random.Random(f"classifier/{seed}")
    shown = [random_scene(rng) for _ in range(count)]
    path = runs / f"classifier_{LOOK}_{seed}_{count}.npy"
    if not path.exists():
        runs.mkdir(parents=True, exist_ok=True)
        write_array(path, rendered(shown, ["flat"] * count, FRAME, workers))
    return shown, np.load(path, mmap_mode="r")


def train_classifier(
    runs: Path,
    schedule: Schedule,
    seed: int = 0,
    place: Place = HERE,
    *,
    batch: int = BATCH,
    pool_size: int = POOL,
) -> Run:
    """Train on renders of any scene, held-out ones included; the result is `classifier/` under `runs`."""
    torch.manual_seed(seed)
    model = place.take(Classifier())
    shown, pictures = drawn(runs, pool_size, seed, place.workers)
    optimizer = Muon(split_groups(model, decay=0.02))
    run = Run(runs / "classifier", model, optimizer, schedule, seed, decay=0.995)

    def loss_of(step: int) -> Tensor:
        rng = random.Random(f"classifier/{seed}/{step}")
        random.seed(step)
        rows = [rng.randrange(pool_size) for _ in range(batch)]
        seen = to_tensor(np.stack([pictures[row] for row in rows])).to(place.device)
        return naming_loss(model, worn(seen), [shown[row] for row in rows])

    run.train(loss_of)
    return run


def trained_classifier(runs: Path) -> Classifier:
    """The averaged weights of the last checkpoint."""
    model = Classifier()
    averaged(runs / "classifier", model)
    return model


def main() -> None:
    """Command line."""
    chosen = arguments("Train the classifier that judges the practice model.", 6).parse_args()
    schedule, place = options(chosen, 2e-3)
    train_classifier(chosen.runs, schedule, chosen.seed, place, batch=chosen.batch or BATCH)


if __name__ == "__main__":
    main()
