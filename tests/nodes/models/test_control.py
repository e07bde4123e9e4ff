"""Control networks in diffusers' and original layouts add what diffusers' own network adds."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from nodegraph.support.errors import LoadError
from nodes.models import create_pool
from nodes.models.pool import Pool
from nodes.models.runners.controlnet import fitted
from nodes.types import Condition, Control, ControlNet, Model, Source
from tests import models_maker as maker


def original_names(net: Any) -> maker.State:
    """A ControlNet's weights in the names of Zhang et al."""
    found: maker.State = {}
    state = net.state_dict()
    for name, tensor in state.items():
        if match := re.fullmatch(r"controlnet_down_blocks\.(\d+)\.(.+)", name):
            new = f"zero_convs.{match[1]}.0.{match[2]}"
        elif name.startswith("controlnet_mid_block."):
            new = "middle_block_out.0." + name.rpartition(".")[2]
        elif match := re.fullmatch(
            r"controlnet_cond_embedding\.(?:(conv_in|conv_out)|blocks\.(\d+))\.(.+)", name
        ):
            at = {"conv_in": 0, "conv_out": 14}.get(match[1] or "", 2 + 2 * int(match[2] or 0))
            new = f"input_hint_block.{at}.{match[3]}"
        else:
            new = maker.ldm_unet_name(name, state)
        found[f"control_model.{new}"] = tensor.contiguous()
    return found


@pytest.fixture(scope="module")
def tiny() -> maker.Tiny:
    return maker.sd1(7)


@pytest.fixture(scope="module")
def net(tiny: maker.Tiny) -> Any:
    from diffusers import ControlNetModel

    net = ControlNetModel.from_unet(tiny.unet).eval()
    torch.manual_seed(8)
    for name, parameter in net.named_parameters():
        if name.startswith("controlnet_"):
            torch.nn.init.normal_(parameter, std=0.1)
    return net


@pytest.fixture(params=["file", "folder"])
def source(request: pytest.FixtureRequest, net: Any, tmp_path: Path) -> Source:
    path = tmp_path / ("control.safetensors" if request.param == "file" else "control")
    if request.param == "file":
        save_file(original_names(net), path)
    else:
        net.save_pretrained(path)
    return Source(str(path), "control")


@pytest.fixture
def base(tiny: maker.Tiny, tmp_path: Path) -> Source:
    return Source(str(maker.write_file(tiny, tmp_path / "model.safetensors")), "base")


@pytest.fixture
def pool() -> Pool:
    return create_pool(device="cpu", dtype="float32")


def test_two_controls_add_up(tiny: maker.Tiny, net: Any, source: Source, base: Source, pool: Pool) -> None:
    torch.manual_seed(9)
    x, sigma, cond = torch.randn(2, 4, 8, 8), torch.tensor([2.0, 2.0]), torch.randn(1, 77, 32)
    hints, ref = [torch.rand(1, 64, 64, 3) for _ in range(2)], ControlNet(source)
    controls = (Control(ref, hints[0], 0.7), Control(ref, hints[1], -0.4))
    denoiser = pool.get(Model(base))
    ours, plain = denoiser.x0(x, sigma, [Condition(cond, controls=controls), Condition(cond)])
    time, context, scaled = denoiser.space.timestep(sigma), cond.expand(2, -1, -1), x / 5**0.5
    down, middle = None, None
    with torch.no_grad():
        for hint, strength in zip(hints, (0.7, -0.4), strict=True):
            pixels = hint.movedim(-1, 1).expand(2, -1, -1, -1)
            d, m = net(scaled, time, context, pixels, strength, return_dict=False)
            down = d if down is None else [a + b for a, b in zip(down, d, strict=True)]
            middle = m if middle is None else middle + m
        output = tiny.unet(
            scaled, time, context, down_block_additional_residuals=down, mid_block_additional_residual=middle
        ).sample
        without = tiny.unet(scaled, time, context).sample
    torch.testing.assert_close(ours, x - 2 * output, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(plain, x - 2 * without, atol=1e-4, rtol=1e-4)


def test_a_control_works_between_its_ends(source: Source, base: Source, pool: Pool) -> None:
    torch.manual_seed(10)
    x, cond = torch.randn(1, 4, 8, 8), torch.randn(1, 77, 32)
    denoiser = pool.get(Model(base))
    control = Control(ControlNet(source), torch.rand(1, 64, 64, 3), 1.0, start=0.25, end=0.5)
    for percent, active in ((0.1, False), (0.3, True), (0.6, False)):
        sigma = torch.tensor([denoiser.space.percent_to_sigma(percent)])
        with_it, without = denoiser.x0(x, sigma, [Condition(cond, controls=(control,)), Condition(cond)])
        assert torch.allclose(with_it, without, atol=1e-5) is not active


def test_a_control_of_another_family_is_named(source: Source, pool: Pool, tmp_path: Path) -> None:
    other = Source(str(maker.write_file(maker.sdxl(), tmp_path / "xl.safetensors")), "xl")
    condition = Condition(torch.randn(1, 77, 96), torch.randn(1, 64))
    hint = Control(ControlNet(source), torch.rand(1, 64, 64, 3))
    with pytest.raises(LoadError, match="was made for another family than SDXL"):
        pool.get(Model(other)).x0(
            torch.randn(1, 4, 8, 8),
            torch.ones(1),
            [Condition(condition.cond, condition.pooled, controls=(hint,))],
        )


@pytest.mark.parametrize("layout", ["file", "folder"])
def test_a_control_for_sdxl_is_told_the_sizes(layout: str, pool: Pool, tmp_path: Path) -> None:
    from diffusers import ControlNetModel

    tiny = maker.sdxl(11)
    net = ControlNetModel.from_unet(tiny.unet).eval()
    torch.manual_seed(12)
    for name, parameter in net.named_parameters():
        if name.startswith("controlnet_"):
            torch.nn.init.normal_(parameter, std=0.1)
    path = tmp_path / ("control.safetensors" if layout == "file" else "control")
    if layout == "file":
        save_file(original_names(net), path)
    else:
        net.save_pretrained(path)
    x, sigma, hint = torch.randn(1, 4, 8, 8), torch.tensor([2.0]), torch.rand(1, 64, 64, 3)
    cond, pooled = torch.randn(1, 77, 96), torch.randn(1, 64)
    condition = Condition(cond, pooled, controls=(Control(ControlNet(Source(str(path), layout)), hint, 0.8),))
    denoiser = pool.get(Model(Source(str(maker.write_file(tiny, tmp_path / "xl.safetensors")), "xl")))
    [ours] = denoiser.x0(x, sigma, [condition])
    time, scaled = denoiser.space.timestep(sigma), x / 5**0.5
    added = {"text_embeds": pooled, "time_ids": torch.tensor([[64.0, 64.0, 0.0, 0.0, 64.0, 64.0]])}
    with torch.no_grad():
        down, middle = net(
            scaled, time, cond, hint.movedim(-1, 1), 0.8, added_cond_kwargs=added, return_dict=False
        )
        output = tiny.unet(
            scaled,
            time,
            cond,
            added_cond_kwargs=added,
            down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
        ).sample
    torch.testing.assert_close(ours, x - 2 * output, atol=1e-4, rtol=1e-4)


def test_hints_keep_their_proportions() -> None:
    picture = torch.zeros(1, 4, 8, 3)
    picture[:, :, 2:6] = 1
    assert fitted(picture, (4, 4)).shape == (1, 3, 4, 4)
    assert bool((fitted(picture, (4, 4)) == 1).all())
