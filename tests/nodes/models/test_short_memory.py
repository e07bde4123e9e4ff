"""Where memory is short: the limits, how many go together, pictures in tiles."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nodegraph.node_api import events
from nodegraph.node_api.context import Context, Places
from nodes.definitions.vae import vae_decode
from nodes.models import create_pool
from nodes.models.memory import budget
from nodes.models.memory.budget import together
from nodes.models.pool import Pool
from nodes.types import Latent, Source, Vae
from tests import models_maker as maker
from tests.nodes.models.pools import pool_of


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Source:
    path = tmp_path_factory.mktemp("models") / "sd.safetensors"
    return Source(str(maker.write_file(maker.sd1(), path)), "sd")


@given(st.integers(0, 100), st.integers(0, 100), st.integers(1, 30), st.integers(1, 5))
def test_work_keeps_to_the_limit(limit: int, size: int, one: int, number: int) -> None:
    found = together(limit, size, one, number)
    assert 1 <= found <= number
    if size + one <= limit:
        assert size + found * one <= limit
        assert found == number or size + (found + 1) * one > limit


@pytest.mark.parametrize(
    ("text", "limit"),
    [('{"ram": 3.5}', 3_500_000_000), ('{"ram": -1}', None), ('{"ram": "x"}', None), ("{", None)],
)
def test_limits_come_from_the_settings_file(
    text: str, limit: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "config_folder", lambda: tmp_path)
    (tmp_path / "models.json").write_text(text)
    found = create_pool(device="cpu").residents.limit
    assert found == (budget.default_limit(torch.device("cpu")) if limit is None else limit)
    assert create_pool(device="cpu", ram=10**9).residents.limit == 10**9


def heard(pool: Pool) -> tuple[Context, list[str]]:
    said: list[str] = []

    def listen(event: events.Event) -> None:
        if isinstance(event, events.Message):
            said.append(event.text)

    return Context("decode", Places(Path("output"), Path()), listen, Event(), pool), said


def test_large_pictures_are_done_in_tiles_where_memory_is_short_and_that_is_said(base: Source) -> None:
    latent = Latent(torch.randn(1, 4, 80, 72, generator=torch.Generator().manual_seed(1)))
    ctx, said = heard(pool_of(2**34))
    whole = vae_decode(ctx, latent, Vae(base))
    assert not said and not ctx.makeshift
    ctx, said = heard(pool_of(2**27))
    tiled = vae_decode(ctx, latent, Vae(base))
    assert said == ["The picture does not fit into memory at once; it is done in tiles."]
    assert ctx.makeshift and tiled.shape == whole.shape and not torch.equal(tiled, whole)


def test_a_batch_of_pictures_is_cut_before_a_picture_is(base: Source) -> None:
    latent = Latent(torch.randn(3, 4, 64, 64, generator=torch.Generator().manual_seed(1)))
    ctx, said = heard(pool_of(2**28 + 2**26))
    counts: list[int] = []
    vae = ctx.models.get(Vae(base))
    share, network = vae._network(3, 64 * 64 * 64, torch.float32)
    network.decoder.register_forward_pre_hook(lambda module, arguments: counts.append(len(arguments[0])))
    found = vae_decode(ctx, latent, Vae(base))
    assert counts == [1, 1, 1] and share == 1 and not said and not ctx.makeshift
    wanted = pool_of(2**34).get(Vae(base)).decode(latent.samples)
    torch.testing.assert_close(found, wanted, atol=3e-4, rtol=1e-3)
