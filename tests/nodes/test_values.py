from __future__ import annotations

from pathlib import Path

import pytest
import torch

from nodegraph.node_api.codec import Items
from nodegraph.support.errors import LoadError
from nodes.codec import TensorCodec
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
    assert CODEC.dump(value, tmp_path / "x.safetensors")
    again = CODEC.load(tmp_path / "x.safetensors")
    assert type(again) is type(value) and CODEC.digest(again) == CODEC.digest(value)


def test_descriptions_of_weights_stay_in_memory(tmp_path: Path) -> None:
    assert not CODEC.dump(Model(Source("model.safetensors", "abc")), tmp_path / "x")
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
        CODEC.load(tmp_path / "x.safetensors")
