"""Small SD 3 and FLUX models in every layout give what diffusers' and transformers' own networks give."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from nodes.models import create_pool
from nodes.models.architectures.families.flux import packed, places, unpacked
from nodes.models.detection.detect import recognise
from nodes.models.pool import Pool
from nodes.text.chunks import weighted_tokens
from nodes.text_encoders.tokenizers.t5 import t5_tokens
from nodes.types import Clip, Condition, Model, Patch, Source
from tests import models_maker as maker

PROMPT = "a red house by a (lake:1.0)"


@dataclass(frozen=True, eq=False)
class Made:
    """A small model on disk, and the networks it was made of."""

    family: str
    layout: str
    tiny: maker.Tiny
    source: Source


MAKERS: dict[str, tuple[Callable[[], maker.Tiny], tuple[str, ...], dict[str, Any]]] = {
    "sd3": (maker.sd3, ("clip_l", "clip_g", "t5"), {"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0}),
    "flux": (
        maker.flux,
        ("clip_l", "t5"),
        {"_class_name": "FlowMatchEulerDiscreteScheduler", "use_dynamic_shifting": True, "max_shift": 1.15},
    ),
    "chroma": (maker.chroma, ("t5",), {"_class_name": "FlowMatchEulerDiscreteScheduler", "use_dynamic_shifting": True}),
}  # fmt: skip


@pytest.fixture(
    scope="module", params=[(f, layout) for f in MAKERS for layout in ("file", "folder")], ids="-".join
)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    family, layout = request.param
    make, _, scheduler = MAKERS[family]
    tiny, path = make(), tmp_path_factory.mktemp("model")
    if layout == "file":
        made = maker.write_transformer(tiny, path / "model.safetensors")
    else:
        made = maker.write_transformer_folder(tiny, path / "model", scheduler)
    return Made(family, layout, tiny, Source(str(made), "print"))


@pytest.fixture
def pool() -> Pool:
    return create_pool(device="cpu", dtype="float32")


def test_it_is_recognised(made: Made) -> None:
    found = recognise(Path(made.source.path))
    assert (found.kind, found.family) == ("checkpoint", made.family)
    assert set(found.parts) == {"network", "vae", *MAKERS[made.family][1]}


def reference(made: Made, x: Tensor, sigma: float, condition: Condition) -> Tensor:
    """What diffusers' own transformer answers."""
    network, time = made.tiny.unet, torch.full((x.shape[0],), sigma)
    context = condition.cond.expand(x.shape[0], -1, -1)
    if made.family == "chroma":
        with torch.no_grad():
            found = network(packed(x), context, time, places(x), torch.zeros(context.shape[1], 3)).sample
        return unpacked(found, x.shape[-2], x.shape[-1])
    assert condition.pooled is not None
    pooled = condition.pooled.expand(x.shape[0], -1)
    with torch.no_grad():
        if made.family == "sd3":
            answer: Tensor = network(x, context, pooled, time * 1000).sample
            return answer
        tokens = network(
            packed(x),
            context,
            pooled,
            time,
            places(x),
            torch.zeros(context.shape[1], 3),
            torch.full_like(time, 2.0),
        ).sample
    return unpacked(tokens, x.shape[-2], x.shape[-1])


def test_the_network_agrees(made: Made, pool: Pool) -> None:
    torch.manual_seed(1)
    x, pooled = (
        torch.randn(2, 16, 8, 10),
        torch.randn(1, made.tiny.unet.config.get("pooled_projection_dim", 32)),
    )
    conditions = [Condition(torch.randn(1, length, 96), pooled, guidance=2.0) for length in (20, 30)]
    denoiser = pool.get(Model(made.source))
    assert denoiser.space.flow and denoiser.facts.latent.channels == 16
    ours = denoiser.x0(x, torch.full((2,), 0.6), conditions)
    for condition, x0 in zip(conditions, ours, strict=True):
        wanted = x - 0.6 * reference(made, x, 0.6, condition)
        torch.testing.assert_close(x0, wanted, atol=1e-4, rtol=1e-4)


def test_uneven_sides_are_continued_around_the_edge(made: Made, pool: Pool) -> None:
    torch.manual_seed(2)
    x, pooled = (
        torch.randn(1, 16, 7, 9),
        torch.randn(1, made.tiny.unet.config.get("pooled_projection_dim", 32)),
    )
    condition = Condition(torch.randn(1, 20, 96), pooled, guidance=2.0)
    [ours] = pool.get(Model(made.source)).x0(x, torch.tensor([0.5]), [condition])
    larger = torch.cat([x, x[..., :1]], -1)
    larger = torch.cat([larger, larger[..., :1, :]], -2)
    wanted = (larger - 0.5 * reference(made, larger, 0.5, condition))[..., :7, :9]
    torch.testing.assert_close(ours, wanted, atol=1e-4, rtol=1e-4)


def test_the_text_encoders_agree(made: Made, pool: Pool) -> None:
    [condition] = pool.get(Clip((made.source,), dtype="float32")).encode(PROMPT)
    said: dict[str, Any] = {}
    for kind, encoder in zip(MAKERS[made.family][1], made.tiny.texts, strict=True):
        if kind == "t5":
            length = {"sd3": 77, "flux": 256, "chroma": 1}[made.family]
            ids = t5_tokens("a red house by a ") + t5_tokens("lake") + [1]
            ids += [0] * (length - len(ids))
        else:
            ids = [token for token, _ in weighted_tokens(PROMPT, 0 if kind == "clip_g" else 49407)[0]]
        with torch.no_grad():
            said[kind] = encoder(torch.tensor([ids]), output_hidden_states=True)
    t5 = said["t5"].last_hidden_state
    if made.family == "chroma":
        cond, pooled = t5, t5[:, 0]
    elif made.family == "flux":
        cond, pooled = t5, said["clip_l"].pooler_output
    else:
        both = torch.cat([said[kind].hidden_states[-2] for kind in ("clip_l", "clip_g")], -1)
        cond = torch.cat([both, t5], 1)
        pooled = torch.cat([said["clip_l"].pooler_output, said["clip_g"].text_embeds], -1)
    torch.testing.assert_close(condition.cond, cond, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(condition.pooled, pooled, atol=1e-4, rtol=1e-4)


def _converter(family: str, width: int) -> Callable[[maker.State], maker.State]:
    """diffusers' own conversion; FLUX's has the real network's width written into it."""
    from diffusers.loaders import single_file_utils as utils

    if family == "sd3":
        found: Callable[[maker.State], maker.State] = utils.convert_sd3_transformer_checkpoint_to_diffusers
        return found
    name = f"convert_{family}_transformer_checkpoint_to_diffusers"
    space: dict[str, Any] = {"torch": torch}
    exec(inspect.getsource(getattr(utils, name)).replace("3072", str(width)), space)
    converter: Callable[[maker.State], maker.State] = space[name]
    return converter


@pytest.mark.parametrize("family", MAKERS)
def test_names_are_those_diffusers_converts(family: str) -> None:
    network = MAKERS[family][0]().unet
    converted = _converter(family, 128)(maker.original_transformer(network))
    own = network.state_dict()
    assert set(converted) == set(own)
    assert all(torch.equal(converted[name], own[name]) for name in own)


def test_a_lora_in_original_names_reaches_its_rows(made: Made, pool: Pool, tmp_path: Path) -> None:
    torch.manual_seed(3)
    three = made.family == "sd3"
    fused, block = ("joint_blocks.1.x_block.attn.qkv", 1) if three else ("double_blocks.0.img_attn.qkv", 0)
    up, down = torch.randn(3 * 128, 4), torch.randn(4, 128)
    start = f"diffusion_model.{fused}"
    save_file({f"{start}.lora_B.weight": up, f"{start}.lora_A.weight": down}, tmp_path / "a.safetensors")
    ref = Model(made.source, patches=(Patch(Source(str(tmp_path / "a.safetensors"), made.layout), 0.5),))
    denoiser = pool.get(ref)
    weights = denoiser._network().state_dict()
    own = made.tiny.unet.state_dict()
    for at, letter in enumerate("qkv"):
        name = f"transformer_blocks.{block}.attn.to_{letter}.weight"
        wanted = own[name] + 0.5 * (up @ down)[128 * at : 128 * (at + 1)]
        torch.testing.assert_close(weights[name], wanted, atol=1e-5, rtol=1e-5)


def test_a_lora_as_xlabs_writes_them(pool: Pool, tmp_path: Path) -> None:
    from diffusers.loaders.lora_conversion_utils import _convert_xlabs_flux_lora_to_diffusers

    torch.manual_seed(5)
    path = maker.write_transformer(maker.flux(), tmp_path / "m.safetensors")
    layers = {
        "double_blocks.0.processor.qkv_lora1": (384, 128),
        "double_blocks.0.processor.qkv_lora2": (384, 128),
    }
    layers |= {
        "double_blocks.0.processor.proj_lora1": (128, 128),
        "double_blocks.0.processor.proj_lora2": (128, 128),
    }
    layers |= {
        "single_blocks.1.processor.qkv_lora": (384, 128),
        "single_blocks.1.processor.proj_lora": (128, 640),
    }
    tensors = {f"{name}.up.weight": torch.randn(rows, 4) for name, (rows, _) in layers.items()}
    tensors |= {f"{name}.down.weight": torch.randn(4, columns) for name, (_, columns) in layers.items()}
    sources = []
    for name, state in (("x", tensors), ("d", _convert_xlabs_flux_lora_to_diffusers(dict(tensors)))):
        save_file({key: tensor.clone() for key, tensor in state.items()}, tmp_path / f"{name}.safetensors")
        sources.append(Source(str(tmp_path / f"{name}.safetensors"), name))
    model = Model(Source(str(path), "m"))
    own = {key: tensor.clone() for key, tensor in pool.get(model)._network().state_dict().items()}
    xlabs, theirs = (
        {
            key: tensor.clone()
            for key, tensor in pool.get(replace(model, patches=(Patch(source),)))
            ._network()
            .state_dict()
            .items()
        }
        for source in sources
    )
    assert pool.fit(sources[0], model, None).unused == ()
    assert sum(not torch.equal(own[key], xlabs[key]) for key in own) == 3 + 3 + 2 + 3 + 1
    assert all(torch.equal(xlabs[key], theirs[key]) for key in own)


def test_schnell_takes_no_guidance(pool: Pool, tmp_path: Path) -> None:
    tiny = maker.flux(guidance=False)
    source = Source(str(maker.write_transformer(tiny, tmp_path / "s.safetensors")), "s")
    denoiser = pool.get(Model(source))
    assert denoiser.facts.space == "flux_schnell"
    x, condition = (
        torch.randn(1, 16, 4, 4),
        Condition(torch.randn(1, 8, 96), torch.randn(1, 32), guidance=3.0),
    )
    [x0] = denoiser.x0(x, torch.tensor([0.5]), [condition])
    assert x0.shape == x.shape


def test_fill_sees_the_picture_and_the_mask(pool: Pool, tmp_path: Path) -> None:
    tiny = maker.flux(channels=384)
    source = Source(str(maker.write_transformer(tiny, tmp_path / "f.safetensors")), "f")
    torch.manual_seed(4)
    x, latent, mask = (
        torch.randn(1, 16, 4, 4),
        torch.randn(1, 16, 4, 4),
        (torch.rand(1, 32, 32) > 0.5).float(),
    )
    extras = {"concat_latent": latent, "concat_mask": mask}
    condition = Condition(torch.randn(1, 8, 96), torch.randn(1, 32), guidance=3.0, extras=extras)
    [ours] = pool.get(Model(source)).x0(x, torch.tensor([0.5]), [condition])
    squares = mask.reshape(1, 4, 8, 4, 8).permute(0, 2, 4, 1, 3).reshape(1, 64, 4, 4)
    seen = torch.cat([x, (latent - 0.1159) * 0.3611, squares], 1)
    time, guidance = torch.tensor([0.5]), torch.tensor([3.0])
    text, where = torch.zeros(8, 3), places(x)
    answer = tiny.unet(packed(seen), condition.cond, condition.pooled, time, where, text, guidance).sample
    wanted = x - 0.5 * unpacked(answer, 4, 4)
    torch.testing.assert_close(ours, wanted.detach(), atol=1e-4, rtol=1e-4)


def test_time_is_exact_in_bfloat16(tmp_path: Path) -> None:
    source = Source(str(maker.write_transformer(maker.flux(), tmp_path / "b.safetensors")), "b")
    seen: list[Tensor] = []
    denoiser = create_pool(device="cpu").get(Model(source, dtype="bfloat16"))
    embedder = denoiser._network().get_submodule("time_text_embed")
    embedder.register_forward_hook(lambda _, given, __: seen.append(given[0]))
    x, condition = torch.randn(1, 16, 4, 4), Condition(torch.randn(1, 8, 96), torch.randn(1, 32))
    denoiser.x0(x, torch.tensor([0.613]), [condition])
    assert seen[0].item() == pytest.approx(613.0)
