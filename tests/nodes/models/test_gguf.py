"""Transformers in GGUF: recognised by their headers, unpacked as they load, and refused in one sentence."""

import importlib.abc
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from gguf import GGMLQuantizationType as Type
from safetensors.torch import save_file
from torch import Tensor

from nodegraph.support.errors import LoadError
from nodes.models import create_pool
from nodes.models.detection.detect import recognise
from nodes.models.files.gguf_header import TYPES
from nodes.models.files.header import read_header
from nodes.types import Clip, Condition, Model, Source
from tests import models_maker as maker


def write(path: Path, state: maker.State, kind: Type) -> maker.State:
    """A GGUF file with matrices packed and the rest in float32, and the numbers that it then holds."""
    writer = gguf.GGUFWriter(path, arch="flux")
    writer.add_array("a list of words", ["one", "two"])
    writer.add_array("a list of numbers", [1, 2, 3])
    held: dict[str, Tensor] = {}
    for name, tensor in state.items():
        packs = tensor.ndim == 2 and tensor.shape[1] % 256 == 0
        packed = gguf.quants.quantize(tensor.float().numpy(), kind if packs else Type.F32)
        writer.add_tensor(name, packed, raw_dtype=kind if packs else Type.F32)
        held[name] = torch.from_numpy(gguf.quants.dequantize(packed, kind)) if packs else tensor
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return held


def test_the_table_of_types_is_that_of_the_package() -> None:
    for number, (name, block, width) in TYPES.items():
        assert Type(number).name == name
        assert gguf.GGML_QUANT_SIZES[Type(number)] == (block, width)


@pytest.mark.parametrize(
    "kind", [Type.Q8_0, Type.Q4_0, Type.Q5_1, Type.BF16, Type.F16], ids=lambda kind: kind.name
)
def test_a_packed_transformer_runs(kind: Type, tmp_path: Path) -> None:
    tiny = maker.sd3()
    state = maker.original_transformer(tiny.unet)
    state["context_embedder.weight"] = torch.randn(128, 256)
    held = write(tmp_path / "model.gguf", state, kind)
    # What a file is follows from its first bytes, whatever its name ends in.
    (tmp_path / "model.gguf").rename(tmp_path / "model.safetensors")
    (tmp_path / "model.gguf").symlink_to(tmp_path / "model.safetensors")
    found = recognise(tmp_path / "model.safetensors")
    assert (found.kind, found.family) == ("diffusion_model", "sd3")
    assert found.metadata["general.architecture"] == "flux"
    pool = create_pool(device="cpu", dtype="float32")
    network = pool.get(Model(Source(str(tmp_path / "model.safetensors"), kind.name)))._network()
    loaded = maker.original_transformer(network)
    assert set(loaded) == set(held)
    for name, tensor in held.items():
        torch.testing.assert_close(loaded[name], tensor.float(), atol=1e-6, rtol=1e-5)
    condition = Condition(torch.randn(1, 9, 256), torch.randn(1, 96))
    [x0] = pool.get(Model(Source(str(tmp_path / "model.gguf"), kind.name))).x0(
        torch.randn(1, 16, 8, 8), torch.tensor([0.5]), [condition]
    )
    assert torch.isfinite(x0).all()


class Without(importlib.abc.MetaPathFinder):
    """As if the package were not installed."""

    def find_spec(self, name: str, *_: Any) -> None:
        if name.split(".")[0] == "gguf":
            raise ImportError(name)


def test_without_the_package_the_remedy_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "model.gguf", {"a": torch.randn(2, 256)}, Type.Q8_0)
    for name in [name for name in sys.modules if name.split(".")[0] == "gguf"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Without(), *sys.meta_path])
    from nodes.models.files.weight_files import open_stored

    header = read_header(tmp_path / "model.gguf")
    with (
        pytest.raises(LoadError, match=r'pip install "nodegraph\[gguf\]"'),
        open_stored(tmp_path / "model.gguf", header.tensors) as opened,
    ):
        opened.get_tensor("a")


def text(words: str) -> bytes:
    return struct.pack("<Q", len(words)) + words.encode()


HEAD = b"GGUF" + struct.pack("<I", 3)
ONE = HEAD + struct.pack("<QQ", 1, 0) + text("a")
BAD = {
    "cut": (HEAD, "ends inside its header"),
    "old": (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "of version 1, and versions 2 and 3"),
    "long name": (HEAD + struct.pack("<QQQ", 1, 0, 2**40), "more than 104857600 bytes"),
    "axes": (ONE + struct.pack("<I", 9), "'a' has 9 axes"),
    "type": (ONE + struct.pack("<IQIQ", 1, 4, 99, 0), r"not read \(number 99\)"),
    "block": (ONE + struct.pack("<IQIQ", 1, 5, 8, 0), "does not fit its shape"),
    "end": (ONE + struct.pack("<IQIQ", 1, 32, 8, 0), "'a' ends at byte"),
    "value": (HEAD + struct.pack("<QQ", 0, 1) + text("k") + struct.pack("<I", 77), "the unknown type 77"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.gguf"
    path.write_bytes(BAD[name][0])
    with pytest.raises(LoadError, match=BAD[name][1]) as caught:
        recognise(path)
    assert str(path) in str(caught.value)


ENCODERS: dict[str, tuple[Any, str, Callable[[], Any]]] = {
    "t5": (gguf.MODEL_ARCH.T5ENCODER, "flux", lambda: maker.t5(256)),
    "plain t5": (gguf.MODEL_ARCH.T5, "flux", lambda: plain_t5(256)),
    "qwen3": (gguf.MODEL_ARCH.QWEN3, "z_image", lambda: maker.language("qwen3", 256)),
    "qwen25": (gguf.MODEL_ARCH.QWEN2VL, "qwen_image", lambda: maker.language("qwen25", 256)),
}
"""Text encoders by kind: llama.cpp's name of the architecture, a family that reads with them, and one in small."""


def plain_t5(width: int) -> Any:
    """A T5 of version 1.0, whose feed-forward has no gate, with its decoder."""
    from transformers import T5Config, T5Model

    return T5Model(
        T5Config(vocab_size=32128, d_model=width, d_kv=16, d_ff=64, num_layers=2, num_heads=2)
    ).eval()


@pytest.mark.parametrize("kind", [Type.Q8_0, Type.F16], ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", ENCODERS)
def test_a_packed_text_encoder_reads_as_the_numbers_in_it_do(name: str, kind: Type, tmp_path: Path) -> None:
    arch, family, make = ENCODERS[name]
    torch.manual_seed(0)
    encoder = name.removeprefix("plain ")
    state = {
        f"model.{name}" if encoder != "t5" else name: tensor
        for name, tensor in make().state_dict().items()
        if "embed_tokens" not in name or encoder != "t5"
    }
    names = gguf.get_tensor_name_map(arch, 3)
    theirs = {name: str(names.get_name(name, try_suffixes=(".weight", ".bias"))) for name in state}
    assert len(set(theirs.values())) == len(state) and "None" not in theirs.values()
    held = write(tmp_path / "packed.gguf", {theirs[name]: tensor for name, tensor in state.items()}, kind)
    save_file(
        {name: held[theirs[name]].float().contiguous() for name in state}, tmp_path / "plain.safetensors"
    )
    maker.write_tokenizer(encoder, tmp_path / f"{encoder}.tokenizer.json")
    found = recognise(tmp_path / "packed.gguf")
    assert (found.kind, list(found.parts)) == ("text_encoder", [encoder])
    assert set(found.parts[encoder].pieces) == set(
        recognise(tmp_path / "plain.safetensors").parts[encoder].pieces
    )
    pool = create_pool(device="cpu", dtype="float32")
    [[packed], [plain]] = [
        pool.get(Clip((Source(str(tmp_path / file), file),), family, "float32")).encode("a (red:1.2) house")
        for file in ("packed.gguf", "plain.safetensors")
    ]
    torch.testing.assert_close(packed.cond, plain.cond, atol=1e-4, rtol=1e-4)
    [kept] = pool.get(Clip((Source(str(tmp_path / "packed.gguf"), "p"),), family)).encode("a (red:1.2) house")
    assert (kept.cond - plain.cond).norm() / plain.cond.norm() < (1e-3 if encoder == "t5" else 3e-2)


def test_what_is_packed_of_a_t5_is_kept_in_sixteen_bits(tmp_path: Path) -> None:
    arch, family, make = ENCODERS["t5"]
    names = gguf.get_tensor_name_map(arch, 3)
    state = {
        str(names.get_name(name, try_suffixes=(".weight",))): tensor
        for name, tensor in make().state_dict().items()
        if "embed_tokens" not in name
    }
    write(tmp_path / "packed.gguf", state, Type.Q8_0)
    pool = create_pool(device="cpu")
    pool.get(Clip((Source(str(tmp_path / "packed.gguf"), "p"),), family)).encode("a house")
    packed = [info.dtype == "Q8_0" for info in read_header(tmp_path / "packed.gguf").tensors.values()]
    assert sum(packed) > 10 and not all(packed)
    sizes = (tensor.numel() for tensor in state.values())
    assert pool.bytes == sum(size * (2 if small else 4) for size, small in zip(sizes, packed, strict=True))


@pytest.mark.parametrize("arch", ["LLAMA", "GEMMA2", "GEMMA3"])
def test_encoders_whose_numbers_llama_changes_are_not_taken_for_others(arch: str, tmp_path: Path) -> None:
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH[arch], 3)
    kind = "mistral" if arch == "LLAMA" else "gemma2"
    state = {
        str(names.get_name(f"model.{name}", try_suffixes=(".weight",))): tensor
        for name, tensor in maker.language(kind, 256).state_dict().items()
    }
    if arch == "GEMMA3":
        state |= {f"blk.{number}.attn_q_norm.weight": torch.ones(64) for number in range(3)}
    write(tmp_path / "packed.gguf", state, Type.Q8_0)
    assert recognise(tmp_path / "packed.gguf").kind == "unknown"
