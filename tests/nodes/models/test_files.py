"""Files of single parts, of eight bits, of pickles and of textual inversions; tiles; what the pool keeps."""

import os
import struct
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from nodegraph.support.errors import LoadError
from nodes.models import create_pool
from nodes.models.detection.detect import recognise
from nodes.models.files.header import read_floats, read_header
from nodes.models.pool import Pool
from nodes.types import Clip, Condition, Image, Model, Patch, Source, Vae
from tests import models_maker as maker


@pytest.fixture
def pool() -> Pool:
    return create_pool(device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def tiny() -> maker.Tiny:
    return maker.sd1()


@pytest.fixture
def base(tiny: maker.Tiny, tmp_path: Path) -> Source:
    return Source(str(maker.write_file(tiny, tmp_path / "base.safetensors")), "base")


def source(path: Path, tensors: dict[str, torch.Tensor]) -> Source:
    """A safetensors file."""
    save_file({name: tensor.contiguous().clone() for name, tensor in tensors.items()}, path)
    return Source(str(path), path.name)


def x0(pool: Pool, ref: Model, width: int = 32) -> torch.Tensor:
    """The answer of a network to fixed questions."""
    generator = torch.Generator().manual_seed(0)
    x, cond = (torch.randn(shape, generator=generator) for shape in ((1, 4, 8, 8), (1, 77, width)))
    return pool.get(ref).x0(x, torch.ones(1), [Condition(cond)])[0]


def test_parts_in_files_of_their_own(pool: Pool, base: Source, tiny: maker.Tiny, tmp_path: Path) -> None:
    bare = source(tmp_path / "unet.safetensors", maker.original_unet(tiny.unet))
    diffusers = source(tmp_path / "diffusers.safetensors", tiny.unet.state_dict())
    vae = source(tmp_path / "vae.safetensors", maker.original_vae(tiny.vae))
    text = source(tmp_path / "clip.safetensors", maker.hf_text(tiny.texts[0]))
    kinds = [recognise(Path(each.path)).kind for each in (bare, diffusers, vae, text)]
    assert kinds == ["diffusion_model", "diffusion_model", "vae", "text_encoder"]
    whole = x0(pool, Model(base))
    torch.testing.assert_close(x0(pool, Model(bare)), whole)
    torch.testing.assert_close(x0(pool, Model(diffusers)), whole)
    image = Image(torch.rand(1, 16, 16, 3))
    torch.testing.assert_close(pool.get(Vae(vae)).encode(image), pool.get(Vae(base)).encode(image))
    [one], [other] = pool.get(Clip((text,))).encode("cat"), pool.get(Clip((base,))).encode("cat")
    torch.testing.assert_close(one.cond, other.cond)


def test_single_encoders_find_their_places(pool: Pool, tmp_path: Path) -> None:
    xl = maker.sdxl()
    whole = Source(str(maker.write_file(xl, tmp_path / "xl.safetensors")), "xl")
    small = source(tmp_path / "l.safetensors", maker.hf_text(xl.texts[0]))
    large = source(tmp_path / "g.safetensors", maker.hf_text(xl.texts[1]))
    [wanted] = pool.get(Clip((whole,))).encode("a (red:1.4) house")
    for order in ((small, large), (large, small)):
        [found] = pool.get(Clip(order, kind="sdxl")).encode("a (red:1.4) house")
        torch.testing.assert_close(found.cond, wanted.cond)
        torch.testing.assert_close(found.pooled, wanted.pooled)


def test_clip_skip_reads_an_earlier_layer(pool: Pool, base: Source, tiny: maker.Tiny) -> None:
    [found] = pool.get(Clip((base,), dtype="float32", last_layer=-2)).encode("cat")
    ids = torch.tensor([[49406, 2368] + [49407] * 75])
    text = tiny.texts[0]
    with torch.no_grad():
        states = text(ids, output_hidden_states=True).hidden_states[-2]
        wanted = getattr(text, "text_model", text).final_layer_norm(states)
    torch.testing.assert_close(found.cond, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("scaled", [False, True])
def test_eight_bits(pool: Pool, tiny: maker.Tiny, tmp_path: Path, scaled: bool) -> None:
    tensors, wanted = {}, {}
    for name, tensor in maker.original_unet(tiny.unet).items():
        if tensor.ndim < 2:
            tensors[name] = wanted[name] = tensor
            continue
        scale = tensor.abs().max() / 448 if scaled else torch.tensor(1.0)
        tensors[name] = (tensor / scale).to(torch.float8_e4m3fn)
        wanted[name] = tensors[name].float() * scale
        if scaled:
            tensors[name.removesuffix("weight") + "scale_weight"] = scale
    eight = source(tmp_path / "eight.safetensors", tensors)
    assert recognise(Path(eight.path)).dtype == "F8_E4M3"
    plain = source(tmp_path / "plain.safetensors", wanted)
    torch.testing.assert_close(x0(pool, Model(eight)), x0(pool, Model(plain)), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_files_compute_in_float32(
    pool: Pool, tiny: maker.Tiny, tmp_path: Path, dtype: torch.dtype
) -> None:
    path = maker.write_file(tiny, tmp_path / "half.safetensors", dtype)
    ref = Model(Source(str(path), str(dtype)))
    assert pool.get(ref).dtype == torch.float32
    assert x0(pool, ref).dtype == torch.float32


def test_networks_on_the_cpu_never_compute_in_float16() -> None:
    from nodes.models.memory.device_facts import Choices
    from nodes.models.memory.precision import network_dtype

    for parameters in (10, 10**9):
        for wanted in ("auto", "float16", "bfloat16", "float32"):
            for faster in (True, False):
                choices = Choices("cpu", bfloat16=faster)
                assert network_dtype(wanted, choices, parameters, "F16") != torch.float16


def test_pickles_are_refused_or_read_as_bare_tensors(
    pool: Pool, base: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "old.ckpt"
    torch.save({"state_dict": load_file(base.path)}, path)
    ref = Model(Source(str(path), "old"))
    with pytest.raises(LoadError, match="NODEGRAPH_ALLOW_PICKLES=1"):
        pool.get(ref)
    monkeypatch.setenv("NODEGRAPH_ALLOW_PICKLES", "1")
    assert torch.equal(x0(pool, ref), x0(pool, Model(base)))


class Dangerous:
    """What runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("made-by-a-pickle",)


def test_code_in_pickles_never_runs(pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODEGRAPH_ALLOW_PICKLES", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    torch.save({"a": Dangerous()}, tmp_path / "bad.ckpt")
    with pytest.raises(LoadError, match="more than weights"):
        pool.get(Model(Source(str(tmp_path / "bad.ckpt"), "bad")))
    assert not (tmp_path / "made-by-a-pickle").exists()


def test_textual_inversions_replace_words(base: Source, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "embeddings" / "style"
    folder.mkdir(parents=True)
    torch.manual_seed(3)
    vectors = torch.randn(2, 32)
    source(folder / "ink.safetensors", {"emb_params": vectors})
    source(folder / "wide.safetensors", {"emb_params": torch.randn(2, 48)})
    pool = create_pool(models=[tmp_path / "models"], device="cpu")
    encoder = pool.get(Clip((base,)))
    [plain] = encoder.encode("a cat")
    for prompt in (
        "a cat embedding:ink",
        "a cat embedding:style/ink.safetensors",
        "a cat (embedding:ink:1.0)",
    ):
        [said] = encoder.encode(prompt)
        assert not torch.allclose(said.cond, plain.cond)
    [none] = encoder.encode("a cat embedding:nothing")
    [wide] = encoder.encode("a cat embedding:wide")
    assert torch.equal(none.cond, plain.cond) and torch.equal(wide.cond, plain.cond)


def test_the_bias_tells_what_sd2_predicts(pool: Pool, tmp_path: Path) -> None:
    from diffusers import UNet2DConditionModel

    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        block_out_channels=(32, 64, 64, 64),
        layers_per_block=2,
        cross_attention_dim=32,
        attention_head_dim=[1, 1, 1, 1],
        use_linear_projection=True,
    )
    for wide, prediction in ((0.01, "eps"), (0.3, "v")):
        bias = unet.up_blocks[3].attentions[2].transformer_blocks[0].norm1.bias
        torch.nn.init.normal_(bias, std=wide)
        for dtype in (torch.float16, torch.bfloat16, torch.float32):
            state = {k: v.to(dtype) for k, v in maker.original_unet(unet).items()}
            file = source(tmp_path / f"{prediction}{dtype}.safetensors", state)
            denoiser = pool.get(Model(file))
            assert (denoiser.facts.family, denoiser.space.prediction) == ("sd2", prediction)


def test_markers_tell_what_sdxl_predicts(pool: Pool, tmp_path: Path) -> None:
    state = maker.original_unet(maker.sdxl().unet)
    for marks, prediction, zero in (
        ((), "eps", False),
        (("v_pred",), "v", False),
        (("v_pred", "ztsnr"), "v", True),
    ):
        marked = state | {mark: torch.zeros(0) for mark in marks}
        space = pool.get(Model(source(tmp_path / f"{len(marks)}.safetensors", marked))).space
        assert (space.prediction, space.sigma_max > 1000) == (prediction, zero)


def test_options_change_the_space(pool: Pool, base: Source) -> None:
    assert pool.get(Model(base, options=(("prediction", "v"), ("zsnr", True)))).space.sigma_max > 1000
    with pytest.raises(LoadError, match="no shift to set"):
        pool.get(Model(base, options=(("shift", 3.0),)))


def test_floats_are_read_without_torch(tmp_path: Path) -> None:
    values = torch.tensor([1.5, -0.25, 3.0])
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        path = tmp_path / "a.safetensors"
        save_file({"a": values.to(dtype)}, path)
        assert read_floats(read_header(path).tensors["a"]) == values.tolist()
    assert struct.calcsize("e") == 2


def test_the_pool_keeps_to_its_budget(base: Source, tiny: maker.Tiny, tmp_path: Path) -> None:
    one = sum(p.numel() * 4 for p in tiny.unet.parameters())
    pool = create_pool(device="cpu", dtype="float32", ram=int(one * 2.5))
    others = [
        Source(str(maker.write_file(maker.sd1(at), tmp_path / f"{at}.safetensors")), str(at)) for at in (1, 2)
    ]
    first = x0(pool, Model(base))
    for other in others:
        x0(pool, Model(other))
        assert pool.bytes <= pool.residents.limit
    assert len(pool.residents) == 2
    assert torch.equal(x0(pool, Model(base)), first)
    pool.clear()
    assert pool.bytes == 0


def test_two_stacks_share_their_base(pool: Pool, base: Source, tmp_path: Path) -> None:
    name = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    up, down = torch.randn(64, 2), torch.randn(2, 64)
    lora = source(tmp_path / "l.safetensors", {f"{name}.lora_B.weight": up, f"{name}.lora_A.weight": down})
    x0(pool, Model(base))
    before = pool.bytes
    for strength in (0.5, 1.0):
        x0(pool, Model(base, patches=(Patch(lora, strength),)))
    assert pool.bytes - before == 2 * 64 * 64 * 4
