"""Little memory: networks in blocks, prompts one at a time, pictures in tiles; the numbers stay the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import Tensor, nn

from nodes.models import create_pool
from nodes.models.memory.block_offload import count, plan_offload
from nodes.models.memory.budget import network_work
from nodes.models.memory.loading import Place, bytes_of, load_part
from nodes.models.memory.resident import Resident
from nodes.models.pool import Pool
from nodes.types import Clip, Condition, Model, Patch, Source
from tests import models_maker as maker
from tests.nodes.models.pools import pool_of


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("models") / "sd.safetensors"
    return Source(str(maker.write_file(maker.sd1(), path)), "sd")


@pytest.fixture(scope="module")
def flux(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("models") / "flux.safetensors"
    return Source(str(maker.write_transformer(maker.flux(), path)), "flux")


@pytest.fixture(scope="module")
def sd3(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("models") / "sd3.safetensors"
    return Source(str(maker.write_transformer(maker.sd3(), path)), "sd3")


def condition(source: Source, seed: int = 0) -> Condition:
    generator = torch.Generator().manual_seed(seed)
    width, pooled = {"sd": (32, 0), "flux": (96, 32), "sd3": (96, 96)}[source.fingerprint]
    cond = torch.randn(1, 77, width, generator=generator)
    extra = torch.randn(1, pooled, generator=generator) if pooled else None
    return Condition(cond, extra, guidance=3.5 if source.fingerprint == "flux" else None)


def x0(pool: Pool, ref: Model, sides: int = 1) -> list[Tensor]:
    generator = torch.Generator().manual_seed(7)
    channels = 4 if ref.source.fingerprint == "sd" else 16
    x = torch.randn(1, channels, 16, 16, generator=generator)
    return pool.get(ref).x0(x, torch.tensor([0.5]), [condition(ref.source, at) for at in range(sides)])


def sizes(source: Source, sides: int = 1) -> tuple[int, int]:
    """The bytes of a network, and those of one call."""
    part = create_pool(device="cpu").recognised(source).parts["network"]
    channels = 4 if source.fingerprint == "sd" else 16
    return part.parameters * 4, network_work(part.config, (sides, channels, 16, 16), 77, 4)


def network_of(pool: Pool, ref: Model) -> tuple[nn.Module, Resident]:
    [held] = [one for key, one in pool.residents._held.items() if key[0] == ref.source]  # type: ignore[index]
    return held.network, held


@pytest.mark.parametrize("name", ["base", "flux", "sd3"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9])
def test_block_by_block_gives_the_same_numbers(
    name: str, share: float, request: pytest.FixtureRequest
) -> None:
    ref = Model(request.getfixturevalue(name))
    size, work = sizes(ref.source)
    [wanted] = x0(pool_of(2**34), ref)
    small = pool_of(int(size * share) + work)
    for _ in range(2):
        [found] = x0(small, ref)
        assert torch.equal(found, wanted)
    network, held = network_of(small, ref)
    assert not held.whole and held.bytes < size
    assert held.bytes == bytes_of(network.state_dict().values()), "what came has left again"


def test_no_more_of_a_network_is_there_than_there_is_room_for(base: Source) -> None:
    ref = Model(base)
    size, work = sizes(base)
    pool = pool_of(size // 2 + work)
    x0(pool, ref)
    network, _ = network_of(pool, ref)
    seen: list[int] = []

    def look(*_: Any) -> None:
        seen.append(bytes_of(network.parameters()))

    for module in network.modules():
        module.register_forward_pre_hook(look)
    x0(pool, ref)
    assert max(seen) <= size // 2 and len(set(seen)) > 1


def test_patches_reach_blocks_that_come_and_go(base: Source, tmp_path: Path) -> None:
    torch.manual_seed(1)
    tensors: dict[str, Tensor] = {}
    for block in ("down_blocks.0", "mid_block", "up_blocks.1"):
        lead = f"unet.{block}.attentions.0.transformer_blocks.0.attn1.to_q"
        width = 64 if block == "mid_block" else 32
        tensors |= {
            f"{lead}.lora_B.weight": torch.randn(width, 2),
            f"{lead}.lora_A.weight": torch.randn(2, width),
        }
    save_file(tensors, tmp_path / "l.safetensors")
    patched = Model(base, patches=(Patch(Source(str(tmp_path / "l.safetensors"), "l"), 0.7),))
    size, work = sizes(base)
    large, small = pool_of(2**34), pool_of(size // 3 + work)
    for ref in (Model(base), patched, Model(base), patched):
        assert torch.equal(x0(large, ref)[0], x0(small, ref)[0])
    assert not torch.equal(x0(large, patched)[0], x0(large, Model(base))[0])
    assert not network_of(small, patched)[1].whole


def test_a_network_comes_back_whole_once_there_is_room(base: Source) -> None:
    size, work = sizes(base)
    pool = pool_of(size // 2 + work)
    x0(pool, Model(base))
    assert not network_of(pool, Model(base))[1].whole
    pool.residents.limit = 2**34
    pool.residents.reconsider()
    x0(pool, Model(base))
    assert network_of(pool, Model(base))[1].whole


def test_text_encoders_leave_before_the_network_comes(base: Source) -> None:
    size, work = sizes(base)
    pool = pool_of(size + 2 * work)
    pool.get(Clip((base,))).encode("a house")
    assert [key[1] for key in pool.residents._held] == ["clip_l"]  # type: ignore[index]
    x0(pool, Model(base), sides=2)
    assert [key[1] for key in pool.residents._held] == ["network"]  # type: ignore[index]
    roomy = pool_of(2**34)
    roomy.get(Clip((base,))).encode("a house")
    x0(roomy, Model(base), sides=2)
    assert len(roomy.residents) == 2


@pytest.mark.parametrize(("spare", "calls"), [(1, 2), (2, 1)])
def test_prompts_share_a_call_where_they_fit(base: Source, spare: int, calls: int) -> None:
    size, work = sizes(base)
    pool = pool_of(size + spare * work)
    pool.get(Model(base))
    wanted = x0(pool_of(2**34), Model(base), sides=2)
    x0(pool, Model(base), sides=2)
    network, held = network_of(pool, Model(base))
    seen: list[int] = []
    network.register_forward_pre_hook(lambda module, args, kwargs: seen.append(1), with_kwargs=True)
    found = x0(pool, Model(base), sides=2)
    assert len(seen) == calls and held.whole
    for one, other in zip(found, wanted, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def test_blocks_on_an_accelerator_come_out_of_copies(base: Source, tmp_path: Path) -> None:
    """As on a second device: what a block needs is copied once into the machine's memory, and no more than allowed."""
    pool = create_pool(device="cpu", dtype="float32")
    part = pool.recognised(base).parts["network"]
    family = pool.get(Model(base)).family
    place = Place(torch.device("cpu"), torch.float32)
    size = part.parameters * 4
    for limit in (0, size // 4, size):
        network, blocks = load_part(part, family.build, place, size // 3)
        held = Resident("key", network, part, place, blocks, limit, size)
        inputs = (torch.randn(1, 4, 8, 8), torch.ones(1), torch.randn(1, 77, 32))
        with torch.no_grad():
            first, second = network(*inputs).sample, network(*inputs).sample
            whole, _ = load_part(part, family.build, place)
            for name, parameter in whole.named_parameters():
                if limit == size and any(name.startswith(f"{lead}.") for lead in blocks):
                    parameter.data = parameter.data.clone()  # how memory is aligned shows in the last digit
            assert torch.equal(first, second)
            exact = 0.0 if limit in (0, size) else 1e-5
            assert torch.allclose(first, whole(*inputs).sample, rtol=0.0, atol=exact)
        moving = [4 * count(whole.get_submodule(lead)) for lead in blocks]
        assert held.copied <= (limit + max(moving) if limit else 0)
        assert limit < size or held.copied == sum(moving)


def test_eight_bits_are_widened_without_their_neighbours(tmp_path: Path) -> None:
    """Queries, keys and values of a file lie in one tensor; none of them keeps the others in memory."""
    path = maker.write_transformer(maker.flux(), tmp_path / "f.safetensors", torch.float8_e4m3fn)
    for dtype in ("bfloat16", "float32"):
        denoiser = create_pool(device="cpu", dtype=dtype).get(Model(Source(str(path), "flux")))
        state = denoiser._network().state_dict()
        storages = {
            each.untyped_storage().data_ptr(): each.untyped_storage().nbytes() for each in state.values()
        }
        assert sum(storages.values()) == bytes_of(state.values())


def test_a_file_replaced_under_a_network_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    source = Source(str(maker.write_file(maker.sd1(1), path)), "sd")
    pool = pool_of(2**34)
    [first] = x0(pool, Model(source))
    maker.write_file(maker.sd1(2), tmp_path / "other.safetensors").replace(path)
    pool._recognised.clear()
    [second] = x0(pool, Model(source))
    assert not torch.equal(first, second)


def listed(members: Sequence[nn.Module]) -> nn.Module:
    """A module with a layer of its own and a list of others."""
    made = nn.Module()
    made.own = nn.Linear(2, 2)
    made.parts = nn.ModuleList(members)
    return made


TREES: st.SearchStrategy[nn.Module] = st.recursive(
    st.integers(1, 40).map(lambda width: nn.Linear(width, 4)),
    lambda inner: st.lists(inner, min_size=1, max_size=4).map(listed),
    max_leaves=12,
)


@settings(max_examples=80)
@given(TREES, st.integers(0, 4000))
def test_what_stays_fits_where_anything_can(tree: nn.Module, room: int) -> None:
    size = 4 * count(tree)
    going = plan_offload(tree, 4, room)
    all_going = plan_offload(tree, 4, 0)
    gone = [4 * count(block) for block in going.values()]
    names = [f"{lead}." for lead in going]
    assert not any(a != b and a.startswith(b) for a in names for b in names), "no block lies in another"
    assert size - sum(gone) + max(gone, default=0) <= room or going or not all_going


def test_making_room_never_takes_what_the_step_needs(base: Source, flux: Source) -> None:
    pool = pool_of(sum(sizes(base)) + 10)
    calls: list[Callable[[], Any]] = [lambda: x0(pool, Model(base)), lambda: x0(pool, Model(flux))]
    for call in (*calls, *calls):
        call()
        assert pool.bytes <= pool.residents.limit
