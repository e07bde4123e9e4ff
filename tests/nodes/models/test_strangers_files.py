"""Files as they come from elsewhere: padded, misplaced, quantised, marked, distilled; what each is and what to do."""

from __future__ import annotations

import json
import os
import pickle
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor

from nodegraph.node_api import events
from nodegraph.node_api.context import Context, Places
from nodegraph.support.errors import LoadError
from nodes.definitions import loaders
from nodes.definitions.upscaling import upscale_model_loader
from nodes.models import create_pool
from nodes.models.architectures.sigma_space import space_of
from nodes.models.detection.detect import recognise
from nodes.models.detection.file_kinds import HOMES
from nodes.models.detection.leftovers import left_over
from nodes.models.detection.listing import describe
from nodes.models.files.first_bytes import what_it_is
from nodes.models.files.folders import open_folders
from nodes.models.files.gguf_header import _alignment
from nodes.models.files.header import read_header
from nodes.models.pool import Pool
from nodes.sampling.catalogue import space_from_scheduler
from nodes.types import Clip, Condition, Image, Latent, Model, Source, Vae
from tests import models_maker as maker
from tests.models_maker.networks import unet


def save(path: Path, state: dict[str, Tensor], metadata: dict[str, str] | None = None) -> Source:
    """A safetensors file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous().clone() for name, tensor in state.items()}, path, metadata)
    return Source(str(path), path.name)


@pytest.fixture
def pool() -> Pool:
    return create_pool(device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def sd1(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return maker.write_file(maker.sd1(), tmp_path_factory.mktemp("sd1") / "sd1.safetensors")


def x0(pool: Pool, source: Source, width: int = 32, pooled: int = 0) -> Tensor:
    """The answer of a network to fixed questions."""
    generator = torch.Generator().manual_seed(0)
    x, cond = (torch.randn(shape, generator=generator) for shape in ((1, 4, 8, 8), (1, 77, width)))
    more = torch.randn(1, pooled, generator=generator) if pooled else None
    return pool.get(Model(source)).x0(x, torch.ones(1), [Condition(cond, more)])[0]


def test_padding_and_numbers_in_the_metadata_change_nothing(pool: Pool, sd1: Path, tmp_path: Path) -> None:
    data = sd1.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"] = {"step": 1000, "lr": 0.1, "nested": {"a": [1]}}
    text = json.dumps(header).encode() + b" "
    (tmp_path / "padded.safetensors").write_bytes(data + b"\0" * 100)
    (tmp_path / "numbers.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data[8 + size :])
    wanted = x0(pool, Source(str(sd1), "good"))
    for name in ("padded", "numbers"):
        torch.testing.assert_close(x0(pool, Source(str(tmp_path / f"{name}.safetensors"), name)), wanted)


def test_a_file_that_is_replaced_after_it_was_looked_at_is_not_read_by_its_old_header(
    pool: Pool, sd1: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.safetensors"
    path.write_bytes(sd1.read_bytes())
    denoiser = pool.get(Model(Source(str(path), "m")))
    save(path, dict(reversed(load_file(sd1).items())) | {"first": torch.zeros(7)})
    with pytest.raises(LoadError, match="has changed since it was looked at"):
        denoiser.x0(torch.randn(1, 4, 8, 8), torch.ones(1), [Condition(torch.randn(1, 77, 32))])


FIRST = {
    "git-lfs pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64,
    "web page": b"\n<!DOCTYPE html>\n<html><body>Please log in</body></html>" * 20,
    "web page in capitals": b"<HTML>404",
    "'log in first'": b'{"error":"Unauthorized","message":"log in first"}',
    "RAR archive": b"Rar!\x1a\x07\x01\x00" + b"0" * 100,
    "ZIP archive": b"PK\x03\x04" + b"0" * 100,
    "7-Zip archive": b"7z\xbc\xaf\x27\x1c" + b"0" * 100,
    "gzip archive": b"\x1f\x8b\x08" + b"0" * 100,
    "Python pickle": pickle.dumps({"a": 1}, 5),
    "Python pickle of protocol 3": pickle.dumps({"a": 1}, 3),
    "zeros": b"\0" * 4096,
    "an empty file": b"",
    "PNG picture": b"\x89PNG\r\n\x1a\n" + b"0" * 100,
    "a text": "Bitte später".encode(),
}


@pytest.mark.parametrize("what", FIRST)
@pytest.mark.parametrize("ending", [".safetensors", ".ckpt", ".gguf"])
def test_what_is_no_model_is_named_by_its_first_bytes(what: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / "checkpoints" / f"m{ending}"
    path.parent.mkdir()
    path.write_bytes(FIRST[what])
    word = what.partition(" in ")[0].partition(" of ")[0]
    with pytest.raises(LoadError, match=word) as caught:
        recognise(path)
    assert "claims a header" not in str(caught.value)
    [row] = [row for row in describe(open_folders([tmp_path])) if row["name"] == f"m{ending}"]
    assert word in row["error"]


@given(st.binary(max_size=600), st.integers(0, 10**6))
def test_any_first_bytes_have_an_answer(first: bytes, size: int) -> None:
    found = what_it_is(first[:512], max(size, len(first)))
    assert found is None or all(found)


def test_weights_are_known_under_any_ending(pool: Pool, sd1: Path, tmp_path: Path) -> None:
    (tmp_path / "m.ckpt").write_bytes(sd1.read_bytes())
    assert torch.equal(x0(pool, Source(str(tmp_path / "m.ckpt"), "c")), x0(pool, Source(str(sd1), "good")))


@pytest.mark.parametrize("text", ["abc", "-32", "0", "3", "32.5", "1" * 30, "33554432"])
def test_an_impossible_alignment_is_said(text: str) -> None:
    with pytest.raises(LoadError, match="cannot begin at multiples"):
        _alignment(Path("m.gguf"), text)


def test_a_link_to_itself_is_named_and_the_listing_goes_on(tmp_path: Path) -> None:
    save(tmp_path / "loras" / "z.safetensors", {"unet.x.lora_A.weight": torch.zeros(2, 2)})
    os.symlink(tmp_path / "loras" / "loop.safetensors", tmp_path / "loras" / "loop.safetensors")
    os.symlink(tmp_path / "gone.safetensors", tmp_path / "loras" / "gone.safetensors")
    rows = {row["name"]: row for row in describe(open_folders([tmp_path]))}
    assert all(
        "a link that leads nowhere" in rows[f"{name}.safetensors"]["error"] for name in ("loop", "gone")
    )
    assert rows["z.safetensors"]["family"] == "lora"


def _kinds(sd1: Path) -> dict[str, dict[str, Tensor]]:
    """A file of each kind."""
    whole = load_file(sd1)
    lead, vae = "model.diffusion_model.", "first_stage_model."
    return {
        "checkpoint": whole,
        "diffusion_model": {k.removeprefix(lead): v for k, v in whole.items() if k.startswith(lead)},
        "vae": {k.removeprefix(vae): v for k, v in whole.items() if k.startswith(vae)},
        "text_encoder": maker.hf_text(maker.sd1().texts[0]),
        "lora": {
            "lora_unet_x.lora_up.weight": torch.zeros(8, 4),
            "lora_unet_x.lora_down.weight": torch.zeros(4, 8),
        },
        "embedding": {"emb_params": torch.zeros(2, 32)},
        "upscaler": {"params_ema.conv_first.weight": torch.zeros(4, 3, 3, 3)},
        "unknown": {"a.b.c": torch.zeros(2, 3, 4)},
    }


LOADERS: dict[str, tuple[str, str, Callable[[Context, str], object], tuple[str, ...]]] = {
    "Load checkpoint": (
        "checkpoints", "checkpoint", lambda ctx, n: loaders.checkpoint_loader(ctx, checkpoint=n), ("diffusion_model",),
    ),
    "Load diffusion model": (
        "diffusion_models", "diffusion_model", lambda ctx, n: loaders.diffusion_model_loader(ctx, file=n),
        ("checkpoint",),
    ),
    "Load text encoder": (
        "text_encoders", "text_encoder", lambda ctx, n: loaders.clip_loader(ctx, file=n), ("checkpoint",),
    ),
    "Load autoencoder": ("vae", "vae", lambda ctx, n: loaders.vae_loader(ctx, file=n), ("checkpoint",)),
    "Load ControlNet": ("controlnet", "controlnet", lambda ctx, n: loaders.control_net_loader(ctx, controlnet=n), ()),
    "Load upscaler": (
        "upscale_models", "upscaler", lambda ctx, n: upscale_model_loader(ctx, file=n), ("unknown",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("title", LOADERS)
def test_a_file_in_the_wrong_loader_is_named_with_its_own_folder_and_node(
    title: str, sd1: Path, tmp_path: Path
) -> None:
    folder, own, load, also = LOADERS[title]
    kinds = _kinds(sd1)
    for kind, state in kinds.items():
        save(tmp_path / folder / f"{kind}.safetensors", state)
    ctx = Context(
        "n", Places(tmp_path, tmp_path), lambda _: None, Event(), create_pool(models=[tmp_path], device="cpu")
    )
    for kind in kinds:
        name = f"{kind}.safetensors"
        if kind == own or kind in also:
            load(ctx, name)
            assert open_folders([tmp_path]).refused(folder, name) is None
            continue
        with pytest.raises(LoadError, match=name) as caught:
            load(ctx, name)
        said = str(caught.value)
        assert title not in said and said == open_folders([tmp_path]).refused(folder, name)
        if kind in ("vae", "lora", "text_encoder", "upscaler"):
            assert HOMES[kind].title in said and f"the folder {HOMES[kind].folder}" in said
            assert f"open it with {HOMES[kind].node}" in said
        if kind == "unknown":
            assert "'a.b.c'" in said


UNREAD = {
    "a control-LoRA": ("lora_controlnet", "input_blocks.0.0.weight", "input_hint_block.0.weight"),
    "a union ControlNet": (
        "task_embedding",
        "spatial_ch_projs.weight",
        "controlnet_cond_embedding.conv_in.weight",
    ),
    "a ControlNet that holds differences": ("difference", "control_model.input_hint_block.0.weight"),
    "a Chroma Radiance": ("distilled_guidance_layer.in_proj.weight", "nerf_image_embedder.embedder.0.weight"),
    "a PixArt or HunyuanDiT": ("t_block.1.weight", "blocks.0.attn.qkv.weight"),
    "a CLIP vision model": ("vision_model.embeddings.class_embedding",),
    "an OFT": ("lora_unet_x.oft_blocks", "lora_unet_x.alpha"),
    "a GLoRA": tuple(f"lora_unet_x.{end}.weight" for end in ("a1", "a2", "b1", "b2")),
    "an IA3": ("lora_unet_x.on_input", "lora_unet_x.weight"),
}


@pytest.mark.parametrize("title", UNREAD)
def test_kinds_that_are_known_and_not_read_are_named(title: str, tmp_path: Path) -> None:
    save(tmp_path / "m.safetensors", {name: torch.zeros(2, 2, 2) for name in UNREAD[title]})
    with pytest.raises(LoadError, match=f"is {title}.*not read"):
        recognise(tmp_path / "m.safetensors")


def _quantised(state: dict[str, Tensor], kind: str) -> dict[str, Tensor]:
    """The weights as a way of quantising keeps them, as far as a header tells."""
    found = dict(state)
    for name, tensor in state.items():
        if not name.endswith(".weight") or tensor.ndim != 2:
            continue
        rows, columns = tensor.shape
        bytes_ = torch.zeros(rows * columns // 2, 1, dtype=torch.uint8)
        if kind == "NF4":
            found |= {name: bytes_, f"{name}.quant_state.bitsandbytes__nf4": bytes_[:8]}
        elif kind == "INT8":
            found |= {name: tensor.to(torch.int8), f"{name}_scale": torch.tensor(1.0)}
        elif kind == "NVFP4":
            found |= {name: bytes_, f"{name}_scale_2": torch.tensor(1.0)}
        elif kind == "MXFP8":
            scale = torch.ones(rows, 1).to(torch.float8_e8m0fnu)
            found |= {name: tensor.to(torch.float8_e4m3fn), f"{name}_scale": scale}
        else:
            note = torch.tensor(list(json.dumps({"format": kind}).encode()), dtype=torch.uint8)
            found |= {name: tensor.to(torch.float8_e4m3fn), f"{name.removesuffix('weight')}comfy_quant": note}
    return found


@pytest.mark.parametrize("kind", ["NF4", "INT8", "NVFP4", "MXFP8", "int4_awq"])
def test_quantised_weights_are_named_from_the_header(kind: str, tmp_path: Path) -> None:
    save(tmp_path / "q.safetensors", _quantised(maker.sd1().unet.state_dict(), kind))
    with pytest.raises(LoadError, match=f"quantised as {kind}.*not read: take the file"):
        recognise(tmp_path / "q.safetensors")


@pytest.mark.parametrize("ending", ["_scale", "_scale_inv"])
@pytest.mark.parametrize("side", [8, 128])
def test_eight_bits_with_a_scale_for_each_block_are_multiplied(
    pool: Pool, ending: str, side: int, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    plain = maker.sd1().unet.state_dict()
    eight, wanted = dict(plain), dict(plain)
    for name, tensor in plain.items():
        if name.endswith(".weight") and tensor.ndim == 2:
            scale = torch.rand([-(-size // side) for size in tensor.shape]) + 0.5
            whole = scale.repeat_interleave(side, 0).repeat_interleave(side, 1)[
                : tensor.shape[0], : tensor.shape[1]
            ]
            eight[name] = (tensor / whole).to(torch.float8_e4m3fn)
            eight[name + ending] = scale
            wanted[name] = eight[name].float() * whole
    found = x0(pool, save(tmp_path / "eight.safetensors", eight))
    torch.testing.assert_close(found, x0(pool, save(tmp_path / "wanted.safetensors", wanted)))
    assert recognise(tmp_path / "eight.safetensors").leftovers == ()


def test_a_scale_in_another_shard_counts(pool: Pool, tmp_path: Path) -> None:
    folder = maker.write_folder(maker.sd1(), tmp_path / "m")
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    plain = load_file(file)
    wanted = x0(pool, Source(str(folder), "plain"))
    name = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.weight"
    scale = plain[name].abs().max() / 448
    eight = plain | {name: (plain[name] / scale).to(torch.float8_e4m3fn)}
    file.unlink()
    save(file.with_name("a-00001-of-00002.safetensors"), eight)
    save(file.with_name("a-00002-of-00002.safetensors"), {name + "_scale": scale})
    where = dict.fromkeys(eight, "a-00001-of-00002.safetensors") | {
        name + "_scale": "a-00002-of-00002.safetensors"
    }
    file.with_name(file.name + ".index.json").write_text(json.dumps({"weight_map": where}))
    found = x0(create_pool(device="cpu", dtype="float32"), Source(str(folder), "eight"))
    assert (found - wanted).norm() / wanted.norm() < 0.01


T5_LEADS = ["", "text_encoders.t5xxl.transformer.", "text_encoder.", "t5xxl.", "a.b.c."]


@pytest.mark.parametrize("lead", T5_LEADS)
@pytest.mark.parametrize("table", ["shared.weight", "encoder.embed_tokens.weight"])
def test_t5_is_read_whatever_leads_its_names(pool: Pool, lead: str, table: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    state = {k: v for k, v in maker.t5(96).state_dict().items() if k != "encoder.embed_tokens.weight"}
    plain = save(tmp_path / "plain.safetensors", state)
    other = {lead + (table if k == "shared.weight" else k): v for k, v in state.items()}
    source = save(tmp_path / "other.safetensors", other)
    assert recognise(Path(source.path)).leftovers == ()
    [wanted], [found] = (pool.get(Clip((s,), "flux")).encode("a red house") for s in (plain, source))
    assert torch.equal(found.cond, wanted.cond)


def test_an_encoder_that_has_no_place_is_refused(pool: Pool, tmp_path: Path) -> None:
    tiny = maker.flux()
    clip = save(tmp_path / "l.safetensors", maker.hf_text(tiny.texts[0]))
    t5 = save(
        tmp_path / "t5.safetensors",
        {k: v for k, v in tiny.texts[1].state_dict().items() if "embed_tokens" not in k},
    )
    pool.get(Clip((clip, t5), "flux"))
    with pytest.raises(
        LoadError, match=r"l\.safetensors \(CLIP-L\) has no place .* FLUX\.1.*link T5 instead"
    ):
        pool.get(Clip((clip, clip), "flux"))
    with pytest.raises(
        LoadError, match=r"t5\.safetensors \(T5\) has no place among .* Stable Diffusion 1\.x"
    ):
        pool.get(Clip((clip, t5), "sd1"))
    lora = save(tmp_path / "lora.safetensors", {"unet.x.lora_A.weight": torch.zeros(2, 2)})
    with pytest.raises(LoadError, match=r"lora\.safetensors is a LoRA, no text encoder"):
        pool.get(Clip((clip, lora), "flux"))


def test_an_encoder_that_a_family_cannot_do_without_is_named(pool: Pool, tmp_path: Path) -> None:
    one = save(tmp_path / "l.safetensors", maker.hf_text(maker.sdxl().texts[0]))
    with pytest.raises(LoadError, match="SDXL reads prompts with CLIP-L and CLIP-G, and CLIP-G is missing"):
        pool.get(Clip((one,), "sdxl")).encode("a house")


def test_a_lora_of_text_encoders_alone_asks_for_one(pool: Pool, sd1: Path, tmp_path: Path) -> None:
    names = ("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight", "lora_te_x.lora_down.weight")
    tensors = {names[0]: torch.zeros(64, 4), names[0].replace("up", "down"): torch.zeros(4, 32)}
    with pytest.raises(LoadError, match=r"changes text encoders alone: link the text encoder"):
        pool.fit(save(tmp_path / "l.safetensors", tensors), Model(Source(str(sd1), "m")), None)


def test_a_pickle_is_listed_and_read_alike_and_a_full_disk_is_one_sentence(
    pool: Pool, sd1: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save({"state_dict": load_file(sd1)}, tmp_path / "m.safetensors")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rows = {row["name"]: row for row in describe(open_folders([tmp_path])) if row["kind"] == "checkpoints"}
    assert "is a Python pickle" in rows["m.safetensors"]["error"]
    monkeypatch.setenv("NODEGRAPH_ALLOW_PICKLES", "1")
    (tmp_path / "cache").write_text("a file in the way")
    with pytest.raises(LoadError, match="no copy of its tensors can be kept in"):
        x0(pool, Source(str(tmp_path / "m.safetensors"), "p"))
    (tmp_path / "cache").unlink()
    rows = {row["name"]: row for row in describe(open_folders([tmp_path])) if row["kind"] == "checkpoints"}
    assert rows["m.safetensors"]["family"] == "Stable Diffusion 1.x"
    torch.testing.assert_close(
        x0(pool, Source(str(tmp_path / "m.safetensors"), "p")), x0(pool, Source(str(sd1), "s"))
    )
    assert not list((tmp_path / "cache").rglob("*.part"))


@pytest.mark.parametrize("swollen", ["a view", "an archive"])
def test_a_pickle_that_would_grow_is_refused(
    swollen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import zipfile

    monkeypatch.setenv("NODEGRAPH_ALLOW_PICKLES", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "m.pt"
    if swollen == "a view":
        torch.save({"a": torch.zeros(1).expand(10**6, 10**6)}, path)
    else:
        torch.save({"a": torch.zeros(10**6)}, tmp_path / "plain.pt")
        with (
            zipfile.ZipFile(tmp_path / "plain.pt") as plain,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
        ):
            for entry in plain.infolist():
                packed.writestr(entry.filename, plain.read(entry))
    from nodes.models.files.pickles import readable

    with pytest.raises(LoadError, match=r"m\.pt is damaged: its tensors are larger than the file"):
        readable(path)


def test_cosxl_and_playground_have_their_own_noise_levels(tmp_path: Path) -> None:
    state = load_file(maker.write_file(maker.sdxl(), tmp_path / "plain.safetensors"))
    means, spreads = torch.randn(1, 4, 1, 1), torch.rand(1, 4, 1, 1) + 1
    save(tmp_path / "playground.safetensors", state | {"edm_mean": means, "edm_std": spreads})
    ends = {"edm_vpred.sigma_max": torch.tensor(90.0), "edm_vpred.sigma_min": torch.tensor(0.01)}
    save(tmp_path / "cosxl.safetensors", state | ends)
    playground, cosxl = (recognise(tmp_path / f"{name}.safetensors") for name in ("playground", "cosxl"))
    assert playground.facts is not None and cosxl.facts is not None
    assert playground.leftovers == cosxl.leftovers == ()
    space = space_of(playground.facts)
    assert (space.prediction, space.sigma_data) == ("edm", 0.5)
    samples = torch.randn(2, 4, 3, 3)
    scaled = playground.facts.latent.scaled(samples)
    torch.testing.assert_close(scaled, (samples - means) * 0.5 / spreads)
    torch.testing.assert_close(playground.facts.latent.raw(scaled), samples)
    levels = space_of(cosxl.facts)
    assert levels.prediction == "v" and levels.sigma_data == 1.0
    assert float(levels.sigma_max) == pytest.approx(90) and float(levels.sigma_min) == pytest.approx(0.01)
    with pytest.raises(LoadError, match="edm_mean and edm_std"):
        save(tmp_path / "odd.safetensors", state | {"edm_mean": means[:, :3], "edm_std": spreads})
        recognise(tmp_path / "odd.safetensors")


XL: dict[str, Any] = {
    "channels": (64, 128, 128), "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), "attention_head_dim": [1, 2, 2],
    "use_linear_projection": True, "addition_embed_type": "text_time", "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 64 + 6 * 256,
}  # fmt: skip
DISTILLED: dict[str, dict[str, Any]] = {
    "ssd-1b": {
        **XL, "transformer_layers_per_block": [1, 2, 4], "mid_block_type": "UNetMidBlock2D",
        "reverse_transformer_layers_per_block": [[4, 4, 10], [2, 1, 1], 1],
    },
    "vega": {**XL, "transformer_layers_per_block": [1, 1, 2], "mid_block_type": None},
    "koala-700m": {**XL, "layers_per_block": 1, "transformer_layers_per_block": [1, 2, 5], "mid_block_type": None},
    "koala-1b": {**XL, "layers_per_block": 1, "transformer_layers_per_block": [1, 2, 6]},
    "tiny-sd": {"attention_head_dim": 8, "layers_per_block": 1, "mid_block_type": None},
    "small-sd": {"attention_head_dim": 8, "layers_per_block": 1},
}  # fmt: skip


@pytest.mark.parametrize("name", DISTILLED)
def test_distilled_unets_answer_as_diffusers_does(pool: Pool, name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    width = 96 if "addition_embed_type" in DISTILLED[name] else 32
    network = unet(width, **DISTILLED[name])
    source = save(tmp_path / f"{name}.safetensors", network.state_dict())
    assert pool.recognised(source).leftovers == ()
    ref, denoiser = Model(source), pool.get(Model(source))
    made = pool.network(ref, denoiser.family, denoiser._part, torch.float32)
    x, context = torch.randn(1, 4, 16, 16), torch.randn(1, 5, width)
    added = {"text_embeds": torch.randn(1, 64), "time_ids": torch.randn(1, 6)}
    with torch.no_grad():
        wanted, found = (
            each(x, 3.0, context, added_cond_kwargs=added if width == 96 else None).sample
            for each in (network, made)
        )
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


def test_what_no_part_took_is_said_once_by_the_loader_and_the_listing(sd1: Path, tmp_path: Path) -> None:
    odd = {"model.diffusion_model.middle_block.3.weight": torch.zeros(2), "task.weight": torch.zeros(3)}
    save(
        tmp_path / "checkpoints" / "m.safetensors", load_file(sd1) | odd | {"model_ema.decay": torch.zeros(1)}
    )
    heard: list[events.Event] = []
    pool = create_pool(models=[tmp_path], device="cpu")
    loaders.checkpoint_loader(
        Context("n", Places(tmp_path, tmp_path), heard.append, Event(), pool), checkpoint="m.safetensors"
    )
    [message] = [event.text for event in heard if isinstance(event, events.Message)]
    assert "m.safetensors: 2 of its tensors are not read" in message
    [row] = [row for row in describe(open_folders([tmp_path])) if row["name"] == "m.safetensors"]
    assert row["warning"] == message == open_folders([tmp_path]).remark("checkpoints", "m.safetensors")


def test_what_is_harmless_is_not_counted() -> None:
    names = (
        "model_ema.diffusion_modelinput_blocks00weight", "alphas_cumprod", "sqrt_alphas_cumprod", "loss.logvar",
        "posterior_mean_coef1", "cond_stage_model.model.logit_scale", "text_model.embeddings.position_ids",
        "optimizer_states.0.exp_avg", "global_step", "v_pred", "scaled_fp8", "visual.proj", "lm_head.weight",
        "decoder.block.0.layer.0.layer_norm.weight", "model.layers.0.mlp.up_proj.input_scale", "spiece_model",
    )  # fmt: skip
    assert left_over(names, [], None) == ()
    assert left_over(("task_embedding", "a.weight_scale_inv"), [], None) == (
        "task_embedding",
        "a.weight_scale_inv",
    )


def test_an_autoencoder_with_nan_is_named_and_no_picture_is_made(
    pool: Pool, sd1: Path, tmp_path: Path
) -> None:
    state = {k[18:]: v for k, v in load_file(sd1).items() if k.startswith("first_stage_model.")}
    state["decoder.conv_in.weight"][0, 0, 0, 0] = float("nan")
    state["encoder.conv_in.weight"][0, 0, 0, 0] = float("inf")
    vae = pool.get(Vae(save(tmp_path / "nan.safetensors", state)))
    with pytest.raises(LoadError, match=r"nan\.safetensors is damaged: '(en|de)coder\.conv_in\.weight'"):
        vae.decode(torch.randn(1, 4, 4, 4))
    with pytest.raises(LoadError, match=r"nan\.safetensors is damaged"):
        vae.encode(Image(torch.rand(1, 32, 32, 3)))
    sound = pool.get(Vae(Source(str(sd1), "sound")))
    with pytest.raises(LoadError, match="the fault lies before it"):
        sound.decode(Latent(torch.full((1, 4, 4, 4), float("nan"))).samples)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_text_encoder_with_nan_is_named(pool: Pool, bad: float, sd1: Path, tmp_path: Path) -> None:
    state = load_file(sd1)
    name = next(k for k in state if k.startswith("cond_stage") and "fc1.weight" in k)
    state[name][0, 0] = bad
    with pytest.raises(LoadError, match=r"bad\.safetensors is damaged: .*fc1\.weight"):
        pool.get(Clip((save(tmp_path / "bad.safetensors", state),))).encode("a house")


@pytest.mark.parametrize(
    "config",
    [
        {"num_train_timesteps": 10**8}, {"num_train_timesteps": -1}, {"trained_betas": [0.1] * 200_000},
        {"trained_betas": "x"}, {"beta_start": []}, {"prediction_type": {}}, {"num_train_timesteps": "many"},
    ],
)  # fmt: skip
def test_a_scheduler_that_describes_no_noise_levels_is_said(config: dict[str, Any], sd1: Path) -> None:
    facts = recognise(sd1).facts
    assert facts is not None
    with pytest.raises(LoadError, match=r"scheduler_config\.json describes no noise levels"):
        space_of(replace(facts, scheduler=config))
    assert space_from_scheduler({}).sigma_max > 1


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_mutated_files_are_read_or_refused_in_a_sentence(
    tmp_path: Path, sd1: Path, data: st.DataObject
) -> None:
    """A real header with some bytes changed, all the way to the listing."""
    content = bytearray(sd1.read_bytes())
    size = struct.unpack("<Q", content[:8])[0]
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, size + 7))] = data.draw(st.integers(0, 255))
    path = tmp_path / "changed.safetensors"
    path.write_bytes(content)
    try:
        recognise(path)
        read_header(path)
    except LoadError as error:
        assert str(path) in str(error)
