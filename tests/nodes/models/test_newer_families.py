"""AuraFlow, Lumina 2, Z-Image, Qwen-Image and FLUX.2 in every layout, with the text encoders that read for them."""

import inspect
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor

from nodegraph.support.errors import LoadError
from nodes.models import create_pool
from nodes.models.architectures.families import families
from nodes.models.architectures.vaes import kind_of
from nodes.models.detection.detect import recognise
from nodes.models.pool import Pool
from nodes.types import Clip, Condition, Image, Model, Patch, Source, Vae
from tests import models_maker as maker

PROMPT = "a red house by a lake"
FLOW = {"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0}
MAKERS: dict[str, Callable[[], maker.Tiny]] = {
    "auraflow": maker.auraflow,
    "lumina2": maker.lumina2,
    "z_image": maker.z_image,
    "qwen_image": maker.qwen_image,
    "flux2": maker.flux2,
    "flux2 klein": partial(maker.flux2, klein=True),
}
VAES = {"qwen_image": "wan", "flux2": "flux2"}


@pytest.fixture(scope="module", params=MAKERS)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def tiny(name: str) -> maker.Tiny:
    return MAKERS[name]()


@pytest.fixture(scope="module")
def file(tiny: maker.Tiny, tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("file") / "model.safetensors"
    return Source(str(maker.write_transformer(tiny, path)), "file")


@pytest.fixture(scope="module")
def folder(tiny: maker.Tiny, tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("folder") / "model"
    return Source(str(maker.write_transformer_folder(tiny, path, FLOW)), "folder")


@pytest.fixture
def pool() -> Pool:
    return create_pool(device="cpu", dtype="float32")


def test_both_layouts_are_recognised(name: str, tiny: maker.Tiny, file: Source, folder: Source) -> None:
    for source in (file, folder):
        found = recognise(Path(source.path))
        assert (found.kind, found.family) == ("checkpoint", name.split()[0])
        assert set(found.parts) == {"network", "vae", *tiny.kinds}
        assert kind_of(found.parts["vae"]).name == VAES.get(found.family, "kl")


def test_both_layouts_are_the_same_model(file: Source, folder: Source, pool: Pool) -> None:
    torch.manual_seed(1)
    conditions = [pool.get(Clip((source,))).encode(PROMPT)[0] for source in (file, folder)]
    assert torch.equal(conditions[0].cond, conditions[1].cond)
    networks = [pool.get(Model(source)) for source in (file, folder)]
    channels = networks[0].facts.latent.channels
    x = torch.randn(2, channels, 7, 10)
    answers = [network.x0(x, torch.full((2,), 0.4), conditions[:1])[0] for network in networks]
    assert answers[0].shape == x.shape
    torch.testing.assert_close(answers[0], answers[1])
    pictures = [pool.get(Vae(source)).decode(torch.randn_like(x).fill_(0.3)) for source in (file, folder)]
    torch.testing.assert_close(pictures[0], pictures[1])
    back = pool.get(Vae(file)).encode(Image(torch.rand(1, 96, 80, 3)))
    pixel = networks[0].facts.latent.downscale
    assert pool.get(Vae(file)).downscale == pixel and back.shape == (1, channels, 96 // pixel, 80 // pixel)


def test_the_wires_carry_raw_latents(name: str, file: Source, pool: Pool) -> None:
    network = pool.get(Model(file))
    raw = torch.randn(1, network.facts.latent.channels, 4, 4)
    torch.testing.assert_close(network.raw(network.scaled(raw)), raw)
    assert torch.equal(network.scaled(raw), raw) == name.startswith("flux2")


def test_it_also_runs_in_bfloat16(file: Source) -> None:
    pool = create_pool(device="cpu", dtype="float32")
    [condition] = pool.get(Clip((file,))).encode(PROMPT)
    x = torch.randn(1, pool.get(Model(file)).facts.latent.channels, 4, 4)
    exact, rounded = (
        pool.get(Model(file, dtype)).x0(x, torch.tensor([0.6137]), [condition])[0]
        for dtype in ("float32", "bfloat16")
    )
    assert not torch.equal(exact, rounded)
    assert float((exact - rounded).std() / exact.std()) < 0.03


def _converter(function: str, **replaced: str) -> Callable[[maker.State], maker.State]:
    """diffusers' own conversion; some have the real network's widths written into them."""
    from diffusers.loaders import single_file_utils as utils

    text = inspect.getsource(getattr(utils, function))
    for old, new in replaced.items():
        text = text.replace(old.removeprefix("_"), new)
    space: dict[str, Any] = {"torch": torch, "swap_scale_shift": utils.swap_scale_shift}
    exec(text, space)
    found: Callable[[maker.State], maker.State] = space[function]
    return found


CONVERTERS = {
    "auraflow": ("convert_auraflow_transformer_checkpoint_to_diffusers", {}),
    "lumina2": ("convert_lumina2_to_diffusers", {"_2304": "96", "_768": "48"}),
    "z_image": ("convert_z_image_transformer_checkpoint_to_diffusers", {}),
    "flux2": ("convert_flux2_transformer_checkpoint_to_diffusers", {}),
}


@pytest.mark.parametrize("family", CONVERTERS)
def test_names_are_those_diffusers_converts(family: str) -> None:
    network = MAKERS[family]().unet
    function, replaced = CONVERTERS[family]
    converted = _converter(function, **replaced)(maker.original_transformer(network))
    own = network.state_dict()
    assert set(converted) == set(own)
    assert all(torch.equal(converted[name], own[name]) for name in own)


def test_the_video_autoencoders_names_are_those_diffusers_converts() -> None:
    vae = maker.qwen_image().vae
    converted = _converter("convert_wan_vae_to_diffusers")(maker.original_vae(vae))
    own = vae.state_dict()
    assert set(converted) == set(own)
    assert all(torch.equal(converted[name], own[name]) for name in own)


def said(name: str, tiny: maker.Tiny, prompt: str = PROMPT) -> Tensor:
    """What the transformers library's own encoder makes of a prompt."""
    [kind], [network] = tiny.kinds, tiny.texts
    [use] = (use for use in families()[name.split()[0]].encoders if use.kind == kind)
    tokenizer = Tokenizer.from_str(maker.tokenizer(kind))
    lead = "<bos>" if kind == "gemma2" else ""
    text = lead + use.template.replace("{}", prompt)
    ids = tokenizer.encode(text, add_special_tokens=False).ids + ([2] if kind == "pile_t5" else [])
    fill = max(use.minimum - len(ids), 0)
    pad = tokenizer.token_to_id({"mistral": "<pad>", "qwen3": "<|endoftext|>"}.get(kind, "<s>")) or 0
    row, mask = ids + [pad] * fill, [1] * len(ids) + [0] * fill
    if kind == "mistral":
        row, mask = [pad] * fill + ids, [0] * fill + [1] * len(ids)
    told = {"input_ids": torch.tensor([row]), "attention_mask": torch.tensor([mask])}
    with torch.no_grad():
        states = network(**told, output_hidden_states=True)
    if kind == "pile_t5":
        masked: Tensor = states.last_hidden_state * torch.tensor(mask)[None, :, None]
        return masked
    chosen = [states.hidden_states[at] for at in use.layers or (use.layer,)]
    return torch.cat(chosen, -1)[:, use.skip :]


@pytest.mark.parametrize("prompt", [PROMPT, "a (house:1.5)", "{}"])
def test_the_text_encoder_agrees(name: str, tiny: maker.Tiny, file: Source, pool: Pool, prompt: str) -> None:
    if tiny.kinds == ("mistral",):
        # The last layer that is read is also the last that is there: the library norms it, the family does not.
        tiny.texts[0].norm = torch.nn.Identity()
    [condition] = pool.get(Clip((file,), dtype="float32")).encode(prompt)
    agrees = torch.allclose(condition.cond, said(name, tiny, prompt), atol=1e-4, rtol=1e-4)
    weighted = ":" in prompt and name == "auraflow"
    assert agrees == (not weighted), "language models read parentheses as text, T5 reads weights"


def test_a_tokenizer_of_another_model_is_said(tiny: maker.Tiny, tmp_path: Path, pool: Pool) -> None:
    path = maker.write_encoder(tiny, 0, tmp_path / "encoder.safetensors")
    tokenizer = Tokenizer.from_str(maker.tokenizer(tiny.kinds[0]))
    tokenizer.add_tokens([f"word{at}" for at in range(300)])
    tokenizer.save(str(tmp_path / f"{tiny.kinds[0]}.tokenizer.json"))
    with pytest.raises(LoadError, match="the tokenizer beside it is another model's"):
        pool.get(Clip((Source(str(path), "alone"),))).encode("word299")


def test_an_encoder_that_comes_alone(
    name: str, tiny: maker.Tiny, file: Source, tmp_path: Path, pool: Pool
) -> None:
    path = maker.write_encoder(tiny, 0, tmp_path / "text_encoders" / "encoder.safetensors")
    assert recognise(path).kind == "text_encoder"
    alone = pool.get(Clip((Source(str(path), "alone"),), kind=name.split()[0])).encode(PROMPT)[0]
    torch.testing.assert_close(alone.cond, pool.get(Clip((file,))).encode(PROMPT)[0].cond)


def test_network_and_autoencoder_that_come_alone(
    name: str, tiny: maker.Tiny, file: Source, tmp_path: Path, pool: Pool
) -> None:
    sources = {}
    for part, state in (
        ("network", maker.original_transformer(tiny.unet)),
        ("vae", maker.original_vae(tiny.vae)),
    ):
        path = tmp_path / f"{part}.safetensors"
        save_file({key: tensor.contiguous().clone() for key, tensor in state.items()}, path)
        sources[part] = Source(str(path), part)
    assert recognise(tmp_path / "network.safetensors").kind == "diffusion_model"
    assert recognise(tmp_path / "vae.safetensors").kind == "vae"
    [condition] = pool.get(Clip((file,))).encode(PROMPT)
    x = torch.randn(1, pool.get(Model(file)).facts.latent.channels, 4, 6)
    ours, theirs = (
        pool.get(Model(source)).x0(x, torch.tensor([0.5]), [condition])[0]
        for source in (sources["network"], file)
    )
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(pool.get(Vae(sources["vae"])).decode(x), pool.get(Vae(file)).decode(x))


def test_a_tokenizer_that_is_missing_or_none_is_said(tiny: maker.Tiny, tmp_path: Path, pool: Pool) -> None:
    path = maker.write_encoder(tiny, 0, tmp_path / "encoder.safetensors")
    tokenizer = tmp_path / f"{tiny.kinds[0]}.tokenizer.json"
    for text, sentence in (("{}", "is no tokenizer"), ("[", "cannot be read as a tokenizer")):
        tokenizer.write_text(text)
        with pytest.raises(LoadError, match=sentence):
            pool.get(Clip((Source(str(path), "alone"),))).encode(PROMPT)
    tokenizer.unlink()
    with pytest.raises(
        LoadError, match=rf"has no tokenizer: put .* beside it as {tiny.kinds[0]}\.tokenizer\.json"
    ):
        pool.get(Clip((Source(str(path), "alone"),))).encode(PROMPT)


def test_the_older_layout_of_qwens_tokenizer(tmp_path: Path, pool: Pool) -> None:
    tiny = maker.qwen_image()
    path = maker.write_transformer_folder(tiny, tmp_path / "model", FLOW)
    source = Source(str(path), "pair")
    [wanted] = pool.get(Clip((source,))).encode(PROMPT)
    whole = path / "tokenizer" / "tokenizer.json"
    found = json.loads(whole.read_text())
    whole.unlink()
    special = {entry["content"]: entry["id"] for entry in found["added_tokens"]}
    words = {word: at for word, at in found["model"]["vocab"].items() if word not in special}
    (path / "tokenizer" / "merges.txt").write_text("#version: 0.2\n")
    (path / "tokenizer" / "added_tokens.json").write_text(json.dumps(special))
    for text, sentence in (("[]", "cannot be read as a tokenizer"), ("{", "cannot be read as a tokenizer")):
        (path / "tokenizer" / "vocab.json").write_text(text)
        with pytest.raises(LoadError, match=sentence):
            pool.get(Clip((source,))).encode(PROMPT)
    (path / "tokenizer" / "vocab.json").write_text(json.dumps(words | special))
    (path / "tokenizer" / "merges.txt").write_text("one two\n")
    with pytest.raises(LoadError, match=r"merges\.txt has 'one two'"):
        pool.get(Clip((source,))).encode(PROMPT)
    (path / "tokenizer" / "merges.txt").write_text("#version: 0.2\n")
    [found_again] = pool.get(Clip((source,))).encode(PROMPT)
    torch.testing.assert_close(found_again.cond, wanted.cond)


def test_a_lora_in_either_projects_names_changes_it(
    name: str, tiny: maker.Tiny, file: Source, tmp_path: Path, pool: Pool
) -> None:
    state = maker.original_transformer(tiny.unet)
    target = next(key for key in state if ("qkv" in key or "w2q" in key or "attn.to_q" in key))
    rows, columns = state[target].shape
    stem = f"diffusion_model.{target.removesuffix('.weight')}"
    up, down = torch.randn(rows, 2), torch.randn(2, columns)
    save_file({f"{stem}.lora_B.weight": up, f"{stem}.lora_A.weight": down}, tmp_path / "lora.safetensors")
    patch = Patch(Source(str(tmp_path / "lora.safetensors"), name), 0.5)
    assert pool.fit(patch.source, Model(file), None).unused == ()
    changed = pool.get(Model(file, patches=(patch,)))._network().state_dict()
    own = tiny.unet.state_dict()
    assert sum(int((changed[key] != own[key]).sum()) for key in own) == rows * columns


def test_auraflow_says_how_large_it_draws(tmp_path: Path, pool: Pool) -> None:
    path = maker.write_transformer(maker.auraflow(), tmp_path / "a.safetensors")
    condition = Condition(torch.randn(1, 8, 96))
    with pytest.raises(LoadError, match="up to 128 pixels a side"):
        pool.get(Model(Source(str(path), "a"))).x0(torch.randn(1, 4, 24, 8), torch.tensor([0.5]), [condition])
