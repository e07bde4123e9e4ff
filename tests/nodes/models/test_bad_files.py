"""Files that lie, are cut short or are something else: one sentence each, and nothing worse."""

import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from nodegraph.support.errors import LoadError
from nodes.models import create_pool
from nodes.models.detection.detect import recognise
from nodes.models.files.header import read_header
from nodes.models.pool import Pool
from nodes.types import Clip, Condition, Model, Source, Vae
from tests import models_maker as maker


def write(path: Path, header: Any, data: bytes = b"") -> Path:
    """A file with this header, given as text or as a table."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
OTHER = ENTRY | {"data_offsets": [8, 16]}
TWICE = b'{"a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}, "a": {}}'

BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda p: p.write_bytes(b""), "an empty file, no model"),
    "cut in the header": (lambda p: p.write_bytes(struct.pack("<Q", 500) + b"{"), "ends inside its header"),
    "cut in the data": (lambda p: write(p, {"a": ENTRY}, b"1234"), "'a' ends at byte"),
    "17 MB of header": (
        lambda p: p.write_bytes(struct.pack("<Q", 17 << 20) + b"{" + b" " * (17 << 20)), "(the limit is 16777216)",
    ),
    "2 GB of header": (lambda p: p.write_bytes(struct.pack("<Q", 2**31) + b"{}"), "claims a header of 2147483648"),
    "no JSON": (lambda p: write(p, b"what?!"), "its header is not JSON"),
    "a list": (lambda p: write(p, []), "not a table of tensors"),
    "deep": (lambda p: write(p, b"[" * 100_000), "its header is not JSON"),
    "a name twice": (lambda p: write(p, TWICE, b"1234"), "'a' stands twice"),
    "no tensor": (lambda p: write(p, {"a": 3}), "'a' is not a tensor's"),
    "negative": (lambda p: write(p, {"a": ENTRY | {"shape": [-2]}}, b"12345678"), "does not fit its shape"),
    "wrong size": (lambda p: write(p, {"a": ENTRY | {"shape": [3]}}, b"12345678"), "does not fit its shape"),
    "unknown type": (lambda p: write(p, {"a": ENTRY | {"dtype": "X9"}}, b"12345678"), "unknown type 'X9'"),
    "a pickle": (lambda p: p.write_bytes(pickle.dumps({"a": 1}, 2)), "is a Python pickle"),
    "a zipped pickle": (lambda p: torch.save({"a": 1}, p), "is a Python pickle"),
    "one place for two": (lambda p: write(p, {"a": ENTRY, "b": ENTRY}, b"12345678"), "lie in the same place"),
    "endless axes": (lambda p: write(p, {"a": ENTRY | {"shape": [1] * 99}}, b"12345678"), "the shape of 'a'"),
    "metadata": (lambda p: write(p, {"__metadata__": 3}), "its metadata is not a table"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_one_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad.safetensors"
    make, sentence = BAD[name]
    make(path)
    with pytest.raises(LoadError, match=sentence) as caught:
        recognise(path)
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"model_index\.json or config\.json is missing"):
        recognise(tmp_path)


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "mine.safetensors", {"a": ENTRY}, b"12345678")

    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(LoadError, match=r"mine\.safetensors cannot be read: Permission denied"):
        recognise(path)


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    with pytest.raises(LoadError, match="is not a file"):
        recognise(tmp_path / "pipe.safetensors")


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_headers_never_fail_otherwise(tmp_path: Path, data: st.DataObject) -> None:
    text = bytearray(json.dumps({"a": ENTRY, "b": OTHER, "__metadata__": {"x": "y"}}).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    path = write(tmp_path / "mutated.safetensors", bytes(text), b"1234567812345678")
    try:
        read_header(path)
    except LoadError as error:
        assert str(path) in str(error)


@pytest.fixture
def pool() -> Pool:
    return create_pool(device="cpu", dtype="float32")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return maker.write_file(maker.sd1(), tmp_path_factory.mktemp("m") / "model.safetensors")


def run(pool: Pool, path: Path) -> None:
    """One call of a model's network."""
    source = Source(str(path), path.name)
    pool.get(Model(source)).x0(torch.randn(1, 4, 8, 8), torch.ones(1), [Condition(torch.randn(1, 77, 32))])


def test_a_missing_tensor_is_named(pool: Pool, whole: Path, tmp_path: Path) -> None:
    tensors = load_file(whole)
    del tensors["model.diffusion_model.time_embed.0.weight"]
    save_file(tensors, tmp_path / "missing.safetensors")
    with pytest.raises(LoadError, match=r"is incomplete: 'time_embedding\.linear_1\.weight' is missing"):
        run(pool, tmp_path / "missing.safetensors")


def test_a_wrong_shape_is_named(pool: Pool, whole: Path, tmp_path: Path) -> None:
    tensors = load_file(whole)
    tensors["model.diffusion_model.time_embed.0.weight"] = torch.zeros(3, 3)
    save_file(tensors, tmp_path / "shape.safetensors")
    with pytest.raises(LoadError, match=r"time_embed\.0\.weight' is \[3, 3\] where \[128, 32\] belongs"):
        run(pool, tmp_path / "shape.safetensors")


def test_nan_weights_are_named(pool: Pool, whole: Path, tmp_path: Path) -> None:
    tensors = load_file(whole)
    tensors["model.diffusion_model.time_embed.0.weight"][0, 0] = float("nan")
    save_file(tensors, tmp_path / "nan.safetensors")
    with pytest.raises(LoadError, match=r"'time_embedding\.linear_1\.weight' holds numbers that are none"):
        run(pool, tmp_path / "nan.safetensors")


def test_a_prompt_for_another_family_is_said(pool: Pool, whole: Path) -> None:
    condition = Condition(torch.randn(1, 77, 64))
    with pytest.raises(LoadError, match=r"64 wide and Stable Diffusion 1\.x takes 32.*clip_l"):
        pool.get(Model(Source(str(whole), "w"))).x0(torch.randn(1, 4, 8, 8), torch.ones(1), [condition])


def test_what_a_checkpoint_lacks_is_said(pool: Pool, tmp_path: Path) -> None:
    bare = maker.write_file(maker.sd1(), tmp_path / "bare.safetensors", without=("vae", "text"))
    source = Source(str(bare), "bare")
    run(pool, bare)
    with pytest.raises(LoadError, match=r"brings no autoencoder: open one with Load autoencoder"):
        pool.get(Vae(source))
    with pytest.raises(LoadError, match=r"brings no text encoder: open one with Load text encoder"):
        pool.get(Clip((source,)))


def test_a_lora_is_no_checkpoint(pool: Pool, tmp_path: Path) -> None:
    save_file(
        {"unet.x.lora_A.weight": torch.zeros(2, 2), "unet.x.lora_B.weight": torch.zeros(2, 2)}, tmp_path / "l"
    )
    with pytest.raises(LoadError, match=r"is a LoRA, no diffusion model: move it to the folder loras"):
        pool.get(Model(Source(str(tmp_path / "l"), "l")))


def test_settings_that_would_never_end_are_refused(pool: Pool, tmp_path: Path) -> None:
    path = maker.write_folder(maker.sd1(), tmp_path / "model")
    config = json.loads((path / "unet" / "config.json").read_text())
    for change in ({"layers_per_block": 10**9}, {"block_out_channels": [10**12, 64]}, {"norm_num_groups": 0}):
        (path / "unet" / "config.json").write_text(json.dumps(config | change))
        with pytest.raises(LoadError, match=r"too large to be true|make no network"):
            run(create_pool(device="cpu"), path)


def test_shards_stay_in_their_folder(tmp_path: Path) -> None:
    path = maker.write_folder(maker.sd1(), tmp_path / "model")
    (path / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    index = {"weight_map": {"conv_in.weight": "../../../etc/passwd"}}
    (path / "unet" / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(LoadError, match="not a file beside it"):
        recognise(path)
