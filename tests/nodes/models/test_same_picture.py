"""A checkpoint of Stable Diffusion 1.5's kind, through the engine, against the same run written out plainly: tokens,
noise, sigmas, steps, guidance, masks and picture as docs/sampling.md says, on diffusers' and transformers' networks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from nodegraph import Graph, Node, Source
from nodegraph.engine.local import LocalEngine, Options
from nodegraph.node_api.registry import Registry
from nodes import runtime
from tests import models_maker as maker
from tests.nodes.models.plainly import (
    LONG,
    SCALE,
    SEED,
    WORDS,
    Plain,
    Segments,
    ancestral,
    euler,
    heun,
    kept,
    multistep,
    noise,
)


@pytest.fixture(scope="module")
def plain() -> Plain:
    tiny = maker.sd1()
    for network in (tiny.unet, tiny.vae, *tiny.texts):
        network.half().float().requires_grad_(False)
    return Plain(tiny)


@pytest.fixture(scope="module")
def folder(plain: Plain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("same")
    maker.write_file(plain.tiny, made / "models" / "checkpoints" / "tiny.safetensors", torch.float16)
    (made / "models" / "embeddings" / "own").mkdir(parents=True)
    save_file({"emb_params": vectors()}, made / "models" / "embeddings" / "own" / "style.safetensors")
    (made / "models" / "loras").mkdir()
    save_file(lora(), made / "models" / "loras" / "style.safetensors")
    rows, columns = numpy.mgrid[:70, :83]
    picture = numpy.stack([rows * 3, columns * 3, (rows * columns) % 256], -1).astype(numpy.uint8)
    mask = numpy.zeros((70, 83), numpy.uint8)
    mask[20:50, 10:61] = 200
    Image.fromarray(numpy.dstack([picture, 255 - mask])).save(made / "given.png")
    return made


def vectors() -> Tensor:
    return torch.randn(3, 32, generator=torch.Generator().manual_seed(7))


UNET_LORA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
TEXT_LORA = "lora_te_text_model_encoder_layers_0_mlp_fc1"


def lora() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(1)
    shapes = {UNET_LORA: (32, 32), TEXT_LORA: (64, 32)}
    found: dict[str, Tensor] = {}
    for name, (rows, columns) in shapes.items():
        found[f"{name}.lora_down.weight"] = torch.randn(4, columns, generator=generator) * 0.3
        found[f"{name}.lora_up.weight"] = torch.randn(rows, 4, generator=generator) * 0.3
        found[f"{name}.alpha"] = torch.tensor(2.0)
    return found


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[LocalEngine]:
    library = Registry()
    library.add_package("nodes.definitions")
    options = Options(models=(folder / "models",), device="cpu", output=folder / "output")
    with LocalEngine(options=options, library=library, nodes=runtime) as made:
        yield made


def node(name: str, kind: str, links: dict[str, str] | None = None, **params: Any) -> Node:
    split = {key: text.partition(".") for key, text in (links or {}).items()}
    sources = {key: (Source(start, output),) for key, (start, _, output) in split.items()}
    return Node(name, kind, params=params, inputs=sources)


SAMPLER = {
    "model": "load.model",
    "positive": "yes.conditioning",
    "negative": "no.conditioning",
    "latent": "size.latent",
}


def graph(*others: Node, text: str = WORDS, negative: str = "fog", clip: str = "load.clip") -> Graph:
    """The nodes of every workflow, and others, which take the place of those of their name."""
    nodes = [
        node("load", "CheckpointLoader", checkpoint="tiny.safetensors"),
        node("yes", "TextEncode", {"clip": clip}, text=text),
        node("no", "TextEncode", {"clip": clip}, text=negative),
        node("size", "EmptyLatent", width=80, height=64, batch_size=1),
        node("given", "LoadImage", image="given.png"),
        node("encode", "VAEEncode", {"image": "given.image", "vae": "load.vae"}),
        node("mask", "LatentNoiseMask", {"latent": "encode.latent", "mask": "given.mask"}),
        *others,
    ]
    return Graph.of(*{each.id: each for each in nodes}.values())


def drawn(engine: LocalEngine, given: Graph, folder: Path) -> Tensor:
    """What a workflow's sampler made, in the network's scale."""
    result = engine.run(given, ["draw"], base=folder)
    assert result.ok, result.error
    latent = result.value("draw.latent")
    found: Tensor = latent.samples * SCALE
    return found


def draw(links: dict[str, str] | None = None, **params: Any) -> Node:
    settings = {"seed": SEED, "steps": 4, "cfg": 5.0}
    return node("draw", "KSampler", SAMPLER | (links or {}), **settings | params)


def encoded(plain: Plain, folder: Path) -> Tensor:
    """The picture as a scaled latent: its middle, the mean of the posterior."""
    pixels = torch.tensor(numpy.array(Image.open(folder / "given.png").convert("RGB"), numpy.float32)) / 255
    middle = pixels[3:67, 1:81].movedim(-1, 0)[None] * 2 - 1
    mean: Tensor = plain.tiny.vae.encode(middle).latent_dist.mean
    return mean * SCALE


def same(ours: Tensor, theirs: Tensor) -> None:
    """Latents of random weights are large: the same to 1e-4 of their spread."""
    spread = theirs.std()
    assert spread > 0.05
    torch.testing.assert_close(ours / spread, theirs / spread, atol=1e-4, rtol=1e-4)


SOLVERS = {"euler": euler, "euler_ancestral": ancestral, "heun": heun, "dpmpp_2m": multistep, "ddim": euler}


@pytest.mark.parametrize("schedule", ["karras", "normal", "sgm_uniform", "simple", "ddim_uniform"])
@pytest.mark.parametrize("solver", SOLVERS)
def test_text_to_image(engine: LocalEngine, plain: Plain, folder: Path, solver: str, schedule: str) -> None:
    sigmas = plain.steps(schedule, 4)
    mind = plain.mind(plain.say([(WORDS, 1.0)]), plain.say([("fog", 1.0)]), 5.0)
    wanted = SOLVERS[solver](mind, noise([1, 4, 8, 10]) * plain.first(sigmas), sigmas)
    same(drawn(engine, graph(draw(sampler=solver, schedule=schedule)), folder), wanted)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", [("", 1.0)]),
        (LONG, [(LONG, 1.0)]),
        (f"(red house:1.3) {LONG}, ((small)) [boat] \\(lake\\)", [
            ("red house", 1.3), (f" {LONG}, ", 1.0), ("small", 1.21), (" [boat] (lake)", 1.0)]),
        ("a (house (by:0.5) a:1.5) lake", [("a ", 1.0), ("house ", 1.5), ("by", 0.5), (" a", 1.5), (" lake", 1.0)]),
        ("(boat:0) (tree:-0.5)", [("boat", 0.0), (" ", 1.0), ("tree", -0.5)]),
        ("a embedding:style, house", [("a", 1.0), (vectors(), 1.0), (", house", 1.0)]),
        ("(embedding:style house:1.4)", [(vectors(), 1.4), ("house", 1.4)]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("skip", [1, 2])
def test_prompts(
    engine: LocalEngine, plain: Plain, folder: Path, text: str, segments: Segments, skip: int
) -> None:
    skipping = node("skip", "ClipSkip", {"clip": "load.clip"}, layer=-skip)
    given = graph(skipping, draw(steps=2), text=text, clip="skip.clip")
    mind = plain.mind(plain.say(segments, skip), plain.say([("fog", 1.0)], skip), 5.0)
    sigmas = plain.steps("normal", 2)
    same(drawn(engine, given, folder), euler(mind, noise([1, 4, 8, 10]) * plain.first(sigmas), sigmas))


def test_without_guidance_in_a_batch_and_one_of_it_alone(
    engine: LocalEngine, plain: Plain, folder: Path
) -> None:
    batch = node("size", "EmptyLatent", width=80, height=64, batch_size=3)
    mind = plain.mind(plain.say([(WORDS, 1.0)]), plain.say([("fog", 1.0)]), 1.0)
    sigmas = plain.steps("simple", 3)
    wanted = multistep(mind, noise([3, 4, 8, 10]) * plain.first(sigmas), sigmas)
    settings: dict[str, Any] = {"steps": 3, "cfg": 1.0, "sampler": "dpmpp_2m", "schedule": "simple"}
    same(drawn(engine, graph(batch, draw(**settings)), folder), wanted)
    alone = node("alone", "LatentFromBatch", {"latent": "size.latent"}, index=1, length=2)
    given = graph(batch, alone, draw({"latent": "alone.latent"}, **settings))
    same(drawn(engine, given, folder), wanted[1:])


@pytest.mark.parametrize(("denoise", "steps"), [(0.5, 4), (0.87, 5), (0.3, 1)])
def test_image_to_image(engine: LocalEngine, plain: Plain, folder: Path, denoise: float, steps: int) -> None:
    sigmas = plain.steps("karras", int(steps / denoise))[-(steps + 1) :]
    latent = encoded(plain, folder)
    mind = plain.mind(plain.say([(WORDS, 1.0)]), plain.say([("fog", 1.0)]), 5.0)
    wanted = ancestral(mind, latent + noise(latent.shape) * plain.first(sigmas), sigmas)
    settings: dict[str, Any] = {"steps": steps, "denoise": denoise, "sampler": "euler_ancestral"}
    given = graph(draw({"latent": "encode.latent"}, schedule="karras", **settings))
    same(drawn(engine, given, folder), wanted)


@pytest.mark.parametrize("solver", ["euler", "ddim"])
@pytest.mark.parametrize("denoise", [1.0, 0.6])
def test_a_noise_mask(engine: LocalEngine, plain: Plain, folder: Path, solver: str, denoise: float) -> None:
    sigmas = plain.steps("normal", int(3 / denoise))[-4:]
    latent = encoded(plain, folder)
    alpha = torch.tensor(numpy.array(Image.open(folder / "given.png"), numpy.float32))[..., 3] / 255
    mask = functional.interpolate(1 - alpha[None, None], (8, 10), mode="bilinear")
    start = noise(latent.shape)
    around = noise(latent.shape, SEED + 1) if solver == "ddim" else start
    plainly = plain.mind(plain.say([(WORDS, 1.0)]), plain.say([("fog", 1.0)]), 5.0)
    wanted = euler(kept(plainly, mask, latent, around), latent + start * plain.first(sigmas), sigmas)
    given = graph(draw({"latent": "mask.latent"}, steps=3, denoise=denoise, sampler=solver))
    same(drawn(engine, given, folder), wanted)


def test_two_stages_with_leftover_noise(engine: LocalEngine, plain: Plain, folder: Path) -> None:
    settings: dict[str, Any] = {"seed": SEED, "steps": 6, "cfg": 5.0, "sampler": "heun", "schedule": "karras"}
    first = node("first", "KSamplerAdvanced", SAMPLER, **settings, end_at_step=2, leave_noise=True)
    links = SAMPLER | {
        "latent": "first.latent",
        "positive": "no.conditioning",
        "negative": "yes.conditioning",
    }
    rest: dict[str, Any] = {"start_at_step": 2, "add_noise": False}
    second = node("draw", "KSamplerAdvanced", links, **settings, **rest, end_at_step=5)
    sigmas = plain.steps("karras", 6)
    yes, no = plain.say([(WORDS, 1.0)]), plain.say([("fog", 1.0)])
    x = noise([1, 4, 8, 10]) * plain.first(sigmas)
    x = heun(plain.mind(yes, no, 5.0), x, sigmas[:3])
    wanted = heun(plain.mind(no, yes, 5.0), x, [*sigmas[2:5], 0.0])
    same(drawn(engine, graph(first, second), folder), wanted)


@pytest.mark.parametrize(("strength", "clip_strength"), [(0.7, -0.5), (-1.2, 0.0)])
def test_a_lora(
    engine: LocalEngine, plain: Plain, folder: Path, strength: float, clip_strength: float
) -> None:
    links = {"model": "load.model", "clip": "load.clip"}
    params: dict[str, Any] = {
        "strength": strength,
        "clip_strength": clip_strength,
        "lora": "style.safetensors",
    }
    styled = node("lora", "LoraLoader", links, **params)
    ours = drawn(engine, graph(styled, draw({"model": "lora.model"}), clip="lora.clip"), folder)
    state = lora()
    query = plain.tiny.unet.down_blocks[0].attentions[0].transformer_blocks[0].attn1.to_q.weight
    dense = plain.clip.encoder.layers[0].mlp.fc1.weight
    changed = ((query, UNET_LORA, strength), (dense, TEXT_LORA, clip_strength))
    before = [weight.clone() for weight, _, _ in changed]
    for weight, name, by in changed:
        weight += by * 0.5 * state[f"{name}.lora_up.weight"] @ state[f"{name}.lora_down.weight"]
    # Text encoders keep what the file has, float16, with a LoRA too.
    dense.copy_(dense.half().float())
    mind = plain.mind(plain.say([(WORDS, 1.0)]), plain.say([("fog", 1.0)]), 5.0)
    sigmas = plain.steps("normal", 4)
    wanted = euler(mind, noise([1, 4, 8, 10]) * plain.first(sigmas), sigmas)
    for (weight, _, _), old in zip(changed, before, strict=True):
        weight.copy_(old)
    same(ours, wanted)


def test_the_picture_is_cut_off_to_bytes(engine: LocalEngine, plain: Plain, folder: Path) -> None:
    decode = node("decode", "VAEDecode", {"latent": "encode.latent", "vae": "load.vae"})
    save = node("save", "SaveImage", {"image": "decode.image"}, prefix="same")
    result = engine.run(graph(decode, save), base=folder)
    assert result.ok, result.error
    [output] = [each for each in result.outputs if each.node == "save"]
    pixels = plain.tiny.vae.decode(encoded(plain, folder) / SCALE).sample
    wanted = (((pixels + 1) / 2).clamp(0, 1)[0].movedim(0, -1) * 255).numpy()
    found = numpy.array(Image.open(output.path), numpy.float32)
    assert wanted.std() > 5
    # Where float32 comes out just beside a whole number, either byte is right.
    exact = (wanted - numpy.floor(wanted) > 0.01) & (wanted - numpy.floor(wanted) < 0.99)
    assert exact.mean() > 0.9 and (found == numpy.floor(wanted))[exact].all()
