"""LoRAs as tools write them: adapters by any name, wrappers, settings beside them; and the memory they take."""

from __future__ import annotations

import copy
import gc
import json
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor

from nodegraph.support.errors import LoadError
from nodes.models import create_pool
from nodes.models.files.parts import same
from nodes.models.patches.apply import Patching, changes_of
from nodes.models.patches.files import read_changes
from nodes.models.patches.names import split
from nodes.models.patches.targets import encoder_targets, network_targets, targets_in, unwrapped
from nodes.models.pool import Pool
from nodes.types import Clip, Condition, Model, Patch, Source
from tests import models_maker as maker
from tests.nodes.models.patch_tensors import LINEAR, RANK, TEXT


def lora(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> Source:
    """A patch file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous().clone() for name, tensor in tensors.items()}, path, metadata)
    return Source(str(path), path.name)


def pair(target: str, out: int = 32, into: int = 32, kernel: tuple[int, ...] = ()) -> dict[str, Tensor]:
    """Random factors for a target in PEFT's spelling."""
    ones = [1] * len(kernel)
    up, down = torch.randn(out, RANK, *ones), torch.randn(RANK, into, *kernel)
    return {f"{target}.lora_B.weight": up * 0.1, f"{target}.lora_A.weight": down * 0.1}


@pytest.fixture
def pool() -> Pool:
    return create_pool(device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return Source(str(maker.write_file(maker.sd1(3), tmp_path_factory.mktemp("b") / "b.safetensors")), "b")


NAMES = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)


@given(NAMES, st.sampled_from(["lora_A", "lora_B", "lora_magnitude_vector"]))
def test_an_adapter_may_have_any_name(name: str, role: str) -> None:
    assert split(f"unet.{LINEAR}.{role}.{name}.weight") == split(f"unet.{LINEAR}.{role}.weight") is not None
    assert split(f"{LINEAR}.lokr_w1.{name}") == (LINEAR, "lokr_w1")


LEADS = ("", "unet.", "transformer.", "diffusion_model.", "model.diffusion_model.")
WRAPPERS = ("base_model.model.", "module.", "_orig_mod.")


@given(
    st.lists(st.sampled_from(WRAPPERS), max_size=3),
    st.sampled_from(LEADS),
    st.lists(st.sampled_from(WRAPPERS), max_size=2),
)
def test_wrappers_before_and_behind_a_lead_are_passed_over(
    before: list[str], lead: str, behind: list[str]
) -> None:
    table = network_targets(same([f"{LINEAR}.weight"]), {})
    [target] = targets_in(table, "".join(before) + lead + "".join(behind) + LINEAR)
    assert target.base == LINEAR


@given(NAMES, NAMES)
def test_what_a_trainer_puts_in_front_is_passed_over(one: str, other: str) -> None:
    table = network_targets(same([f"{LINEAR}.weight"]), {})
    lead = f"x{one}.{other}."
    assert [target.base for target in targets_in(table, lead + LINEAR)] == [LINEAR]
    for others in ("text_encoder.", "vae.", "te1.", "text_model."):
        assert targets_in(table, f"{others}{LINEAR}") == []


@pytest.mark.parametrize(
    ("kind", "folder", "alone", "spelled"),
    [
        ("t5", "text_encoder_2", False, "text_encoder_2.encoder.block.0.layer.0.SelfAttention.q"),
        ("t5", "text_encoder_2", False, "lora_te2_encoder_block_0_layer_0_SelfAttention_q"),
        ("t5", "text_encoder_2", False, "lora_te3_encoder_block_0_layer_0_SelfAttention_q"),
        ("t5", "text_encoder_3", False, "lora_te3_encoder_block_0_layer_0_SelfAttention_q"),
        ("t5", "text_encoder_3", False, "text_encoder_3.encoder.block.0.layer.0.SelfAttention.q"),
        (
            "t5",
            "text_encoder_2",
            False,
            "text_encoders.t5xxl.transformer.encoder.block.0.layer.0.SelfAttention.q",
        ),
        ("t5", "text_encoder", True, "lora_te1_encoder_block_0_layer_0_SelfAttention_q"),
    ],
)
def test_t5_is_known_by_its_place_in_the_family(kind: str, folder: str, alone: bool, spelled: str) -> None:
    name = "encoder.block.0.layer.0.SelfAttention.q"
    table = encoder_targets(same([f"{name}.weight"]), kind, alone, folder)
    assert [target.base for target in targets_in(table, spelled)] == [name]


@pytest.mark.parametrize(
    "tensors",
    [
        {k.replace("x.", f"base_model.model.{TEXT}."): v for k, v in pair("x", 64).items()},
        {k.replace("x.", f"base_model.model.text_encoder.{TEXT}."): v for k, v in pair("x", 64).items()},
        {
            "text_encoder.text_model.encoder.layers.0.self_attn.to_q_lora.up.weight": torch.randn(32, 4),
            "text_encoder.text_model.encoder.layers.0.self_attn.to_q_lora.down.weight": torch.randn(4, 32),
            "text_encoder.text_model.encoder.layers.1.self_attn.to_out_lora.up.weight": torch.randn(32, 4),
            "text_encoder.text_model.encoder.layers.1.self_attn.to_out_lora.down.weight": torch.randn(4, 32),
        },
    ],
)
def test_text_encoders_are_patched_under_old_and_wrapped_names(
    pool: Pool, base: Source, tensors: dict[str, Tensor], tmp_path: Path
) -> None:
    source = lora(tmp_path / "l.safetensors", tensors)
    fit = pool.fit(source, None, Clip((base,)))
    assert fit.unused == () and fit.used == len(tensors) // 2
    [before], [after] = (
        pool.get(Clip((base,), dtype="float32", patches=patches)).encode("a house")
        for patches in ((), (Patch(source),))
    )
    assert (before.cond - after.cond).abs().max() > 1e-4


def x0(pool: Pool, base: Source, *patches: Patch) -> Tensor:
    """The answer of a patched network to fixed questions, four channels of noise and zeros beside them."""
    generator = torch.Generator().manual_seed(0)
    x, cond = (torch.randn(shape, generator=generator) for shape in ((1, 4, 8, 8), (1, 77, 32)))
    denoiser = pool.get(Model(base, patches=patches))
    return denoiser.x0(x, torch.ones(1), [Condition(cond)])[0]


def test_a_change_of_conv_in_reaches_the_channels_it_knows(pool: Pool, tmp_path: Path) -> None:
    tiny = maker.sd1(0, 9)
    source = Source(str(maker.write_file(tiny, tmp_path / "inpainting.safetensors")), "i")
    change = pair("unet.conv_in", 32, 4, (3, 3))
    up, down = change["unet.conv_in.lora_B.weight"], change["unet.conv_in.lora_A.weight"]
    patched = Model(source, patches=(Patch(lora(tmp_path / "l.safetensors", change), 0.5),))
    denoiser = pool.get(patched)
    found = pool.network(patched, denoiser.family, denoiser._part, torch.float32).get_parameter(
        "conv_in.weight"
    )
    own = tiny.unet.conv_in.weight
    wanted = own.clone()
    wanted[:, :4] += 0.5 * torch.einsum("or,rikl->oikl", up.flatten(1), down)
    torch.testing.assert_close(found, wanted)
    narrow = pair("unet.conv_in", 31, 4, (3, 3))
    odd = Model(source, patches=(Patch(lora(tmp_path / "n.safetensors", narrow)),))
    with pytest.raises(LoadError, match=r"n\.safetensors was made for another model"):
        pool.network(odd, denoiser.family, denoiser._part, torch.float32)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_nan_is_blamed_on_the_lora_that_brought_it(
    pool: Pool, base: Source, bad: float, tmp_path: Path
) -> None:
    good = lora(tmp_path / "good.safetensors", pair(f"unet.{LINEAR}"))
    tensors = pair(f"unet.{LINEAR}")
    tensors[f"unet.{LINEAR}.lora_B.weight"][0, 0] = bad
    broken = lora(tmp_path / "broken.safetensors", tensors)
    with pytest.raises(LoadError, match=r"broken\.safetensors is damaged: its 'up' for"):
        x0(pool, base, Patch(good), Patch(broken))
    assert torch.isfinite(x0(pool, base, Patch(good))).all()


PATTERNS: dict[str, float] = {
    "attn2.to_k": 4, r"down_blocks\.0.*to_q": 8, "to_q": 3, r"up_blocks\.1\.attentions\.0.*to_[qk]": 2,
}  # fmt: skip


@given(
    rank=st.sampled_from([2, 16]),
    alpha=st.integers(1, 64),
    rooted=st.booleans(),
    patterns=st.dictionaries(st.sampled_from(sorted(PATTERNS)), st.integers(1, 32), max_size=3),
    beside=st.booleans(),
)
@settings(max_examples=6, phases=(Phase.generate,), deadline=None, suppress_health_check=list(HealthCheck))
def test_strengths_are_pefts(
    tmp_path: Path, rank: int, alpha: int, rooted: bool, patterns: dict[str, int], beside: bool
) -> None:
    """In diffusers' metadata, and in PEFT's file beside the weights; both sort the patterns; the first counts."""
    from diffusers import StableDiffusionPipeline
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    network = copy.deepcopy(maker.sd1().unet)
    config = LoraConfig(
        r=rank, lora_alpha=alpha, use_rslora=rooted, alpha_pattern=dict(sorted(patterns.items())),
        init_lora_weights=False, target_modules=["to_q", "to_k"],
    )  # fmt: skip
    network.add_adapter(config)
    state = get_peft_model_state_dict(network)
    settings_of = network.peft_config["default"].to_dict()
    if beside:
        lead = "base_model.model."
        lora(tmp_path / "adapter_model.safetensors", {lead + name: tensor for name, tensor in state.items()})
        (tmp_path / "adapter_config.json").write_text(
            json.dumps({**settings_of, "target_modules": []}, default=str)
        )
        path = tmp_path / "adapter_model.safetensors"
    else:
        StableDiffusionPipeline.save_lora_weights(
            str(tmp_path), unet_lora_layers=state, unet_lora_adapter_metadata=settings_of
        )
        lead, path = "unet.", tmp_path / "pytorch_lora_weights.safetensors"
    changes, unknown = read_changes(path)
    assert not unknown
    for name, module in network.named_modules():
        if "default" in getattr(module, "lora_A", ()):
            wanted = module.get_delta_weight("default")
            torch.testing.assert_close(changes[lead + name]["weight"].delta(), wanted, atol=1e-5, rtol=1e-4)


def test_settings_beside_a_lora_are_part_of_what_it_is(pool: Pool, base: Source, tmp_path: Path) -> None:
    folder = tmp_path / "loras" / "my"
    tensors = pair(f"base_model.model.{LINEAR}")
    lora(folder / "adapter_model.safetensors", tensors)
    pool = create_pool(device="cpu", dtype="float32", models=[tmp_path])
    answers = []
    for alpha in (RANK, 8 * RANK):
        (folder / "adapter_config.json").write_text(json.dumps({"r": RANK, "lora_alpha": alpha}))
        source = pool.source("loras", "my/adapter_model.safetensors")
        answers.append(x0(pool, base, Patch(source)))
        assert pool.folders.beside("loras", Path(source.path)) == [folder / "adapter_config.json"]
    assert (answers[0] - answers[1]).abs().max() > 1e-4
    (folder / "adapter_config.json").write_text("[1")
    with pytest.raises(LoadError, match=r"adapter_config\.json cannot be read as JSON"):
        pool.fit(pool.source("loras", "my/adapter_model.safetensors"), Model(base), None)


@pytest.mark.parametrize("pattern", ["((", "(a+)+b", "a" * 5000])
def test_a_pattern_that_cannot_be_read_is_said(pattern: str, tmp_path: Path) -> None:
    metadata = {
        "lora_adapter_metadata": json.dumps({"unet.alpha_pattern": {pattern: 2}, "unet.lora_alpha": 1})
    }
    lora(tmp_path / "l.safetensors", pair(f"unet.{LINEAR}"), metadata)
    with pytest.raises(LoadError, match="cannot be read as a pattern"):
        read_changes(tmp_path / "l.safetensors")


@given(st.text(max_size=12), st.lists(st.sampled_from(WRAPPERS), max_size=3))
def test_unwrapping_is_done_once_and_for_all(name: str, wrappers: list[str]) -> None:
    assert unwrapped(unwrapped(name)) == unwrapped(name)
    assert unwrapped("".join(wrappers) + "conv_in") == "conv_in"


def test_room_is_made_before_changed_weights_take_memory(
    pool: Pool, base: Source, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = lora(tmp_path / "l.safetensors", pair(f"unet.{LINEAR}"))
    happened: list[object] = []
    make_room, weights = pool.residents.make_room, Patching.weights

    def noted(size: int) -> None:
        happened.append(size)
        make_room(size)

    def made(patching: Patching) -> dict[str, Tensor]:
        happened.append("made")
        return weights(patching)

    monkeypatch.setattr(pool.residents, "make_room", noted)
    monkeypatch.setattr(Patching, "weights", made)
    x0(pool, base)
    happened.clear()
    x0(pool, base, Patch(source))
    at = happened.index("made")
    [changed] = pool.residents._patched.values()
    assert happened[at - 1] == sum(tensor.nbytes for tensor in changed.values()) == 32 * 32 * 4


def test_a_lora_that_has_been_used_is_not_mapped_any_longer(pool: Pool, base: Source, tmp_path: Path) -> None:
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("this system does not tell which files are mapped")
    source = lora(tmp_path / "l.safetensors", pair(f"unet.{LINEAR}"))
    x0(pool, base, Patch(source))
    assert changes_of(source)[0]
    gc.collect()
    assert source.path not in maps.read_text()
