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

from training.draw.brush import FRAME
from training.draw.render import render
from training.loop import Run, Schedule, arguments, autocast, averaged
from training.optimizer import Muon, split_groups
from training.pictures import to_tensor
from training.scene import COLOURS, GROUNDS, KINDS, LIGHTS, POSITIONS, RELATIONS, Scene, random_scene

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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
    with autocast():
        scores = model(pictures)
    told = [truth(scene) for scene in scenes]
    losses = []
    for slot, values in SLOTS.items():
        wanted = torch.tensor([values.index(one[slot]) for one in told])
        losses.append(functional.cross_entropy(scores[slot].float(), wanted))
    return torch.stack(losses).mean()


def worn(pictures: Tensor) -> Tensor:
    """Pictures slightly blurred, shifted in colour and noised, so that no single pixel decides."""
    if random.random() < 0.5:
        pictures = functional.avg_pool2d(functional.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, 1)
    offset = 0.06 * torch.randn(len(pictures), 3, 1, 1)
    return pictures + offset + torch.rand(1) * 0.08 * torch.randn_like(pictures)


def train_classifier(runs: Path, schedule: Schedule, seed: int = 0, *, batch: int = BATCH) -> Run:
    """Train on renders of any scene, held-out ones included; the result is `classifier/` under `runs`."""
    torch.manual_seed(seed)
    model = Classifier()
    optimizer = Muon(split_groups(model, decay=0.02))
    run = Run(runs / "classifier", model, optimizer, schedule, seed, decay=0.995)

    def loss_of(step: int) -> Tensor:
        rng = random.Random(f"classifier/{seed}/{step}")
        random.seed(step)
        scenes = [random_scene(rng) for _ in range(batch)]
        return naming_loss(
            model, worn(to_tensor(np.stack([render(one, side=FRAME) for one in scenes]))), scenes
        )

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
    torch.set_num_threads(chosen.threads)
    train_classifier(chosen.runs, Schedule(chosen.minutes, 2e-3, steps=chosen.steps), chosen.seed)


if __name__ == "__main__":
    main()
