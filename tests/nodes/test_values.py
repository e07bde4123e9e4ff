from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nodegraph.node_api.codec import Items
from nodegraph.support.errors import LoadError
from nodes.codec import SAMPLED, TensorCodec
from nodes.types import Condition, Latent, Model, Source

CODEC = TensorCodec()


def values() -> list[object]:
    latent = Latent(torch.randn(1, 4, 2, 2), noise_mask=torch.ones(1, 2, 2), batch_index=(0, 3))
    condition = Condition(torch.randn(1, 77, 8).to(torch.bfloat16), pooled=torch.randn(1, 8), strength=0.5)
    return [
        torch.rand(1, 2, 2, 3),
        latent,
        (condition, condition),
        Items((latent, latent)),
        7,
        "text",
        True,
        1.5,
    ]


@pytest.mark.parametrize("index", range(8))
def test_round_trip_on_disk(tmp_path: Path, index: int) -> None:
    value = values()[index]
    assert CODEC.dump(value, tmp_path / "x.safetensors", "key")
    again = CODEC.load(tmp_path / "x.safetensors", "key")
    assert type(again) is type(value) and CODEC.digest(again) == CODEC.digest(value)


def test_descriptions_of_weights_stay_in_memory(tmp_path: Path) -> None:
    assert not CODEC.dump(Model(Source("model.safetensors", "abc")), tmp_path / "x", "key")
    assert CODEC.digest(Model(Source("a", "b"))) != CODEC.digest(Model(Source("a", "c")))


def test_the_digest_sees_every_bit() -> None:
    one = torch.zeros(2, 3)
    assert CODEC.digest(one) != CODEC.digest(torch.zeros(3, 2)) != CODEC.digest(torch.zeros(3, 2).double())
    two = one.clone()
    two[1, 2] = 1e-30
    assert CODEC.digest(one) != CODEC.digest(two)


def test_views_of_one_storage_count_once() -> None:
    base = torch.zeros(100, 100)
    head, tail = base[:50], base[50:]
    sizes = {**CODEC.buffers(head), **CODEC.buffers(tail)}
    assert sum(sizes.values()) == base.nbytes + 2 * 64


@pytest.mark.parametrize("data", [b"", b"\xff" * 8, b"\x02\x00\x00\x00\x00\x00\x00\x00{}", b"{" * 100])
def test_a_bad_file_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.safetensors").write_bytes(data)
    with pytest.raises(LoadError, match=r"x\.safetensors cannot be read"):
        CODEC.load(tmp_path / "x.safetensors", "key")


KEY = "ab" * 20


@pytest.mark.parametrize("index", range(8))
def test_an_entry_of_another_key_or_of_other_bytes_is_refused(tmp_path: Path, index: int) -> None:
    path = tmp_path / "x.safetensors"
    assert CODEC.dump(values()[index], path, KEY)
    with pytest.raises(LoadError):
        CODEC.load(path, "cd" * 20)
    CODEC.load(path, KEY)
    data = path.read_bytes()
    header = 8 + int.from_bytes(data[:8], "little")
    if header < len(data):
        path.write_bytes(data[:header] + bytes(len(data) - header))
        with pytest.raises(LoadError):
            CODEC.load(path, KEY)
    path.write_bytes(data.replace(b'"digest":"', b'"digest":"0', 1))
    with pytest.raises(LoadError):
        CODEC.load(path, KEY)


def test_an_entry_of_another_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    CODEC.dump(Latent(torch.ones(1, 4, 2, 2)), path, KEY)
    data = path.read_bytes()
    for changed in (
        data.replace(b"F32", b"I32"),
        data.replace(b"Latent", b"Source"),
        data[:-1],
        data + b"\0",
    ):
        path.write_bytes(changed)
        with pytest.raises(LoadError):
            CODEC.load(path, KEY)


def test_any_changed_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    value = Latent(torch.linspace(0, 1, 8).reshape(1, 2, 2, 2))
    CODEC.dump(value, path, KEY)
    data = bytearray(path.read_bytes())
    for at in range(0, len(data)):
        changed = bytearray(data)
        changed[at] ^= 1
        path.write_bytes(changed)
        try:
            found = CODEC.load(path, KEY)
        except LoadError:
            continue
        assert CODEC.digest(found) == CODEC.digest(value)


def test_a_full_disk_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        CODEC.dump(torch.ones(3), tmp_path / "no" / "folder" / "x", KEY)


@pytest.mark.parametrize(
    "write",
    [
        lambda t: t.mul_(2),
        lambda t: t[0, 0].fill_(3),
        lambda t: t.view(-1).add_(1),
        lambda t: t.numpy().fill(0.25),
        lambda t: torch.relu_(t.neg_()),
    ],
)
def test_a_stamp_changes_when_a_tensor_is_written_into(write: Callable[[torch.Tensor], object]) -> None:
    value = Latent(torch.rand(1, 4, 32, 32))
    before = CODEC.stamp((value, value))
    assert CODEC.stamp((value, value)) == before
    write(value.samples)
    assert CODEC.stamp((value, value)) != before


def test_a_stamp_takes_little_of_a_large_picture() -> None:
    stamp = CODEC.stamp(torch.rand(1, 512, 512, 3))
    assert isinstance(stamp, list) and len(stamp[0][1]) <= 2 * 4 * SAMPLED
