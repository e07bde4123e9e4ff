from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from nodegraph import GraphError
from nodegraph.node_api import events
from nodes.definitions.inpaint import (
    differential_diffusion,
    inpaint_conditioning,
    inpaint_crop,
    inpaint_stitch,
    outpaint_pad,
    vae_encode_inpaint,
)
from nodes.definitions.vae import vae_decode, vae_decode_tiled, vae_encode, vae_encode_tiled
from nodes.images.tiling import ramp, starts, tiled
from nodes.types import Image, Latent, Mask, Source, Vae
from tests.nodes.families.context import Recorder
from tests.nodes.families.fakes import MODEL, says

VAE = Vae(Source("nowhere", "0"))


class FakeVae:
    """Means of 8 x 8 pixels and their enlargement; `most` latent pixels fit into memory."""

    downscale = 8
    channels = 3

    def __init__(self, most: int = 10**9) -> None:
        self.most = most

    def cropped(self, image: Image) -> Tensor:
        height, width = (side // 8 * 8 for side in image.shape[1:3])
        top, left = (image.shape[1] - height) // 2, (image.shape[2] - width) // 2
        return image[:, top : top + height, left : left + width]

    def encode(self, image: Image) -> Tensor:
        self._check(image.shape[1] * image.shape[2] // 64)
        return functional.avg_pool2d(self.cropped(image).movedim(-1, 1), 8) * 2 - 1

    def decode(self, samples: Tensor) -> Image:
        self._check(samples.shape[-1] * samples.shape[-2])
        return Image(((samples + 1) / 2).repeat_interleave(8, -1).repeat_interleave(8, -2).movedim(1, -1))

    def _check(self, size: int) -> None:
        if size > self.most:
            raise RuntimeError("DefaultCPUAllocator: not enough memory")


class Pool:
    def __init__(self, network: Any) -> None:
        self.network = network

    def get(self, ref: Vae) -> Any:
        return self.network


def record(most: int = 10**9) -> Recorder:
    return Recorder(Path("none"), models=Pool(FakeVae(most)))


def picture(height: int = 96, width: int = 160) -> Image:
    return Image(torch.rand(1, height, width, 3, generator=torch.Generator().manual_seed(0)))


@given(st.integers(1, 300), st.integers(1, 100), st.integers(0, 50))
def test_tiles_cover_everything_and_overlap(length: int, tile: int, overlap: int) -> None:
    overlap = min(overlap, tile // 2)
    found = starts(length, tile, overlap)
    assert found[0] == 0 and found[-1] + tile >= length and found == sorted(set(found))
    for a, b in pairwise(found):
        assert a + tile - b >= overlap
    assert (ramp(tile, overlap, False, False) > 0).all()


def test_tiles_give_the_whole_back_without_seams() -> None:
    planes = torch.rand(2, 3, 70, 90)
    same = tiled(planes, lambda part: part * 2, 32, 8, (1, 1))
    assert torch.allclose(same, planes * 2, atol=1e-6)


def test_encoding_and_decoding_in_tiles_equal_the_whole() -> None:
    context = record().context
    whole = vae_encode(context, picture(100, 163), VAE)
    in_tiles = vae_encode_tiled(context, picture(100, 163), VAE, tile=64, overlap=16)
    assert torch.allclose(in_tiles.samples, whole.samples, atol=1e-5)
    decoded = vae_decode_tiled(context, whole, VAE, tile=64, overlap=24)
    assert torch.allclose(decoded, vae_decode(context, whole, VAE), atol=1e-5)


def test_when_memory_is_short_it_goes_on_in_tiles_and_says_so() -> None:
    short = record(most=64 * 64)
    large = picture(1024, 640)
    found = vae_encode(short.context, large, VAE)
    assert torch.allclose(found.samples, vae_encode(record().context, large, VAE).samples, atol=1e-5)
    assert "in tiles" in short.of(events.Message)[0].text
    assert vae_decode(short.context, found, VAE).shape == (1, 1024, 640, 3)
    assert short.of(events.Progress)


def test_another_failure_is_not_hidden() -> None:
    broken = record()
    broken.context.models.network.decode = lambda samples: 1 / 0
    with pytest.raises(ZeroDivisionError):
        vae_decode(broken.context, Latent(torch.zeros(1, 3, 4, 4)), VAE)


def half_mask(height: int = 96, width: int = 160) -> Mask:
    mask = torch.zeros(1, height, width)
    mask[:, :, width // 2 :] = 1
    return Mask(mask)


def test_encoding_for_inpainting_erases_and_grows() -> None:
    found = vae_encode_inpaint(record().context, picture(), VAE, half_mask(), grow=6)
    assert torch.allclose(found.samples[..., 10:], torch.zeros(1, 3, 12, 10))
    plain = vae_encode(record().context, picture(), VAE).samples
    assert torch.equal(found.samples[..., :10], plain[..., :10])
    assert found.noise_mask is not None
    assert found.noise_mask.sum(-1)[0, 50] in (82, 83) and set(found.noise_mask.flatten().tolist()) == {0, 1}


def test_an_inpainting_model_sees_mask_and_surroundings() -> None:
    found = inpaint_conditioning(record().context, says(1.0), says(0.0), VAE, picture(), half_mask())
    extras = found.positive[0].extras
    assert extras["concat_latent"].shape == (1, 3, 12, 20)  # type: ignore[attr-defined]  # a tensor
    assert extras["concat_mask"].shape == (1, 1, 96, 160)  # type: ignore[attr-defined]  # a tensor
    assert found.negative[0].extras["concat_mask"] is extras["concat_mask"]
    assert found.latent.noise_mask is not None
    free = inpaint_conditioning(
        record().context, says(1.0), says(0.0), VAE, picture(), half_mask(), noise_mask=False
    )
    assert free.latent.noise_mask is None
    assert dict(differential_diffusion(MODEL, strength=0.5).options) == {"differential": 0.5}


def test_padding_for_outpainting() -> None:
    found = outpaint_pad(picture(), left=32, bottom=16, feather=8)
    assert found.image.shape == (1, 112, 192, 3) and found.mask.shape == (1, 112, 192)
    assert torch.equal(found.image[:, :96, 32:], picture())
    assert (found.mask[:, :, :32] == 1).all() and (found.mask[:, 96:] == 1).all()
    row = found.mask[0, 40, 32:42]
    assert row[0] == 1 and (row.diff() <= 0).all() and row[8] == 0
    assert found.mask[0, 40, -1] == 0


def test_a_crop_goes_back_where_it_was() -> None:
    mask = torch.zeros(1, 96, 160)
    mask[:, 30:60, 100:140] = 1
    cut = inpaint_crop(picture(), Mask(mask), margin=1.5, width=128, height=128)
    assert cut.image.shape == (1, 128, 128, 3) and cut.mask.shape == (1, 128, 128)
    assert cut.crop.x <= 100 and cut.crop.x + cut.crop.width >= 140
    assert abs(cut.crop.width - cut.crop.height) <= 1
    red = Image(torch.tensor([1.0, 0, 0]).expand(1, 128, 128, 3).contiguous())
    whole = inpaint_stitch(red, cut.crop, blend=0.0)
    inside = mask[0] > 0
    assert torch.allclose(whole[0][inside], torch.tensor([1.0, 0, 0]), atol=1e-5)
    assert torch.equal(whole[0][~inside], picture()[0][~inside])
    with pytest.raises(GraphError, match="black everywhere"):
        inpaint_crop(picture(), Mask(torch.zeros(1, 96, 160)))


@given(st.integers(0, 90), st.integers(0, 150), st.integers(1, 60), st.integers(1, 60), st.floats(1, 4))
def test_a_crop_always_holds_the_mask_and_lies_inside(y: int, x: int, h: int, w: int, margin: float) -> None:
    mask = torch.zeros(1, 96, 160)
    mask[:, y : y + h, x : x + w] = 1
    crop = inpaint_crop(picture(), Mask(mask), margin=margin, width=64, height=96).crop
    assert 0 <= crop.x <= x and 0 <= crop.y <= y
    assert crop.x + crop.width >= min(x + w, 160) and crop.y + crop.height >= min(y + h, 96)
    assert crop.x + crop.width <= 160 and crop.y + crop.height <= 96


@pytest.mark.parametrize("size", [(7, 200), (1, 1), (64, 3)])
def test_a_picture_smaller_than_a_latent_pixel_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    record = Recorder(tmp_path, models=Pool(FakeVae()))
    image = Image(torch.zeros(1, size[1], size[0], 3))
    for encode in (vae_encode, vae_encode_tiled):
        with pytest.raises(GraphError, match=f"is {size[0]} x {size[1]} pixels.* needs 8 or more a side"):
            encode(record.context, image, VAE)
    with pytest.raises(GraphError, match="needs 8 or more a side"):
        vae_encode_inpaint(record.context, image, VAE, Mask(torch.ones(1, size[1], size[0])))


def test_a_picture_of_an_odd_size_is_cropped_and_said(tmp_path: Path) -> None:
    for encode in (vae_encode, vae_encode_tiled):
        record = Recorder(tmp_path, models=Pool(FakeVae()))
        found = encode(record.context, Image(torch.zeros(1, 33, 65, 3)), VAE)
        assert found.samples.shape[-2:] == (4, 8)
        (said,) = record.of(events.Message)
        assert "is 65 x 33 pixels; its edges are cut to 64 x 32" in said.text
        record = Recorder(tmp_path, models=Pool(FakeVae()))
        encode(record.context, Image(torch.zeros(1, 32, 64, 3)), VAE)
        assert not record.of(events.Message)
