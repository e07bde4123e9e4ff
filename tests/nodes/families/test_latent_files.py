from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from nodegraph import GraphError, LoadError
from nodes.definitions.latent_files import load_latent, save_latent
from nodes.types import BatchPlaces, Latent
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


def test_places_in_a_batch_are_kept(tmp_path: Path) -> None:
    record = Recorder(tmp_path)
    latent = Latent(torch.randn(1, 4, 2, 2), None, (2,), places=BatchPlaces((2,), 4))
    save_latent(record.context, latent)
    (path,) = record.written()
    again = load_latent(record.context, file=str(path.relative_to(tmp_path)))
    assert again.places == BatchPlaces((2,), 4) and again.batch_index == (2,)


BAD_PLACES = (
    torch.tensor([-1]), torch.tensor([10**9]), torch.tensor([0.5]), torch.zeros(2, 2).int(), torch.zeros(0).int(),
)  # fmt: skip


@pytest.mark.parametrize("tensor", BAD_PLACES, ids=str)
@pytest.mark.parametrize("name", ["batch_index", "batch_places", "batch_count"])
def test_places_that_cannot_be_are_refused(tmp_path: Path, name: str, tensor: torch.Tensor) -> None:
    whole = {
        "latent_tensor": torch.ones(1, 4, 2, 2),
        "batch_places": torch.tensor([0]),
        "batch_count": torch.tensor([1]),
    }
    save_file({**whole, name: tensor}, tmp_path / "bad.latent")
    with pytest.raises(LoadError, match="pictures of a batch that cannot be"):
        load_latent(Recorder(tmp_path).context, file="bad.latent")


def test_a_mask_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    for shape in ((2,), (3, 8, 8), (1, 0, 8)):
        save_file(
            {"latent_tensor": torch.ones(2, 4, 2, 2), "noise_mask": torch.ones(shape)},
            tmp_path / "bad.latent",
        )
        with pytest.raises(LoadError, match=r"noise mask in 'bad.latent' does not fit"):
            load_latent(Recorder(tmp_path).context, file="bad.latent")


def test_a_latent_with_nan_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match="NaN or infinite values and was not saved"):
        save_latent(Recorder(tmp_path).context, Latent(torch.full((1, 4, 2, 2), float("nan"))))
    assert not (tmp_path / "output").exists()


def test_a_full_disk_leaves_no_latent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(GraphError, match=r"No space left on device.*free space there"):
        save_latent(Recorder(tmp_path).context, Latent(torch.zeros(1, 4, 2, 2)))
    assert not list((tmp_path / "output").iterdir())


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
