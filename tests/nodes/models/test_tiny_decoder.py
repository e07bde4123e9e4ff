"""TAESD's decoders in the files that artists have: recognised, listed, and shown with."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from nodes.guidance.tiny_decoder import LARGEST, look_of
from nodes.models import create_pool
from nodes.models.detection.detect import recognise
from nodes.models.detection.listing import describe
from nodes.models.files.folders import open_folders
from nodes.types import Model
from tests import models_maker as maker


@pytest.fixture(scope="module")
def theirs() -> Any:
    from diffusers import AutoencoderTiny

    torch.manual_seed(1)
    return AutoencoderTiny().eval()


@pytest.fixture
def models(theirs: Any, tmp_path: Path) -> Path:
    maker.write_file(maker.sd1(), tmp_path / "checkpoints" / "tiny.safetensors")
    folder = tmp_path / "vae_approx"
    folder.mkdir()
    state = theirs.state_dict()
    lead = "decoder.layers."
    decoder = {name.removeprefix(lead): tensor for name, tensor in state.items() if name.startswith(lead)}
    # The original network begins with a layer without weights.
    shifted = {f"{int(n.split('.')[0]) + 1}.{n.partition('.')[2]}": tensor for n, tensor in decoder.items()}
    save_file(shifted, folder / "taesd_decoder.safetensors")
    encoder = {n.removeprefix("encoder.layers."): t for n, t in state.items() if n.startswith("encoder.")}
    save_file(encoder, folder / "taesd_encoder.safetensors")
    save_file(dict(state), folder / "taesdxl.safetensors")
    (folder / "taesd3_decoder.safetensors").write_bytes(b"broken")
    return tmp_path


def test_they_are_recognised_and_listed(models: Path) -> None:
    kinds = {
        path.stem: recognise(path).kind
        for path in sorted((models / "vae_approx").glob("taesd*_*coder.s*"))[1:]
    }
    assert kinds == {"taesd_decoder": "preview_decoder", "taesd_encoder": "preview_encoder"}
    rows = {row["name"]: row for row in describe(open_folders([models])) if row["kind"] == "vae_approx"}
    assert rows["taesdxl.safetensors"]["family"] == "preview decoder"
    assert "is a text, no model" in rows["taesd3_decoder.safetensors"]["error"]


@pytest.mark.parametrize("family", ["sd1", "sdxl"])
def test_they_decode_as_diffusers_does(models: Path, theirs: Any, family: str) -> None:
    pool = create_pool(files=open_folders([models]), device="cpu")
    decoder = pool.tiny_decoder(family, 4)
    assert decoder is not None
    x = torch.randn(2, 4, 6, 8)
    with torch.no_grad():
        wanted = theirs.decode(x).sample
        torch.testing.assert_close(decoder(x), wanted)
    shown = torch.tensor(look_of("", family, decoder).picture(x))
    assert shown.shape == (48, 64, 3)
    assert float((shown / 255 - (wanted[0].movedim(0, -1) / 2 + 0.5).clamp(0, 1)).abs().max()) < 1 / 255


def test_previews_stay_small(theirs: Any) -> None:
    shown = look_of("", "sd1", theirs.decoder).picture(torch.randn(1, 4, 2 * LARGEST, LARGEST))
    assert shown.shape == (8 * LARGEST, 4 * LARGEST, 3)


def test_what_is_not_there_or_broken_leaves_the_linear_map(models: Path) -> None:
    pool = create_pool(files=open_folders([models]), device="cpu")
    assert pool.tiny_decoder("sd3", 16) is None
    assert pool.tiny_decoder("flux2", 128) is None
    assert pool.tiny_decoder("sd1", 16) is None
    assert look_of("", "sd3", None).picture(torch.randn(1, 16, 4, 4)).shape == (16, 16, 3)


def test_the_denoiser_finds_it_by_its_family(models: Path) -> None:
    pool = create_pool(files=open_folders([models]), device="cpu")
    source = pool.source("checkpoints", "tiny.safetensors")
    assert pool.get(Model(source)).preview_decoder() is pool.tiny_decoder("sd1", 4)
