"""Upscalers with random weights: equal to spandrel alone, tiles equal to the whole, transparency, memory, bad files."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from nodegraph import Cancelled, Context, GraphError, LoadError
from nodegraph.node_api.context import Places
from nodegraph.node_api.events import Event as Said
from nodegraph.node_api.events import Progress
from nodes.definitions.upscaling import upscale_image, upscale_model_loader
from nodes.models import create_pool
from nodes.models.detection.detect import recognise
from nodes.models.files.folders import ModelFolders, open_folders
from nodes.models.files.pickles import VARIABLE
from nodes.models.pool import Pool
from nodes.models.runners.upscaler import PeakMemory, window_of
from nodes.types import Image, UpscaleModel


def compact(channels: int = 3) -> nn.Module:
    from spandrel.architectures.Compact import Compact

    network: nn.Module = Compact(num_in_ch=channels, num_out_ch=channels, num_feat=12, num_conv=3, upscale=2)
    return network


def esrgan() -> nn.Module:
    from spandrel.architectures.ESRGAN import ESRGAN

    network: nn.Module = ESRGAN(num_filters=6, num_blocks=1, scale=4)
    return network


def span() -> nn.Module:
    from spandrel.architectures.SPAN import SPAN

    network: nn.Module = SPAN(num_in_ch=3, num_out_ch=3, feature_channels=8, upscale=2)
    return network


def swinir() -> nn.Module:
    from spandrel.architectures.SwinIR import SwinIR

    network: nn.Module = SwinIR(
        img_size=16,
        embed_dim=8,
        depths=[2],
        num_heads=[2],
        window_size=8,
        upscale=2,
        upsampler="pixelshuffle",
    )
    return network


def hat() -> nn.Module:
    from spandrel.architectures.HAT import HAT

    network: nn.Module = HAT(
        img_size=16, embed_dim=8, depths=[2], num_heads=[2], window_size=8, upscale=2, upsampler="pixelshuffle",
        compress_ratio=2, squeeze_factor=4,
    )  # fmt: skip
    return network


def dat() -> nn.Module:
    from spandrel.architectures.DAT import DAT

    network: nn.Module = DAT(
        img_size=16, embed_dim=16, split_size=[4, 8], depth=[2], num_heads=[2], upscale=2
    )
    return network


MAKERS: dict[str, Callable[[], nn.Module]] = {
    "compact": compact, "esrgan": esrgan, "span": span, "swinir": swinir, "hat": hat, "dat": dat,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Model folders with each architecture; random weights from a seed."""
    root = tmp_path_factory.mktemp("models")
    (root / "upscale_models").mkdir()
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = {name: make() for name, make in MAKERS.items()} | {"grey": compact(1), "four": compact(4)}
    for name, network in made.items():
        state = {key: value.contiguous().clone() for key, value in network.state_dict().items()}
        save_file(state, root / "upscale_models" / f"{name}.safetensors")
    return root


@pytest.fixture
def pool(folder: Path) -> Pool:
    return pool_at(folder)


def pool_at(folder: Path, ram: int | None = None) -> Pool:
    return create_pool(files=ModelFolders({}, None, (folder,)), device="cpu", dtype="float32", ram=ram)


class Running:
    """A context over a pool that keeps what is reported."""

    def __init__(self, pool: Pool, folder: Path) -> None:
        self.said: list[Said] = []
        self.stop = Event()
        self.ctx = Context("up", Places(folder, folder), self._take, self.stop, pool)
        self.stop_after = 0

    def _take(self, event: Said) -> None:
        self.said.append(event)
        if self.stop_after and len(self.said) >= self.stop_after:
            self.stop.set()


def load(pool: Pool, name: str) -> UpscaleModel:
    return UpscaleModel(pool.source("upscale_models", f"{name}.safetensors"))


def picture(height: int = 33, width: int = 46, channels: int = 3, batch: int = 1) -> Image:
    return Image(torch.rand(batch, height, width, channels, generator=torch.Generator().manual_seed(1)))


def by_spandrel(folder: Path, name: str, image: torch.Tensor) -> torch.Tensor:
    import spandrel

    path = folder / "upscale_models" / f"{name}.safetensors"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network: Any = spandrel.ModelLoader().load_from_file(path).eval()
    done: torch.Tensor = network(image.movedim(-1, 1)).movedim(1, -1)
    return done


@pytest.mark.parametrize("name", MAKERS)
def test_a_whole_picture_is_what_spandrel_makes(pool: Pool, folder: Path, name: str) -> None:
    image = picture()
    done = pool.get(load(pool, name)).enlarge(image, 4096, 32)
    torch.testing.assert_close(done, Image(by_spandrel(folder, name, image)), atol=5e-5, rtol=0)
    assert done.dtype == torch.float32 and float(done.std()) > 1e-3


@pytest.mark.parametrize("name", [name for name in MAKERS if name != "dat"])
@pytest.mark.parametrize("size", [(70, 101), (64, 64), (33, 130)])
def test_tiles_are_the_whole_picture(pool: Pool, name: str, size: tuple[int, int]) -> None:
    """DAT is left out: its attention over channels averages over all that it is given."""
    network = pool.get(load(pool, name))
    image = picture(*size)
    whole = network.enlarge(image, 4096, 0)
    tiles = network.enlarge(image, 64, 32)
    torch.testing.assert_close(tiles, whole, atol=2e-5, rtol=0)


def test_windows_begin_where_those_of_the_whole_picture_do(pool: Pool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert (window_of(swinir()), window_of(dat()), window_of(compact())) == (8, 8, 1)


@pytest.mark.parametrize("name", ["compact", "grey", "four"])
@pytest.mark.parametrize("channels", [3, 4])
def test_transparency_and_batches(pool: Pool, name: str, channels: int) -> None:
    network = pool.get(load(pool, name))
    image = picture(9, 7, channels, 2)
    done = network.enlarge(image, 0, 32)
    assert done.shape == (2, 18, 14, channels)
    torch.testing.assert_close(done[1:], network.enlarge(Image(image[1:]), 0, 32))
    if name == "compact" and channels == 4:
        grey = Image(image[..., 3:].expand(-1, -1, -1, 3))
        torch.testing.assert_close(done[..., 3], network.enlarge(grey, 0, 32).mean(-1), atol=1e-6, rtol=0)
        opaque = network.enlarge(Image(image[..., :3].contiguous()), 0, 32)
        torch.testing.assert_close(done[..., :3], opaque)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 2)])
@pytest.mark.parametrize("name", MAKERS)
def test_tiny_pictures(pool: Pool, name: str, size: tuple[int, int]) -> None:
    network = pool.get(load(pool, name))
    done = network.enlarge(picture(*size), 0, 32)
    assert done.shape[1:3] == (size[0] * network.scale, size[1] * network.scale)


def test_progress_is_reported_by_tile_and_cancelling_stops(pool: Pool, tmp_path: Path) -> None:
    running = Running(pool, tmp_path)
    upscale_image(running.ctx, picture(70, 101, 4), load(pool, "compact"), tile=32, overlap=8)
    steps = [(event.step, event.total) for event in running.said if isinstance(event, Progress)]
    assert len(steps) > 8 and steps[-1][0] == steps[-1][1]
    assert [step for step, _ in steps] == list(range(1, len(steps) + 1))
    stopped = Running(pool, tmp_path)
    stopped.stop_after = 3
    with pytest.raises(Cancelled):
        upscale_image(stopped.ctx, picture(70, 101), load(pool, "compact"), tile=32, overlap=8)
    assert len(stopped.said) == 3


@pytest.mark.parametrize(("factor", "side"), [(0.0, 20), (1.0, 10), (1.5, 15), (4.0, 40)])
def test_other_factors_are_resampled(pool: Pool, tmp_path: Path, factor: float, side: int) -> None:
    running = Running(pool, tmp_path)
    done = upscale_image(running.ctx, picture(10, 10), load(pool, "compact"), factor=factor)
    assert done.shape == (1, side, side, 3)
    assert float(done.min()) >= 0 and float(done.max()) <= 1


def test_short_memory_makes_smaller_tiles_and_none_is_said(folder: Path, tmp_path: Path) -> None:
    roomy = pool_at(folder)
    network = roomy.get(load(roomy, "swinir"))
    each = network._measure()
    short = pool_at(folder, ram=int(each * 48 * 48) + network._bytes)
    image = picture(120, 120)
    running = Running(short, tmp_path)
    done = upscale_image(running.ctx, image, load(short, "swinir"), overlap=16)
    tiles = [event.total for event in running.said if isinstance(event, Progress)]
    assert tiles and tiles[0] > 4, "the picture was done in parts"
    torch.testing.assert_close(done, network.enlarge(image, 4096, 0), atol=0.05, rtol=0)
    tiny = pool_at(folder, ram=int(each * 16 * 16))
    with pytest.raises((MemoryError, GraphError)):
        upscale_image(Running(tiny, tmp_path).ctx, picture(40, 40), load(tiny, "swinir"))


def test_a_result_beyond_the_memory_is_refused_before_any_work(folder: Path) -> None:
    small = pool_at(folder, ram=20_000_000)
    network = small.get(load(small, "compact"))
    with pytest.raises(GraphError, match="raise --ram"):
        network.enlarge(Image(torch.zeros(1, 1, 1, 3).expand(1, 2000, 2000, 3)), 0, 32)
    with pytest.raises(GraphError, match="16384 a side is the most"):
        network.enlarge(Image(torch.zeros(1, 1, 1, 3).expand(1, 8, 10_000, 3)), 0, 32)


def test_the_peak_counts_what_is_alive_at_once() -> None:
    with PeakMemory() as peak:
        first = torch.zeros(1000)
        second = first + 1
        del first
        third = second * 2
        view = third[:10]
        del second, third
        torch.zeros(500)
    assert peak.most == 8000
    assert len(view) == 10


def test_two_upscalers_share_a_file_and_an_overwritten_one_is_read_again(
    folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "upscale_models"
    place.mkdir()
    source = folder / "upscale_models" / "compact.safetensors"
    (place / "a.safetensors").write_bytes(source.read_bytes())
    pool = pool_at(tmp_path)
    first = pool.get(load(pool, "a")).enlarge(picture(8, 8), 0, 0)
    assert len(pool.residents) == 1
    pool.get(load(pool, "a")).enlarge(picture(8, 8), 0, 0)
    assert len(pool.residents) == 1
    (place / "a.safetensors").write_bytes((folder / "upscale_models" / "span.safetensors").read_bytes())
    second = pool.get(load(pool, "a")).enlarge(picture(8, 8), 0, 0)
    assert not torch.equal(first, second)
    pool.clear()
    assert pool.bytes == 0


def test_files_that_are_no_upscalers_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "upscale_models"
    place.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    save_file({"something": torch.zeros(3)}, place / "other.safetensors")
    broken = {f"body.{at}.weight": torch.zeros(4) for at in range(9)}
    save_file(broken, place / "broken.safetensors")
    (place / "cut.safetensors").write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00{}")
    (place / "empty.safetensors").write_bytes(b"")
    torch.save({"params": compact().state_dict()}, place / "old.pth")
    pool = pool_at(tmp_path)
    for name in ("other", "broken", "cut", "empty"):
        with pytest.raises(LoadError) as caught:
            pool.get(load(pool, name))
        assert name in str(caught.value)
    old = UpscaleModel(pool.source("upscale_models", "old.pth"))
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(LoadError, match="Python pickle"):
        pool.get(old)
    monkeypatch.setenv(VARIABLE, "1")
    assert pool.get(old).enlarge(picture(8, 8), 0, 0).shape == (1, 16, 16, 3)


@pytest.mark.parametrize("name", MAKERS)
def test_a_network_that_enlarges_is_known_by_its_names(folder: Path, tmp_path: Path, name: str) -> None:
    path = folder / "upscale_models" / f"{name}.safetensors"
    assert recognise(path).kind == "upscaler"
    assert open_folders([folder]).refused("upscale_models", path.name) is None
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / path.name).write_bytes(path.read_bytes())
    sentence = str(open_folders([tmp_path]).refused("checkpoints", path.name))
    assert (
        "is an upscaler" in sentence
        and "the folder upscale_models and open it with Load upscaler" in sentence
    )


def test_the_loader_refuses_a_file_that_is_no_upscaler(tmp_path: Path, folder: Path) -> None:
    place = tmp_path / "upscale_models"
    place.mkdir()
    save_file({"emb_params": torch.zeros(2, 32)}, place / "word.safetensors")
    pool = pool_at(tmp_path)
    with pytest.raises(
        LoadError, match=r"is an embedding.* no upscaler: move it to the folder embeddings"
    ) as caught:
        upscale_model_loader(Running(pool, tmp_path).ctx, file="word.safetensors")
    assert str(open_folders([tmp_path]).refused("upscale_models", "word.safetensors")) == str(caught.value)


class Harmful:
    """A pickle that would run a command."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("/tmp/never"),))


def test_a_pickle_runs_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "upscale_models"
    place.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv(VARIABLE, "1")
    torch.save({"params": Harmful()}, place / "bad.pth")
    pool = pool_at(tmp_path)
    with pytest.raises(LoadError, match="holds more than weights"):
        pool.get(UpscaleModel(pool.source("upscale_models", "bad.pth")))


def test_the_loader_names_what_is_missing(pool: Pool, tmp_path: Path) -> None:
    running = Running(pool, tmp_path)
    assert upscale_model_loader(running.ctx, file="compact.safetensors") == load(pool, "compact")
    with pytest.raises(GraphError, match="No upscaler is chosen"):
        upscale_model_loader(running.ctx)
    with pytest.raises(LoadError, match="compct"):
        upscale_model_loader(running.ctx, file="compct.safetensors")
