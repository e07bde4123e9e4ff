"""Measure what goes with the model: a ControlNet's edges against its hint, an edit against all that it should leave."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import cv2
import numpy as np
import torch

from training.autoencoder import SCALING, best_autoencoder
from training.captions import full_caption
from training.classifier import truth
from training.controlnet import edges, trained_controlnet
from training.diffusion import sample
from training.draw.many import rendered
from training.draw.render import SIDE
from training.edit import trained_editor
from training.edits import Edit, random_edit
from training.pictures import to_pictures, to_tensor
from training.scene import Scene, training_scene
from training.text import TOKENIZER, token_ids
from training.tokenizer import load_tokenizer
from training.unet import trained_denoiser

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from training.classifier import Classifier

GUIDANCE, STEPS = 4.0, 20
NEAR = 2
"""How many pixels an edge may lie off and still count."""
BATCH = 8


def f_score(found: NDArray[np.bool_], wanted: NDArray[np.bool_], near: int = NEAR) -> float:
    """Of edges `[H, W]`: the harmonic mean of the share found that was wanted, and of the share wanted that was found.

    1 where both are empty, 0 where only one is.
    """
    if not found.any() or not wanted.any():
        return float(found.any() == wanted.any())
    right = float(found[_widened(wanted, near)].sum() / found.sum())
    reached = float(wanted[_widened(found, near)].sum() / wanted.sum())
    return 2 * right * reached / (right + reached) if right + reached else 0.0


def _widened(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    kernel = np.ones((2 * by + 1, 2 * by + 1), np.uint8)
    widened: NDArray[np.bool_] = cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)
    return widened


def _noise(count: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, 4, SIDE // 8, SIDE // 8, generator=generator)


@torch.no_grad()
def edge_score(runs: Path, count: int, seed: int = 31) -> float:
    """The mean F-score of the edges of pictures that were made with the ControlNet for edges, 0 to 1."""
    rng = random.Random(seed)
    model, vae, words = trained_denoiser(runs), best_autoencoder(runs).eval(), load_tokenizer(TOKENIZER)
    net = trained_controlnet(runs, model.unet)
    scores: list[float] = []
    for start in range(0, count, BATCH):
        scenes = [training_scene(rng) for _ in range(min(BATCH, count - start))]
        hint = edges(scenes, rng)
        text = model.read(token_ids(words, [full_caption(scene, rng).text for scene in scenes]))
        empty = model.read(token_ids(words, [""]))

        def velocity(x: Tensor, t: Tensor, c: Tensor, hint: Tensor = hint) -> Tensor:
            down, middle = net(x, t, c, controlnet_cond=torch.cat([hint, hint]), return_dict=False)
            extra = {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}
            made: Tensor = model.unet(x, t, c, **extra).sample
            return made

        latents = sample(
            velocity, text, empty, _noise(len(scenes), seed + start), steps=STEPS, guidance=GUIDANCE
        )
        for picture, wanted in zip(
            to_pictures(vae.decode(latents / SCALING).sample), hint[:, 0].numpy() > 0, strict=True
        ):
            scores.append(f_score(cv2.Canny(picture, 100, 200) > 0, wanted))
    return sum(scores) / len(scores)


@torch.no_grad()
def edited(runs: Path, edits: list[Edit], seed: int = 17) -> NDArray[np.uint8]:
    """What the editor makes of the pictures before the edits, `[N, SIDE, SIDE, 3]`."""
    model, vae, words = trained_editor(runs), best_autoencoder(runs).eval(), load_tokenizer(TOKENIZER)
    made = []
    for start in range(0, len(edits), BATCH):
        part = edits[start : start + BATCH]
        pictures = to_tensor(rendered([one.before for one in part], ["flat"] * len(part)))
        beside = vae.encode(pictures).latent_dist.mode()
        text, empty = (
            model.read(token_ids(words, [one.text for one in part])),
            model.read(token_ids(words, [""])),
        )

        def velocity(x: Tensor, t: Tensor, c: Tensor, beside: Tensor = beside) -> Tensor:
            found: Tensor = model.unet(torch.cat([x, torch.cat([beside, beside])], dim=1), t, c).sample
            return found

        noise = _noise(len(part), seed + start)
        latents = sample(velocity, text, empty, noise, steps=STEPS, guidance=GUIDANCE)
        made.append(to_pictures(vae.decode(latents / SCALING).sample))
    return np.concatenate(made)


def edit_scores(runs: Path, judge: Classifier, count: int, seed: int = 29) -> tuple[float, float]:
    """How often an edit shows what it asks for, and how often everything else is read as before, 0 to 1 each.

    Edits that the classifier has no slot for (sizes, subjects removed or added) are left out.
    """
    rng = random.Random(seed)
    edits: list[Edit] = []
    while len(edits) < count:
        edit = random_edit(rng)
        if truth(edit.before) != truth(edit.after) and all(_drawn(one) for one in (edit.before, edit.after)):
            edits.append(edit)
    before = judge.name(to_tensor(rendered([one.before for one in edits], ["flat"] * count)))
    after = judge.name(to_tensor(edited(runs, edits)))
    shown, kept = 0, 0
    for edit, old, new in zip(edits, before, after, strict=True):
        wanted, given = truth(edit.after), truth(edit.before)
        changed = {slot for slot in wanted if wanted[slot] != given[slot]}
        shown += all(new[slot] == wanted[slot] for slot in changed)
        kept += all(new[slot] == old[slot] for slot in wanted if slot not in changed)
    return shown / count, kept / count


def _drawn(scene: Scene) -> bool:
    return all(one.is_drawn for one in scene.subjects)
