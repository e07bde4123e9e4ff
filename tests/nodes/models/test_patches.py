"""LoRA and its kin in every spelling against weights computed by hand; on and off without a trace."""

import json
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from nodegraph.support.errors import LoadError
from nodes.models import create_pool
from nodes.models.patches.apply import block_strength
from nodes.models.pool import Pool
from nodes.types import Clip, Condition, Model, Patch, Source
from tests import models_maker as maker
from tests.nodes.models.patch_tensors import (
    CONV,
    CONVOLUTIONS,
    KINDS,
    LINEAR,
    NORM,
    POINT,
    RANK,
    SPELLINGS,
    TEXT,
    pair,
)


@pytest.fixture(scope="module")
def tiny() -> maker.Tiny:
    return maker.sd1(3)


@pytest.fixture(scope="module", params=["file", "folder"])
def base(
    request: pytest.FixtureRequest, tiny: maker.Tiny, tmp_path_factory: pytest.TempPathFactory
) -> Source:
    path = tmp_path_factory.mktemp("base")
    if request.param == "folder":
        return Source(str(maker.write_folder(tiny, path / "model")), "folder")
    return Source(str(maker.write_file(tiny, path / "model.safetensors")), "file")


@pytest.fixture
def pool() -> Pool:
    return create_pool(device="cpu", dtype="float32")


def lora(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> Source:
    """A patch file."""
    save_file({name: tensor.contiguous().clone() for name, tensor in tensors.items()}, path, metadata)
    return Source(str(path), f"{path.name}{time.perf_counter_ns()}")


def patched(pool: Pool, ref: Model) -> dict[str, Tensor]:
    """A copy of the weights that a model runs with."""
    denoiser = pool.get(ref)
    network = pool.network(ref, denoiser.family, denoiser._part, torch.float32)
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def check(
    pool: Pool, base: Source, tiny: maker.Tiny, source: Source, changes: dict[str, Tensor], strength: float
) -> None:
    """The patched weights are the network's own plus these changes, and nothing else has changed."""
    found = patched(pool, Model(base, patches=(Patch(source, strength),)))
    for name, own in tiny.unet.state_dict().items():
        wanted = own + strength * changes[name].reshape(own.shape) if name in changes else own
        torch.testing.assert_close(found[name], wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_read(
    pool: Pool, base: Source, tiny: maker.Tiny, tmp_path: Path, spelling: str
) -> None:
    spell, up_end, down_end = SPELLINGS[spelling]
    torch.manual_seed(0)
    tensors: dict[str, Tensor] = {}
    changes: dict[str, Tensor] = {}
    for name in (LINEAR, CONV, POINT):
        up, down = pair(tiny.unet.get_parameter(f"{name}.weight"))
        tensors |= {
            spell(name) + up_end: up,
            spell(name) + down_end: down,
            spell(name) + ".alpha": torch.tensor(2.0),
        }
        changes[f"{name}.weight"] = 0.5 * torch.einsum("or,r...->o...", up.flatten(1), down)
    check(pool, base, tiny, lora(tmp_path / "a.safetensors", tensors), changes, -0.7)


def test_the_older_processor_spelling_is_read(
    pool: Pool, base: Source, tiny: maker.Tiny, tmp_path: Path
) -> None:
    up, down = pair(tiny.unet.get_parameter(f"{LINEAR}.weight"))
    start = LINEAR.removesuffix("to_q") + "processor.to_q_lora"
    source = lora(tmp_path / "a.safetensors", {f"{start}.up.weight": up, f"{start}.down.weight": down})
    check(pool, base, tiny, source, {f"{LINEAR}.weight": up @ down}, 1.0)


def test_the_alpha_in_the_metadata_counts(pool: Pool, base: Source, tiny: maker.Tiny, tmp_path: Path) -> None:
    up, down = pair(tiny.unet.get_parameter(f"{LINEAR}.weight"))
    tensors = {f"unet.{LINEAR}.lora_B.weight": up, f"unet.{LINEAR}.lora_A.weight": down}
    metadata = {"lora_adapter_metadata": json.dumps({"unet.lora_alpha": 8, "unet.r": RANK})}
    source = lora(tmp_path / "a.safetensors", tensors, metadata)
    check(pool, base, tiny, source, {f"{LINEAR}.weight": 2 * up @ down}, 1.0)


@pytest.mark.parametrize(("name", "kind"), [(LINEAR, k) for k in KINDS] + [(CONV, k) for k in CONVOLUTIONS])
def test_every_kind_is_computed(
    pool: Pool, base: Source, tiny: maker.Tiny, tmp_path: Path, name: str, kind: str
) -> None:
    torch.manual_seed(1)
    tensors, change = CONVOLUTIONS[kind](tiny.unet.get_parameter(f"{name}.weight").detach())
    start = "lora_unet_" + name.replace(".", "_")
    source = lora(tmp_path / "a.safetensors", {f"{start}.{role}": tensor for role, tensor in tensors.items()})
    check(pool, base, tiny, source, {f"{name}.weight": change}, 0.3)


@pytest.mark.parametrize("axis", [0, 1])
def test_dora_keeps_magnitudes(pool: Pool, base: Source, tiny: maker.Tiny, tmp_path: Path, axis: int) -> None:
    torch.manual_seed(2)
    weight = tiny.unet.get_parameter(f"{LINEAR}.weight").detach()
    up, down = pair(weight)
    magnitude = torch.rand(weight.shape[0], 1) + 1 if axis == 0 else torch.rand(1, weight.shape[1]) + 1
    start = "lora_unet_" + LINEAR.replace(".", "_")
    tensors = {
        f"{start}.lora_up.weight": up,
        f"{start}.lora_down.weight": down,
        f"{start}.dora_scale": magnitude,
    }
    changed = weight + up @ down
    wanted = magnitude * changed / changed.norm(dim=1 - axis, keepdim=True)
    check(
        pool,
        base,
        tiny,
        lora(tmp_path / "a.safetensors", tensors),
        {f"{LINEAR}.weight": wanted - weight},
        0.6,
    )


def test_norms_and_biases_change(pool: Pool, base: Source, tiny: maker.Tiny, tmp_path: Path) -> None:
    scale, shift, bias = torch.randn(32), torch.randn(32), torch.randn(32)
    norm, conv = ("lora_unet_" + name.replace(".", "_") for name in (NORM, CONV))
    source = lora(
        tmp_path / "a.safetensors", {f"{norm}.w_norm": scale, f"{norm}.b_norm": shift, f"{conv}.diff_b": bias}
    )
    check(
        pool, base, tiny, source, {f"{NORM}.weight": scale, f"{NORM}.bias": shift, f"{CONV}.bias": bias}, 0.5
    )


@pytest.mark.parametrize(
    "start",
    [
        "lora_te_text_model_encoder_layers_1_mlp_fc1",
        f"text_encoder.{TEXT}",
        "text_encoder.encoder.layers.1.mlp.fc1",
    ],
)
def test_text_encoders_are_patched(pool: Pool, base: Source, tmp_path: Path, start: str) -> None:
    torch.manual_seed(4)
    up, down = torch.randn(64, RANK), torch.randn(RANK, 32)
    ends = (
        ("lora_up.weight", "lora_down.weight")
        if start.startswith("lora")
        else ("lora_B.weight", "lora_A.weight")
    )
    source = lora(tmp_path / "a.safetensors", {f"{start}.{ends[0]}": up, f"{start}.{ends[1]}": down})
    plain = Clip((base,), dtype="float32")
    changed = Clip((base,), dtype="float32", patches=(Patch(source, 0.1),))
    [before] = pool.get(plain).encode("a house")
    [after] = pool.get(changed).encode("a house")
    [again] = pool.get(plain).encode("a house")
    assert (before.cond - after.cond).abs().max() > 1e-3
    assert torch.equal(before.cond, again.cond)
    encoder = pool.get(changed)
    network = pool.encoder(changed, encoder.family.encoders[0], encoder._parts["clip_l"], True)
    own = pool.residents.get(base, encoder._parts["clip_l"], lambda _: network, torch.float32).own(
        f"{TEXT}.weight"
    )
    torch.testing.assert_close(
        network.state_dict()[f"{TEXT}.weight"], own + 0.1 * up @ down, atol=1e-5, rtol=1e-5
    )


def test_a_stack_is_on_and_off_without_a_trace(
    pool: Pool, base: Source, tiny: maker.Tiny, tmp_path: Path
) -> None:
    torch.manual_seed(5)
    sources = []
    for at in range(2):
        up, down = pair(tiny.unet.get_parameter(f"{LINEAR}.weight"))
        start = f"unet.{LINEAR}"
        sources.append(
            lora(
                tmp_path / f"{at}.safetensors", {f"{start}.lora_B.weight": up, f"{start}.lora_A.weight": down}
            )
        )
    plain = Model(base)
    one = Model(base, patches=(Patch(sources[0], 0.8),))
    two = Model(base, patches=(Patch(sources[0], 0.8), Patch(sources[1], -0.5)))
    x, sigma, condition = torch.randn(1, 4, 8, 8), torch.ones(1), Condition(torch.randn(1, 77, 32))
    seen: dict[str, Tensor] = {}
    for turn in range(2):
        for name, ref in (("plain", plain), ("one", one), ("two", two)):
            [x0] = pool.get(ref).x0(x, sigma, [condition])
            if turn:
                assert torch.equal(seen[name], x0)
            seen[name] = x0
    assert not torch.allclose(seen["plain"], seen["one"]) and not torch.allclose(seen["one"], seen["two"])
    for name, own in tiny.unet.state_dict().items():
        assert torch.equal(patched(pool, plain)[name], own)


def test_what_fits_nowhere_is_counted(pool: Pool, base: Source, tmp_path: Path) -> None:
    up, down = torch.randn(32, RANK), torch.randn(RANK, 32)
    tensors = {
        f"unet.{LINEAR}.lora_B.weight": up,
        f"unet.{LINEAR}.lora_A.weight": down,
        "unet.elsewhere.lora_B.weight": up,
        "unet.elsewhere.lora_A.weight": down,
        "unheard_of": up,
    }
    fit = pool.fit(lora(tmp_path / "a.safetensors", tensors), Model(base), Clip((base,)))
    assert (fit.used, set(fit.unused)) == (1, {"unet.elsewhere", "unheard_of"})


def test_a_lora_of_another_family_is_named(pool: Pool, base: Source, tmp_path: Path) -> None:
    up, down = torch.randn(8, RANK), torch.randn(RANK, 8)
    foreign = lora(
        tmp_path / "flux.safetensors",
        {"transformer.x.lora_B.weight": up, "transformer.x.lora_A.weight": down},
    )
    with pytest.raises(
        LoadError, match=r"flux\.safetensors was made for another model: nothing in it fits Stable"
    ):
        pool.fit(foreign, Model(base), None)
    name = f"unet.{LINEAR}"
    wide = lora(tmp_path / "wide.safetensors", {f"{name}.lora_B.weight": up, f"{name}.lora_A.weight": down})
    with pytest.raises(LoadError, match=r"wide\.safetensors was made for another model: .* \[32, 32\]"):
        patched(pool, Model(base, patches=(Patch(wide, 1.0),)))


def test_blocks_have_their_own_strengths(pool: Pool, base: Source, tiny: maker.Tiny, tmp_path: Path) -> None:
    blocks = (("down_blocks", 0.5), ("down_blocks.0.attentions", 0.25))
    assert block_strength("mid_block.attentions.0", blocks) == 1
    assert block_strength("down_blocks.0.resnets.0", blocks) == 0.5
    assert block_strength(LINEAR, blocks) == 0.25


def test_alternating_stacks_only_exchanges_pointers(
    pool: Pool, base: Source, tiny: maker.Tiny, tmp_path: Path
) -> None:
    tensors: dict[str, Tensor] = {}
    for name, parameter in tiny.unet.named_parameters():
        if name.endswith("weight") and parameter.ndim == 2:
            up, down = pair(parameter)
            start = "unet." + name.removesuffix(".weight")
            tensors |= {f"{start}.lora_B.weight": up, f"{start}.lora_A.weight": down}
    source = lora(tmp_path / "a.safetensors", tensors)
    refs = [Model(base, patches=(Patch(source, s),)) for s in (0.5, 1.0)]
    denoisers = [pool.get(ref) for ref in refs]
    for denoiser in denoisers:
        denoiser._network()
    seen = {tuple(p.data_ptr() for p in d._network().parameters()) for _ in range(50) for d in denoisers}
    assert len(seen) == 2
