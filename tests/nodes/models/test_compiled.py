"""torch.compile on small networks: the numbers, the patches, the blocks, the words and the memory of the plain ones."""

from __future__ import annotations

import gc
import importlib.util
import shutil
import sys
import sysconfig
import weakref
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from nodegraph import GraphError
from nodegraph.node_api import events
from nodegraph.node_api.context import Context, Places
from nodegraph.support.errors import Cancelled
from nodes.definitions.compiling import compile_model
from nodes.definitions.guidance_network import freeu
from nodes.definitions.sampler import ksampler
from nodes.models import create_pool
from nodes.models.memory import compiled
from nodes.models.memory.budget import network_work
from nodes.models.pool import Pool
from nodes.types import Condition, Conditioning, Latent, Model, Patch, Source
from tests import models_maker as maker

Said = list[events.Event]


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Everything is compiled here, nothing is found again from another run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path_factory.mktemp("compiled")))
        yield
        torch._dynamo.reset()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("models") / "sd.safetensors"
    return Source(str(maker.write_file(maker.sd1(), path)), "sd")


@pytest.fixture
def lora(tmp_path: Path) -> Patch:
    torch.manual_seed(1)
    lead = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
    tensors = {f"{lead}.lora_B.weight": torch.randn(32, 2), f"{lead}.lora_A.weight": torch.randn(2, 32)}
    save_file(tensors, tmp_path / "l.safetensors")
    return Patch(Source(str(tmp_path / "l.safetensors"), "l"), 0.7)


def context(pool: Pool, said: Said) -> Context:
    return Context("node", Places(Path("output"), Path()), said.append, Event(), pool)


def of(pool: Pool, model: Model, scope: str = "blocks") -> Model:
    return compile_model(context(pool, []), model, scope=scope)


def drawn(ctx: Context, model: Model) -> Tensor:
    side = Conditioning((Condition(torch.randn(1, 77, 32, generator=torch.Generator().manual_seed(3))),))
    return ksampler(
        ctx, model, side, side, Latent(torch.zeros(1, 4, 16, 16)), seed=1, steps=2, cfg=1.0
    ).samples


def compilations() -> int:
    return int(torch._dynamo.utils.counters["stats"]["unique_graphs"])


def words(said: Said) -> str:
    return " ".join(event.text for event in said if isinstance(event, events.Message))


def same(found: Tensor, wanted: Tensor) -> None:
    """As near as float32 sums in another order come."""
    assert (found - wanted).norm() / wanted.norm() < 2e-5


def test_blocks_compile_once_for_plain_and_patched_weights(base: Source, lora: Patch) -> None:
    pool = create_pool(device="cpu", dtype="float32")
    plain, patched = Model(base), Model(base, patches=(lora,))
    said: Said = []
    ctx = context(pool, said)
    wanted, wanted_patched = drawn(ctx, plain), drawn(ctx, patched)
    assert not words(said), "what is not compiled says nothing"
    before = compilations()
    same(drawn(ctx, of(pool, plain)), wanted)
    assert compilations() > before
    assert "Compiling the network took" in words(said)
    assert "compiling the network" in [event.text for event in said if isinstance(event, events.Progress)]
    said.clear()
    before = compilations()
    for _ in range(2):
        same(drawn(ctx, of(pool, patched)), wanted_patched)
        same(drawn(ctx, of(pool, plain)), wanted)
    assert compilations() == before and not words(said), "weights change beneath what is compiled"
    assert torch.equal(drawn(ctx, plain), wanted), "the plain network is as it was"
    assert not torch.equal(wanted_patched, wanted)


def test_blocks_that_come_and_go_compile_too(base: Source, lora: Patch) -> None:
    large = create_pool(device="cpu", dtype="float32")
    part = large.recognised(base).parts["network"]
    work = network_work(part.config, (1, 4, 16, 16), 77, 4)
    small = create_pool(device="cpu", dtype="float32", ram=part.parameters * 4 // 3 + work)
    for model, scope in ((Model(base), "blocks"), (Model(base, patches=(lora,)), "network")):
        found = drawn(context(small, []), of(small, model, scope))
        same(found, drawn(context(large, []), model))
    [held] = small.residents._held.values()
    assert not held.whole and held.compiled("network"), "some blocks go, and what is compiled are blocks"
    assert held.network not in [module for module, _ in held.compiled("network")]


def test_a_network_compiles_as_a_whole() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8)).eval()
    x = torch.randn(4, 8)
    forwards = compiled.compiled(network, "network", ())
    before = compilations()
    with torch.no_grad():
        wanted = network(x)
        with compiled.running(forwards):
            same(network(x), wanted)
        assert compilations() == before + 1
        assert torch.equal(network(x), wanted)
    assert [module for module, _ in forwards] == [network] and "forward" not in vars(network)


def test_what_bends_the_network_runs_plainly(base: Source) -> None:
    pool = create_pool(device="cpu", dtype="float32")
    said: Said = []
    ctx = context(pool, said)
    bent = freeu(Model(base))
    before = compilations()
    assert torch.equal(drawn(ctx, of(pool, bent)), drawn(ctx, bent))
    assert compilations() == before and "FreeU changes this network" in words(said)


def test_a_run_is_cancelled_between_two_compilations(base: Source) -> None:
    torch._dynamo.reset()
    pool = create_pool(device="cpu", dtype="float32")
    stop, seen = Event(), []

    def listen(event: events.Event) -> None:
        if isinstance(event, events.Progress):
            seen.append(event.text)
            stop.set()

    ctx = Context("node", Places(Path("output"), Path()), listen, stop, pool)
    with pytest.raises(Cancelled):
        drawn(ctx, of(pool, Model(base)))
    assert seen == ["compiling the network"], "the second block was not begun"
    network = pool.get(Model(base))._network()
    assert not any("forward" in vars(module) for module in network.modules())
    same(drawn(context(pool, []), of(pool, Model(base))), drawn(context(pool, []), Model(base)))


def test_a_compiled_network_leaves_the_memory(base: Source) -> None:
    pool = create_pool(device="cpu", dtype="float32")
    drawn(context(pool, []), of(pool, Model(base)))
    held = weakref.ref(pool.get(Model(base))._network().get_parameter("conv_in.weight"))
    pool.clear()
    gc.collect()
    assert held() is None


def test_what_cannot_be_compiled_is_one_sentence(base: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    torch._dynamo.reset()
    pool = create_pool(device="cpu", dtype="float32")
    model = of(pool, Model(base))
    monkeypatch.setattr(torch._inductor.config.cpp, "cxx", (None, "no-such-compiler"))
    monkeypatch.setenv("TORCHINDUCTOR_FORCE_DISABLE_CACHES", "1")
    with pytest.raises(GraphError, match="cannot be compiled here; bypass the node"):
        drawn(context(pool, []), model)


@pytest.mark.parametrize("lack", ["compiler", "headers", "triton"])
def test_what_is_missing_is_said_with_its_remedy(
    lack: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert compiled.missing("cpu") is None, "this machine has all"
    device, wanted = "cpu", "install the package g++, or bypass this node"
    if lack == "compiler":
        monkeypatch.delenv("CXX", raising=False)
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(shutil, "which", lambda name: None)
    elif lack == "headers":
        monkeypatch.setattr(sysconfig, "get_paths", lambda: {"include": str(tmp_path)})
        wanted = "install the package python3-dev"
    else:
        device, wanted = "cuda", "needs the package triton"
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    pool = create_pool(device="cpu")
    pool.device = torch.device(device)
    with pytest.raises(GraphError, match=wanted.replace("+", r"\+")):
        of(pool, Model(Source("nowhere", "0")))
