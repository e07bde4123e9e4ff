"""What UNets see beside the latent, and what they are told of sizes, against diffusers' own networks."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from nodegraph.support.errors import LoadError
from nodes.models import create_pool
from nodes.models.runners.denoiser import Denoiser
from nodes.types import Condition, Model, Source
from tests import models_maker as maker

SIGMA = 5.0
GREY = torch.tensor([0.8223, -0.6876, 0.6364, 0.1380])[None, :, None, None].expand(1, 4, 8, 8)


def loaded(tiny: maker.Tiny, path: Path) -> Denoiser:
    found: Denoiser = create_pool(device="cpu", dtype="float32").get(
        Model(Source(str(maker.write_file(tiny, path, without=("vae", "text"))), "u"))
    )
    return found


@torch.no_grad()
def answer(
    tiny: maker.Tiny, seen: Tensor, x: Tensor, condition: Condition, ids: list[float] | None
) -> Tensor:
    """The clean latent that diffusers' own network sees in an input that is scaled already."""
    added = ids and {"text_embeds": condition.pooled, "time_ids": torch.tensor([ids])}
    time = (LOGS - torch.tensor(SIGMA).log()).abs().argmin()[None]
    output: Tensor = tiny.unet(seen, time, condition.cond, added_cond_kwargs=added).sample
    return x - SIGMA * output


SHARES = torch.cumprod(1 - torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2, 0)
LOGS = ((1 - SHARES) / SHARES).sqrt().log()


def check(tiny: maker.Tiny, path: Path, extras: dict[str, object], beside: Tensor | None) -> None:
    torch.manual_seed(3)
    x = torch.randn(1, 4, 8, 8) * SIGMA
    condition = Condition(torch.randn(1, 77, tiny.unet.config.cross_attention_dim), extras=extras)
    [ours] = loaded(tiny, path).x0(x, torch.tensor([SIGMA]), [condition])
    scaled = x / (SIGMA**2 + 1) ** 0.5
    seen = scaled if beside is None else torch.cat([scaled, beside], 1)
    torch.testing.assert_close(ours, answer(tiny, seen, x, condition, None), atol=1e-4, rtol=1e-4)


def test_inpainting_without_a_mask_paints_everything_over_grey(tmp_path: Path) -> None:
    check(maker.sd1(inputs=9), tmp_path / "u", {}, torch.cat([torch.ones(1, 1, 8, 8), GREY], 1))


def test_inpainting_sees_a_whole_mask_and_the_scaled_picture(tmp_path: Path) -> None:
    latent, mask = torch.randn(1, 4, 8, 8), torch.rand(1, 1, 8, 8)
    beside = torch.cat([mask.round(), latent * 0.18215], 1)
    check(maker.sd1(inputs=9), tmp_path / "u", {"concat_latent": latent, "concat_mask": mask}, beside)


def test_instructions_come_with_the_picture_as_the_autoencoder_made_it(tmp_path: Path) -> None:
    latent = torch.randn(1, 4, 8, 8)
    check(maker.sd1(inputs=8), tmp_path / "u", {"concat_latent": latent}, latent)
    check(maker.sd1(inputs=8), tmp_path / "v", {}, torch.zeros(1, 4, 8, 8))


def test_other_channels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="sees 3 channels beside the latent, which no node makes"):
        check(maker.sd1(inputs=7), tmp_path / "u", {}, None)


@pytest.mark.parametrize("batch", [1, 2])
def test_conditions_of_other_sizes_share_a_call(tmp_path: Path, batch: int) -> None:
    tiny = maker.sdxl()
    network = loaded(tiny, tmp_path / "u")
    calls: list[int] = []
    network._network().register_forward_hook(lambda _, given, __: calls.append(len(given[0])))
    torch.manual_seed(4)
    x = torch.randn(batch, 4, 8, 8) * SIGMA
    told = [{"width": 1024, "height": 768, "crop_w": 8, "target_height": 512}, {}]
    conditions = [Condition(torch.randn(1, 77, 96), torch.randn(1, 64), extras=extras) for extras in told]
    ours = network.x0(x, torch.full((batch,), SIGMA), conditions)
    assert calls == [2 * batch]
    ids = [[768.0, 1024.0, 0.0, 8.0, 512.0, 1024.0], [64.0, 64.0, 0.0, 0.0, 64.0, 64.0]]
    for x0, condition, six in zip(ours, conditions, ids, strict=True):
        for at in range(batch):
            one = x[at : at + 1]
            wanted = answer(tiny, one / (SIGMA**2 + 1) ** 0.5, one, condition, six)
            torch.testing.assert_close(x0[at : at + 1], wanted, atol=1e-4, rtol=1e-4)
