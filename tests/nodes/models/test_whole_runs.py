"""A checkpoint in original names, run from the command line, gives the latents and the picture of diffusers' own
pipeline on the same weights, noise, sigmas and embeddings: several steps with guidance, in float32."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from nodegraph.cli import main
from tests import models_maker as maker
from tests.nodes.models import flow_pipelines as flows
from tests.nodes.models import pipelines as theirs
from tests.nodes.models.pipelines import CFG, NEGATIVE, PROMPT, SEED, SIDE, STEPS, Answer, Given

RUNS: dict[str, tuple[Callable[[], maker.Tiny], Callable[[maker.Tiny, Given], Answer]]] = {
    "sd1": (maker.sd1, theirs.stable_diffusion),
    "sd2": (maker.sd2, theirs.stable_diffusion),
    "sd2 v": (maker.sd2, theirs.stable_diffusion_v),
    "sdxl": (maker.sdxl, theirs.stable_diffusion_xl),
    "sdxl_refiner": (maker.sdxl_refiner, theirs.refiner),
    "sd1 inpaint": (partial(maker.sd1, inputs=9), theirs.inpaint),
    "sdxl inpaint": (partial(maker.sdxl, inputs=9), theirs.inpaint_xl),
    "sdxl turbo": (maker.sdxl, theirs.turbo),
    "sd3": (maker.sd3, flows.stable_diffusion_3),
    "flux": (maker.flux, flows.flux),
    "chroma": (maker.chroma, flows.chroma),
    "auraflow": (maker.auraflow, flows.aura_flow),
    "lumina2": (maker.lumina2, flows.lumina_2),
    "z_image": (maker.z_image, flows.z_image),
    "qwen_image": (maker.qwen_image, flows.qwen_image),
    "flux2": (maker.flux2, flows.flux_2),
    "flux2 klein": (partial(maker.flux2, klein=True), flows.flux_2),
}


def workflow(variant: str = "") -> dict[str, Any]:
    """Text to image, saving latents and picture: plainly, or as the nodes for a variant are used."""
    prompts = (("positive", PROMPT), ("negative", NEGATIVE))
    nodes: list[dict[str, Any]] = [
        {"id": "load", "type": "CheckpointLoader", "params": {"checkpoint": "tiny.safetensors"}},
        *(
            {"id": name, "type": "TextEncode", "params": {"text": text}, "inputs": {"clip": "load.clip"}}
            for name, text in prompts
        ),
        {"id": "size", "type": "EmptyLatent", "params": {"width": SIDE, "height": SIDE}},
        {
            "id": "draw",
            "type": "KSampler",
            "params": {"seed": SEED, "steps": STEPS, "cfg": CFG, "sampler": "euler", "schedule": "normal"},
            "inputs": {
                "model": "load.model",
                "latent": "size.latent",
                **{name: f"{name}.conditioning" for name, _ in prompts},
                **OTHERWISE.get(variant, {}),
            },
        },
        {"id": "decode", "type": "VAEDecode", "inputs": {"latent": "draw.latent", "vae": "load.vae"}},
        {"id": "save", "type": "SaveImage", "inputs": {"image": "decode.image"}},
        {"id": "keep", "type": "SaveLatent", "inputs": {"latent": "draw.latent"}},
    ]
    if variant == "turbo":
        nodes = [node for node in nodes if node["id"] not in ("draw", "negative")]
    nodes += ADDED.get(variant, [])
    return {"format": "nodegraph", "version": 1, "nodes": [{"version": 1, **node} for node in nodes]}


OTHERWISE: dict[str, dict[str, str]] = {
    "v": {"model": "v.model"},
    "inpaint": {"positive": "around.positive", "negative": "around.negative"},
}
"""What the sampler takes from other nodes in a variant."""

ADDED: dict[str, list[dict[str, Any]]] = {
    "v": [
        {
            "id": "v",
            "type": "ModelSamplingDiscrete",
            "params": {"prediction": "v"},
            "inputs": {"model": "load.model"},
        }
    ],
    "inpaint": [
        {"id": "given", "type": "LoadImage", "params": {"image": "given.png"}},
        {
            "id": "around",
            "type": "InpaintConditioning",
            "params": {"noise_mask": False},
            "inputs": {
                "positive": "positive.conditioning",
                "negative": "negative.conditioning",
                "vae": "load.vae",
                "image": "given.image",
                "mask": "given.mask",
            },
        },
    ],
    "turbo": [
        {"id": "noise", "type": "SeedNoise", "params": {"seed": SEED}},
        {"id": "solver", "type": "SolverSelect", "params": {"name": "euler_ancestral"}},
        {
            "id": "sigmas",
            "type": "TurboSigmas",
            "params": {"steps": STEPS},
            "inputs": {"model": "load.model"},
        },
        {
            "id": "guider",
            "type": "GuiderBasic",
            "inputs": {"model": "load.model", "positive": "positive.conditioning"},
        },
        {
            "id": "draw",
            "type": "SamplerCustom",
            "inputs": {
                "noise": "noise.noise",
                "guider": "guider.guider",
                "solver": "solver.solver",
                "sigmas": "sigmas.sigmas",
                "latent": "size.latent",
            },
        },
    ],
}
"""The nodes that a variant has besides."""


@pytest.mark.parametrize("name", RUNS)
def test_a_whole_run_agrees(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, reference = RUNS[name]
    variant = name.partition(" ")[2]
    tiny = make()
    file = maker.write_checkpoint(tiny, tmp_path / "models" / "checkpoints" / "tiny.safetensors")
    (tmp_path / "run.json").write_text(json.dumps(workflow(variant)))
    picture, mask = theirs.picture_and_mask()
    Image.fromarray(numpy.dstack([picture, 255 - mask])).save(tmp_path / "given.png")
    arguments = ["run", "run.json", "--models", "models", "--out", "out", "--no-cache"]
    monkeypatch.chdir(tmp_path)
    assert main([*arguments, "--device", "cpu", "--dtype", "float32"]) == 0

    with torch.no_grad():
        given = Given(file, variant == "v")
        latents, wanted = reference(tiny, given)
    ours = load_file(tmp_path / "out" / "latent_00001.latent")["latent_tensor"]
    torch.testing.assert_close(given.scaled(ours), latents, atol=1e-4, rtol=1e-4)
    drawn = numpy.asarray(Image.open(tmp_path / "out" / "picture_00001.png"), dtype=numpy.float32) / 255
    assert drawn.std() > 0.01
    torch.testing.assert_close(
        torch.tensor(drawn), wanted[0].permute(1, 2, 0).float(), atol=1.5 / 255, rtol=0
    )
