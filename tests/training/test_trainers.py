"""Each trainer takes steps on small numbers, writes its state, and goes on from it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from training import (
    autoencoder,
    classifier,
    controlnet,
    edit,
    evaluate_parts,
    export,
    fewstep,
    grow,
    latents,
    lora,
    restore,
    text,
    unet,
    upscaler,
)
from training.diffusion import alphas, noised, sample, sample_few
from training.draw.many import rendered, rendered_parts
from training.draw.render import SIDE
from training.generate import Maker
from training.loop import Average, Run, Schedule
from training.optimizer import Muon, orthogonalised, split_groups
from training.pictures import mixed_pool, scenes, to_pictures, to_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

ROOT = Path(__file__).parents[2]
TOKENIZER = ROOT / text.TOKENIZER
ONE = Schedule(minutes=10, rate=1e-3, steps=1)
TWO = Schedule(minutes=10, rate=1e-3, steps=2)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every part trained for a step or two, in order, as the commands do it."""
    folder = tmp_path_factory.mktemp("runs")
    autoencoder.train_together(folder, ONE, pool_size=4, batch=1)
    autoencoder.fix_encoder(folder, count=2)
    latents.encode(folder, 0, count=8, batch=8)
    latents.encode(folder, 0, "ink", count=8, batch=8)
    latents.encode(folder, 0, count=8, batch=8, shape="wide")
    text.train_text(folder, ONE, batch=2, tokenizer=TOKENIZER)
    unet.train_unet(folder, ONE, batch=2, tokenizer=TOKENIZER, chunk=8)
    return folder


def weights(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(value, other[name]) for name, value in one.items())


def test_a_run_in_two_parts_ends_like_a_run_in_one(tmp_path: Path) -> None:
    def linear_run(folder: Path, steps: int) -> Run:
        torch.manual_seed(0)
        layer = torch.nn.Linear(4, 4)
        # A constant rate: the clock, which differs between runs, shall not matter here.
        schedule = Schedule(10, 1e-2, warm_up=1e-9, floor=1.0, steps=steps)
        run = Run(folder, layer, Muon(split_groups(layer)), schedule)
        run.train(lambda step: layer(torch.randn(8, 4)).square().mean())
        return run

    whole = linear_run(tmp_path / "whole", 6)
    linear_run(tmp_path / "parts", 3)
    parts = linear_run(tmp_path / "parts", 6)
    assert parts.step == 6
    assert same(weights(whole.module), weights(parts.module))
    assert same(whole.average.weights(), parts.average.weights())


def test_the_rate_warms_up_and_falls() -> None:
    schedule = Schedule(10, 1.0, warm_up=0.1, floor=0.0)
    rates = [schedule.rate_at(share) for share in (0.0, 0.05, 0.1, 0.5, 1.0, 2.0)]
    assert rates[0] < rates[1] < rates[2] == 1.0
    assert rates[3] < 1.0
    assert rates[4] == pytest.approx(0.0)
    assert rates[5] == rates[4]


def test_the_average_lies_between() -> None:
    layer = torch.nn.Linear(1, 1, bias=False)
    layer.weight.data.fill_(0.0)
    average = Average(layer, decay=0.5)
    layer.weight.data.fill_(1.0)
    average.update(100)
    assert average.weights()["weight"].item() == pytest.approx(0.5)


@given(rows=st.integers(2, 12), columns=st.integers(2, 12))
@settings(max_examples=20, deadline=None)
def test_orthogonalised_has_singular_values_near_one(rows: int, columns: int) -> None:
    matrix = torch.linalg.qr(torch.randn(12, 12))[0][:rows, :columns] + 0.05 * torch.randn(rows, columns)
    values = torch.linalg.svdvals(orthogonalised(matrix, rounds=5).float())
    assert values.max() < 1.4
    if max(rows, columns) == 12:
        assert values.min() > 0.4


def test_noise_and_velocity_give_the_latents_back() -> None:
    table = alphas()
    clean = torch.randn(64, 4, 2, 2)
    example = noised(clean, table)
    level = table[example.t][:, None, None, None]
    found = level.sqrt() * example.x - (1 - level).sqrt() * example.velocity
    sound = example.t < 960
    assert torch.allclose(found[sound], clean[sound], atol=1e-5)
    assert example.weight.min() > 0
    assert example.weight.max() <= 1


def test_the_sampler_finds_a_single_point() -> None:
    table, goal = alphas(), torch.full((1, 4, 2, 2), 0.5)

    def velocity_to_goal(x: torch.Tensor, t: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        level = table[t][:, None, None, None]
        return (level.sqrt() * x - goal) / (1 - level).sqrt()

    words = torch.zeros(1, 77, 8)
    made = sample(velocity_to_goal, words, words, torch.randn(1, 4, 2, 2), steps=20, guidance=3.0)
    assert torch.allclose(made, goal, atol=1e-3)


def test_the_few_step_sampler_finds_a_single_point() -> None:
    table, goal = alphas(), torch.full((1, 4, 2, 2), 0.5)

    def velocity_to_goal(x: torch.Tensor, t: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        level = table[t][:, None, None, None]
        return (level.sqrt() * x - goal) / (1 - level).sqrt()

    made = sample_few(
        velocity_to_goal, torch.zeros(1, 77, 8), torch.randn(1, 4, 2, 2), torch.Generator(), steps=4
    )
    assert torch.allclose(made, goal, atol=1e-3)


def test_a_consistent_answer_is_the_input_at_time_zero_and_the_guess_later() -> None:
    table, x, guess = alphas(), torch.randn(2, 4, 2, 2), torch.randn(2, 4, 2, 2)
    at = torch.tensor([0, 500])
    level = table[at][:, None, None, None]
    velocity = (level.sqrt() * x - guess) / (1 - level).sqrt()
    found = fewstep.answer(velocity, x, at, table)
    assert torch.allclose(found[0], x[0], atol=1e-5)
    assert torch.allclose(found[1], guess[1], atol=1e-2)


def test_a_grown_denoiser_keeps_the_inner_levels() -> None:
    small, large = unet.make_unet((64, 128, 192)), unet.make_unet((64, 64, 128, 192))
    grow.grow(small, large)
    before, after = small.state_dict(), large.state_dict()
    kept = [name for name in before if torch.equal(before[name], after[grow.inner_name(name)])]
    assert len(kept) > 0.95 * len(before)
    assert torch.equal(
        after["down_blocks.2.attentions.0.proj_in.weight"],
        before["down_blocks.1.attentions.0.proj_in.weight"],
    )
    found = large(torch.randn(1, 4, 32, 32), torch.tensor([10]), torch.randn(1, 77, text.WIDTH)).sample
    assert found.shape == (1, 4, 32, 32)
    with pytest.raises(ValueError, match="grows to 4 levels, not to 3"):
        grow.grow(small, unet.make_unet((64, 128, 192)))


def test_training_goes_on_from_the_shipped_weights(tmp_path: Path) -> None:
    written = restore.restore(tmp_path, ROOT / "nodes" / "practice")
    assert written[:3] == ["autoencoder", "text", "unet"]
    assert restore.restore(tmp_path, ROOT / "nodes" / "practice") == []
    latents.encode(tmp_path, 0, count=2, batch=2)
    before = weights(unet.trained_denoiser(tmp_path))
    unet.train_unet(tmp_path, ONE, batch=2, tokenizer=TOKENIZER, chunk=2)
    after = weights(unet.trained_denoiser(tmp_path))
    assert not same(before, after)
    moved = torch.stack(
        [(after[name] - before[name]).abs().max() for name in before if before[name].ndim]
    ).max()
    assert moved < 0.1


def test_pictures_survive_the_tensor() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    assert np.array_equal(to_pictures(to_tensor(picture)), picture)


def test_several_processes_draw_the_same_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.draw.many.SHARE", 2)
    shown, styles = scenes(3, 5), ["flat", "ink", "flat", "neon", "flat"]
    pictures = rendered(shown, styles, 32)
    assert np.array_equal(pictures, rendered(shown, styles, 32, workers=2))
    parts = list(rendered_parts(shown, styles, 3, 32))
    assert [len(part) for part in parts] == [3, 2]
    assert np.array_equal(pictures, np.concatenate(parts))


def test_pools_are_kept(tmp_path: Path) -> None:
    first = mixed_pool(tmp_path, 3)
    assert np.array_equal(first, mixed_pool(tmp_path, 3))
    assert [path.suffix for path in tmp_path.iterdir()] == [".npy"]


def test_normalised_latents_and_the_same_pictures() -> None:
    torch.manual_seed(0)
    model = autoencoder.make_autoencoder().eval()
    pictures = torch.rand(4, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        before = model.decode(model.encode(pictures).latent_dist.mode()).sample
        autoencoder.normalise(model, pictures)
        found = model.encode(pictures).latent_dist.mode()
        after = model.decode(found).sample
    unit = found * model.config.scaling_factor
    assert unit.mean(dim=(0, 2, 3)).abs().max() < 1e-3
    assert torch.allclose(unit.std(dim=(0, 2, 3)), torch.ones(4), atol=1e-3)
    assert torch.allclose(before, after, atol=1e-4)


def test_the_decoder_alone_leaves_latents_alone(runs: Path) -> None:
    before = weights(autoencoder.fixed_autoencoder(runs).encoder)
    run = autoencoder.train_decoder(runs, ONE, pool_size=4, batch=1)
    assert same(before, weights(run.module.get_submodule("encoder")))
    assert not same(
        weights(autoencoder.fixed_autoencoder(runs).decoder), weights(run.module.get_submodule("decoder"))
    )
    (runs / "decoder" / "state.pt").unlink()


def test_a_fixed_encoder_is_opened_only_while_there_is_time_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    restore.restore(tmp_path, ROOT / "nodes" / "practice")
    fixed, trained = tmp_path / "autoencoder" / "fixed.pt", []
    monkeypatch.setattr(autoencoder, "train_together", lambda *_, **__: trained.append(fixed.exists()))
    monkeypatch.setattr(autoencoder, "measure", lambda *_: 0.0)
    monkeypatch.setattr(autoencoder, "fix_encoder", lambda *_: None)
    monkeypatch.setattr(autoencoder, "best_autoencoder", lambda *_: None)
    command = ["autoencoder", "--runs", str(tmp_path), "--device", "cpu", "--threads", "1"]
    monkeypatch.setattr("sys.argv", command)
    autoencoder.main()
    assert trained == []
    assert "--reopen" in capsys.readouterr().out
    monkeypatch.setattr("sys.argv", [*command, "--reopen"])
    autoencoder.main()
    assert trained == [False]
    state = torch.load(tmp_path / "autoencoder" / "state.pt", weights_only=True)
    torch.save({**state, "elapsed": 1e6}, tmp_path / "autoencoder" / "state.pt")
    fixed.touch()
    autoencoder.main()
    assert fixed.exists()


def test_wide_latents_are_taken_beside_square_ones(runs: Path) -> None:
    pools = unet.shaped_pools(runs, 8, torch.device("cpu"))
    assert set(pools) == {"square", "wide"}
    assert [pools[shape].take([0, 5])[0].shape for shape in pools] == [(2, 4, 32, 32), (2, 4, 24, 40)]
    assert {scene.shape for scene in pools["wide"].scenes} == {"wide"}
    assert latents.LatentPool(runs, "ink", 8).scenes == pools["square"].scenes


def test_denoiser_goes_on(runs: Path) -> None:
    before = weights(unet.trained_denoiser(runs))
    unet.train_unet(runs, TWO, batch=2, tokenizer=TOKENIZER, chunk=8)
    assert torch.load(runs / "unet" / "state.pt", weights_only=True)["step"] == 2
    assert not same(before, weights(unet.trained_denoiser(runs)))


def test_classifier_names_every_slot(runs: Path) -> None:
    classifier.train_classifier(runs, ONE, batch=2, pool_size=3)
    named = classifier.trained_classifier(runs).name(torch.zeros(2, 3, SIDE, SIDE))
    assert [set(one) for one in named] == [set(classifier.SLOTS)] * 2


def test_the_editor_is_trained_on_pairs(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit.train_editor(runs, ONE, batch=2, tokenizer=TOKENIZER, pool_size=2)
    model = edit.trained_editor(runs)
    assert model.unet.config.in_channels == 8
    classifier.train_classifier(runs, ONE, batch=2, pool_size=3)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(evaluate_parts, "STEPS", 2)
    for share in evaluate_parts.edit_scores(runs, classifier.trained_classifier(runs), 2):
        assert 0 <= share <= 1
    wanted, kept = edit.pairs(runs, 2, 0)
    assert kept.shape == (2, 2, 4, SIDE // 8, SIDE // 8)
    assert [one.text for one in wanted] == [one.text for one in edit.edits(2, 0)]
    before, after = kept.float().unbind(dim=1)
    loss = edit.editing_loss(model, before, after, torch.zeros(2, 77, dtype=torch.long), alphas())
    assert torch.isfinite(loss)


def test_everything_is_written_and_loads(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from diffusers import ControlNetModel, StableDiffusionPipeline
    from safetensors.torch import load_file
    from spandrel import ModelLoader

    controlnet.train_controlnet(runs, ONE, batch=2, tokenizer=TOKENIZER, chunk=8)
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(evaluate_parts, "STEPS", 2)
    assert 0 <= evaluate_parts.edge_score(runs, 2) <= 1
    controlnet.train_controlnet(runs, ONE, 0, "depth", batch=2, tokenizer=TOKENIZER, chunk=8)
    fewstep.train_few_steps(runs, ONE, batch=2, tokenizer=TOKENIZER, chunk=8)
    upscaler.train_upscaler(runs, ONE, batch=1, sides={32: 2}, crop=16)
    for maker in (Maker.of(runs), Maker.in_few_steps(runs)):
        one, other = (maker.pictures(["a red cat"], [seed], steps=2) for seed in (1, 2))
        assert one.shape == (1, SIDE, SIDE, 3)
        assert not np.array_equal(one, other)
    lora.train_lora(runs, "ink", ONE, batch=2, tokenizer=TOKENIZER, chunk=8)
    tokens = tmp_path / "model" / "tokenizer"
    tokens.mkdir(parents=True)
    for path in TOKENIZER.iterdir():
        (tokens / path.name).write_bytes(path.read_bytes())
    export.export_all(runs, tmp_path)
    pipeline = StableDiffusionPipeline.from_pretrained(tmp_path / "model", torch_dtype=torch.float32)
    pipeline.load_lora_weights(load_file(tmp_path / "loras" / "ink.safetensors"))
    pipeline.set_progress_bar_config(disable=True)
    picture = pipeline("a red house", num_inference_steps=2, guidance_scale=3.0, output_type="np").images[0]
    assert picture.shape == (SIDE, SIDE, 3)
    assert np.isfinite(picture).all()
    assert ControlNetModel.from_pretrained(tmp_path / "controlnet").config.cross_attention_dim == text.WIDTH
    assert (tmp_path / "controlnet_depth" / "diffusion_pytorch_model.safetensors").is_file()
    large = ModelLoader().load_from_file(tmp_path / export.UPSCALER)
    assert (large.architecture.name, large.scale) == ("RealESRGAN Compact", 4)
    assert large(torch.rand(1, 3, 16, 24)).shape == (1, 3, 64, 96)
    again = tmp_path / "again"
    assert restore.restore(again, tmp_path)[-3:] == ["controlnet", "lora_ink", "lora_four_steps"]
    given, back = weights(unet.trained_denoiser(runs)), weights(unet.trained_denoiser(again))
    assert all(torch.allclose(given[name], back[name], atol=2e-3, rtol=2e-3) for name in given)
    styled = lora.lora_weights(lora.trained_lora(runs, "ink").unet)
    restored = lora.lora_weights(lora.trained_lora(again, "ink").unet)
    assert all(torch.allclose(styled[name], restored[name], atol=2e-3) for name in styled)


def test_the_edge_score_falls_with_the_distance() -> None:
    lines, near, far, empty = (np.zeros((32, 32), bool) for _ in range(4))
    lines[10, 4:28] = near[11, 4:28] = far[25, 4:28] = True
    assert evaluate_parts.f_score(lines, lines) == 1
    assert evaluate_parts.f_score(near, lines) == 1
    assert evaluate_parts.f_score(far, lines) == 0
    assert evaluate_parts.f_score(empty, lines) == 0
    assert evaluate_parts.f_score(empty, empty) == 1
    assert 0.5 < evaluate_parts.f_score(near | far, lines) < 0.8


def test_control_edges_are_white_lines() -> None:
    found = controlnet.edges(scenes(0, 3), random.Random(0))
    assert found.shape == (3, 3, SIDE, SIDE)
    assert set(found.flatten().tolist()) == {0.0, 1.0}
    assert 0.005 < found.mean() < 0.2
