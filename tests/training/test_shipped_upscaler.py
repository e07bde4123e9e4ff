"""The practice upscaler that ships: spandrel reads it, and it draws sharper than interpolation."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL
from spandrel import ImageModelDescriptor, ModelLoader

from nodes.models.files.folders import open_folders
from training.autoencoder import decibels
from training.draw.many import rendered
from training.export import PRACTICE, UPSCALER
from training.pictures import scenes, to_tensor
from training.upscaler import decodes, enlarged

ROOT = Path(__file__).parents[2]
FILE = ROOT / PRACTICE / UPSCALER
COUNT = 3


@pytest.fixture(scope="module")
def upscaler() -> ImageModelDescriptor[torch.nn.Module]:
    found = ModelLoader().load_from_file(FILE)
    assert isinstance(found, ImageModelDescriptor)
    return found


def test_it_is_a_small_compact_network_of_four_times(
    upscaler: ImageModelDescriptor[torch.nn.Module],
) -> None:
    assert (upscaler.architecture.name, upscaler.scale) == ("RealESRGAN Compact", 4)
    assert (upscaler.input_channels, upscaler.output_channels) == (3, 3)
    assert FILE.stat().st_size < 400_000
    assert upscaler(torch.rand(1, 3, 20, 32)).shape == (1, 3, 80, 128)


@torch.no_grad()
def test_unseen_pictures_come_out_better_than_by_interpolation(
    upscaler: ImageModelDescriptor[torch.nn.Module],
) -> None:
    vae = AutoencoderKL.from_pretrained(ROOT / PRACTICE / "model" / "vae", torch_dtype=torch.float32).eval()
    shown, styles = scenes(123_457, COUNT), ["flat"] * COUNT
    low = decodes(vae, shown, styles, 128, 1)
    high = to_tensor(rendered(shown, styles, 512))
    plain = torch.nn.functional.interpolate(low, scale_factor=4, mode="bicubic")
    made = enlarged(upscaler.model.float(), low)
    assert error(made, high) < 0.97 * error(plain, high)
    assert decibels(made, high) > decibels(plain, high)


def error(made: torch.Tensor, wanted: torch.Tensor) -> float:
    """What the upscaler is trained on: absolute error of pixels and of their differences."""
    off = made - wanted
    return float(off.abs().mean() + off.diff(dim=-1).abs().mean() + off.diff(dim=-2).abs().mean())


def test_it_is_listed_among_the_upscale_models(tmp_path: Path) -> None:
    assert f"practice/{FILE.name}" in open_folders([tmp_path]).names("upscale_models")
