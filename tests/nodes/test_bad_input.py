"""Values that cannot be meant, from the command line: a right picture, or one clear sentence and never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from nodegraph.cli import main
from nodegraph.execution.executor import sentence

CHECKPOINT = {"id": "checkpoint", "type": "CheckpointLoader", "params": {"checkpoint": "practice"}}
DECODE = {
    "id": "decode",
    "type": "VAEDecode",
    "inputs": {"latent": "sampler.latent", "vae": "checkpoint.vae"},
}
SAVE = {"id": "save", "type": "SaveImage", "inputs": {"image": "decode.image"}}


def node(id: str, type: str, inputs: dict[str, Any] | None = None, **params: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "params": params, "inputs": inputs or {}}


PROMPTS = [
    node("prompt", "TextEncode", {"clip": "checkpoint.clip"}, text="a red house"),
    node("negative", "TextEncode", {"clip": "checkpoint.clip"}, text=""),
]
SIZE = node("size", "EmptyLatent", width=64, height=64)
SIDES = {"model": "checkpoint.model", "positive": "prompt.conditioning", "negative": "negative.conditioning"}


def sampled(*more: dict[str, Any], latent: str = "size.latent", **inputs: str) -> list[dict[str, Any]]:
    """A small picture by KSampler, with `more` nodes before it and other inputs."""
    sampler = node("sampler", "KSampler", {**SIDES, "latent": latent, **inputs}, seed=3, steps=2, cfg=4.0)
    return [CHECKPOINT, *PROMPTS, SIZE, *more, sampler, DECODE, SAVE]


def custom(sigmas: str, **solver: Any) -> list[dict[str, Any]]:
    """A small picture by SamplerCustom from sigmas in a text."""
    inputs = {"noise": "noise.noise", "guider": "guider.guider", "solver": "solver.solver"}
    return [
        CHECKPOINT,
        *PROMPTS,
        SIZE,
        node("noise", "SeedNoise"),
        node("guider", "GuiderCFG", SIDES, cfg=4.0),
        node("solver", "SolverSelect", **solver),
        node("sigmas", "SigmasFromText", text=sigmas),
        node("sampler", "SamplerCustom", {**inputs, "sigmas": "sigmas.sigmas", "latent": "size.latent"}),
        DECODE,
        SAVE,
    ]


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))


def run(folder: Path, nodes: list[dict[str, Any]], *settings: str) -> int:
    path = folder / "flow.json"
    path.write_text(json.dumps({"format": "nodegraph", "version": 1, "nodes": nodes}), encoding="utf-8")
    arguments = [word for setting in settings for word in ("--set", setting)]
    return main(["run", str(path), "--out", str(folder), "--no-cache", *arguments])


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("steps=0", "steps is 0, below 1; use 1 to 1000"),
        ("steps=1.5", "steps takes a whole number"),
        ("steps=1000000000000", "above 1000; use 1 to 1000"),
        ("denoise=-0.1", "denoise is -0.1, below 0; use 0 to 1"),
        ("denoise=1.1", "denoise is 1.1, above 1; use 0 to 1"),
        ("cfg=-1", "cfg is -1.0, below 0; use 0 to 100"),
        ("cfg=1e30", "above 100; use 0 to 100"),
        ("cfg=nan", "cfg takes a number, not 'nan'"),
        ("cfg=inf", "cfg takes a number, not 'inf'"),
        ("seed=-1", "seed is -1, below 0"),
        ("seed=18446744073709551616", "above 18446744073709551615"),
        ("sampler=eulr", "sampler cannot be 'eulr'; did you mean euler?"),
        ("schedule=karas", "schedule cannot be 'karas'; did you mean karras?"),
        ("schedule=foo", "schedule cannot be 'foo'; choose one of normal, karras"),
    ],
)
def test_a_value_outside_is_bad_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, sentence: str
) -> None:
    assert run(tmp_path, sampled(), f"sampler.{setting}") == 2
    said = capsys.readouterr()
    assert sentence in said.err and "sampler" in said.err
    assert "Traceback" not in said.err + said.out
    assert not list(tmp_path.glob("*.png"))


OUTSIDE = node(
    "place", "ConditioningArea", {"conditioning": "prompt.conditioning"}, width=64, height=64, x=4096, y=4096
)
NOTHING = node(
    "place", "ConditioningAreaFraction", {"conditioning": "prompt.conditioning"}, width=0.0, height=0.0, x=0.0
)
EDGE = node("place", "ConditioningAreaFraction", {"conditioning": "prompt.conditioning"}, width=0.2, x=1.0)
LARGE_MASK = node("mask", "MaskRectangle", width=500, height=37, x=9000, y=2, inner_width=3, inner_height=3)
MASKED = node("masked", "LatentNoiseMask", {"latent": "size.latent", "mask": "mask.mask"})
MASKED_PROMPT = node(
    "place", "ConditioningMask", {"conditioning": "prompt.conditioning", "mask": "mask.mask"}
)
RANGE = node("place", "ConditioningRange", {"conditioning": "prompt.conditioning"}, start=0.8, end=0.2)
LONG = " ".join(["(a red house:1.3)", *["word"] * 9998])


@pytest.mark.parametrize(
    ("nodes", "settings"),
    [
        (sampled(), ["sampler.denoise=0"]),
        (sampled(), ["sampler.steps=1", "sampler.cfg=100"]),
        (sampled(), ["sampler.cfg=0"]),
        (sampled(), ["sampler.seed=18446744073709551615"]),
        (sampled(), ["size.width=72", "size.height=8"]),
        (sampled(NOTHING, positive="place.conditioning"), []),
        (sampled(LARGE_MASK, MASKED_PROMPT, positive="place.conditioning"), []),
        (sampled(LARGE_MASK, MASKED, latent="masked.latent"), []),
        (sampled(), ["prompt.text=((((unbalanced:1.2, ) \\( :: 日本 🏠"]),
        (sampled(), [f"prompt.text={LONG}"]),
        (custom(""), []),
        (custom("14.6"), []),
        (custom("3, 3, 3, 0"), []),
        (custom("5, 1"), []),
        (custom("1000000, 1, 0"), []),
    ],
    ids=lambda value: str(value)[:40] if value and isinstance(value[0], str) else "",
)
def test_what_is_odd_but_can_be_done_gives_a_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], nodes: list[dict[str, Any]], settings: list[str]
) -> None:
    code = run(tmp_path, nodes, *settings)
    said = capsys.readouterr()
    assert code == 0, said.err
    assert "Traceback" not in said.err
    assert len(list(tmp_path.glob("*.png"))) == 1


BEYOND = node("few", "LatentFromBatch", {"latent": "size.latent"}, index=5, length=2)


@pytest.mark.parametrize(
    ("nodes", "sentence"),
    [
        (custom("1, 2, 0"), "Sigma 1 rises from 1 to 2: to sample, sigmas must fall."),
        (custom("nan, 0"), "A sigma is negative or not a finite number"),
        (custom("5, inf, 0"), "A sigma is negative or not a finite number"),
        (custom("5, -1"), "A sigma is negative or not a finite number"),
        (custom("5, one, 0"), "'one' in the list of sigmas is not a number."),
        (
            custom("5, 1, 0", name="dpmpp_sde", r=0.0),
            "'r' of sampler 'dpmpp_sde' is 0: it is a part of a step",
        ),
        (sampled(BEYOND, latent="few.latent"), "batch"),
        (
            sampled(OUTSIDE, positive="place.conditioning"),
            "outside the picture of 64 x 64 pixels; move it inside",
        ),
        (
            sampled(EDGE, positive="place.conditioning"),
            "outside the picture of 64 x 64 pixels; move it inside",
        ),
        (sampled(RANGE, positive="place.conditioning"), "starts at 0.8, after its end at 0.2; exchange them"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_what_cannot_be_done_fails_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], nodes: list[dict[str, Any]], sentence: str
) -> None:
    code = run(tmp_path, nodes)
    said = capsys.readouterr()
    assert sentence in said.err, (code, said.err, said.out)
    assert code == 1
    assert "Traceback" not in said.err + said.out


def test_want_of_memory_in_torch_is_a_plain_sentence() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 44)
    assert sentence(caught.value).startswith("there is not enough memory")
