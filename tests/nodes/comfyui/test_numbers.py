"""Where ComfyUI's numbers are others than ours, the translated node gives them: checked against plain formulas."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy
import PIL.Image
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nodegraph.formats.comfyui.node_mapping import Converted
from nodegraph.formats.comfyui.source_graph import SourceNode
from nodes.comfyui import SAME
from nodes.definitions.conditioning import conditioning_mask
from nodes.definitions.control import control_net_apply
from nodes.definitions.images import image_blend, image_resize
from nodes.definitions.masks import mask_grow, mask_rectangle
from nodes.definitions.noises import no_noise
from nodes.guidance.freeu import FreeU
from nodes.guidance.mask_bounds import bounds
from nodes.guidance.regions import with_bounds, with_shared_controls
from nodes.images.three_tilings import tiled_thrice
from nodes.sampling.distilled import DistilledSpace
from nodes.sampling.guidance import adaptive_projected, norm_limited
from nodes.sampling.predictions import network_input, to_x0
from nodes.sampling.spaces import DiscreteSpace
from nodes.types import Area, Condition, Conditioning, Image, Mask

GENERATOR = torch.Generator().manual_seed(4)


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=GENERATOR)


def made(name: str, **values: Any) -> Converted:
    return SAME[name](SourceNode("1", name, values))


def params(name: str, **values: Any) -> dict[str, Any]:
    return dict(made(name, **values).parts[""].params)


@pytest.mark.parametrize(("method", "mode"), [("bilinear", "bilinear"), ("bicubic", "bicubic")])
def test_a_picture_made_smaller_is_not_filtered(method: str, mode: str) -> None:
    picture = noise(1, 40, 56, 3)
    given = params("ImageScale", upscale_method=method, width=20, height=15, crop="disabled")
    found = image_resize(Image(picture), **given)
    wanted = torch.nn.functional.interpolate(picture.movedim(-1, 1), size=(15, 20), mode=mode)
    assert torch.allclose(found, wanted.movedim(1, -1).clamp(0, 1), atol=1e-6)


def test_lanczos_works_on_256_levels() -> None:
    picture = noise(2, 30, 20, 3)
    given = params("ImageScale", upscale_method="lanczos", width=33, height=17, crop="disabled")
    found = image_resize(Image(picture), **given)
    for each, got in zip(picture, found, strict=True):
        levels = numpy.clip(255.0 * each.numpy(), 0, 255).astype(numpy.uint8)
        small = PIL.Image.fromarray(levels).resize((33, 17), PIL.Image.Resampling.LANCZOS)
        assert torch.equal(got, torch.from_numpy(numpy.array(small).astype(numpy.float32) / 255.0))


@given(*[st.integers(8, 70)] * 4)
def test_a_centred_crop_takes_as_much_from_both_sides(width: int, height: int, new: int, tall: int) -> None:
    given_ = params("ImageScale", upscale_method="nearest-exact", width=new, height=tall, crop="center")
    picture = torch.zeros(1, height, width, 3)
    old, wanted = width / height, new / tall
    x = round((width - width * (wanted / old)) / 2) if old > wanted else 0
    y = round((height - height * (old / wanted)) / 2) if old < wanted else 0
    if x * 2 >= width or y * 2 >= height:
        return
    picture[:, y : height - y, x : width - x] = 1
    assert image_resize(Image(picture), **given_).min() == 1


def test_blending_pictures_of_two_sizes_crops_the_upper_one() -> None:
    below, above = noise(1, 24, 40, 3), noise(1, 30, 30, 3)
    given = params("ImageBlend", blend_factor=0.3, blend_mode="difference")
    found = image_blend(Image(below), Image(above), **given)
    cut = above[:, 6:24]
    fitted = torch.nn.functional.interpolate(cut.movedim(-1, 1), size=(24, 40), mode="bicubic")
    fitted = fitted.movedim(1, -1).clamp(0, 1)
    wanted = (below * 0.7 + (below - fitted) * 0.3).clamp(0, 1)
    assert torch.allclose(found, wanted, atol=1e-5)


@pytest.mark.parametrize("tapered", [True, False])
@pytest.mark.parametrize("pixels", [3, -2])
def test_a_mask_grows_by_a_diamond_or_a_square(tapered: bool, pixels: int) -> None:
    mask = torch.zeros(1, 21, 21)
    mask[:, 8:13, 9:12] = 1
    found = mask_grow(Mask(mask), **params("GrowMask", expand=pixels, tapered_corners=tapered))
    rows, columns = torch.meshgrid(torch.arange(21), torch.arange(21), indexing="ij")
    wanted = torch.zeros(21, 21)
    for y in range(21):
        for x in range(21):
            far = (rows - y).abs() + (columns - x).abs() if tapered else torch.maximum(
                (rows - y).abs(), (columns - x).abs())  # fmt: skip
            near = mask[0][far <= abs(pixels)]
            wanted[y, x] = near.max() if pixels > 0 else near.min()
    assert torch.equal(found[0], wanted)


def test_a_solid_mask_of_any_value() -> None:
    mask = mask_rectangle(**params("SolidMask", value=0.25, width=12, height=7))
    assert mask.shape == (1, 7, 12) and mask.min() == mask.max() == 0.25


def test_noise_that_is_off_keeps_its_seed_for_the_solver() -> None:
    parts = made("SamplerCustom", add_noise=False, noise_seed=99, cfg=3.0).parts
    assert parts["noise"].type == "NoNoise" and no_noise(**parts["noise"].params).seeds == (99,)


@settings(deadline=None)
@given(st.floats(1.5, 12), st.floats(0, 1), st.sampled_from((0.0, 3.0, 50.0)), st.floats(-0.9, 0.9))
def test_projected_guidance_pushes_by_the_whole_cfg(
    scale: float, eta: float, longest: float, momentum: float
) -> None:
    cond, uncond, before = (torch.randn(2, 4, 5, 6, dtype=torch.float64) for _ in range(3))
    option = params("APG", eta=eta, norm_threshold=longest, momentum=momentum)
    assert option["by_whole_cfg"] is True
    found, _ = adaptive_projected(
        cond, uncond, scale, parallel=eta, longest=longest, momentum=momentum, extra=1.0, average=before
    )
    push = cond - uncond + momentum * before
    if longest:
        length = push.flatten(1).norm(dim=1)[:, None, None, None]
        push = push * torch.minimum(torch.ones_like(length), longest / length)
    unit = cond / cond.flatten(1).norm(dim=1)[:, None, None, None]
    along = (push * unit).flatten(1).sum(1)[:, None, None, None] * unit
    changed = uncond + (push - along + eta * along) + (cond - uncond) / scale
    assert torch.allclose(found, uncond + scale * (changed - uncond))


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 10), st.integers(1, 10))
def test_a_prompt_bound_to_its_mask_holds_in_whole_latent_pixels(
    top: int, left: int, height: int, width: int
) -> None:
    mask = torch.zeros(1, 40, 40)
    mask[:, top : top + height, left : left + width] = 1
    area = bounds(mask)
    height, width = min(height, 40 - top), min(width, 40 - left)
    assert area == Area(left * 8, top * 8, max(width, 8) * 8, max(height, 8) * 8)


def test_bounds_are_taken_from_the_mask_at_the_size_of_the_latent() -> None:
    mask = torch.zeros(1, 256, 256)
    mask[:, 100:180, 60:190] = 1
    [held] = conditioning_mask(Conditioning((Condition(torch.zeros(1, 1, 1)),)), Mask(mask), bounds_only=True)
    found = with_bounds(held, torch.zeros(1, 4, 32, 32)).area
    small = torch.nn.functional.interpolate(mask[:, None], size=(32, 32), mode="bilinear")[0, 0]
    rows, columns = (small > 0).nonzero().unbind(1)
    assert found == Area(
        int(columns.min()) * 8, int(rows.min()) * 8,
        int(columns.max() - columns.min() + 1) * 8, int(rows.max() - rows.min() + 1) * 8,
    )  # fmt: skip


def test_an_empty_mask_bounds_the_corner() -> None:
    assert bounds(torch.zeros(1, 16, 16)) == Area(0, 0, 64, 64)


def conditions(count: int) -> Conditioning:
    return Conditioning(tuple(Condition(torch.full((1, 1, 1), float(at))) for at in range(count)))


def test_a_control_on_one_prompt_steers_the_other_side_too() -> None:
    net: Any = object()
    both = params("ControlNetApply", strength=0.5)
    found = control_net_apply(conditions(2), conditions(1), net, Image(noise(1, 8, 8, 3)), **both)
    plain = conditions(2)
    sides = with_shared_controls([found.positive, plain], 1)
    assert [len(each.controls) for each in sides[1]] == [1, 1]
    own = [replace(plain[0], controls=found.positive[0].controls), plain[1]]
    assert with_shared_controls([found.positive, own], 1)[1] == own
    alone = control_net_apply(conditions(1), plain, net, Image(noise(1, 8, 8, 3)), strength=1.0).positive
    assert not any(each.controls for each in with_shared_controls([alone, plain], 1)[1])


def test_freeu_knows_its_levels_by_the_first_levels_width() -> None:
    class Layer:
        def __init__(self, width: int) -> None:
            self.out_channels = width

    class Block:
        def __init__(self, *widths: int) -> None:
            self.resnets = [Layer(width) for width in widths]

    class Network:
        class config:
            block_out_channels = (32, 64)

        up_blocks = (Block(64, 64), Block(32, 32))

    found = [
        (width, b, s) for _, width, b, s in FreeU(1.1, 1.2, 0.3, 0.4, by_first_level=True)._layers(Network())
    ]
    assert found == [(64, 1.2, 0.4)] * 3, "64 is twice the first level's width, and nothing is four times it"


def test_a_distilled_models_levels_and_predictions() -> None:
    base, space = DiscreteSpace("eps"), DistilledSpace("eps")
    wanted = [float(base.table[999 - 20 * at]) for at in range(50)]
    assert space.table.tolist() == pytest.approx(wanted[::-1])
    for at in (0, 7, 49):
        sigma = space.table[at][None]
        t = 20 * at + 19
        assert space.timestep(sigma).item() == t
        x, output = torch.randn(1, 4, 3, 3), torch.randn(1, 4, 3, 3)
        skip = 0.25 / ((10 * t) ** 2 + 0.25)
        out = 10 * t / math.sqrt((10 * t) ** 2 + 0.25)
        assert torch.allclose(space.to_x0(x, output, sigma), out * (x - sigma * output) + skip * x, atol=1e-4)


def test_a_model_of_pictures_to_pictures_reads_and_gives_them_unscaled() -> None:
    x, output, sigma = torch.randn(1, 4, 2, 2), torch.randn(1, 4, 2, 2), torch.tensor([3.0])
    assert network_input("image", x, sigma) is x and to_x0("image", x, output, sigma) is output
    assert params("ModelSamplingDiscrete", sampling="img_to_img", zsnr=False)["prediction"] == "image"
    assert params("ModelSamplingDiscrete", sampling="lcm", zsnr=False)["prediction"] == "lcm"


@pytest.mark.parametrize(("height", "width"), [(40, 70), (24, 24), (16, 90)])
def test_tiles_are_the_mean_of_three_tilings(height: int, width: int) -> None:
    """With a work that depends on the place in the tile, against sums written out pixel by pixel."""
    planes, tile, overlap, times = noise(1, 2, height, width), 16, 4, 2

    def work(part: torch.Tensor) -> torch.Tensor:
        ramp = (
            torch.arange(part.shape[-1] * times) * 0.01 + torch.arange(part.shape[-2] * times)[:, None] * 0.1
        )
        return part.repeat_interleave(times, -1).repeat_interleave(times, -2) + ramp

    wanted = torch.zeros(1, 2, height * times, width * times)
    for rows, columns in ((32, 8), (8, 32), (16, 16)):
        if height <= rows and width <= columns:
            wanted += work(planes)
            continue
        tops = [0] if height <= rows else range(0, height - overlap, rows - overlap)
        lefts = [0] if width <= columns else range(0, width - overlap, columns - overlap)
        total, weight = torch.zeros_like(wanted), torch.zeros(height * times, width * times)
        for top in tops:
            for left in lefts:
                part = work(planes[..., top : top + rows, left : left + columns])
                share = torch.ones(part.shape[-2:])
                reach = overlap * times
                for axis in (0, 1):
                    if reach < share.shape[axis]:
                        for at in range(reach):
                            share.narrow(axis, at, 1).mul_((at + 1) / reach)
                            share.narrow(axis, share.shape[axis] - 1 - at, 1).mul_((at + 1) / reach)
                y, x = top * times, left * times
                total[..., y : y + share.shape[0], x : x + share.shape[1]] += part * share
                weight[y : y + share.shape[0], x : x + share.shape[1]] += share
        wanted += total / weight
    assert torch.allclose(tiled_thrice(planes, work, tile, overlap, (times, 1)), wanted / 3, atol=1e-5)
    assert params("VAEDecodeTiled", tile_size=512, overlap=64)["tilings"] == "three"


def test_normed_guidance_is_nowhere_longer_than_the_prompt_alone() -> None:
    cond, uncond = torch.randn(2, 4, 3, 5), torch.randn(2, 4, 3, 5)
    found = norm_limited(cond, uncond, 4.0, **params("CFGNorm", strength=0.5))
    guided = uncond + 4.0 * (cond - uncond)
    for batch in range(2):
        for y in range(3):
            for x in range(5):
                place = (batch, slice(None), y, x)
                share = min(1.0, float(cond[place].norm() / (guided[place].norm() + 1e-8)))
                assert torch.allclose(found[place], guided[place] * share * 0.5, atol=1e-5)
