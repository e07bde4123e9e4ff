"""Measure the practice model: `python -m training.evaluate` prints the table that stands in the model card.

1,000 captions that training never saw, half of them with a combination that was held out for good, are drawn in
20 steps, and in 4 steps where there is a few-step LoRA, and read by a classifier that knows renders alone.
"""

from __future__ import annotations

import argparse
import datetime
import random
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from training.autoencoder import best_autoencoder, measure
from training.captions import full_caption, with_article
from training.classifier import Classifier, trained_classifier, truth
from training.draw.render import render
from training.evaluate_parts import edge_score, edit_scores
from training.fewstep import NAME as FEW_STEPS
from training.generate import GUIDANCE, STEPS, Maker
from training.pictures import to_tensor
from training.scene import (
    COLOURS,
    EVERYDAY_LIGHT,
    GROUNDS,
    KINDS,
    LIGHTS,
    POSITIONS,
    Scene,
    Subject,
    held_out_scene,
    training_scene,
)
from training.words import KIND_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

SEED = 4242
CARD = Path("nodes/practice/README.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
Read = dict[str, str]


def single(scene: Scene) -> bool:
    """Whether one subject is shown."""
    return len(scene.subjects) == 1


def pair(scene: Scene) -> bool:
    """Whether two subjects are shown."""
    return len(scene.subjects) == 2


def anything(scene: Scene) -> bool:
    """Every scene."""
    return True


@dataclass(frozen=True)
class Measure:
    """A row of the table: on which scenes, which slots must all be right, and what is asked for."""

    name: str
    on: Callable[[Scene], bool]
    slots: tuple[str, ...]
    goal: float


MEASURES = (
    Measure("subject", single, ("kind1",), 0.98),
    Measure("colour", single, ("colour1",), 0.98),
    Measure("ground", anything, ("ground",), 0.98),
    Measure("time and weather", anything, ("light",), 0.98),
    Measure("position", single, ("position",), 0.97),
    Measure("both subjects of a pair", pair, ("kind1", "kind2"), 0.95),
    Measure("both colours of a pair", pair, ("colour1", "colour2"), 0.92),
    Measure(
        "pair: subjects, colours and relation",
        pair,
        ("kind1", "kind2", "colour1", "colour2", "relation"),
        0.88,
    ),
)


def share(measure_: Measure, scenes: Sequence[Scene], read: Sequence[Read]) -> float:
    """How many of the scenes that a measure is about were read right, 0 to 1."""
    hits = [
        all(one[slot] == truth(scene)[slot] for slot in measure_.slots)
        for scene, one in zip(scenes, read, strict=True)
        if measure_.on(scene)
    ]
    return sum(hits) / max(1, len(hits))


def name_all(judge: Classifier, pictures: NDArray[np.uint8]) -> list[Read]:
    """What the classifier reads in each picture."""
    return [
        one
        for start in range(0, len(pictures), 50)
        for one in judge.name(to_tensor(pictures[start : start + 50]))
    ]


def unseen_scenes(count: int) -> list[Scene]:
    """Half with a held-out combination, half new mixtures of what training knew."""
    rng = random.Random(SEED)
    return [held_out_scene(rng) if index % 2 else training_scene(rng) for index in range(count)]


def one_word(scene: Scene, rng: random.Random) -> tuple[Scene, str]:
    """The scene of one subject with one attribute changed, and the slot that says so."""
    subject = scene.subjects[0]
    slot = rng.choice(("kind1", "colour1", "position", "ground", "light"))
    values = {"kind1": KINDS, "colour1": COLOURS, "position": POSITIONS, "ground": GROUNDS, "light": LIGHTS}[
        slot
    ]
    value = rng.choice([one for one in values if one != truth(scene)[slot]])
    changes: dict[str, Scene] = {
        "kind1": replace(scene, subjects=(replace(subject, kind=value),)),
        "colour1": replace(scene, subjects=(replace(subject, colour=value),)),
        "position": replace(scene, subjects=(replace(subject, position=value),)),
        "ground": replace(scene, ground=value),
        "light": replace(scene, light=value),
    }
    return changes[slot], slot


def change_one_word(maker: Maker, judge: Classifier, count: int) -> tuple[float, float]:
    """Same seed, one word changed: how often the new word shows, and how often the rest is read as before."""
    rng = random.Random(SEED + 1)
    before = [training_scene_of_one(rng) for _ in range(count)]
    changed = [one_word(scene, rng) for scene in before]
    after = [scene for scene, _ in changed]
    wordings = range(count)
    texts = [
        full_caption(scene, random.Random(index)).text for scene, index in zip(before, wordings, strict=True)
    ]
    others = [
        full_caption(scene, random.Random(index)).text for scene, index in zip(after, wordings, strict=True)
    ]
    seeds = [90_000 + index for index in wordings]
    old = name_all(judge, maker.pictures(texts, seeds))
    new = name_all(judge, maker.pictures(others, seeds))
    slots = [slot for _, slot in changed]
    shown = [read[slot] == truth(scene)[slot] for read, scene, slot in zip(new, after, slots, strict=True)]
    kept = [
        all(one[slot] == other[slot] for slot in truth(after[0]) if slot != changed_slot)
        for one, other, changed_slot in zip(old, new, slots, strict=True)
    ]
    return sum(shown) / count, sum(kept) / count


def plain_prompts(maker: Maker, judge: Classifier, seeds: int = 4) -> tuple[float, float]:
    """For prompts that name a subject alone: how often it is there, and how often it is a sunny day, 0 to 1 each."""
    kinds = [kind for kind in KINDS for _ in range(seeds)]
    texts = [with_article(KIND_WORDS[kind][0]) for kind in kinds]
    read = name_all(judge, maker.pictures(texts, [70_000 + index for index in range(len(texts))]))
    right = [one["kind1"] == kind for one, kind in zip(read, kinds, strict=True)]
    plain = [one["light"] == EVERYDAY_LIGHT for one in read]
    return sum(right) / len(right), sum(plain) / len(plain)


def training_scene_of_one(rng: random.Random) -> Scene:
    """A scene with one subject of medium size."""
    scene = training_scene(rng)
    first: Subject = replace(scene.subjects[0], size="medium")
    return Scene((first,), scene.ground, scene.light, None, scene.seed)


def table(runs: Path, count: int, device: torch.device) -> str:
    """Measure everything; the result is Markdown."""
    maker, judge = Maker.of(runs, device=device), trained_classifier(runs)
    scenes = unseen_scenes(count)
    rng = random.Random(SEED)
    texts = [full_caption(scene, rng).text for scene in scenes]
    seeds = [50_000 + index for index in range(count)]
    read = name_all(judge, maker.pictures(texts, seeds))
    few: list[Read] = []
    if (runs / f"lora_{FEW_STEPS}" / "state.pt").exists():
        few = name_all(judge, Maker.in_few_steps(runs, device=device).pictures(texts, seeds, steps=4))
    itself = name_all(judge, np.stack([render(scene) for scene in scenes]))
    lines = [
        f"{count} unseen captions, half of them with held-out combinations; "
        f"Euler, {STEPS} steps, guidance {GUIDANCE:g}.",
        "",
        "| | model | of these, held out | in 4 steps | goal | classifier on renders |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [row(one, scenes, read, few, itself) for one in MEASURES]
    shown, kept = change_one_word(maker, judge, count // 4)
    there, plain = plain_prompts(maker, judge)
    decibels = measure(best_autoencoder(runs), 200)
    lines += [
        "",
        f"- One word changed at the same seed ({count // 4} pairs): the new word shows in {shown:.1%}; "
        f"everything else is read as before in {kept:.1%}.",
        f"- A prompt of the subject alone: it is there in {there:.1%}, on a sunny day in {plain:.1%}.",
        *parts(runs, judge, count // 8),
        f"- Autoencoder on 200 unseen pictures: {decibels:.1f} dB (goal 33).",
        f"- Measured on {datetime.date.today().isoformat()} with the training code at commit {commit()}.",
    ]
    return "\n".join(lines)


def parts(runs: Path, judge: Classifier, count: int) -> list[str]:
    """A line for each part beside the model that has been trained."""
    lines = []
    if (runs / "controlnet" / "state.pt").exists():
        score = edge_score(runs, count)
        lines.append(
            f"- ControlNet: edges of the picture against those of the hint, F-score {score:.2f} ({count} pictures)."
        )
    if (runs / "edit" / "state.pt").exists():
        shown, kept = edit_scores(runs, judge, count)
        lines.append(
            f"- Edits ({count}): what was asked for shows in {shown:.1%} (goal 95%), "
            f"everything else is read as before in {kept:.1%} (goal 90%)."
        )
    return lines


def row(
    one: Measure, scenes: Sequence[Scene], read: Sequence[Read], few: Sequence[Read], itself: Sequence[Read]
) -> str:
    """One line of the table; `few` may be empty."""
    odd = slice(1, None, 2)
    in_few = f"{share(one, scenes, few):.1%}" if few else ""
    return (
        f"| {one.name} | {share(one, scenes, read):.1%} | {share(one, scenes[odd], read[odd]):.1%} "
        f"| {in_few} | {one.goal:.0%} | {share(one, scenes, itself):.1%} |"
    )


def commit() -> str:
    """The commit that is checked out, shortened."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def put_into_card(card: Path, text: str) -> None:
    """Replace what stands between the markers of the model card."""
    old = card.read_text("utf-8")
    before, rest = old.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    card.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure the practice model.")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--card", action="store_true", help="put the table into the model card")
    chosen = parser.parse_args()
    torch.manual_seed(0)
    text = table(chosen.runs, chosen.count, torch.device(chosen.device))
    print(text)
    if chosen.card:
        put_into_card(CARD, text)


if __name__ == "__main__":
    main()
