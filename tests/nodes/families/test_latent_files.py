from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from nodegraph import GraphError, LoadError
from nodes.definitions.latent_files import load_latent, save_latent
from nodes.types import Latent
from tests.nodes.families.context import Recorder


def test_a_latent_comes_back_as_it_was(tmp_path: Path) -> None:
    record = Recorder(tmp_path, workflow='{"nodes": []}')
    latent = Latent(torch.randn(2, 4, 8, 8), torch.rand(1, 64, 64), (3, 5))
    save_latent(record.context, latent, prefix="kept/it")
    (path,) = record.written()
    assert path.name == "it_00001.latent"
    again = load_latent(record.context, file=str(path.relative_to(tmp_path)))
    assert torch.equal(again.samples, latent.samples) and again.batch_index == (3, 5)
    assert again.noise_mask is not None and latent.noise_mask is not None
    assert torch.equal(again.noise_mask, latent.noise_mask)


def test_flux_2s_latents_keep_their_scale(tmp_path: Path) -> None:
    for channels, pixel in ((128, 16), (16, 8)):
        latent = Latent(torch.randn(1, channels, 4, 4), pixel=pixel)
        record = Recorder(tmp_path)
        save_latent(record.context, latent)
        (path,) = record.written()
        assert load_latent(record.context, file=str(path.relative_to(tmp_path))).pixel == pixel


def test_files_of_the_first_version_are_still_scaled(tmp_path: Path) -> None:
    save_file({"latent_tensor": torch.ones(1, 4, 2, 2) * 0.18215}, tmp_path / "old.latent")
    assert torch.allclose(
        load_latent(Recorder(tmp_path).context, file="old.latent").samples, torch.ones(1, 4, 2, 2)
    )


def test_what_is_no_latent_is_refused(tmp_path: Path) -> None:
    context = Recorder(tmp_path).context
    (tmp_path / "text.latent").write_text("no tensors")
    save_file({"other": torch.ones(2)}, tmp_path / "other.latent")
    save_file({"latent_tensor": torch.ones(2)}, tmp_path / "flat.latent")
    whole = (tmp_path / "flat.latent").read_bytes()
    (tmp_path / "cut.latent").write_bytes(whole[:-4])
    for name in ("gone.latent", "text.latent", "other.latent", "flat.latent", "cut.latent", ""):
        with pytest.raises(LoadError, match=r"choose a"):
            load_latent(context, file=name)
    with pytest.raises(GraphError, match="out of the output folder"):
        save_latent(context, Latent(torch.zeros(1, 4, 2, 2)), prefix="../out")
